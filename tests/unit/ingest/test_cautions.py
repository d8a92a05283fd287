"""What a text warns of goes with the step that it is about."""

from __future__ import annotations

import time

import pytest

from ingest.parsed import parsed_json
from tests.unit.ingest.telling import made_of

LIST = """# Lag

1. Look: `uptime -p`
2. Kill the query: `kill 42`
3. Restart the replica: `systemctl restart pg`.
   {said}
"""


def _notes(text: str) -> dict[str, str]:
    made = made_of(text)
    assert made is not None
    told = {item.step.command or "": item.step.notes or "" for item in made.built.steps}
    return {**{key: said for key, said in told.items() if said}, **_top(made.runbook.spec.notes)}


def _top(said: str | None) -> dict[str, str]:
    return {"runbook": said} if said else {}


@pytest.mark.parametrize(
    "said",
    [
        "Do not do it during a backup.",
        "Warning: sessions end.",
        "Be careful: sessions end.",
        "This may cause downtime.",
        "The primary must never be the target.",
    ],
)
def test_a_warning_in_the_lines_of_a_step_is_its_note(said: str) -> None:
    (note,) = _notes(LIST.format(said=said)).items()
    assert note[0] == "systemctl restart pg"
    assert said.rstrip(".") in note[1]


def test_a_warning_is_shown_with_its_step() -> None:
    made = made_of(LIST.format(said="Warning: sessions end."))
    assert made is not None
    shown = {step["id"]: step.get("warning") for step in made.to_json()["steps"]}
    assert [said for said in shown.values() if said] == ["Warning: sessions end."]
    assert parsed_json(made)["steps"][-1].get("warning") == "Warning: sessions end."


def test_a_ban_goes_with_the_step_that_does_what_it_forbids() -> None:
    assert _notes(LIST.format(said="Never kill anything of `billing`.")) == {
        "kill 42": "Never kill anything of billing."
    }


def test_a_warning_above_a_step_is_its_note() -> None:
    text = "# A\n\n## Look\n\nRun `uptime -p`.\n\n## Restart\n\nWarning: sessions end.\n\n    kill 42\n"
    assert _notes(text) == {"kill 42": "Warning: sessions end."}


def test_a_warning_above_all_is_a_note_of_the_runbook() -> None:
    text = "# A\n\n⚠️ This procedure will interrupt every session.\n\n## Look\n\nRun `uptime -p`.\n"
    assert _notes(text) == {"runbook": "⚠️ This procedure will interrupt every session."}


@pytest.mark.parametrize(
    "said",
    [
        "Replicas serve stale data.",
        "We don't restart automatically.",
        "Don't hesitate to ask.",
        "The easiest way to do that is to kill the pod.",
        "⚠️",
    ],
)
def test_what_explains_is_no_note(said: str) -> None:
    assert _notes(LIST.format(said=said)) == {}


@pytest.mark.parametrize(
    "text",
    ["# A\n\nRun `ls -l`.\n\n" + ("Never do it here. " * 100 + "\n\n") * 75,
     "# A\n\nRun `ls -l`.\n\n" + "## H\n\nNever do it here.\n\n" * 2_900],
)  # fmt: skip
def test_a_text_of_bans_alone_is_read_in_its_time(text: str) -> None:
    begun = time.process_time()
    assert made_of(text) is not None
    assert time.process_time() - begun < 4, "9.9 s where each ban looked at all that stands beside it"


def test_a_ban_that_shows_what_it_forbids_is_of_no_other_step() -> None:
    text = "# A\n\nRun `df -h`.\n\nNever run this:\n\n```\nkubectl delete ns payments\n```\n"
    assert _notes(text) == _top("Never run this: kubectl delete ns payments")
