"""Borders between rooms that import-linter cannot state: cycles, the agent's closure, our own `proto`."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from tests.architecture.imports import closure, cycles, foreign, graph, imports, outside
from tests.architecture.tree import ROOMS, ROOT, Module, modules, report

AGENT_MAY_IMPORT = frozenset(
    """cryptography google.protobuf grpc opentelemetry pydantic pydantic_core re2 tree_sitter
    tree_sitter_bash tree_sitter_sql typing_extensions""".split()
)
"""What `requirements/agent.in` brings: the base dependencies of the distribution."""

SDK = ("opentelemetry.sdk", "opentelemetry.exporter")


def known(*sources: Module) -> dict[str, Module]:
    return {module.name: module for module in sources or modules(*ROOMS)}


def generated_too() -> dict[str, Module]:
    stubs = sorted((ROOT / "proto").rglob("*_pb2*.py"))
    return known() | known(
        *(Module(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in stubs)
    )


def test_no_import_cycle() -> None:
    assert not cycles(graph(known()))


def test_a_cycle_is_found() -> None:
    looped = known(
        Module("forge/a.py", "from forge.b import x\n"),
        Module("forge/b.py", "def f() -> None:\n    from forge import c\n"),
        Module("forge/c.py", "from . import a\n"),
        Module("forge/d.py", "import forge.a\n"),
        Module("forge/__init__.py", ""),
    )
    assert cycles(graph(looped)) == [["forge.a", "forge.b", "forge.c"]]


def test_an_import_for_types_only_makes_no_cycle() -> None:
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from forge.a import x\n"
    straight = known(Module("forge/a.py", "import forge.b\n"), Module("forge/b.py", source))
    assert not cycles(graph(straight))


def test_base_is_standard_library_only() -> None:
    found = [violation for module in modules("base") for violation in outside(module, frozenset(), "base")]
    assert not found, report(found)
    assert {i.name.split(".")[0] for m in modules("base") for i in imports(m)} & set(ROOMS) <= {"base"}


def test_the_agent_loads_only_what_its_own_dependencies_bring() -> None:
    everything = generated_too()
    loaded = closure("agent", everything)
    found = [
        violation
        for name in sorted(loaded)
        for violation in outside(everything[name], AGENT_MAY_IMPORT, "the agent")
    ]
    assert not found, report(found)
    assert not [name for name in loaded if name.split(".")[0] in {"controller", "ingest", "forge"}]


def test_a_driver_behind_two_imports_of_the_agent_is_found() -> None:
    hidden = known(
        Module("agent/main.py", "from schemas import thing\n"),
        Module("agent/__init__.py", ""),
        Module("schemas/thing.py", "def f() -> None:\n    import psycopg\n"),
        Module("schemas/__init__.py", ""),
    )
    loaded = closure("agent", hidden)
    assert loaded == {"agent", "agent.main", "schemas", "schemas.thing"}
    assert [str(v) for n in sorted(loaded) for v in outside(hidden[n], AGENT_MAY_IMPORT, "the agent")] == [
        "schemas/thing.py:2: the agent may not import psycopg"
    ]


def test_only_the_telemetry_module_touches_the_sdk() -> None:
    found = [
        (module.path, imported)
        for module in modules(*ROOMS)
        if module.path != "controller/telemetry.py"
        for imported in foreign(module)
        if imported.name.startswith(SDK)
    ]
    assert not found


def test_schemas_load_neither_ruamel_nor_jsonschema() -> None:
    code = "import schemas, sys; print([n for n in ('ruamel.yaml', 'jsonschema') if n in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_proto_is_ours() -> None:
    found = importlib.util.find_spec("proto")
    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).resolve() == ROOT / "proto" / "__init__.py"
