"""The document's own questions: what comes before what, what is open, what it may hold."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.errors import DocumentInvalid
from schemas.lint import problems, require_sound
from schemas.model import Model
from schemas.risk import Risk
from schemas.runbook import Runbook, Variable
from schemas.step import Rollback, Step, When
from schemas.text import check_command, format_duration, parse_duration
from schemas.upgrade import UPGRADES, UnknownVersion, upgrade
from schemas.yaml_codec import load_runbook
from tests.unit.schemas.builders import command, document, manual, runbook

VERSIONS = Path(__file__).parent / "versions"


def test_needs_left_out_is_the_step_above() -> None:
    found = runbook(command("a"), command("b"), command("c", needs=[]), command("d", needs=["a", "c"]))
    assert [found.needs_of(step.id) for step in found.spec.steps] == [(), ("a",), (), ("a", "c")]
    assert found.upstream("d") == {"a", "c"}
    assert found.upstream("b") == {"a"}
    assert found.position("c") == 2
    with pytest.raises(KeyError):
        found.needs_of("nobody")


def test_order_follows_needs_then_the_document() -> None:
    found = runbook(command("a", needs=["d"]), command("b", needs=[]), command("c"), command("d", needs=[]))
    assert found.order() == ("b", "c", "d", "a")


def test_order_of_a_cycle_is_an_error() -> None:
    found = runbook(command("a", needs=["b"]), command("b"))
    with pytest.raises(ValueError, match="wait for each other"):
        found.order()
    with pytest.raises(DocumentInvalid, match="wait for each other"):
        require_sound(found)


def test_a_need_that_does_not_exist_is_no_way_forward() -> None:
    with pytest.raises(ValueError, match="a"):
        runbook(command("a", needs=["nobody"])).order()


def test_a_thousand_needs_are_followed_in_time() -> None:
    steps = [command(f"s{n}", needs=[f"s{m}" for m in range(max(0, n - 60), n)]) for n in range(300)]
    found = runbook(*steps)
    start = time.thread_time()
    assert found.order() == tuple(f"s{n}" for n in range(300))
    assert len(found.upstream("s299")) == 299
    assert [problem.code for problem in problems(found)] == []
    assert time.thread_time() - start < 1


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_version_of_the_format_stays_readable(path: Path) -> None:
    found = load_runbook(path.read_bytes(), path=path.name)
    assert found.digest() == path.with_suffix(".digest").read_text("ascii").strip()


def test_target_of_a_step() -> None:
    found = runbook(command("a"), command("b", target={"labels": {"role": "db"}}))
    targets = [found.target_of(step.id) for step in found.spec.steps]
    assert [target.labels["role"] for target in targets if target] == ["host", "db"]


def test_open_ambiguities_reach_downstream() -> None:
    def question(step: str | None) -> dict[str, str]:
        content = {"id": f"q-{step}".lower(), "kind": "vague", "text": "t", "question": "q"}
        return content if step is None else content | {"step": step}

    found = runbook(
        command("a"), command("b"), command("c", needs=[]), ambiguities=[question("a"), question("c")]
    )
    assert [a.step for a in found.open_ambiguities("b")] == ["a"]
    assert [a.step for a in found.open_ambiguities("c")] == ["c"]
    whole = runbook(command("a"), ambiguities=[question(None)])
    assert len(whole.open_ambiguities("a")) == 1


def test_conditions() -> None:
    when = When.from_json(
        {
            "all": [
                {"step": "a", "exitCode": [0]},
                {"not": {"any": [{"step": "b", "answer": "yes"}, {"step": "c", "skipped": True}]}},
            ]
        }
    )
    assert when.steps() == {"a", "b", "c"}
    assert when.depth() == 4
    assert not when.reads_output()
    assert When.from_json({"not": {"step": "a", "output": "x"}}).reads_output()
    assert [atom.step for atom in when.atoms()] == ["a", "b", "c"]


def test_keys_of_a_customer_are_kept() -> None:
    values = document(command("a", **{"x-ticket": {"id": 7, "open": [True]}}), **{"x-spec": "s"})
    values["metadata"]["x-team"] = ["a"]
    found = Runbook.from_json(values)
    assert found.spec.steps[0].extensions == {"x-ticket": {"id": 7, "open": [True]}}
    again = found.to_json()
    assert again["spec"]["x-spec"] == "s"
    assert again["metadata"]["x-team"] == ["a"]
    assert Runbook.from_json(again) == found
    other = values | {"x-root": 1}
    with pytest.raises(ValidationError):
        Runbook.from_json(other)


def test_constructing_by_name_and_by_alias() -> None:
    step = Step(id="a", title="A", command="true", timeout_ms=5_000, extensions={"x-a": 1})
    assert step.to_json()["timeout"] == "5s"
    assert Step.from_json(step.to_json()) == step
    with pytest.raises(ValidationError):
        Step.from_json({"id": "a", "title": "A", "command": "true", "timeout_ms": 5_000})


def test_documents_are_frozen() -> None:
    found = runbook()
    with pytest.raises(ValidationError):
        found.metadata.__setattr__("name", "other")
    assert issubclass(Runbook, Model)


def test_small_answers_of_a_step() -> None:
    step = Step.from_json(
        command("a", idempotent=True, retries=2, risk="caution", expect={"exitCodes": [0, 3]})
    )
    assert step.max_attempts == 3
    assert step.expected_exit_codes == (0, 3)
    assert step.declared_risk is Risk.CAUTION
    assert step.given() == {
        "id": "a",
        "title": "a",
        "risk": "caution",
        "command": "uname -a",
        "expect": {"exitCodes": [0, 3]},
        "idempotent": True,
        "retries": 2,
    }
    assert Step.from_json(manual("b")).expected_exit_codes == (0,)
    assert Rollback(impossible="gone").command is None


def test_secrets_name_themselves() -> None:
    assert Variable(name="x", secret=True, source="agent.secrets.PG_1").secret_name == "PG_1"
    assert Variable(name="x", source="alert.labels.pod").secret_name is None


def test_the_digest_is_of_the_content() -> None:
    assert runbook().digest() == Runbook.from_json(document()).digest()
    assert runbook(command("look", timeout="60s")).digest() == runbook(command("look", timeout="1m")).digest()
    assert runbook(command("look", retries=0, answers=[])).digest() == runbook(command("look")).digest()
    assert runbook(command("look", timeout="61s")).digest() != runbook(command("look")).digest()


def test_lint_is_silent_about_a_good_document() -> None:
    assert problems(runbook()) == []
    assert require_sound(runbook()) == runbook()


@pytest.mark.parametrize(
    ("text", "ms"), [("1ms", 1), ("500ms", 500), ("20s", 20_000), ("5m", 300_000), ("24h", 86_400_000)]
)
def test_durations_go_both_ways(text: str, ms: int) -> None:
    assert parse_duration(text) == ms
    assert parse_duration(format_duration(ms)) == ms


def test_durations_have_a_shortest_form() -> None:
    assert [format_duration(ms) for ms in (60_000, 90_000, 3_600_000, 1_500)] == ["1m", "90s", "1h", "1500ms"]
    with pytest.raises(ValueError, match="positive"):
        format_duration(0)


@pytest.mark.parametrize(
    "text", ["", "20", "0s", "1.5s", "1h30m", "-1s", "1 s", "1d", "5S", "1s\n", "01s", "1000000000s"]
)
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        parse_duration(text)


def test_a_command_loses_its_trailing_newlines_and_nothing_else() -> None:
    assert check_command("a\n\n b \n\n\n") == "a\n\n b "
    assert check_command("echo '\tgrößer → 😀'") == "echo '\tgrößer → 😀'"
    assert len(check_command("ä" * 8192)) == 8192
    with pytest.raises(ValueError, match="16386 bytes"):
        check_command("ä" * 8193)


def test_one_version_is_read_and_older_ones_are_brought_forward() -> None:
    newest = document()
    assert upgrade(newest) is newest
    assert UPGRADES == {}
    older = newest | {"apiVersion": "dd0c.run/v0"}
    assert upgrade(older, {"dd0c.run/v0": lambda old: old | {"apiVersion": "dd0c.run/v1"}}) == newest
    for unknown in (older, newest | {"apiVersion": 1}, {}):
        with pytest.raises(UnknownVersion):
            upgrade(unknown)
    with pytest.raises(UnknownVersion):
        upgrade(older, {"dd0c.run/v0": lambda old: old})
