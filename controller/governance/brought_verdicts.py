"""The verdicts that come with a version, as its row holds them (`dd0c.brought_verdicts` reads them). Pure.

One text for all commands of a document, without what every reader puts back: what has its default, what the
merge makes of the rest, and what all of them have in common, which stands beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import is_
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from schemas.verdict import Verdict

_SERIALIZER: Final = TypeAdapter(tuple[Verdict, ...]).serializer
_FINDING: Final = frozenset({"scanner_version", "knowledge_version"})
_ADVICE: Final = frozenset({"advisor", "advisor_version"})


class BroughtVerdicts(NamedTuple):
    """`of`: what it was made of. `text`: JSON, one object a command, in order. Who judged, and who advised,
    are None where it is not the same for all of them: then each says so itself. An empty `advisor`: nobody
    advised.
    """

    of: tuple[Verdict, ...]
    text: bytes
    scanner_version: str | None
    knowledge_version: str | None
    advisor: str | None
    advisor_version: str | None

    def is_of(self, verdicts: Sequence[Verdict]) -> bool:
        """Whether it was made of these very objects: one that was merged anew is another."""
        return len(verdicts) == len(self.of) and all(map(is_, verdicts, self.of))


def brought_verdicts(verdicts: Sequence[Verdict]) -> BroughtVerdicts:
    """Of the commands of one document."""
    of = tuple(verdicts)
    judges = {(each.finding.scanner_version, each.finding.knowledge_version) for each in verdicts}
    advisors = {
        (each.advice.advisor, each.advice.advisor_version) for each in verdicts if each.advice is not None
    }
    judge = judges.pop() if len(judges) == 1 else (None, None)
    advisor = ("", "") if not advisors else advisors.pop() if len(advisors) == 1 else (None, None)
    text = _SERIALIZER.to_json(
        of,
        exclude=_left_out(judge[0] is not None, advisor[0] is not None),
        by_alias=True,
        exclude_none=True,
        exclude_defaults=True,
    )
    return BroughtVerdicts(of, text, *judge, *advisor)


@lru_cache(maxsize=4)
def _left_out(one_judge: bool, one_advisor: bool) -> dict[str, Any]:
    parts: dict[str, Any] = {"reason": True, "advised": True}
    if one_judge:
        parts["finding"] = set(_FINDING)
    if one_advisor:
        parts["advice"] = set(_ADVICE)
    return {"__all__": parts}
