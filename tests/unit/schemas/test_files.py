"""Generated schemas are up to date, the example repository is good, and the light modules stay light."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from schemas import export
from schemas.errors import DocumentInvalid
from schemas.json_codec import dump_json, load_decision_log, load_flags, load_policy
from schemas.policy import Policy
from schemas.runbook import Runbook
from schemas.yaml_codec import check_document, dump_runbook, load_runbook
from schemas.yaml_read import read_yaml
from tests.unit.schemas.broken import LINT, STRUCTURE
from tests.unit.schemas.builders import documents

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "runbooks-example"
RUNBOOKS = sorted((EXAMPLE / "runbooks").glob("*.yaml"))
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/jsonschema/runbook.v1.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


RENDERED = export.render()


@pytest.mark.parametrize("name", sorted(RENDERED))
def test_exported_schemas_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == RENDERED[name], "run python -m schemas.export"
    jsonschema.Draft202012Validator.check_schema(json.loads(RENDERED[name]))


def test_export_checks_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROOT", tmp_path)
    assert export.main(["--check"]) == 1
    assert not list(tmp_path.iterdir())
    assert export.main([]) == 0
    assert export.main(["--check"]) == 0
    assert export.main(["--what"]) == 2


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_the_schema_takes_what_the_models_take(values: dict[str, Any]) -> None:
    Runbook.from_json(values)
    VALIDATOR.validate(values)


# What JSON Schema can't say, or says of the text and not of its meaning.
BEYOND_THE_SCHEMA = {
    "title-lines", "title-blank", "text-invisible", "text-surrogate", "alert-pattern", "review-time",
    "command-empty", "command-carriage-return", "command-nul", "command-bidi", "command-zero-width",
    "command-long", "timeout-long", "expect-pattern", "duplicate-step", "when-two", "when-nothing",
    "extension-null", "variable-name", "template-word", "variable-pattern",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(STRUCTURE))
def test_the_schema_refuses_what_the_models_refuse(name: str) -> None:
    value = read_yaml(STRUCTURE[name].encode("utf-8", "surrogatepass")).value
    assert VALIDATOR.is_valid(value) is (name in BEYOND_THE_SCHEMA)


def test_lint_is_beyond_the_schema() -> None:
    for name, text in LINT.items():
        if name != "several-at-once":
            assert VALIDATOR.is_valid(read_yaml(text.encode()).value), name


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_example_runbooks_load_without_a_word(path: Path) -> None:
    checked = check_document(path.read_bytes(), path=path.name)
    assert checked.places == ()
    assert checked.runbook is not None
    assert checked.runbook.name == path.stem
    assert load_runbook(dump_runbook(checked.runbook).encode()) == checked.runbook
    VALIDATOR.validate(read_yaml(path.read_bytes()).value)
    named = path.read_text("utf-8").splitlines()[0].partition("$schema=")[2]
    assert (path.parent / named).resolve().is_file()
    assert f"**{path.stem}**" in (EXAMPLE / "README.md").read_text("utf-8")


def test_example_decisions_are_there() -> None:
    named = set()
    for path in RUNBOOKS:
        source = load_runbook(path.read_bytes()).spec.source
        if source is not None and source.decision_log is not None:
            log = load_decision_log((EXAMPLE / source.decision_log).read_bytes(), path=source.decision_log)
            assert log.to_text() == (EXAMPLE / source.decision_log).read_text("utf-8")
            named.add(EXAMPLE / source.decision_log)
    assert named == set((EXAMPLE / "decisions").rglob("*.json"))


def test_example_policy_flags_and_owners() -> None:
    policy = load_policy((EXAMPLE / "policy.json").read_bytes())
    assert policy.governance_mode == "strict"
    flags = load_flags((EXAMPLE / "flags.json").read_bytes())
    assert not flags.is_on("auto-run", service="edge")
    owned = (EXAMPLE / "CODEOWNERS").read_text("utf-8")
    for line in owned.splitlines():
        if line and not line.startswith(("#", "*")):
            assert (EXAMPLE / line.split()[0].lstrip("/")).exists()


def test_the_light_modules_stay_light() -> None:
    names = [
        "schemas",
        "schemas.grant",
        "schemas.canonical",
        "schemas.risk",
        "schemas.holes",
        "schemas.lint",
        "schemas.audit",
    ]
    program = f"import sys, importlib; [importlib.import_module(n) for n in {names}]; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert not loaded & {"ruamel", "jsonschema", "yaml", "psycopg", "fastapi"}
    bare = subprocess.run(
        [sys.executable, "-c", "import sys, schemas, schemas.canonical; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not {name.partition(".")[0] for name in bare.stdout.split()} & {"pydantic", "re2", "ruamel"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"version": 1,\n "fourEyes": "yes"}', (2, 14, "fourEyes", "bool_type")),
        ('{"version": 1,\n "fourEye": true}', (2, 2, "fourEye", "extra_forbidden")),
        ('{"version": 1,\n', (2, 1, "", "json_syntax")),
        ('{"version": 1, "version": 1}', (1, 1, "", "json_syntax")),
        ("[]", (1, 1, "", "not_a_mapping")),
        ("[" * 100_000, (1, 1, "", "json_syntax")),
        (
            '{"version": 1, "rules": [{"id": "a", "services": [1]}]}',
            (1, 51, "rules[0].services[0]", "string_type"),
        ),
        ('{"version": 1, "rules": [{"id": "\\/"}]}', (1, 33, "rules[0].id", "string_pattern_mismatch")),
    ],
)
def test_policies_are_told_where(text: str, place: tuple[int, int, str, str]) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        load_policy(text.encode())
    found = caught.value.places[0]
    assert (found.line, found.column, found.path, found.code) == place
    assert caught.value.path == "policy.json"


def test_policies_go_both_ways() -> None:
    policy = Policy(four_eyes=True, governance_mode="audit")
    assert dump_json(policy) == '{\n  "version": 1,\n  "governanceMode": "audit",\n  "fourEyes": true\n}\n'
    assert load_policy(dump_json(policy).encode()) == policy


@pytest.mark.parametrize("confidence", ["1.1", "-0.1", '"0.5"'])
def test_decision_logs_are_strict(confidence: str) -> None:
    good = (EXAMPLE / "decisions/payments-replica-lag/3f9c0a41d7e2b865.json").read_text("utf-8")
    assert load_decision_log(good.replace("0.86", "1").encode(), path="x.json").confidence == 1
    with pytest.raises(DocumentInvalid) as caught:
        load_decision_log(good.replace("0.86", confidence).encode(), path="x.json")
    assert caught.value.places[0].path == "confidence"
