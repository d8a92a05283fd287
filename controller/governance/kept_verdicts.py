"""The last verdicts of this process, by text: one command stands in many runbooks and in all their versions.

A verdict is a pure function of the text, of the versions of scanner and knowledge, and of where advice comes
from.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from ingest.advisor.advising import Advising
from scanner import SCANNER_VERSION, knowledge_version
from schemas.verdict import Verdict

KEPT_VERDICTS: Final = 2_048
"""Some 5 KB each in a parsing process, which has 1,000 times that (`limits.PARSE_MEMORY_BYTES`)."""

TEXT_MAX_CHARACTERS: Final = 1_000
"""Longer commands are rare, and rarely the same ones."""

_FAULT: Final = "scanner.fault"


class KeptVerdicts:
    """Verdicts of one process; the ones that were not asked for longest go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Verdict] = OrderedDict()

    def judge(self, text: str, advising: Advising) -> Verdict:
        """What `advising.judge` says. An LLM's answers are looked at anew each time, and a fault of the
        scanner is never kept: the next look may find out.
        """
        if advising.given or len(text) > TEXT_MAX_CHARACTERS:
            return advising.judge(text)
        key = (text, advising.local, advising.otherwise, SCANNER_VERSION, knowledge_version())
        verdict = self._kept.pop(key, None) or advising.judge(text)
        if _FAULT not in verdict.finding.rule_ids:
            self._kept[key] = verdict
        if len(self._kept) > KEPT_VERDICTS:
            self._kept.popitem(last=False)
        return verdict
