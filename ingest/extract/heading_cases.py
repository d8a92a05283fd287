"""The case that a heading names for all that stands below it: “If it hangs”, “Is the disk full?”, “Do not
run on the primary”.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.blocks import Block
from ingest.extract.doing import only_looks
from ingest.extract.drafts import Draft
from ingest.extract.short_cases import left_out_case, whole_case
from ingest.extract.vocabulary import sentences

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
    last = _LAST.match(text)
    if last is not None:
        return " ".join((last["inner"] or last["case"]).split()).strip(" *_:."), False
    return ban_for_a_case(text) or left_out_case(text)


_LAST: Final = re.compile(
    r"(?i)^\W*(?:(?:step\s*)?\d{1,2}\s*[-–.):]?\s*)?(?P<case>(?:as\s)?(?:(?:a|the)\s)?(?:very\s)?last\sresort\b.{0,80}|"
    r"in\s(?:an\s)?emergency\b.{0,60}|emergency\s(?:switch|failover|shut-?down|stop|roll-?back|restore|restart|"
    r"override|only)\b.{0,60}|(?:in\s)?(?:the\s)?worst[- ]case\b.{0,60}|if\sall\selse\sfails\b.{0,60}|"
    r"[^()]{3,80}\((?:(?P<inner>(?:only\s)?(?:if|when)\s[^()]{3,80})|(?:no|not|without)\s[^()]{2,60}|"
    r"[^()]{2,40}\s(?:down|failed|lost|dead|gone|unavailable|unreachable|corrupted|full))\))\W*$"
)
"""“Last resort”, “Emergency switch (primary down)”, “Roll back (if it breaks)”: done in that case alone."""


def asked_in_heading(text: str) -> str | None:
    """The question that a heading is, where it can be answered by yes or no."""
    found = _ASKED.match(text)
    return " ".join(found["case"].split()) if found is not None else None


def ban_for_a_case(text: str) -> tuple[str, bool] | None:
    """The case in which a heading forbids what stands below it, and True: it is done in the other one."""
    case = whole_case(text.strip(" *_`.!"))
    return case if case is not None and case[1] else None


_NEVER: Final = re.compile(r"(?i)\b(?:in|at|on|for|under)\s+any\b|\bat\s+all\b")
"""“In any case”, “on any account”, “at all”: no case is left."""
_AT_TIMES: Final = re.compile(r"(?i)^(?:while|during|at|when|if)\b")


def limited_below(text: str) -> tuple[str, bool] | None:
    """The case in which the last sentence of a text forbids what stands below it, and True: “Do not do this
    during business hours.” With a colon at its end it shows how not to do it, but where it names a time.
    """
    last = (sentences(text) or [""])[-1].rstrip(" *_")
    case = None if _NEVER.search(last) else ban_for_a_case(last.rstrip(":"))
    return case if case is not None and (not last.endswith((":", "→")) or _AT_TIMES.match(case[0])) else None


_ANSWER: Final = re.compile(r"(?i)^\W*(?:if )?(?P<answer>yes|no|not|so|otherwise|else)\W*$")
"""“Yes”, “If not” as a heading: of the question of the heading above."""

_ANSWERED: Final = re.compile(r"(?i)^\W*(?:if\s+)?(?:yes|so)\s*[:,;→–—]")
_OWN_CASE: Final = re.compile(r"(?i)\b(?:if|when|unless|in case|otherwise|else)\b|^\W*(?:yes|no)\b\s*\W")
_HEADINGS: Final = 6


class Answering:
    """The questions of the headings that hold here. A question is the case of the steps below it up to the
    first one that has a case of its own in words, which may be the other one (“If it isn't, …”): from there
    on it is the text that says what is for which answer. What only finds out the answer is done in any case.
    """

    def __init__(self, blocks: Sequence[Block] = ()) -> None:
        self._answered = _answered_below(blocks)
        self._open: list[tuple[int, str, tuple[str, bool] | None, bool]] = []
        self._asked: str | None = None

    def enter(self, block: Block) -> None:
        """Go on below another heading."""
        asked, answer = asked_in_heading(block.text), _ANSWER.match(block.text)
        self._open = [item for item in self._open if _holds_on(item[0], item[1], block, answer is not None)]
        above = next((asked_in_heading(item[1]) for item in reversed(self._open)), None)
        if asked is None and (case_of_heading(block.text) is not None or (answer and above)):
            self._end()
        self._asked = asked
        if asked is not None:
            case = None if id(block) in self._answered else (asked, False)
            self._open.append((block.level, block.text.strip(), case, False))
        elif answer is not None and above is not None:
            case = above, answer["answer"].lower() not in ("yes", "so")
            self._open.append((block.level, block.text.strip(), case, True))

    def case_of(self, heading: str) -> tuple[str, bool] | None:
        """The case that a heading is here for what stands below it."""
        for _, text, case, _ in self._open:
            if text == heading:
                return case
        return case_of_heading(heading)

    def case_around(self, heading: str) -> tuple[str, bool] | None:
        """The case of a heading within which one of a step's own is asked: a question alone is none."""
        for _, text, case, sure in self._open:
            if text == heading:
                return case if sure else None
        return case_of_heading(heading)

    def told(self, text: str, case: str | None, answer: bool | None = None) -> None:
        """Go on behind a text with a case, if it has one; `answer`: whether what follows is for the other
        one, where the text stops those who are in this one: “If not, stop.”
        """
        asked = [asked_in_heading(heading) == case for _, heading, _, _ in self._open]
        if case is not None and answer is not None and any(asked):
            self._open = [
                (level, heading, (case, answer), True) if own else (level, heading, before, sure)
                for own, (level, heading, before, sure) in zip(asked, self._open, strict=True)
            ]
        elif case is not None or any(_OWN_CASE.search(part) for part in sentences(text)):
            self._end()

    def answers(self, draft: Draft) -> bool:
        """Whether a step of the question's case only finds out what is asked."""
        if self._asked is None or draft.condition != self._asked or draft.negated:
            return False
        if not only_looks(draft.text, command=draft.kind == "command"):
            self._asked = None
        return self._asked is not None

    def _end(self) -> None:
        self._open = [(level, text, case if sure else None, sure) for level, text, case, sure in self._open]


def _holds_on(level: int, text: str, block: Block, answers: bool) -> bool:
    """Whether a heading holds on below another one: it stands over it, or asks what that answers."""
    return level < block.level or (answers and level == block.level and asked_in_heading(text) is not None)


def _answered_below(blocks: Sequence[Block]) -> set[int]:
    """The headings that ask and are answered by name below: “### Yes”, “If yes, …”. What stands above that
    is for both answers. Each by its identity.
    """
    found, asking = set[int](), list[Block]()
    for block in blocks:
        if block.kind == "heading" and block.level:
            said = _ANSWER.match(block.text) is not None
            asking = [item for item in asking if _holds_on(item.level, item.text, block, said)][-_HEADINGS:]
        heading = _ANSWER.match(block.text) if block.kind == "heading" else None
        if _ANSWERED.match(block.text) or (heading and heading["answer"].lower() in ("yes", "no")):
            found.update(id(item) for item in asking[-1:])
        if block.kind == "heading" and block.level and asked_in_heading(block.text):
            asking.append(block)
    return found
