"""What only a heading, a list of needs or a verbless sentence tells is not lost."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import commands, made_of, told_to_people

X = "systemctl stop web"
TOLD = [
    ("## 1. Ask the DBA\n\n## 2. Restart\n\n```bash\nsystemctl stop web\n```", ["Ask the DBA", X]),
    ("## 1. Ask the DBA\n\nShe sits upstairs.\n\n## 2. Tell the support team", ["Ask the DBA", "Tell"]),
    ("## Step 1: Ask the DBA\n\n## Step 2 - Stop it with `systemctl stop web`", ["Ask the DBA", X]),
    ("## If it fails\n\n### 1.1 Restart\n\n### 1.2 Look\n\n`uptime -p`", ["Dec", "Restart", "uptime"]),
    ("## 1. Stop\n\n`systemctl stop web`\n\n## 2. Background\n\nIt is old.", [X]),
    ("## Ask the DBA\n\n## 2. Do not restart it\n\nRun `systemctl stop web`.", [X]),
    ("- [ ] Get approval from the DBA\n- [ ] You need access to the cluster", ["Get"]),
    ("- You need access to the cluster\n- You need a token", ["You need access", "You need a token"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), TOLD)
def test_a_heading_without_a_step_below_and_a_list_of_needs_are_steps(text: str, wanted: list[str]) -> None:
    made = made_of(f"# A\n\n{text}\n")
    assert made is not None
    steps = [item.step.command or item.step.title for item in made.built.steps]
    assert len(steps) == len(wanted)
    assert all(step.startswith(start) for step, start in zip(steps, wanted, strict=True))
    told = told_to_people(f"# A\n\n{text}\n")
    assert "cluster" not in text or told.count("cluster") == 1
    assert told.count("approval") == text.count("approval")


def test_a_numbered_heading_that_the_text_below_takes_back_is_no_step() -> None:
    for text in (
        "## 3. Drop the database\n\nThis section is obsolete.",
        "## 4. Delete `kubectl delete ns shop`\n\nThis step was removed in 2023.",
        "## 5. Restart it\n\nThat is not needed any more.",
    ):
        assert commands(f"# A\n\n{text}\n\n## 6. Look\n\nRun `df -h`.\n") == {"df -h": False}
        assert not told_to_people(f"# A\n\n{text}\n\n## 6. Look\n\nRun `df -h`.\n"), text


def test_prose_about_a_need_alone_is_still_nothing_to_do() -> None:
    assert made_of("# A\n\nYou need access to the cluster.\n") is None


ONLY = """
Only during the maintenance window.
Never on a Friday.
Only by members of the DBA team.
Outside of business hours only.
Strictly on the primary.
"""
NO_NEED = """
Only in this case.
Never mind.
Only two of them are new.
"""


def test_a_verbless_limit_over_the_steps_is_a_prerequisite() -> None:
    def needs(row: str) -> str:
        made = made_of(f"# A\n\n{row}\n\n```bash\n{X}\n```\n")
        return "" if made is None else " ".join(item.text for item in made.built.runbook.spec.prerequisites)

    assert [row for row in ONLY.strip().split("\n") if needs(row) != row] == []
    assert [row for row in NO_NEED.strip().split("\n") if needs(row)] == []


BULLETS = [
    ("# A\n\n• Run `df -h`\n• `systemctl stop web`\n◦ Ask the DBA first", {"df -h": False, X: False}),
    ("*Fix*\n• See: `df -h`\n    ◦ If full, run `systemctl stop web`\n• Ask DBA", {"df -h": False, X: True}),
    ("Do:\n• If it is full:\n    ▪ `systemctl stop web`\nThen `df -h`.", {X: True, "df -h": False}),
    ("# A\n\nDo not:\n•\u00a0`systemctl stop web`\n\nRun `df -h`.", {"df -h": False}),
    ("# A\n\n```\n• systemctl stop web\n```\n\nRun `df -h`.", {"df -h": False}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), BULLETS)
def test_bullets_of_chats_are_lists_with_levels(text: str, wanted: dict[str, bool]) -> None:
    assert commands(text) == wanted
    assert "DBA" not in text or "DBA" in told_to_people(text)


def test_a_page_breaks_a_command_over_paragraphs_and_listings() -> None:
    text = (
        "<p>Run:</p><p><code>kubectl scale deploy/a \\</code></p><p><code>&nbsp;--replicas=0 \\</code></p>"
        "<p><code>-n pay</code></p><p>Then:</p><pre>kubectl get po \\</pre><pre>  -n pay</pre>"
    )
    assert [" ".join(item.replace("\\", " ").split()) for item in commands(text)] == [
        "kubectl scale deploy/a --replicas=0 -n pay",
        "kubectl get po -n pay",
    ]


def test_a_path_of_windows_at_the_end_of_a_listing_goes_on_in_no_other() -> None:
    text = "<pre>cd C:\\</pre><pre>systemctl stop web</pre>"
    assert list(commands(text)) == ["cd C:\\", "systemctl stop web"]


def test_a_case_in_a_box_ends_with_it() -> None:
    made = made_of(
        "# A\n\n!!! tip\n    If the primary is down\n\n    systemctl status pg\n\nRun `systemctl stop web`.\n"
    )
    assert made is not None
    assert [case.then for case in made.cases] == [(0,)]
