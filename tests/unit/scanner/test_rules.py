"""The tables: compiled, fast to load, and every rule's own examples come out as it says."""

from __future__ import annotations

import json
import time

import pytest

from scanner import SCANNER_VERSION, knowledge_version, scan
from scanner.rules import HANDLERS, READERS
from scanner.tables import COMPILED, knowledge, rule, tool
from scanner.unwrap import WRAPPERS
from scripts.compile_knowledge import COMPILED as WRITTEN
from scripts.compile_knowledge import (
    KNOWLEDGE,
    KnowledgeError,
    _rules,
    compile_knowledge,
    examples,
    load,
    sources,
    wrapper_examples,
)

WITHOUT_TOOLS = {"patterns", "wrappers"}
TABLES = [path.stem for path in sources() if path.stem not in WITHOUT_TOOLS]
"""By name: reading them takes seconds, which a worker that runs none of these tests need not wait for."""


def test_what_is_loaded_is_what_the_generator_writes() -> None:
    """That it is up to date is seen by tests/architecture/test_generated.py."""
    assert WRITTEN == COMPILED


def test_they_load_in_under_100_ms() -> None:
    seconds = []
    for _ in range(5):
        started = time.thread_time()
        json.loads(COMPILED.read_bytes())
        seconds.append(time.thread_time() - started)
    assert min(seconds) < 0.1


@pytest.mark.parametrize("table", TABLES)
def test_a_rule_decides_its_examples(table: str) -> None:
    """Every rule of a table has some; all that come out otherwise are named."""
    wrong: list[tuple[object, ...]] = []
    every = examples(KNOWLEDGE / f"{table}.yaml")
    assert every
    for rule_id, given, counter in every:
        risk = knowledge()["rules"][rule_id]["risk"]
        wrong += [] if given else [(rule_id, "has no example")]
        for command in given:
            finding = scan(command)
            if finding.risk != risk or not any(found.startswith(rule_id) for found in finding.rule_ids):
                wrong.append((rule_id, command, finding.risk, finding.rule_ids, finding.why))
        wrong += [
            (rule_id, command, "its counter-example") for command in counter if scan(command).risk == risk
        ]
    assert wrong == []


def test_a_wrapper_decides_its_examples() -> None:
    found = [(name, command, risk, scan(command)) for name, command, risk in wrapper_examples()]
    assert len(found) > 40
    assert not [name for name in WITHOUT_TOOLS if load(KNOWLEDGE / f"{name}.yaml").get("tools")]
    assert [row for row in found if row[3].risk != row[2]] == []


WITHOUT_A_LIST = {
    "aws.read": "handled",
    "files.find": "handled",
    "text.echo": "text",
    "host.test": "text",
    "host.nothing": "text",
}


@pytest.mark.parametrize("table", TABLES)
def test_a_safe_rule_lists_its_options(table: str) -> None:
    """`any` accepts what nobody has looked at; `handled` and `text` only where they are named here."""
    loaded = load(KNOWLEDGE / f"{table}.yaml")
    rules = [rule for tool in loaded["tools"] for rule in _rules(tool) if "id" in rule]
    assert rules
    for found in rules:
        options = found.get("options", [])
        lowered = [entry for entry in found.get("lower", {}).values() if entry[0] == "safe"]
        if found["risk"] == "safe" or lowered:
            assert isinstance(options, list) or options == WITHOUT_A_LIST.get(found["id"]), found["id"]
        assert not lowered or options, f"{found['id']}: what lowers it to safe stands beside any option"
    assert not [tool["names"] for tool in loaded["tools"] if tool.get("flags") == "any"]


def test_every_handler_that_a_table_names_exists() -> None:
    named = {raw["handler"] for raw in knowledge()["rules"].values() if "handler" in raw}
    assert named <= set(HANDLERS) | set(READERS), named - set(HANDLERS) - set(READERS)
    assert set(HANDLERS) | set(READERS) <= named
    wrapped = {raw["handler"] for raw in knowledge()["wrappers"].values() if "handler" in raw}
    assert wrapped == set(WRAPPERS)


def test_no_tool_is_a_wrapper_too() -> None:
    assert not set(knowledge()["tools"]) & set(knowledge()["wrappers"])


def test_every_verb_names_a_rule() -> None:
    for name in knowledge()["tools"]:
        found = tool(name)
        assert found is not None
        assert all(known.id for known in found.verbs.values())
    for table in knowledge()["bulk"].values():
        assert all(rule(rule_id).id == rule_id for rule_id in table["rules"].values())


def test_versions_travel_with_the_finding() -> None:
    finding = scan("ls")
    assert finding.scanner_version == SCANNER_VERSION
    assert finding.knowledge_version == knowledge_version()
    assert knowledge_version().startswith("sha256:")


@pytest.mark.parametrize("key", ["options", "values", "verbs"])
def test_a_number_for_an_option_or_verb_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    from scripts import compile_knowledge as module

    odd = {
        "names": ["new-tool"],
        "rules": [{"id": "new", "risk": "safe", "why": "x", "examples": ["x"], key: [-4]}],
    }
    load = module.load
    monkeypatch.setattr(
        module, "load", lambda path: {**load(path), "tools": [*load(path).get("tools", ()), odd]}
    )
    with pytest.raises(KnowledgeError, match="-4 is not a text"):
        compile_knowledge()


def test_a_rule_may_be_about_some_names_of_its_tool() -> None:
    own, other = tool("istioctl"), tool("linkerd")
    assert own is not None and other is not None
    assert "analyze" in own.verbs and "analyze" not in other.verbs
    assert own.verbs["install"] is other.verbs["install"]


def test_a_rule_about_a_name_that_its_tool_has_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from scripts import compile_knowledge as module

    strange = {"id": "new", "risk": "caution", "why": "x", "tools": ["other"], "examples": ["new-tool"]}
    load = module.load
    more = {"names": ["new-tool"], "rules": [strange]}
    monkeypatch.setattr(
        module, "load", lambda path: {**load(path), "tools": [*load(path).get("tools", ()), more]}
    )
    with pytest.raises(KnowledgeError, match="no names of its tool"):
        compile_knowledge()


@pytest.mark.parametrize(
    ("command", "risk"),
    [
        ("kubectl get pods --no-header", "unknown"),
        ("rm --recursi /data", "dangerous"),
        ("kubectl delete pod x --dry-ru=client", "dangerous"),
        ("kubeconform --strict d.yaml", "safe"),
        ("kubeconform --cache /etc d.yaml", "unknown"),
    ],
)
def test_the_beginning_of_an_option_may_be_another_option(command: str, risk: str) -> None:
    assert scan(command).risk == risk


@pytest.mark.parametrize(
    ("command", "risk"),
    [
        ("gh -c status issue close 1", "unknown"),
        ("rclone --include ls purge r:x", "unknown"),
        ("npm -w ls uninstall x", "dangerous"),
        ("npm -g ls", "safe"),
        ("systemctl --user status nginx", "safe"),
        ("git --no-pager diff -C HEAD~1", "safe"),
    ],
)
def test_the_word_behind_an_option_need_not_be_the_verb(command: str, risk: str) -> None:
    assert scan(command).risk == risk


def test_a_table_that_does_not_hold_together_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = {"names": ["ls"], "rule": {"id": "again", "risk": "safe", "why": "x", "examples": ["ls"]}}
    from scripts import compile_knowledge as module

    load = module.load
    monkeypatch.setattr(
        module, "load", lambda path: {**load(path), "tools": [*load(path).get("tools", ()), twice]}
    )
    with pytest.raises(KnowledgeError, match="twice"):
        compile_knowledge()
