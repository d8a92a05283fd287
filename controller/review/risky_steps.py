"""The dangerous steps of a change with their lines, for comments where a reviewer reads the file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from controller.governance.documents import JudgedFile, JudgedStep
from schemas.markdown import escape
from schemas.risk import Risk

SHOWN_MAX: Final = 20
"""Comments that one check writes; the table of the check has every step."""


@dataclass(frozen=True)
class RiskyStep:
    """One dangerous step: `line` is that of its id in the file; `text` is Markdown, escaped."""

    path: str
    line: int
    step_id: str
    text: str


def risky_steps(files: Iterable[JudgedFile]) -> tuple[RiskyStep, ...]:
    """Those of the changed files, the first SHOWN_MAX whose line is found."""
    found = []
    for file in files:
        for step in file.runbook.steps if file.runbook is not None else ():
            line = line_of(file.content, step.step_id) if step.risk is Risk.DANGEROUS else None
            if line is not None:
                found.append(RiskyStep(file.path, line, step.step_id, _text(step)))
    return tuple(found[:SHOWN_MAX])


def line_of(content: bytes, step_id: str) -> int | None:
    """Where the step begins; None where its id is written in a way that is not looked for."""
    wanted = re.compile(rf"""\s*(-\s+)?id:\s*["']?{re.escape(step_id)}["']?\s*(#.*)?""")
    lines = content.decode("utf-8", "replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if wanted.fullmatch(line)), None)


def _text(step: JudgedStep) -> str:
    reason = step.verdict.reason if step.verdict is not None else "declared dangerous"
    undone = "It has a rollback." if step.can_be_undone else "It has no rollback."
    name = escape(step.step_id)
    return f"🔴 **dangerous**: {name} never runs unless a person approves it. {escape(reason)}. {undone}"
