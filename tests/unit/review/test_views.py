"""What changes at 3 a.m.: two documents compared, as a reviewer sees them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.governance.documents import JudgedFile, judge_file
from controller.governance.pinning import InForce
from controller.governance.sample import named_resources
from controller.review.comparing import moved_steps
from controller.review.sides import compare_files
from controller.review.views import RunbookChange
from schemas.flags import Flag, Flags
from schemas.policy import Policy
from schemas.runbook import Runbook
from tests.unit.schemas.builders import command, document

HEAD = """apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: lag, title: Lag}
spec:
  target: {labels: {role: db}}
  variables:
    - {name: host, example: db-1}
    - {name: word, secret: true, source: agent.secrets.PG}
    - {name: pod}
    - {name: volume}
  steps:
"""
LOOK = "    - {id: look, title: Look, command: 'df -h {{ host }}'}\n"
ASK = "    - {id: ask, title: Ask, manual: 'Is it full?', answers: ['yes', 'no']}\n"
DROP = (
    "    - {id: drop, title: Drop it, command: 'sudo rm -rf /srv/{{ host }}', "
    "risk: dangerous, confirm: '{{ host }}'}\n"
)
MASKED = "    - {id: list, title: List, command: psql -l, env: {PGPASSWORD: word}}\n"

STRICT = InForce(Policy(), Flags(flags={}))
AUDIT = InForce(
    Policy(governance_mode="audit"),
    Flags(flags={"auto-run": Flag(enabled=True)}),
    "sha256:" + "0" * 64,
    "c" * 40,
)


def change(
    before: str | None,
    after: str | None,
    rules: tuple[InForce, InForce] = (STRICT, STRICT),
    moved_from: str = "runbooks/a.yaml",
) -> RunbookChange:
    def judged(steps: str | None, path: str) -> list[JudgedFile]:
        return [] if steps is None else [judge_file(path, "runbook", (HEAD + steps).encode())]

    found, left_out = compare_files(judged(before, moved_from), judged(after, "runbooks/b.yaml"), rules, 30)
    assert left_out == 0
    assert len(found) == 1
    return found[0]


def marks(found: RunbookChange) -> list[tuple[str, str, bool]]:
    sides = [(step, step.after or step.before) for step in found.steps]
    return [(side.id, step.change, step.moved) for step, side in sides if side is not None]


def test_a_new_runbook_has_only_news() -> None:
    found = change(None, LOOK + ASK + DROP)
    assert (found.change, found.before, [step.change for step in found.steps]) == (
        "added",
        None,
        ["added"] * 3,
    )
    assert found.after is not None
    assert found.after.profile == ("unknown", "manual", "dangerous")
    assert (found.after.runs_by_itself, found.after.waits, found.after.point_of_no_return) == (0, 3, 3)
    assert "files.remove-tree" in [item.name for item in found.new_verbs]
    assert [(item.name, item.step) for item in found.new_targets] == [("role=db", 1)]
    assert [(item.name, item.detail) for item in found.new_privileges] == [("sudo", "elevation")]


def test_steps_are_told_apart_by_what_became_of_them() -> None:
    found = change(LOOK + ASK + DROP, DROP + LOOK.replace("df -h", "df -hT") + MASKED)
    assert marks(found) == [
        ("drop", "same", True),
        ("look", "changed", False),
        ("ask", "removed", False),
        ("list", "added", False),
    ]
    look = found.steps[1]
    assert [(f.field, f.before, f.after) for f in look.fields] == [
        ("command", "df -h {{ host }}", "df -hT {{ host }}")
    ]
    assert look.before is not None
    assert look.was == 1
    assert found.old_path == "runbooks/a.yaml"
    assert [item.name for item in found.new_privileges] == ["PG"]


def test_spans_are_those_of_the_command_and_not_of_its_sample() -> None:
    found = change(None, DROP)
    step = found.steps[0].after
    assert step is not None
    assert step.scanner is not None
    texts = {(step.command or "")[span.start : span.end] for span in step.scanner.spans}
    assert "rm -rf /srv/{{ host }}" in texts


def test_one_key_never_runs_by_itself_and_says_so() -> None:
    found = change(None, LOOK, (AUDIT, AUDIT))
    step = found.steps[0].after
    assert step is not None
    assert step.merge is not None
    assert (step.shown, step.merge.keys, step.merge.rule, step.runs_by_itself) == ("unknown", 1, 4, False)
    assert "risk_not_safe" in step.waits_because


def test_a_broken_file_says_where() -> None:
    found = change(LOOK, LOOK + "      colour: blue\n", moved_from="runbooks/b.yaml")
    assert (found.change, found.before is None) == ("broken", False)
    assert found.name == "lag"
    assert found.places[0].line > 0


def test_a_retired_runbook_shows_what_went() -> None:
    found = change(LOOK + DROP, None)
    assert (found.change, found.after) == ("retired", None)
    assert marks(found) == [("look", "removed", False), ("drop", "removed", False)]


def test_conditions_are_words() -> None:
    step = (
        "    - {id: go, title: Go, command: df, needs: [ask], "
        "when: {all: [{step: ask, answer: 'yes'}, {not: {step: look, exitCode: [0]}}]}}\n"
    )
    found = change(None, LOOK + ASK + step)
    last = found.steps[-1].after
    assert last is not None
    assert last.when == "step 2 is answered “yes”, and not (step 1 exits with 0)"


@given(st.permutations(range(6)))
def test_what_did_not_move_is_a_longest_run_in_order(pairs: list[int]) -> None:
    moved = moved_steps(pairs)
    stays = [old for new, old in enumerate(pairs) if new not in moved]
    assert stays == sorted(stays)
    longest = max(
        sum(1 for bit in range(6) if mask >> bit & 1)
        for mask in range(64)
        if (chosen := [pairs[bit] for bit in range(6) if mask >> bit & 1]) == sorted(chosen)
    )
    assert len(stays) == longest


def test_a_raised_trust_level_says_from_what() -> None:
    before = judge_file("runbooks/a.yaml", "runbook", (HEAD + LOOK).encode())
    text = (HEAD + LOOK).replace("spec:\n", "spec:\n  trustLevel: 2\n")
    after = judge_file("runbooks/a.yaml", "runbook", text.encode())
    (found,), _ = compare_files([before], [after], (STRICT, STRICT), 30)
    assert [(item.field, item.before, item.after) for item in found.fields] == [("trustLevel", "1", "2")]


def test_what_a_step_touches_names_the_variables_that_have_no_example() -> None:
    removal = "rm -rf /srv/{{ volume }}/{{ pod }} /srv/{{ pod }} /srv/{{ host }} /srv/value"
    step = f"    - {{id: rid, title: Rid, command: '{removal}', risk: dangerous, confirm: srv}}\n"
    found = change(LOOK, LOOK + step)
    names = ["/srv/{{ volume }}/{{ pod }}", "/srv/{{ pod }}", "/srv/db-1", "/srv/value"]
    assert [item.name for item in found.new_resources] == names


def test_where_a_word_decides_what_is_touched_the_first_answer_is_shown() -> None:
    sample = named_resources(
        Runbook.from_json(document(command("a", command="do {{ pod }}"), variables=[{"name": "pod"}])),
        "do {{ pod }}",
        ("value",),
        lambda text: (text, "more"),
    )
    assert sample == ("value",)
