"""The case that a heading names for all that stands below it: “If it hangs”, “Is the disk full?”, “Do not
run on the primary”.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.doing import only_looks
from ingest.extract.drafts import Draft
from ingest.extract.short_cases import whole_case

CASE_HEADING: Final = re.compile(
    r"(?i)^\W*(?:(?:step\s*)?\d{1,2}\s*[-–.):]?\s*)?(?P<case>(?:only |just )?"
    r"(?P<word>if|when|in case|unless|(?<=only )(?:on|for|in|at|during))\s+\S.{2,160})$"
)
"""“If the restart does not help” stands over what is done in that case alone."""

_ASKED: Final = re.compile(
    r"(?i)^\W*(?:(?:step\s*)?\d{1,2}\s*[-–.):]?\s*)?(?P<case>(?:is|are|was|were|does|do|did|has|have|had|"
    r"can|could|"
    r"will|still)\s(?!(?:i|we)\b)[^?\n]{3,140}\?)[\s*_]*$"
)
"""A question that is answered by yes or no. What a reader asks of himself is one of a list of questions."""


def case_of_heading(text: str) -> tuple[str, bool] | None:
    """The case that a heading names, and whether what stands below is for the other one."""
    found = CASE_HEADING.match(text)
    if found is not None:
        return found["case"].strip(" *_:.?"), found["word"].lower() == "unless"
    if (asked := asked_in_heading(text)) is not None:
        return asked, False
    return ban_for_a_case(text)


def asked_in_heading(text: str) -> str | None:
    """The question that a heading is, where it can be answered by yes or no."""
    found = _ASKED.match(text)
    return " ".join(found["case"].split()) if found is not None else None


def ban_for_a_case(text: str) -> tuple[str, bool] | None:
    """The case in which a heading forbids what stands below it, and True: it is done in the other one."""
    case = whole_case(text.strip(" *_`.!"))
    return case if case is not None and case[1] else None


class Answering:
    """What stands below a heading that asks, up to the first step that changes something: how one finds out,
    which is done whatever the answer will be.
    """

    def __init__(self) -> None:
        self._asked: str | None = None

    def enter(self, heading: str) -> None:
        """Go on below another heading."""
        self._asked = asked_in_heading(heading)

    def answers(self, draft: Draft) -> bool:
        """Whether a step of the question's case only finds out what is asked."""
        if self._asked is None or draft.condition != self._asked or draft.negated:
            return False
        if not only_looks(draft.text, command=draft.kind == "command"):
            self._asked = None
        return self._asked is not None
