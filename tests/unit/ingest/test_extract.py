"""Steps, prerequisites, branches, questions; what is forbidden; each block accounted for once."""

from __future__ import annotations

import pytest

from ingest.extract.rules import extract
from ingest.normalize import normalize
from ingest.pipeline import preview
from schemas.errors import Unprocessable
from tests.unit.ingest.texts import commands, steps

BRANCHED = """# Disk full

1. Run `df -h`.
2. If the disk is full, run `journalctl --vacuum-size=1G`.
3. Otherwise, run `systemctl restart app`.
4. Run `uptime`.
"""


def test_every_sentence_is_accounted_once_and_in_order() -> None:
    text = (
        BRANCHED
        + "\n## Notes\n\nIt happens.\n\n```yaml\na: 1\n```\n\n| a | b |\n|---|---|\n| 1 | `df -h` |\n"
    )
    blocks = normalize(text).blocks
    accounts = extract(blocks).accounts
    assert [item.span for item in accounts] == sorted(item.span for item in accounts)
    for block in blocks:
        inside = [item for item in accounts if block.line <= item.line and item.end_line <= block.end_line]
        assert "".join(" ".join(item.text for item in inside).split()) == "".join(block.text.split())
    assert all(item.detail for item in accounts)


def test_a_condition_is_a_question_and_both_ways_join() -> None:
    first, question, then, otherwise, after = steps(BRANCHED)
    assert (first.command, after.command) == ("df -h", "uptime")
    assert question.answers == ("yes", "no")
    assert then.when is not None
    assert (then.when.step, then.when.answer) == (question.id, "yes")
    assert otherwise.when is not None
    assert (otherwise.when.step, otherwise.when.answer) == (question.id, "no")
    assert otherwise.needs == (question.id, then.id)
    # The question is never skipped by its own answer, so neither is the step behind the branch.
    assert after.when is None
    assert after.needs == (question.id, otherwise.id)


def test_unless_is_the_other_answer() -> None:
    *_, guarded = steps("# A\n\n- Unless it is healthy, run `systemctl restart app`.\n")
    assert guarded.when is not None
    assert guarded.when.answer == "no"


def test_nested_items_stand_under_their_condition() -> None:
    text = "# A\n\n- If the pod hangs:\n  - Run `kubectl get events`.\n  - Run `df -h`.\n- Run `uptime`.\n"
    question, one, two, after = steps(text)
    assert [step.when is not None and step.when.step == question.id for step in (one, two)] == [True, True]
    assert after.when is None


def test_the_same_words_further_down_ask_again() -> None:
    text = "# A\n\n1. If it fails, run `df -h`.\n2. Run `uptime`.\n3. If it fails, run `free -m`.\n"
    made = steps(text)
    assert sum(bool(step.answers) for step in made) == 2
    assert preview(text).runbook.order() == tuple(step.id for step in made)


def test_prerequisites_by_heading_and_by_sentence() -> None:
    text = "# A\n\nYou need VPN access.\n\n## Prerequisites\n\n- a kubeconfig\n\n## Steps\n\n- Run `df -h`\n"
    found = preview(text).runbook.spec.prerequisites
    assert [item.text for item in found] == ["You need VPN access.", "a kubeconfig"]


def test_a_prerequisite_inside_a_paragraph_takes_nothing_else_with_it() -> None:
    made = preview("# A\n\nYou need sudo on the host. Check the panel first.\n").runbook
    assert [item.text for item in made.spec.prerequisites] == ["You need sudo on the host."]
    assert [step.manual for step in made.spec.steps] == ["Check the panel first."]


def test_what_a_late_step_asks_for_stays_in_it() -> None:
    text = "# A\n\n" + "- Run `df -h`\n" * 4 + "- Make sure you are on the new primary.\n"
    made = preview(text).runbook
    assert made.spec.prerequisites == ()
    assert made.spec.steps[-1].manual == "Make sure you are on the new primary."


def test_questions_name_the_step_they_concern() -> None:
    made = preview("# A\n\n- Restart the service.\n- If the lag is too high, wait a while.\n")
    kinds = {item.kind.value: item.step for item in made.runbook.spec.ambiguities}
    assert kinds["missing_command"] == "restart-the-service"
    assert "vague" in kinds


def test_a_ban_is_no_title_of_what_follows() -> None:
    (step,) = steps("# A\n\n## Look\n\nNever run `rm -rf /srv`.\n\n```bash\ndf -h\n```\n")
    assert (step.command, step.title) == ("df -h", "Look")


@pytest.mark.parametrize(
    "text",
    [
        "Do not restart all consumers.",
        "- Do not run `rm -rf /srv`.",
        "- Don't run `rm -rf /srv` here.",
        "- Don’t ever use `rm -rf /srv`.",
        "- Never run `rm -rf /srv`.",
        "- You must not run `rm -rf /srv`.",
        "- Avoid using `rm -rf /srv`.",
        "- `rm -rf /srv` must never be run.",
        "- `rm -rf /srv` should not be used.",
        "- If in doubt, do not run `rm -rf /srv`.",
        "- Please do not restart the database.",
        "Do not run this:\n\n```bash\nrm -rf /srv\n```",
        "Never do this:\n\n```\n$ rm -rf /srv\n```",
        "Never do the following:\n\n- Run `rm -rf /srv`\n- Restart the database",
        "- Do not do any of these:\n  - Run `rm -rf /srv`\n  - Delete the volume",
        "## What not to do\n\n```bash\nrm -rf /srv\n```\n\n- Run `rm -rf /srv`",
        "```bash\n# never run this\nrm -rf /srv\n```",
        "| when | command |\n|---|---|\n| never run this | `rm -rf /srv` |",
        "Old way (never do this):\n\n```\nrm -rf /srv\n```",
        "Empty it (do not use in production):\n\n```\nrm -rf /srv\n```",
        "Don't run the command below.\n\n```sh\nrm -rf /srv\n```",
    ],
)
def test_what_is_forbidden_becomes_no_step(text: str) -> None:
    with pytest.raises(Unprocessable):
        preview(f"# A\n\n{text}\n", "markdown")
    made = preview(f"# A\n\n- Run `df -h`.\n\n{text}\n\n## End\n\n- Run `uptime`.\n", "markdown")
    assert [step.command for step in made.runbook.spec.steps] == ["df -h", "uptime"]


@pytest.mark.parametrize(
    "text",
    ["- Don't forget to run `df -h`.", "- If you do not see it, run `df -h`.", "- Don't panic. Run `df -h`.",
     "- Do not hesitate to run `df -h`.", "Do not interrupt it.\n\n```bash\ndf -h\n```",
     "Never run `rm -rf /srv`.\n\n```bash\ndf -h\n```",
     "If it ran away, look at it (do NOT delete it):\n\n```bash\ndf -h\n```"],
)  # fmt: skip
def test_what_only_sounds_forbidden_is_a_step(text: str) -> None:
    assert commands(f"# A\n\n{text}\n", "markdown") == ["df -h"]


def test_a_remark_is_no_instruction_and_an_adverb_hides_none() -> None:
    text = (
        "# A\n\n- Note: the operator is old.\n- Note that it is slow.\n- Manually remove the node.\n"
        "- Note the name of the node.\n- Initiate the rollback.\n\nRun `uptime`.\n"
    )
    steps = preview(text, "markdown").runbook.spec.steps
    assert [step.manual for step in steps] == [
        "Manually remove the node.",
        "Note the name of the node.",
        "Initiate the rollback.",
        None,
    ]


def test_a_table_of_contents_is_no_list_of_steps() -> None:
    text = "# A\n\n1. [Check the node](#one)\n2. [Restart it](#two)\n\n## One {#one}\n\n```\nuptime\n```\n"
    steps = preview(text, "markdown").runbook.spec.steps
    assert [(step.title, step.command) for step in steps] == [("One", "uptime")]


def test_a_list_below_a_bold_line_says_what_must_be_true_first() -> None:
    text = "# A\n\n**Prerequisites & details:**\n\n- Version is 5\n- VPN\n\nThen run `uptime`.\n"
    made = preview(text, "markdown")
    assert [item.text for item in made.runbook.spec.prerequisites] == ["Version is 5", "VPN"]
    assert [step.command for step in made.runbook.spec.steps] == ["uptime"]


def test_labels_that_say_nothing_and_lines_behind_a_break() -> None:
    text = "# A\n\n```cmd\nuptime\n```\n\nConnect: <br>\npsql -h db -U app\n\n```cmd\ndrop table a;\n```\n"
    made = preview(text, "markdown")
    assert [(item.written, item.dialect) for item in made.built.steps] == [
        ("uptime", "shell"),
        ("psql -h db -U app", "shell"),
        ("drop table a;", "sql"),
    ]
