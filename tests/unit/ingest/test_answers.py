"""Answers and corrections of a person change the document, and only where they say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.corrections import Overrides, VariableChange
from ingest.pipeline import Preview, preview
from ingest.propose import build_proposal
from ingest.questions import Answer
from schemas.errors import Unprocessable
from schemas.risk import Risk
from schemas.verdict import Advice
from tests.unit.ingest.texts import judged

TEXT = """# The queue is late

More than 500 messages or 10 minutes are late.

1. Check whether the lag is too high.
2. Restart the queue.
3. Run `kubectl rollout restart deploy/queue -n <namespace>`
4. Run `sort <input > out`
"""


def asked(text: str = TEXT, **more: Any) -> dict[str, dict[str, Any]]:
    """The open questions of a preview by their kind."""
    return {item["kind"]: item for item in preview(text, **more).to_json()["ambiguities"]}


def answered(kind: str, answer: Answer) -> Preview:
    """The preview with one question answered."""
    return preview(TEXT, answers={asked()[kind]["id"]: answer})


def test_questions_have_options_from_the_text_and_ids_that_stay() -> None:
    questions = asked()
    threshold = questions["unknown_threshold"]
    assert [option["label"] for option in threshold["options"]] == [
        "10 minutes",
        "Whoever runs it decides",
    ]
    command = questions["missing_command"]
    assert command["options"][0]["label"].startswith("kubectl rollout restart")
    moved = asked(TEXT.replace("More than", "\n\nAs a rule, more than"))
    assert {kind: item["id"] for kind, item in moved.items()} == {
        kind: item["id"] for kind, item in questions.items()
    }


def test_a_value_is_named_in_the_step_and_the_question_is_closed() -> None:
    made = answered("unknown_threshold", Answer(option="value-1"))
    assert "too high (10 minutes)" in (made.runbook.spec.steps[0].manual or "")
    shown = made.to_json()
    assert "unknown_threshold" not in {item["kind"] for item in shown["ambiguities"]}
    assert [(item["answer"], item["step"]) for item in shown["answered"]] == [
        ({"option": "value-1"}, made.runbook.spec.steps[0].id)
    ]
    assert shown["unused"] == []
    judged(made)


def test_an_answered_command_is_scanned_and_gated_like_any_other() -> None:
    made = answered("missing_command", Answer(value="rm -rf /var/queue"))
    step = made.built.steps[1]
    assert step.step.command == "rm -rf /var/queue"
    assert step.step.risk is Risk.DANGEROUS
    assert step.command_span is None
    judged(made)


def test_an_instruction_stays_one_where_that_is_the_answer() -> None:
    made = answered("missing_command", Answer(option="by-hand"))
    assert made.runbook.spec.steps[1].manual == "Restart the queue."
    assert "missing_command" not in {item.kind for item in made.runbook.spec.ambiguities}


def test_what_nothing_asks_is_unused_and_a_bad_value_is_refused() -> None:
    made = preview(TEXT, answers={"q-0": Answer(option="keep")})
    assert made.to_json()["unused"] == ["q-0"]
    with pytest.raises(Unprocessable, match="can't be"):
        answered("missing_command", Answer(value="a\x01b"))


def test_a_variable_is_renamed_or_given_a_value_everywhere() -> None:
    code = "```\nkubectl get pod <pod> -n <namespace>\n```"
    text = f"# A\n\n- Look at <pod> in {{{{ namespace }}}}.\n- Then:\n\n{code}\n"
    renamed = preview(text, overrides=Overrides(variables={"namespace": VariableChange(name="ns")}))
    assert renamed.runbook.spec.steps[1].command == "kubectl get pod {{ pod }} -n {{ ns }}"
    assert "{{ ns }}" in (renamed.runbook.spec.steps[0].manual or "")
    given = preview(text, overrides=Overrides(variables={"namespace": VariableChange(value="prod")}))
    assert given.runbook.spec.steps[1].command == "kubectl get pod {{ pod }} -n prod"
    assert [item.name for item in given.runbook.spec.variables] == ["pod"]
    other = preview(text, overrides=Overrides(variables={"host": VariableChange(value="x")}))
    assert other.to_json()["unused"] == ["variables.host"]
    for bad in (VariableChange(value="a;id"), VariableChange(name="end")):
        with pytest.raises(Unprocessable):
            preview(text, overrides=Overrides(variables={"namespace": bad}))


def test_title_service_and_name_take_the_place_of_what_was_found() -> None:
    text = "# TargetDownAlert\n\nService: payments\n\n- Run `df -h`\n"
    found = preview(text)
    assert (found.runbook.metadata.service, found.to_json()["alerts"]) == ("payments", ["TargetDownAlert"])
    made = preview(text, overrides=Overrides(title="Disks", service="", name="disks"))
    metadata = made.runbook.metadata
    assert (metadata.name, metadata.title, metadata.service) == ("disks", "Disks", None)


def test_another_answer_is_another_proposal() -> None:
    def key(made: Preview) -> str:
        return build_proposal(made, author="a", at=datetime(2026, 1, 1, tzinfo=UTC)).key

    assert key(preview(TEXT)) == key(preview(TEXT, answers={"q-0": Answer(option="keep")}))
    assert key(preview(TEXT)) != key(answered("missing_command", Answer(option="by-hand")))


def test_advice_is_the_second_key() -> None:
    def advise(command: str, finding: object) -> Advice:
        assert finding
        return Advice(risk=Risk.DANGEROUS if "rm" in command else Risk.SAFE, confidence=990, reasoning="x")

    said = {"confidence": 990, "advisorWhy": "x", "by": "none:"}
    shown = preview("# A\n\n```\ndf -h\nmkdir rm\n```\n", advise=advise).to_json()
    assert [(step["risk"], step["keys"]) for step in shown["steps"]] == [
        ("safe", {"given": 2, "of": 2, "scanner": "safe", "advisor": "safe", **said}),
        ("dangerous", {"given": 2, "of": 2, "scanner": "caution", "advisor": "dangerous", **said}),
    ]
    alone = preview("# A\n\n```\ndf -h\n```\n").to_json()
    assert alone["steps"][0]["keys"] == {"given": 1, "of": 2, "scanner": "safe"}
    assert (alone["steps"][0]["risk"], alone["steps"][0]["unknown"]) == ("caution", True)


def test_open_questions_reach_every_step_downstream_and_the_point_of_no_return_is_marked() -> None:
    checked = "# A\n\n- Run `df -h`\n- Check whether it is too high.\n"
    text = f"{checked}- Run `rm -rf /var/x`\n- Run `rm -rf /var/y`\n"
    steps = preview(text).to_json()["steps"]
    assert [len(step["openQuestions"]) for step in steps] == [0, 1, 1, 1]
    assert [step.get("pointOfNoReturn", False) for step in steps] == [False, False, True, False]
