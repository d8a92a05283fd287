"""The one way in which every judgement gets its second key: a value that a parsing process can be handed.

An LLM is asked before, by the controller, and its answers travel in `given`; the local model is asked in
place. Without either there is no advice, and nothing is safe on one key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from ingest.advisor.local import advise
from scanner import scan
from schemas.merge import advised_risk, merge
from schemas.risk import Risk
from schemas.verdict import Advice, Finding, NoAdvice, Verdict

Language: TypeAlias = Literal["bash", "sql"]
Said: TypeAlias = Advice | NoAdvice
"""What an advisor said about a text, or why it said nothing."""

_STRICTNESS: Final = (Risk.SAFE, Risk.UNKNOWN, Risk.CAUTION, Risk.DANGEROUS)
"""As advice enters the merge, where the scanner says safe."""


def text_key(text: str, language: Language = "bash") -> str:
    """What an answer about a text is kept under."""
    return hashlib.sha256(f"{language}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def stricter(first: Said, second: Said) -> Said:
    """Of two answers about one text, which stands in two places, the one that counts for both."""
    return max(first, second, key=lambda said: _STRICTNESS.index(advised_risk(said)))


@dataclass(frozen=True)
class Advising:
    """Where advice comes from. `local`: the local model is asked; `given`: answers of an LLM, by `text_key`;
    `otherwise`: why there is none about any other text.

    The two never vote: what an LLM was asked about and did not answer has no advice, whatever the model
    thinks.
    """

    local: bool = False
    given: Mapping[str, Said] = field(default_factory=dict)
    otherwise: NoAdvice = NoAdvice.OFF

    @classmethod
    def of(cls, answers: Iterable[tuple[str, Language, Said]]) -> Advising:
        """From an LLM's answers: text, language, and what was said."""
        given: dict[str, Said] = {}
        for text, language, said in answers:
            key = text_key(text, language)
            given[key] = stricter(given[key], said) if key in given else said
        return cls(given=given, otherwise=NoAdvice.NOT_ASKED)

    @property
    def keys(self) -> int:
        """How many of the two keys are there at all."""
        return 2 if self.local or self.given else 1

    @property
    def has_llm(self) -> bool:
        """Whether there is an LLM, asked or not."""
        return self.otherwise is not NoAdvice.OFF

    def said(self, text: str, language: Language = "bash") -> Said:
        """The advice on a text, or why there is none."""
        if self.local:
            return advise(text, language)
        return self.given.get(text_key(text, language), self.otherwise)

    def about(self, text: str, language: Language = "bash") -> Advice | None:
        """The advice on a text; None where there is none."""
        said = self.said(text, language)
        return said if isinstance(said, Advice) else None

    def __call__(self, text: str, _finding: Finding) -> Said:
        """The same, as the import asks it."""
        return self.said(text)

    def judge(self, text: str, language: Language = "bash") -> Verdict:
        """Finding and advice on a text, merged."""
        return merge(scan(text, language), self.said(text, language))


ONE_KEY: Advising = Advising()
"""Only the scanner looks."""
LOCAL: Advising = Advising(local=True)
"""The local model looks, too."""
UNASKED: Advising = Advising(otherwise=NoAdvice.NOT_ASKED)
"""There is an LLM, and it was not asked."""
