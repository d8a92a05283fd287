"""The classes of vague words with what is asked about each, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ingest.extract.vocabulary import OTHER_I
from ingest.vague_judgements import HEDGED, HELPS, JUDGED, LATER, SEARCHED, SOUGHT, UNSURE, UNWRITTEN
from ingest.vague_values import AMENDED, ASIDE, EXPECTED, HOW_MUCH, MORE, SOME
from ingest.vague_words import (
    ABOVE,
    ACCESS,
    AMOUNT,
    BROAD,
    CURED,
    EITHER,
    FIX,
    INVESTIGATE,
    LIKE,
    MANY,
    NEEDS,
    ON_CASE,
    OPEN,
    OTHERS,
    PASSIVE,
    REFERENCE,
    THRESHOLD,
    TIME,
    TRY,
    UNNAMED,
    WHICH,
    WHO,
    WORKED,
    Role,
)
from schemas.runbook import AmbiguityKind

_CAPITAL: Final = re.compile(r"(?<!\\)(?<!\(\?)[A-Z]")
"""A letter of a pattern, and none of its signs: `\\W`, `(?P<…>`."""


def folded(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The pattern for a folded text: it finds something there wherever the pattern does in the text itself,
    at half the cost, since no letter is tried in both cases.
    """
    plain = pattern.pattern.replace("(?i)", "").replace("(?-i:", "(?:")
    return re.compile(_CAPITAL.sub(lambda found: found[0].lower(), plain))


def fold(text: str) -> str:
    """A text in small letters, with those that a pattern takes for ASCII ones where case does not count."""
    return OTHER_I.sub("i", text).lower().replace("\u017f", "s")


@dataclass(frozen=True)
class VagueClass:
    """One way to be vague, and in which sentences it is asked about. `settled_below`: a command right below
    answers it; `by_link`: a link or a word that points to another place of the text does.
    """

    pattern: re.Pattern[str]
    kind: AmbiguityKind
    question: str
    roles: frozenset[Role]
    settled_below: bool = False
    by_link: bool = False
    quick: re.Pattern[str] = field(init=False)
    """What to look for first, in the folded sentence: most hold nothing of most classes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "quick", folded(self.pattern))


_ALL: Final = frozenset[Role]({"told", "required", "beside"})
_ACTED: Final = frozenset[Role]({"told", "beside"})
_TOLD: Final = frozenset[Role]({"told"})
_VAGUE: Final = AmbiguityKind.VAGUE
CLASSES: Final = (
    VagueClass(THRESHOLD, AmbiguityKind.UNKNOWN_THRESHOLD, "From which value on is it “{found}”?", _ACTED),
    VagueClass(
        REFERENCE,
        AmbiguityKind.UNRESOLVABLE_REFERENCE,
        "What exactly does “{found}” point to?",
        _ALL,
        False,
        True,
    ),
    VagueClass(
        ABOVE,
        AmbiguityKind.UNRESOLVABLE_REFERENCE,
        "Which steps exactly are meant by “{found}”?",
        _ACTED,
    ),
    VagueClass(ON_CASE, _VAGUE, "Which cases are there, and what is done in each?", _ACTED),
    VagueClass(TIME, _VAGUE, "How long or how often is “{found}”?", _ACTED),
    VagueClass(ACCESS, _VAGUE, "Which exactly: “{found}”?", _ALL),
    VagueClass(OPEN, _VAGUE, "What exactly is meant by “{found}”?", _ALL),
    VagueClass(LATER, _VAGUE, "How long or how often is “{found}”?", _ACTED),
    VagueClass(JUDGED, _VAGUE, "By what is this decided: “{found}”?", _ACTED),
    VagueClass(SOUGHT, _VAGUE, "What exactly is meant by “{found}”?", _ACTED),
    VagueClass(MORE, _VAGUE, "To which value: “{found}”?", _ACTED, True),
    VagueClass(UNWRITTEN, AmbiguityKind.MISSING_COMMAND, "What is to be done: “{found}”?", _ALL),
    VagueClass(HELPS, _VAGUE, "How is this done: “{found}”?", _ACTED, True, True),
    VagueClass(UNSURE, _VAGUE, "What holds: “{found}”?", _ACTED),
    VagueClass(HEDGED, _VAGUE, "What exactly is meant by “{found}”?", _ACTED),
    VagueClass(EXPECTED, _VAGUE, "Which exactly: “{found}”?", _ACTED, True),
    VagueClass(SEARCHED, _VAGUE, "How is this done: “{found}”?", _ACTED, True, True),
    VagueClass(FIX, _VAGUE, "How is this done: “{found}”?", _ACTED, False, True),
    VagueClass(AMOUNT, _VAGUE, "What exactly is meant by “{found}”?", _ACTED),
    VagueClass(WORKED, _VAGUE, "By what does one see that it “{found}”?", _ALL),
    VagueClass(HOW_MUCH, _VAGUE, "To which value: “{found}”?", _ACTED, True),
    VagueClass(AMENDED, _VAGUE, "To which value: “{found}”?", _TOLD, True),
    VagueClass(ASIDE, _VAGUE, "To which value: “{found}”?", _ACTED),
    VagueClass(EITHER, _VAGUE, "Which of them, and when: “{found}”?", _TOLD, True),
    VagueClass(WHO, _VAGUE, "Whom exactly, and how: “{found}”?", _ACTED),
    VagueClass(SOME, _VAGUE, "Which exactly: “{found}”?", _ACTED),
    VagueClass(BROAD, _VAGUE, "What exactly is looked for in “{found}”?", _ACTED),
    VagueClass(
        TRY, AmbiguityKind.MISSING_COMMAND, "With which command is this done: “{found}”?", _ACTED, True, True
    ),
    VagueClass(
        PASSIVE,
        AmbiguityKind.MISSING_COMMAND,
        "With which command is this done: “{found}”?",
        _ACTED,
        True,
        True,
    ),
    VagueClass(NEEDS, AmbiguityKind.MISSING_COMMAND, "How is this done: “{found}”?", _ACTED, True, True),
    VagueClass(UNNAMED, AmbiguityKind.MISSING_COMMAND, "Which exactly: “{found}”?", _ACTED, True, True),
    VagueClass(OTHERS, _VAGUE, "Which exactly: “{found}”?", _ACTED),
    VagueClass(LIKE, _VAGUE, "What exactly is meant by “{found}”?", _ACTED),
    VagueClass(CURED, _VAGUE, "How is this done: “{found}”?", _ACTED, True, True),
    VagueClass(MANY, _VAGUE, "Which exactly: “{found}”?", _TOLD, True, True),
    VagueClass(INVESTIGATE, _VAGUE, "How is this done: “{found}”?", _ACTED, False, True),
    VagueClass(WHICH, _VAGUE, "Which exactly: “{found}”?", _ACTED, True),
)
"""In the order in which they are asked where two meet."""
