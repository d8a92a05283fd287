"""Short texts and what the tests ask of a preview."""

from __future__ import annotations

from pathlib import Path

from controller.governance.documents import JudgedRunbook, judge_file
from ingest.blocks import Block
from ingest.extract.commands import commands_of
from ingest.pipeline import Preview, preview
from schemas.step import Step

GOLDEN = Path(__file__).with_name("golden")


def code(text: str, language: str = "bash", line: int = 1) -> Block:
    """A code block whose first line is `line`."""
    return Block("code", text, line, line + text.count("\n"), language=language)


def found(text: str, language: str = "bash") -> list[str]:
    """The commands of a code block."""
    return [item.text for item in commands_of(code(text, language))]


def commands(text: str, form: str | None = None) -> list[str]:
    """The commands of a preview as the source writes them."""
    return [item.written for item in preview(text, form).built.steps if item.written is not None]


def steps(text: str, form: str | None = None) -> tuple[Step, ...]:
    """The steps of a preview."""
    return preview(text, form).runbook.spec.steps


def judged(made: Preview) -> JudgedRunbook:
    """The document as review and sync judge it; fails where it may not serve."""
    answer = judge_file(f"runbooks/{made.runbook.name}.yaml", "runbook", made.yaml.encode())
    assert not answer.errors
    assert answer.runbook is not None
    return answer.runbook


def told(text: str, form: str | None = None) -> list[str]:
    """The steps in order: commands, “~” and what a person does, “?” and what is asked."""
    made = preview(text, form)
    return [
        item.written or f"?{item.step.manual}"
        if item.step.answers
        else item.written or f"~{item.step.manual}"
        for item in made.built.steps
    ]
