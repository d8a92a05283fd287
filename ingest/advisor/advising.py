"""The one way in which every judgement gets its second key: a value that a parsing process can be handed.

An LLM is asked before, by the controller, and its answers travel in `given`; the local model is asked in
place. Without either there is no advice, and nothing is safe on one key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ingest.advisor.local import advise
from scanner import scan
from schemas.merge import merge
from schemas.verdict import Advice, Finding, Verdict

Language: TypeAlias = Literal["bash", "sql"]


def text_key(text: str, language: Language = "bash") -> str:
    """What an answer about a text is kept under."""
    return hashlib.sha256(f"{language}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Advising:
    """Where advice comes from. `local`: the local model is asked; `given`: answers of an LLM, by `text_key`.

    The two never vote: what an LLM was asked about and did not answer has no advice, whatever the model
    thinks.
    """

    local: bool = False
    given: Mapping[str, Advice] = field(default_factory=dict)

    @property
    def keys(self) -> int:
        """How many of the two keys are there at all."""
        return 2 if self.local or self.given else 1

    def about(self, text: str, language: Language = "bash") -> Advice | None:
        """The advice on a text; None where there is none."""
        if self.local:
            return advise(text, language)
        return self.given.get(text_key(text, language))

    def __call__(self, text: str, _finding: Finding) -> Advice | None:
        """The same, as the import asks it."""
        return self.about(text)

    def judge(self, text: str, language: Language = "bash") -> Verdict:
        """Finding and advice on a text, merged."""
        return merge(scan(text, language), self.about(text, language))


ONE_KEY: Advising = Advising()
"""Only the scanner looks."""
LOCAL: Advising = Advising(local=True)
"""The local model looks, too."""
