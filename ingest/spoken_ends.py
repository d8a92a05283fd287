"""Where a dangerous command ends that a sentence names without a mark of code: its last words may be the
sentence's, and what it acts on is then more than anybody meant.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.building import Building, unmasked
from ingest.extract.drafts import Draft
from ingest.questions import ANY_COMMAND, Free, Option, Question
from scanner import scan
from schemas.risk import Risk
from schemas.runbook import AmbiguityKind

_PLAIN: Final = re.compile(r"[a-z]+")
_ANGLED: Final = re.compile(r"<[A-Za-z][^<>\n]{0,79}>|\{\{[^{}\n]{0,79}\}\}")
_STAND_IN: Final = "dd0cx1"
_OPTIONS_MAX: Final = 4
_FREE: Final = Free("Another command", "rm -rf /srv/old", ANY_COMMAND, "The step runs: {value}", "command")


def ended(building: Building, draft: Draft, text: str, step_id: str) -> str:
    """The command: as it was found, with the question left open where nobody can say where it ends; else as
    it was answered.
    """
    shorter = _shorter(draft, text)
    if not shorter:
        return text
    shown = unmasked(text)
    question = Question(
        AmbiguityKind.VAGUE,
        unmasked(draft.title),
        "Where does this command end? Its last words may belong to the sentence.",
        draft.line,
        span=draft.command_span,
        words=shown,
        options=(
            *(
                Option(f"command-{number}", part, f"The step runs: {part}", "command", part)
                for number, part in enumerate(shorter, 1)
            ),
            Option("whole", "All of it is the command", f"The step runs: {shown}", "keep"),
        ),
        free=_FREE,
    )
    settled = building.ask(question, step_id)
    return settled.value if settled is not None and settled.act == "command" else text


def _shorter(draft: Draft, text: str) -> list[str]:
    """The commands that end earlier, the longest first: without plain words that are names of what it acts
    on, beside others. Empty where it is marked as code, or is not dangerous.
    """
    if _is_marked(draft) or "\n" in text:
        return []
    words = _ANGLED.sub(_STAND_IN, text).split()
    finding = scan(" ".join(words))
    names = list(finding.resources)
    if finding.risk is not Risk.DANGEROUS:
        return []
    found: list[str] = []
    rest = text.rstrip()
    while len(names) > 1 and words and words[-1] == names[-1] and _PLAIN.fullmatch(words[-1]):
        rest = rest[: -len(words[-1])].rstrip()
        found.append(rest)
        names.pop()
        words.pop()
    return found[:_OPTIONS_MAX]


def _is_marked(draft: Draft) -> bool:
    block = draft.block
    if block is None or block.kind == "code":
        return True
    return any(code.start <= draft.start and draft.end <= code.end for code in block.code)
