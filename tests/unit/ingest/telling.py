"""What a text becomes, as tests of what it tells, forbids and asks look at it."""

from __future__ import annotations

from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview
from schemas.errors import Unprocessable

X = "systemctl stop web"
HEAD = "# A\n\nRun `uptime -p`.\n\n"


def made_of(text: str, form: str | None = None) -> Preview | None:
    try:
        return preview(text, form)
    except Unprocessable:
        return None


def commands(text: str, form: str | None = None) -> dict[str, bool]:
    """Each command, and whether it waits for an answer."""
    made = made_of(text, form)
    steps = [] if made is None else [item.step for item in made.built.steps]
    return {step.command: step.when is not None for step in steps if step.command}


def typed(text: str, form: str | None = None) -> list[str]:
    """What is typed, in order: by a machine, or by a person where no shell of the runbook reads it."""
    made = made_of(text, form)
    steps = [] if made is None else parsed_json(made)["steps"]
    return [step["command"] for step in steps if "command" in step]


def told_to_people(text: str, form: str | None = None) -> str:
    made = made_of(text, form)
    if made is None:
        return ""
    needs = [item.text for item in made.built.runbook.spec.prerequisites]
    return " | ".join([*(item.step.manual or "" for item in made.built.steps), *needs])
