"""What a text skips in a case waits for the other answer."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from schemas.errors import Unprocessable
from tests.unit.ingest.telling import commands, made_of, told_to_people

CLEAN, CHECK = "rm -rf /var/cache/app", "systemctl restart app"


def waits_for(text: str, command: str, form: str | None = None) -> tuple[str, str] | None:
    """The question that a command waits for, and the answer; None where it waits for none."""
    made = made_of(text, form)
    assert made is not None
    steps = {item.step.id: item.step for item in made.built.steps}
    step = next(item for item in steps.values() if item.command == command)
    if step.when is None:
        return None
    asked = steps[step.when.step or ""]
    return (asked.manual or "").removesuffix(": is that so?"), step.when.answer or ""


@pytest.mark.parametrize(
    "told",
    ["skip to step 4", "go to step 4", "jump ahead to step 4", "proceed directly to step 4", "skip to 4",
     "continue with step #4", "skip step 3", "skip the next step", "skip over the next item"],
)  # fmt: skip
def test_what_a_case_skips_waits_for_the_other_answer(told: str) -> None:
    text = (
        f"# A\n\n1. Check `df -h`.\n2. If the disk is fine, {told}.\n3. Run `{CLEAN}`.\n4. Run `{CHECK}`.\n"
    )
    assert waits_for(text, CLEAN) == ("If the disk is fine", "no")
    assert waits_for(text, CHECK) is None


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("html", "<ol><li>If it is fine, skip to step 3.</li>"
         "<li><code>{a}</code></li><li><code>{b}</code></li></ol>"),
        ("markdown", "1. If it is fine, skip to step 3.\n1. `{a}`\n1. `{b}`\n"),
        ("markdown", "1. If it is fine, skip to step 3.\n\n```\ndf -h\n```\n\n2. Run:\n\n```\n{a}\n"
         "```\n\n3. Run:\n\n```\n{b}\n```\n"),
        ("asciidoc", "= A\n\n. If it is fine, skip to step 3.\n. Clean: `{a}`\n. Restart: `{b}`\n"),
        ("asciidoc", "= A\n\n. If it is fine, skip to <<start>>.\n. Clean: `{a}`\n\n"
         "[[start]]\n== Start\n\n`{b}`\n"),
        ("rst", "A\n=\n\n1. If it is fine, skip to step 3.\n\n2. Clean::\n\n      {a}\n\n"
         "3. Restart::\n\n      {b}\n"),
        ("plain", "FIX IT\n\n1) if it is fine skip to 3\n2) {a}\n3) {b}\n"),
        ("markdown", "# A\n\n## Step 1: Look\n\nIf it is fine, go to step 3.\n\n## Step 2: Clean\n\n`{a}`\n\n"
         "## Step 3: Start\n\n`{b}`\n"),
        ("markdown", "# A\n\n## Look\n\nIf it is fine, skip to the \"Start\" section.\n\n"
         "## Clean\n\n`{a}`\n\n"
         "## Start\n\n`{b}`\n"),
    ],
)  # fmt: skip
def test_numbers_are_those_that_a_reader_sees(form: str, text: str) -> None:
    shown = text.format(a=CLEAN, b=CHECK)
    asked = waits_for(shown, CLEAN, form)
    assert asked is not None
    assert (asked[0].lower(), asked[1]) == ("if it is fine", "no")
    assert waits_for(shown, CHECK, form) is None


@pytest.mark.parametrize(
    "told",
    ["stop here", "stop", "do not continue", "stop and call the DBA"],
)
def test_behind_a_stop_nothing_runs_in_its_case(told: str) -> None:
    text = f"# A\n\n## Check\n\nRun `df -h`. If usage is under 80%, {told}.\n\n## Clean\n\n`{CLEAN}`\n"
    assert waits_for(text, CLEAN) == ("If usage is under 80%", "no")


@pytest.mark.parametrize("told", ["you are done", "no action is needed", "nothing else is to do"])
def test_who_is_done_is_done_with_the_list(told: str) -> None:
    text = f"# A\n\n- Run `df -h`\n- If usage is under 80%, {told}.\n- Run `{CLEAN}`\n\nThen `{CHECK}`.\n"
    assert waits_for(text, CLEAN) == ("If usage is under 80%", "no")
    assert waits_for(text, CHECK) is None


def test_an_answer_may_skip_and_the_other_go_on() -> None:
    text = (
        f"# A\n\n1. Is the pod ready?\n   - Yes: skip to step 3.\n   - No: go on.\n2. Run `{CLEAN}`\n"
        f"3. Run `{CHECK}`\n"
    )
    assert waits_for(text, CLEAN) == ("Is the pod ready?", "no")
    assert waits_for(text, CHECK) is None


@pytest.mark.parametrize(
    "told", ["Skip to step 4.", "If it is slow, go to the console.", "If it fails, go back to step 1.",
             "If it is slow, do not proceed until it is fast."],
)  # fmt: skip
def test_what_skips_nothing_leaves_the_rest(told: str) -> None:
    text = f"# A\n\n1. Check `df -h`.\n2. {told}\n3. Run `{CLEAN}`.\n4. Run `{CHECK}`.\n"
    assert waits_for(text, CLEAN) is None
    assert waits_for(text, CHECK) is None


def test_answers_may_be_headings_beside_their_question() -> None:
    text = (
        "# A\n\n## Is /var full?\n\nRun `df -h /var`.\n\n## If yes\n\nRun `journalctl --vacuum-size=5M`.\n\n"
        f"## If no\n\nCall storage.\n\n## Afterwards\n\nRun `{CHECK}`.\n"
    )
    assert waits_for(text, "df -h /var") is None
    assert waits_for(text, "journalctl --vacuum-size=5M") == ("Is /var full?", "yes")
    assert waits_for(text, CHECK) is None
    made = made_of(text)
    assert made is not None
    call = next(item.step for item in made.built.steps if item.step.manual == "Call storage.")
    assert call.when is not None
    assert call.when.answer == "no"


def test_never_in_a_place_is_a_case() -> None:
    text = f"# A\n\nRun `uptime -p`.\n\n`{CHECK}` — never on the primary!\n\n`{CLEAN}`: never.\n"
    assert waits_for(text, CHECK) == ("on the primary", "no")
    assert CLEAN not in commands(text)


def test_commands_below_the_items_of_a_plain_text_are_steps() -> None:
    text = """HOW TO

1) check the queue
   rabbitmqctl list_queues
2) if stuck
   rabbitmqctl purge_queue jobs
3) restart the app with
   pm2 restart all
   and check it
4) look into the
   mysql log for errors
"""
    found = commands(text)
    assert found == {
        "rabbitmqctl list_queues": False, "rabbitmqctl purge_queue jobs": True, "pm2 restart all": False,
    }  # fmt: skip
    assert "look into the mysql log for errors" in told_to_people(text)


def test_a_script_alone_in_a_numbered_list_is_run() -> None:
    assert list(commands("# A\n\n1. Run `df -h`\n2. `restore.sh`\n")) == ["df -h", "restore.sh"]
    assert list(commands("# A\n\nRun `df -h`. Files:\n\n- `restore.sh`\n- `backup.sh`\n")) == ["df -h"]


def test_jumps_within_jumps_are_asked_in_their_order() -> None:
    text = (
        "# A\n\n1. If x is bad, skip to step 5.\n2. If y is bad, skip to step 4.\n"
        f"3. Run `{CLEAN}`.\n4. Run `uptime`.\n5. Run `{CHECK}`.\n"
    )
    made = made_of(text)
    assert made is not None
    asked = [item.step.manual for item in made.built.steps if item.step.answers]
    assert asked == ["If x is bad: is that so?", "If y is bad: is that so?"]
    assert waits_for(text, CLEAN) == ("If y is bad", "no")
    assert waits_for(text, "uptime") == ("If x is bad", "no")
    assert waits_for(text, CHECK) is None


def test_more_questions_than_a_document_holds_are_refused() -> None:
    many = "".join(f"{n}. If x{n} is bad, skip to step {n + 9}. Run `ls {n}`.\n" for n in range(1, 70))
    with pytest.raises(Unprocessable, match="more than 300"):
        preview(f"# A\n\n{many}")
