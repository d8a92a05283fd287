"""A step that reads what only another step sets: each has a shell of its own, there it is empty. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from controller.review.change import ChangedFile, Note, attention, runbook_of
from controller.review.risky_steps import line_of
from ingest.shell_reading import Told, told_to_shell, without_holes


def shell_notes(file: ChangedFile) -> list[Note]:
    """`rm -rf $DATA/old` behind a step that sets DATA removes `/old`: nothing a reviewer sees at the step."""
    runbook = runbook_of(file)
    if file.judged is None or runbook is None:
        return []
    steps = [step for step in runbook.document["spec"]["steps"] if step.get("command")]
    told = {step["id"]: told_to_shell(without_holes(step["command"])) for step in steps}
    given = {step["id"]: set(step.get("env") or ()) for step in steps}
    return [
        attention(
            file.path,
            "set_elsewhere",
            f"the step `{step}` {_does(name)}, which only the step `{setter}` sets: each runs in a shell "
            "of its own, where it is not there",
            line_of(file.judged.content, step) or 0,
        )
        for step, name, setter in _elsewhere(told, given)
    ]


def _elsewhere(told: dict[str, Told], given: dict[str, set[str]]) -> Iterator[tuple[str, str, str]]:
    setters: dict[str, str] = {}
    for step, said in told.items():
        for name in said.sets if said.pure else ():
            setters.setdefault(name, step)
    for step, said in told.items():
        for name in sorted((said.uses | said.calls) - given[step]):
            if name in setters and setters[name] != step:
                yield step, name, setters[name]


def _does(name: str) -> str:
    return f"calls `{name}`" if name.endswith("()") else f"reads `${name}`"
