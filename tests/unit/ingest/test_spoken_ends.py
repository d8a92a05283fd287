"""A dangerous command without a mark of code: where it ends is asked where words may not be its own."""

from __future__ import annotations

import pytest

from ingest.pipeline import Preview, preview
from ingest.questions import Answer

ASKED = "Where does this command end?"


def offered(made: Preview) -> list[str]:
    """The commands that the question offers; empty where it is not asked."""
    return [
        option.value
        for item in made.built.asked
        if item.question.question.startswith(ASKED)
        for option in item.question.options
        if option.act == "command"
    ]


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("- rm -rf /data/old replica data", ["rm -rf /data/old replica", "rm -rf /data/old"]),
        (
            "- kubectl delete ns staging prod stays",
            ["kubectl delete ns staging prod", "kubectl delete ns staging"],
        ),
        ("Fix: rm -rf /var/cache/nginx carefully", ["rm -rf /var/cache/nginx"]),
        ("- rm -rf /srv/<name of it> carefully", ["rm -rf /srv/<name of it>"]),
    ],
)
def test_where_it_ends_is_asked_and_the_step_depends_on_it(text: str, shorter: list[str]) -> None:
    made = preview(f"# A\n\n{text}\n")
    assert offered(made) == shorter
    steps = {item.step for item in made.runbook.spec.ambiguities if item.question.startswith(ASKED)}
    assert steps == {made.runbook.spec.steps[0].id}


@pytest.mark.parametrize(
    "text",
    [
        "- `rm -rf /data/old replica data`",
        "```bash\nrm -rf /data/old replica data\n```",
        "- kubectl delete pod web-1 web-2",
        "- kubectl delete ns staging",
        "- kubectl get pods staging prod",
    ],
)
def test_a_marked_one_and_one_that_can_end_nowhere_else_are_not_asked_about(text: str) -> None:
    assert offered(preview(f"# A\n\n{text}\n")) == []


def test_the_answer_is_the_command() -> None:
    text = "# A\n\n- rm -rf /data/old replica data\n"
    made = preview(text)
    key = next(item.key for item in made.built.asked if item.question.question.startswith(ASKED))
    answered = preview(text, answers={key: Answer(option="command-2")})
    assert [step.command for step in answered.runbook.spec.steps] == ["rm -rf /data/old"]
    kept = preview(text, answers={key: Answer(option="whole")})
    assert [step.command for step in kept.runbook.spec.steps] == ["rm -rf /data/old replica data"]
    assert offered(answered) == offered(kept) == []
