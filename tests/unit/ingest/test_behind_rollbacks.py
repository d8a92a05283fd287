"""What stands behind a rollback is asked about; a rollback of several commands stops where one fails."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from ingest.questions import Answer
from tests.unit.ingest.test_rollbacks import DOWN, UP, commands, made_of

BEHIND = {
    "a paragraph behind a list under a line": f"Rollback\n\n1. `{UP}`\n\nThen run `{{}}`.\n",
    "a paragraph behind a list under a heading": f"## Rollback\n\n1. `{UP}`\n\nRun it with `{{}}`.\n",
    "a paragraph that leads to code": f"## Rollback\n\n1. `{UP}`\n\nThen run it:\n\n```bash\n{{}}\n```\n",
    "a second paragraph under a line": f"Rollback\n\nRun `{UP}`.\n\nThen run `{{}}`.\n",
    "a remark between": f"Rollback\n\nRun `{UP}`.\n\nThis takes five minutes.\n\nRun `{{}}`.\n",
    "an item behind code under a line": f"Rollback\n\n```bash\n{UP}\n```\n\n2. `{{}}`\n",
    "the second item behind one that only leads": f"2. To roll back:\n3. `{UP}`\n4. `{{}}`\n",
}


@pytest.mark.parametrize("told", BEHIND.values(), ids=BEHIND.keys())
@pytest.mark.parametrize("command", ["systemctl restart app", "systemctl start old"])
def test_what_stands_behind_a_rollback_is_asked_about(told: str, command: str) -> None:
    """It neither runs forward by itself nor joins the rollback, though its inverse may stand above."""
    text = f"# A\n\n1. `{DOWN}`\n{'' if '2. To' in told else chr(10)}{told.format(command)}"
    made = made_of(text.replace("# A\n\n", "# A\n\n0. `systemctl stop old`\n"))
    found = commands(made)
    assert found[DOWN] == (UP, False)
    assert found[command][1] is True
    (asked,) = [
        item for item in made.built.asked if "forward" in [option.id for option in item.question.options]
    ]
    assert asked.step == next(step.id for step in made.runbook.spec.steps if step.command == command)

    forward = preview(made.normalized.text, "markdown", answers={asked.key: Answer(option="forward")})
    assert commands(forward)[command][1] is False
    assert commands(forward)[DOWN] == (UP, False)
    other = next(option.id for option in asked.question.options if option.id.startswith("step-"))
    undoing = commands(preview(made.normalized.text, "markdown", answers={asked.key: Answer(option=other)}))
    assert command not in undoing and any(command in (undo or "") for undo, _ in undoing.values())


def test_an_item_that_only_leads_is_about_the_next_one() -> None:
    made = made_of(
        "# A\n\n1. `helm upgrade api`\n2. To roll back:\n3. `helm rollback api 3`\n\n## Next\n\n`df -h`\n"
    )
    assert commands(made) == {"helm upgrade api": ("helm rollback api 3", False), "df -h": (None, False)}
    assert made.runbook.spec.ambiguities == ()


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("systemctl daemon-reload\nsystemctl start app", "systemctl daemon-reload &&\nsystemctl start app"),
        ("test -f /x || touch /x\nsystemctl start app", "test -f /x || touch /x &&\nsystemctl start app"),
        ("systemctl daemon-reload; df\nsystemctl start app", None),
        ("nohup app &\nsystemctl start app", None),
        ("cat > /x <<E\n1\nE\nsystemctl start app", None),
    ],
)
def test_a_rollback_of_several_commands_stops_at_the_first_that_fails(lines: str, joined: str | None) -> None:
    shown = lines.replace("\n", "\n   ")
    made = made_of(
        f"# A\n\n1. Stop it: `systemctl stop app`\n\n   To undo:\n\n   ```bash\n   {shown}\n   ```\n"
    )
    (step,) = made.runbook.spec.steps
    assert step.rollback is not None and step.rollback.command == joined
    if joined is None:
        by_hand = step.rollback.impossible or ""
        assert all(line in by_hand for line in lines.split("\n"))


@pytest.mark.parametrize(
    "told",
    [
        "To undo step 1 restore it:\n\n```bash\n{}\n```\n",
        "To roll back step 1, run `{}`.\n",
        "Rollback of step 1: `{}`\n",
    ],
)
def test_a_step_that_is_named_by_its_number_is_asked_about(told: str) -> None:
    """It never runs forward, and is not taken for the rollback of the step that happens to stand above."""
    undo = "curl -XPOST localhost:9200/_snapshot/a/b/_restore"
    made = made_of(
        f"# A\n\n1. `curl -XDELETE localhost:9200/a`\n2. `systemctl restart x`\n\n{told.format(undo)}"
    )
    assert commands(made)[undo] == (None, True)
    assert [item.question.question for item in made.built.asked][-1] == "Which step does this undo?"
