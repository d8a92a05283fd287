"""Sections that a text leads to in a case are for that case alone."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from tests.unit.ingest.telling import commands
from tests.unit.ingest.test_skips import waits_for

ONE, OTHER, LAST = "kcat -b b:1 -t orders -c 1", "kubectl rollout undo deploy/web", "systemctl restart app"
DISPATCH = f"""\
# Lag

1. Look: `df -h`. If only one partition lags, go to "Poison message".
2. If a pod is in CrashLoopBackOff, see "Bad deploy".
3. Otherwise scale out.

## Poison message

`{ONE}`

## Bad deploy

```
{OTHER}
```

## Afterwards

`{LAST}`
"""


def test_each_section_waits_for_the_case_that_leads_to_it() -> None:
    assert waits_for(DISPATCH, ONE) == ("If only one partition lags", "yes")
    assert waits_for(DISPATCH, OTHER) == ("If a pod is in CrashLoopBackOff", "yes")
    assert waits_for(DISPATCH, LAST) is None


@pytest.mark.parametrize("heading", ["Start", "Restarting the app", "Step 3: web", "2. Web", "Verification"])
def test_what_may_be_the_next_step_of_all_is_for_all(heading: str) -> None:
    text = f'# A\n\n## Look\n\nIf it is fine, go to "{heading}".\n\n## {heading}\n\n`{LAST}`\n'
    assert waits_for(text, LAST) is None


def test_a_section_of_several_ways_asks_whether_one_led_there() -> None:
    text = (
        f"# A\n\n- If it is slow, go to [Poison message](#poison-message).\n"
        f"- If it hangs, go to [Poison message](#poison-message).\n\n## Poison message\n\n`{ONE}`\n"
    )
    assert waits_for(text, ONE) == ("A step above leads to “Poison message”", "yes")


def test_a_stop_behind_what_is_done_stops() -> None:
    text = f"# A\n\nIf p99 > 500ms page the DBA and stop here.\n\nRun `{LAST}`.\n"
    assert waits_for(text, LAST) == ("If p99 > 500ms", "no")
    text = f"# A\n\nRun `df -h`. If fine, stop here - it has recovered.\n\nRun `{LAST}`.\n"
    assert waits_for(text, LAST) == ("If fine", "no")


@pytest.mark.parametrize(
    ("sentence", "case"),
    [
        ("If p99 > 500ms restart the app with `{}`.", "If p99 > 500ms"),
        ("If the lag grows restart the app with `{}`.", "If the lag grows"),
        ("If the disk of the host exceeds 90% restart it: `{}`.", "If the disk of the host exceeds 90%"),
        ("If the nodes leave the cluster, run `{}`.", "If the nodes leave the cluster"),
        ("If it is over a day old, run `{}`.", "If it is over a day old"),
    ],
)  # fmt: skip
def test_a_case_ends_where_somebody_is_told_to_act(sentence: str, case: str) -> None:
    assert waits_for(f"# A\n\n1. {sentence.format(LAST)}\n", LAST) == (case, "yes")


def test_a_limit_is_no_ban() -> None:
    text = f"# A\n\n4. Scale out, but never beyond the number of partitions (12):\n   `{ONE}`\n"
    assert commands(text) == {ONE: False}
    text = f"# A\n\nRestart it, but not on the primary:\n\n```\n{LAST}\n```\n"
    assert waits_for(text, LAST) == ("on the primary", "no")
    assert commands(f"# A\n\nRestart it, but never with `{LAST}`.\n") == {}


@pytest.mark.parametrize("heading", ["Bad deploy", "Wrong timezone", "Bad blocks on a disk"])
def test_what_is_bad_is_to_be_mended(heading: str) -> None:
    assert LAST in commands(f"# A\n\nDo not wait.\n\n## {heading}\n\n`{LAST}`\n")


@pytest.mark.parametrize(
    "heading",
    [
        "Bad",
        "Wrong",
        "Bad example",
        "Wrong: by hand",
        "Bad practices",
        "Wrong (old)",
        "Wrong order",
        "Wrong commands to run here",
        "Bad shortcuts",
        "Bad, do it only when desperate",
    ],
)
def test_how_it_is_wrong_is_not_to_be_done(heading: str) -> None:
    assert commands(f"# A\n\nDo not wait.\n\n## {heading}\n\n`{LAST}`\n") == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Start it:\n\n    Start-WebAppPool -Name "<pool name>"\n', 'Start-WebAppPool -Name "<pool name>"'),
        ("- If it does not go away use `SELECT pg_terminate_backend(2);` instead.\n",
         "SELECT pg_terminate_backend(2);"),
        ("- If 502s continue roll back `kubectl rollout undo deploy/gw`\n", "kubectl rollout undo deploy/gw"),
        ("| ID | What to do |\n|---|---|\n| 5059 | `iisreset /restart` |\n", "iisreset /restart"),
    ],
)  # fmt: skip
def test_no_command_is_lost_to_its_form(text: str, found: str) -> None:
    made = preview(f"# A\n\n{text}")
    assert found in [draft.text for draft in made.extraction.drafts if draft.kind == "command"]


def test_what_a_window_calls_a_drive_is_no_password() -> None:
    command = "Set-ItemProperty IIS:\\AppPools\\web -Name x -Value 1"
    made = preview(f"# A\n\nReset the password of the account, then `{command}`\n")
    assert not made.normalized.masked
    assert [draft.text for draft in made.extraction.drafts] == [command]


def test_behind_a_case_no_more_than_a_thousand_characters_are_looked_at() -> None:
    text = "# A\n\nIf a pod crashes, {}see “Bad deploy”.\n\n## Look\n\n`df -h`\n\n## Bad deploy\n\n`uptime`\n"
    assert commands(text.format("")) == {"df -h": False, "uptime": True}
    assert commands(text.format("tell them, " * 60))["uptime"] is True
