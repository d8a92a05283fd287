"""Cases of a text: what names one, what only describes, and which steps they lead to."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview

END = "\n\n```bash\nuptime\n```\n"


def cases(text: str) -> list[str]:
    """The conditions that a preview tells."""
    return [case.text for case in preview(text, "markdown").cases]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("If the disk is full, remove old logs.", "If the disk is full"),
        ("Status: pending → check the quota.", "Status: pending"),
        ("For clusters at versions 4.13 or earlier, run this:", "For clusters at versions 4.13 or earlier"),
        ("The checks below only apply to replicas.", "The checks below only apply to replicas"),
        ("Fencing is mandatory unless the machine is off.", "unless the machine is off"),
        ("- `read only`: you are on the old host, redo step 3", "read only"),
    ],
)
def test_a_case_is_named_in_many_ways(text: str, found: str) -> None:
    assert cases(f"# A\n\n{text}{END}") == [found]


@pytest.mark.parametrize(
    "text",
    [
        "If the secrets are missing, the operator generates new ones.",
        "Once the restore has finished, copy the file.",
        "If you are not the intended recipient, delete this mail.",
        "It may be slow, if nothing else.",
        "If the node is older the pod will fail to start.",
    ],
)
def test_what_happens_by_itself_or_always_is_no_case(text: str) -> None:
    assert cases(f"# A\n\n{text}{END}") == []


def test_a_heading_that_compares_leads_to_its_section() -> None:
    made = preview("# A\n\n## Size < 1 TB\n\n```bash\ndf -h\n```\n\n## Other\n\n```bash\nuptime\n```\n")
    (case,) = made.cases
    assert (case.text, [made.extraction.drafts[index].text for index in case.then]) == (
        "Size < 1 TB",
        ["df -h"],
    )


def test_a_label_with_an_arrow_is_the_condition_of_its_instruction() -> None:
    made = preview(
        "# A\n\nStatus: pending → check the quota of the namespace.\n\n- Run `uptime`\n", "markdown"
    )
    decide, check, run = made.runbook.spec.steps
    assert decide.manual == "Status: pending: is that so?"
    assert check.when is not None
    assert (check.when.step, check.when.answer) == (decide.id, "yes")
    assert run.command == "uptime"
    menu = preview("# A\n\nAdmin → Runners → Pause\n\n- Run `uptime`\n", "markdown")
    assert [step.command for step in menu.runbook.spec.steps] == ["uptime"]


TABLE = """# A

| # | What | Command | Expected | If not |
|---|------|---------|----------|--------|
| 1 | State | `uptime` | load under 4 | stop here |
| 2 | Disk full? | `df -h` | under 80 % | over 95 %: page us |
| 3 | Node lost? | restart the node by hand | node is back | |
| 4 | Why? | `dmesg` | a short list | |

| Term | Meaning |
|------|---------|
| node | restart it often |
"""


def test_a_table_that_tells_a_procedure_gives_steps_and_cases() -> None:
    made = preview(TABLE, "markdown")
    told = [(step.command or step.manual, step.when is not None) for step in made.runbook.spec.steps]
    assert told == [
        ("uptime", False),
        ("Disk full?", False),
        ("df -h", True),
        ("Node lost?", False),
        ("restart the node by hand", True),
        ("dmesg", False),
    ]
    assert [case.text for case in made.cases] == ["load under 4", "Disk full?", "over 95 %", "Node lost?"]
    assert "a short list" in [item.text for item in made.runbook.spec.ambiguities]


def test_a_table_of_symptoms_asks_for_the_symptom() -> None:
    text = "# A\n\n| Symptom | Action |\n|---|---|\n| queue is stuck | Run `uptime` |\n"
    made = preview(text, "markdown")
    assert [step.command for step in made.runbook.spec.steps] == [None, "uptime"]
    assert [case.text for case in made.cases] == ["queue is stuck"]


def test_a_case_without_a_step_of_its_own_leads_to_what_stands_below() -> None:
    text = (
        "# A\n\n## One\n\nIf the disk fills up, it may be the logs.\n\n```bash\ndf -h\n```\n\n"
        "You can skip this if you know that it is the logs.\n\n```bash\ndu -sh /var\n```\n\n"
        "## Two\n\n```bash\nuptime\n```\n"
    )
    made = preview(text, "markdown")
    told = [
        [made.extraction.drafts[index].text for index in side]
        for case in made.cases
        for side in (case.then, case.otherwise)
    ]
    assert told == [["df -h"], [], [], ["du -sh /var"]]


def waits(text: str) -> list[tuple[str, str | None, str | None]]:
    """The commands of a preview, each with the question and the answer that it waits for."""
    steps = preview(text, "markdown").runbook.spec.steps
    asked = {step.id: step.manual for step in steps}
    return [
        (step.command, asked.get(step.when.step or ""), step.when.answer)
        if step.when
        else (step.command, None, None)
        for step in steps
        if step.command
    ]


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ("If E is shown, the lock is stale. Delete it with `rm a`.", "If E is shown", "yes"),
        ("If E is shown, the lock is stale. Delete it:\n\n```bash\nrm a\n```", "If E is shown", "yes"),
        (
            "Look at `df -h`. If the disk is full, delete it:\n\n```bash\nrm a\n```",
            "If the disk is full",
            "yes",
        ),
        ("If E is shown, it is a lock. Stop the job. Delete it with `rm a`.", "If E is shown", "yes"),
        ("Check that it is up. If not, clean up with `rm a`.", "Check that it is up", "no"),
        ("Check that it is up. If not clean up with `rm a`.", "Check that it is up", "no"),
        ("Check that it is up. Otherwise run `rm a`.", "Check that it is up", "no"),
        ("- Check that it is up.\n- Otherwise run `rm a`.", "Otherwise", "yes"),
        ("- Check that it is up.\n- If not clean up with `rm a`.", "If not", "yes"),
    ],
)
def test_what_is_told_behind_a_case_waits_for_it(text: str, question: str, answer: str) -> None:
    assert waits(f"# A\n\n{text}\n")[-1] == ("rm a", f"{question}: is that so?", answer)


@pytest.mark.parametrize(
    "text",
    [
        "Look at it. If E is shown, the lock is stale. The next part is for all. Delete it with `rm a`.",
        "If E is shown, the lock is stale. Note that it may be old.\n\nDelete it with `rm a`.",
        "Elsewhere run `rm a`.",
        "Once in the shell, run `rm a`.",
        "Once every year, run `rm a`.",
    ],
)
def test_what_is_told_for_all_waits_for_nothing(text: str) -> None:
    assert waits(f"# A\n\n{text}\n") == [("rm a", None, None)]


def test_an_instruction_behind_a_case_is_a_step_of_it_and_an_address_tells_nothing() -> None:
    text = "# A\n\nIt is backed up daily. Should it be lost, restore the files from the archive.\n"
    decide, step = preview(text, "markdown").runbook.spec.steps
    assert step.manual == "Should it be lost, restore the files from the archive."
    assert step.when is not None
    assert (decide.manual, step.when.answer) == ("Should it be lost: is that so?", "yes")
    link = "# A\n\nA copy is stored here: https://x.example/a. Restart it there.\n\nRun `uptime`.\n"
    assert list(preview(link, "markdown").cases) == []


def test_a_precaution_is_no_case_but_one_with_a_command_is() -> None:
    text = "# A\n\n- Keep a copy of it in case it breaks.\n- In case it breaks, page us.\n- Run `uptime`\n"
    assert [case.text for case in preview(text, "markdown").cases] == ["In case it breaks"]
    assert waits("# A\n\nRun `rm a` in case it breaks.\n") == [
        ("rm a", "in case it breaks: is that so?", "yes")
    ]


def test_steps_below_a_section_that_explains_are_steps() -> None:
    text = "# A\n\n## Why do it\n\n### Steps to do it\n\n1. Call the owner.\n\n### More\n\n1. Call us.\n"
    told = [step.manual for step in preview(f"{text}\n# B\n\nRun `uptime`.\n", "markdown").runbook.spec.steps]
    assert told == ["Call the owner.", None]


def test_names_are_no_cases_and_a_command_that_ends_badly_is_one() -> None:
    text = (
        "# A\n\nIf the pod has a random name, it is a managed service.\n\n"
        "- Right click on the volume -> create snapshot\n"
        "- If running the check times out, ensure that the record is right\n- Run `uptime`\n"
    )
    assert [case.text for case in preview(text, "markdown").cases] == ["If running the check times out"]
    coded = "# A\n\nRun `uptime`. For example, if it is up, run `rm a`.\n"
    assert waits(coded)[-1] == ("rm a", "if it is up: is that so?", "yes")
