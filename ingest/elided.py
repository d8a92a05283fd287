"""What a command leaves out with dots: nobody can run it before somebody says what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.extract.drafts import Draft
from ingest.questions import ANY_COMMAND, Free, Question
from schemas.runbook import AmbiguityKind

_ELIDED: Final = re.compile(
    r"(?<![./\w])(?:\.{3}|…)(?=$|[\s\"'/;|&)])|(?<=[:/=])(?:…|(?<!\./)(?<!//)\.{3}(?=[\s\"']|$))"
)
"""`curl -X POST ... /restart`, `s3://bucket/...`; `./...`, `//...` and `a...b` are names."""
_WHOLE: Final = Free(
    "The whole command", "kubectl delete pod web-0", ANY_COMMAND, "The step runs: {value}", "command"
)


def elided_questions(drafts: Sequence[Draft]) -> Iterator[Question]:
    """A question for each command in which dots stand for something."""
    for index, draft in enumerate(drafts):
        found = _ELIDED.search(draft.text) if draft.kind == "command" else None
        if found is None or draft.undoes is not None:
            continue
        yield Question(
            AmbiguityKind.MISSING_VALUE,
            draft.text,
            f"What stands in the place of “{found[0]}”?",
            draft.line,
            index,
            span=draft.command_span,
            words=draft.text,
            options=(),
            free=_WHOLE,
        )
