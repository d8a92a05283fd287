"""What lets a step run by itself in more cases than before, each told in words; and what does not."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from controller.governance.documents import judge_file
from controller.governance.pinning import InForce
from controller.review.body import pull_body
from controller.review.change import ChangedFile, Serving
from controller.review.checks import ChangeReport, check_change
from controller.review.contents import content_of
from controller.review.own_runs import SENTENCES_MAX, compare_own_runs
from controller.review.sides import compare_files
from controller.review.step_facts import Content
from controller.review.views import RunbookChange
from ingest.advisor.advising import LOCAL
from schemas.flags import ALL_ON
from schemas.policy import Policy
from schemas.risk import Risk

AUDIT: Final = InForce(Policy(governance_mode="audit"), ALL_ON, "sha256:" + "0" * 64, "c" * 40)
PATH: Final = "runbooks/disk.yaml"
Step = dict[str, Any]


def document(*steps: Step, **spec: Any) -> bytes:
    titled = [{"title": str(step["id"]).capitalize()} | step for step in steps]
    spec = {"trustLevel": 2, "target": {"labels": {"role": "host"}}, "steps": titled} | spec
    metadata = {"name": "disk", "title": "Disk", "service": "pay"}
    whole = {"apiVersion": "dd0c.run/v1", "kind": "Runbook", "metadata": metadata, "spec": spec}
    return json.dumps(whole).encode()


def compared(old: bytes, new: bytes) -> tuple[RunbookChange, ChangeReport]:
    was, will = (judge_file(PATH, "runbook", each, LOCAL) for each in (old, new))
    assert not was.errors + will.errors, (was.errors, will.errors)
    assert was.runbook is not None
    (shown,), _ = compare_files([was], [will], (AUDIT, AUDIT), 30)
    serving = Serving({"disk": PATH}, {"disk": was.runbook.document}, {"disk": was}, AUDIT)
    return shown, check_change([ChangedFile(PATH, "runbook", will)], serving)


def run(name: str, command: str = "df -h", **more: Any) -> Step:
    return {"id": name, "command": command} | more


def ask(name: str = "ask", text: str = "Look and decide", **more: Any) -> Step:
    return {"id": name, "manual": text} | more


def code(step: str, *codes: int) -> dict[str, Any]:
    return {"step": step, "exitCode": list(codes)}


PROBE: Final = run("probe")
NEVER: Final = run("never", "uptime", needs=["probe"], when=code("probe", 99))
LOOK: Final = "kubectl get pods"
BOARD: Final = {"id": "board", "text": "The board said yes"}
REACHES: Final = {"id": "reaches", "text": "It answers", "check": {"command": "kubectl version"}}


def behind(*needs: str, **more: Any) -> Step:
    return run("look", LOOK, needs=list(needs), **more)


SKIPPED: Final = ask(needs=["never"])
RESTART: Final = run("gate", "systemctl restart web", risk="dangerous", confirm="web")

WIDER: Final[dict[str, tuple[bytes, bytes, str]]] = {
    "a person's gate is skipped by what it needs": (
        document(PROBE, NEVER, ask(needs=["probe"]), behind("ask", "probe")),
        document(PROBE, NEVER, SKIPPED, behind("ask", "probe")),
        "“Look” waits for “Ask” in fewer cases than before",
    ),
    "a gate is asked under a condition": (
        document(PROBE, RESTART, behind("probe", "gate")),
        document(PROBE, RESTART | {"when": code("probe", 99)}, behind("probe", "gate")),
        "“Look” waits for “Gate” in fewer cases than before",
    ),
    "it no longer waits for a person": (
        document(PROBE, ask(), behind("ask")),
        document(PROBE, ask(), behind("probe")),
        "“Look” no longer waits for “Ask”",
    ),
    "it goes before a person for whom it did not wait": (
        document(ask(), behind()),
        document(behind(), ask(needs=[])),
        "“Look” no longer waits for “Ask”",
    ),
    "a branch is lost": (
        document(PROBE, NEVER, behind("never")),
        document(PROBE, NEVER, behind("probe")),
        "“Look” runs under another condition than before",
    ),
    "a branch goes with the step that had it": (
        document(PROBE, NEVER, behind("never")),
        document(PROBE, behind("probe")),
        "“Look” runs under another condition than before",
    ),
    "a second way leads to it": (
        document(PROBE, NEVER, behind("never")),
        document(PROBE, NEVER, behind("never", "probe")),
        "“Look” runs under another condition than before",
    ),
    "ids are swapped": (
        document(PROBE, run("other", "uptime", needs=[]), behind("probe", "other", when=code("probe", 1))),
        document(
            run("other"), run("probe", "uptime", needs=[]), behind("probe", "other", when=code("probe", 1))
        ),
        "“Look” runs under another condition than before",
    ),
    "the first of two equal commands decides, not the second": (
        document(PROBE, ask(), run("again"), behind("again", when=code("again", 0))),
        document(PROBE, ask(), run("again"), behind("again", when=code("probe", 0))),
        "“Look” runs under another condition than before",
    ),
    "what is expected upstream is loosened": (
        document(PROBE, behind("probe")),
        document(PROBE | {"expect": {"exitCodes": [0, 1, 2, 255]}}, behind("probe")),
        "“Look” now also runs where “Probe” exits with 1, 2 and 255",
    ),
    "what must be printed upstream is": (
        document(PROBE | {"expect": {"output": "ok"}}, behind("probe")),
        document(PROBE | {"expect": {"output": ".*"}}, behind("probe")),
        "“Look” now also runs where “Probe” prints something else than it had to",
    ),
    "a new branch names a failure, which stops nothing any more": (
        document(PROBE, behind("probe")),
        document(PROBE, ask("repair", needs=["probe"], when=code("probe", 1)), behind("probe")),
        "“Look” now also runs where “Probe” exits with 1",
    ),
    "a branch for whatever is not success does": (
        document(PROBE, behind("probe")),
        document(PROBE, ask("repair", needs=["probe"], when={"not": code("probe", 0)}), behind("probe")),
        "“Look” now also runs where “Probe” fails in any way",
    ),
    "prerequisites go": (
        document(PROBE, prerequisites=[BOARD, REACHES]),
        document(PROBE, prerequisites=[REACHES]),
        "“Probe” no longer waits for the prerequisite “The board said yes”",
    ),
    "the check of a prerequisite goes": (
        document(PROBE, prerequisites=[REACHES]),
        document(PROBE, prerequisites=[{"id": "reaches", "text": "It answers"}]),
        "“Probe” no longer waits for the prerequisite “It answers”",
    ),
    "it may run for longer": (
        document(PROBE | {"timeout": "10s"}),
        document(PROBE | {"timeout": "1h"}),
        "“Probe” may run for 1h instead of 10s",
    ),
    "it may be tried more often": (
        document(PROBE | {"idempotent": True}),
        document(PROBE | {"idempotent": True, "retries": 2}),
        "“Probe” may be tried 3 times instead of 1",
    ),
}


@pytest.mark.parametrize("name", WIDER)
def test_what_lets_a_step_run_alone_in_more_cases_is_flagged_and_told(name: str) -> None:
    old, new, told = WIDER[name]
    shown, report = compared(old, new)
    assert told in shown.looser, shown.looser
    assert told in [note.place.message for note in report.notes if note.place.code == "widened"]
    assert report.check.status == "attention"
    assert shown.begins_alone
    assert "in more cases than before" in pull_body([shown])
    assert "looser" in shown.to_json()


SAME: Final[dict[str, tuple[bytes, bytes]]] = {
    "ids are renamed": (
        document(PROBE, NEVER, ask(needs=["probe"]), behind("ask", "never", when={"not": code("probe", 1)})),
        document(
            run("a"), run("b", "uptime", needs=["a"], when=code("a", 99)), ask("c", needs=["a"]),
            run("d", LOOK, needs=["c", "b"], when={"not": code("a", 1)}),
        ),
    ),
    "independent steps stand in another order": (
        document(run("a", needs=[]), run("b", "uptime", needs=[]), run("c", LOOK, needs=[])),
        document(run("c", LOOK, needs=[]), run("b", "uptime", needs=[]), run("a", needs=[])),
    ),
    "a gate stands before what it did not hold back": (
        document(PROBE, ask(needs=[])), document(ask(), PROBE | {"needs": []})
    ),
    "a gate more": (document(PROBE, behind("probe")), document(PROBE, ask(), behind("ask"))),
    "a gate more before all": (document(PROBE, behind("probe")), document(ask(), PROBE, behind("probe"))),
    "a tighter expectation": (
        document(PROBE | {"expect": {"exitCodes": [0, 1]}}, behind("probe")),
        document(PROBE | {"expect": {"exitCodes": [0], "output": "ok"}}, behind("probe")),
    ),
    "a tighter condition": (
        document(PROBE, behind("probe", when=code("probe", 0, 1))),
        document(PROBE, ask(), behind("ask", when={"all": [code("probe", 1), code("probe", 0, 1)]})),
    ),
    "one of two conditions": (
        document(PROBE, behind("probe", when={"any": [code("probe", 0), code("probe", 1)]})),
        document(PROBE, behind("probe", when={"any": [code("probe", 1)]})),
    ),
    "a prerequisite more, and one under another id": (
        document(PROBE, prerequisites=[BOARD]),
        document(PROBE, prerequisites=[REACHES, BOARD | {"id": "yes"}]),
    ),
    "a gate of the other arm of a branch is another one": (
        document(PROBE, ask(when=code("probe", 1)), behind("probe", when=code("probe", 0))),
        document(PROBE, ask(text="Decide", when=code("probe", 1)), behind("probe", when=code("probe", 0))),
    ),
    "less time, fewer tries, other words": (
        document(PROBE | {"timeout": "1h", "idempotent": True, "retries": 2}),
        document(PROBE | {"timeout": "10s", "title": "Other", "notes": "Look"}),
    ),
    "a lone step becomes a gate": (
        document(PROBE, behind("probe")), document(PROBE | {"risk": "caution"}, behind("probe"))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_what_widens_nothing_does_not_cry(name: str) -> None:
    old, new = SAME[name]
    shown, report = compared(old, new)
    assert shown.begins_alone == ()
    assert shown.looser == ()
    assert "widened" not in [note.place.code for note in report.notes]
    assert shown.after is not None
    assert shown.after.runs_by_itself
    assert Risk.SAFE.value in shown.after.profile


def test_one_reason_of_several_steps_is_one_sentence() -> None:
    steps = [run(f"s{number}", f"df -h /{number}") for number in range(12)]
    shown, _ = compared(document(ask(), *steps), document(steps[0] | {"needs": []}, *steps[1:]))
    assert shown.begins_alone == tuple(range(1, 13))
    named = ", ".join(f"“S{number}”" for number in range(10))
    assert shown.looser == (f"{named} and 2 more no longer wait for “Ask”",)


def test_alerts_for_which_it_was_not_offered_are_told() -> None:
    """Nothing starts by itself on an alert, but what is offered is started."""
    one = {"source": "alertmanager", "labels": {"alertname": "Full"}}
    for old, new, told in (
        ([one], [{"source": "alertmanager", "labels": {"alertname": {"pattern": ".*"}}}], True),
        ([one], [{"labels": {"alertname": "Full"}}], True),
        ([], [one], True),
        ([one], [one | {"labels": {"alertname": "Full", "env": "prod"}}], False),
        ([{"labels": {"alertname": ["Full", "Slow"]}}], [one], False),
        ([one], [], False),
    ):
        _, report = compared(document(PROBE, alerts=old), document(PROBE, alerts=new))
        assert ("alerts" in [note.place.code for note in report.notes]) == told, (old, new)


def test_a_long_chain_of_conditions_is_compared_and_what_is_too_much_to_show_counts_as_wider() -> None:
    """Each step under a condition on the one before it: no deep stack, no endless search."""

    def chain(first: int) -> Content:
        steps = [run("s0")]
        for number in range(1, 150):
            asked = code(f"s{number - 1}", first if number == 1 else 0)
            steps.append(run(f"s{number}", when=asked))
        found = content_of(judge_file(PATH, "runbook", document(*steps), LOCAL), AUDIT)
        assert found is not None
        return found

    old, new = chain(0), chain(1)
    facts = old.facts()
    wider = compare_own_runs(old, new, facts, new.facts())
    assert [each.facts.number for each in wider.begins] == list(range(2, 151))
    assert len(wider.looser) == SENTENCES_MAX
    assert compare_own_runs(old, old, facts, facts).begins == ()
