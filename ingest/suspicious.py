"""Passages that speak to a machine instead of a person, or that a person does not see. Nothing obeys them;
they are listed so that somebody asks who wrote them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from typing import Any, Final, Literal

import re2

from base.limits import SUSPICIOUS_MAX
from ingest.extract.commands import looks_like_command
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.reader import title_of
from ingest.extract.retracting import without
from ingest.masking import blanked
from ingest.sources.hidden import HiddenText
from ingest.trace import Span

Kind = Literal["speaks to a machine", "hidden text", "hidden characters"]

_SHOWN_CHARACTERS: Final = 200
_HIDDEN_WORDS: Final = 3
"""A hidden element of fewer words is an icon's name or a counter."""

_PHRASES: Final = (
    # English
    r"\b(?:ignore|disregard|forget|override|bypass) (?:\w+ ){0,3}(?:instructions?|prompts?|polic(?:y|"
    r"ies)|guardrails?)\b",
    r"\b(?:ignore|disregard|forget) (?:everything|anything|all|what) (?:\w+ ){0,3}(?:above|before|"
    r"earlier|said|told)\b",
    r"\b(?:new|updated|real|actual|following) (?:system )?(?:instructions?|prompts?) ?:",
    r"\byou are (?:now |an? |the |no longer )*(?:ai|llm|assistant|language model|classifier|scanner|"
    r"agent|bot)\b",
    r"\b(?:as|act as|dear|hey|attention|note to|message (?:to|for)|instructions? (?:to|for)) (?:an? |"
    r"the |all |any )*(?:ai|llms?|assistants?|language models?|classifiers?|ai agents?|ai models?)\b",
    r"\b(?:system|developer) (?:prompt|message|override|role)\b",
    r"\b(?:mark|classif\w+|label|treat|rate|consider|report|score|flag|tag|judge|"
    r"declare) (?:\S+ ){0,8}?(?:as|to be|is|are) (?:\w+ ){0,2}(?:safe|harmless|low[- ]risk|no[- ]risk|"
    r"green|read[- ]only|approved|trusted|benign)\b",
    r"\brisk(?: level)? ?(?:[:=]|is|to) ?.?(?:safe|none|low|green|0)\b",
    r"\b(?:do not|don't|never) (?:flag|classify|report|warn|escalate|mask|redact|scan|mention|tell|"
    r"reveal|show|ask) (?:\w+ ){0,4}(?:dangerous|risky|unsafe|secrets?|users?|reviewers?|humans?|"
    r"operators?|approval|this|anyone)\b",
    r"\b(?:no|without|skip|bypass|needs? no) (?:\w+ )?(?:approvals?|reviews?|confirmations?|gates?|"
    r"human) (?:is |are )?(?:needed|required|necessary|checks?)\b",
    r"\b(?:auto|automatically|pre)[- ]?approv\w+\b",
    r"\b(?:respond|reply|answer|output|return|print) (?:only |exactly |just )+(?:with|in|json|yaml|"
    r"safe|yes|the word)\b",
    r"\bconfidence ?(?:[:=]|of|is) ?(?:1(?:\.0+)?|0\.9+|100 ?%?)",
    r"<\|?(?:im_start|im_end|system|endoftext|user|assistant)\|?>|\[/?inst\]|<<sys>>|^ ?(?:assistant|"
    r"system) ?:(?: |$)",
    # German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish
    r"\bignorier\w* (?:\w+ ){0,4}(?:anweisung\w*|vorgaben|regeln|befehle)\b|\bals (?:\w+ )?(?:sicher|"
    r"harmlos|ungefährlich) (?:ein|be|zu|mark|klass)\w+",
    r"\b(?:ignore[rz]?|oublie[rz]?) (?:\w+ ){0,4}(?:instructions|consignes|règles)\b|"
    r"\bcomme (?:étant )?(?:sûre?s?|sans risque)\b",
    r"\b(?:ignor[ae]|olvid[ae]|ignorar|descart[ae])\w* (?:\w+ ){0,4}(?:instruc\w+|instruç\w+|"
    r"istruzion\w+|reglas|regras|regole)\b",
    r"\b(?:como|come) (?:segur[oa]s?|sicur[oaie]|inofensiv\w+)\b",
    r"\bnegeer (?:\w+ ){0,4}(?:instructies|regels)\b|\bals veilig\b|"
    r"\bzignoruj (?:\w+ ){0,4}(?:instrukcj\w+|polecenia)\b",
    r"talimatları (?:\w+ ){0,2}(?:yok say|görmezden gel)|önceki (?:\w+ ){0,2}talimat",
    # Russian, Ukrainian, Chinese, Japanese, Korean, Arabic, Hindi
    r"(?:игнорируй|игнорировать|забудь|ігноруй)\w* (?:\S+ ){0,4}(?:инструкци|указани|правил|"
    r"інструкці)\w*|как безопасн\w*",
    r"(?:忽略|无视|無視|忘记|忘掉).{0,12}(?:指令|指示|提示|规则|說明|说明)|(?:标记|標記|视|判断|分类).{0,4}(?:为|為)?安全",
    r"(?:指示|命令|ルール).{0,8}(?:無視|忘れ)|安全(?:として|と(?:分類|判定|マーク))",
    r"(?:지시|명령|지침|규칙).{0,10}(?:무시|잊)|안전(?:하다고|으로|한 것으로)",
    r"تجاهل.{0,24}(?:تعليمات|أوامر|القواعد)|(?:निर्देशों|आदेशों).{0,12}(?:अनदेखा|नज़रअंदाज़)",
)
_TURNED: Final = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]{1,200}")
"""Characters that turn the order of writing, or that only machines read."""
_BETWEEN: Final = re.compile("(?<=[A-Za-z])[\u200b-\u200f\u2060-\u2064\u180e\ufeff]{1,200}(?=[A-Za-z])")
"""Nothing, in the middle of a word."""
_NOTHING: Final = re.compile("[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")


@dataclass(frozen=True)
class Suspicious:
    """One passage. `span` is its place in the shown text, None where it stands on no screen."""

    kind: Kind
    text: str
    line: int
    span: Span | None = None

    def to_json(self) -> dict[str, Any]:
        """As the API shows it."""
        found: dict[str, Any] = {"kind": self.kind, "text": self.text, "line": self.line}
        return found if self.span is None else {**found, "span": self.span.to_json()}


@cache
def _compiled() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    found = re2.Set.SearchSet(options)
    for pattern in _PHRASES:
        found.Add(pattern.replace(r"\w", r"[\pL\pN_]"))  # RE2 reads `\w` as ASCII
    found.Compile()
    return found


def speaks_to_machine(text: str) -> bool:
    """Whether a sentence tells a program what to think of the text. Linear time."""
    plain = _NOTHING.sub("", unicodedata.normalize("NFKC", text))
    return bool(_compiled().Match(" ".join(plain.replace("’", "'").split())))


def without_spoken(found: Extraction, hidden: Iterable[HiddenText] = ()) -> Extraction:
    """The findings without instructions that no person is meant by. A command stays: the scanner judges it,
    whatever is said about it; but such a sentence is no title of it. Of a hidden text, what only the sentence
    makes a command is an instruction that somebody looks at.
    """
    unseen_texts = [item.text for item in hidden]
    found.drafts = [_unled(draft, unseen_texts) for draft in found.drafts]
    gone = {
        index for index, draft in enumerate(found.drafts)
        if draft.kind == "manual" and speaks_to_machine(draft.text)
    }  # fmt: skip
    return without(found, gone, "it speaks to a machine, not to a person") if gone else found


def _unled(draft: Draft, hidden: list[str]) -> Draft:
    """A command without what a suspicious sentence makes of it."""
    if draft.kind != "command":
        return draft
    if not looks_like_command(draft.text) and any(draft.text in text for text in hidden):
        said = draft.block.text.strip() if draft.block is not None else draft.text
        return replace(draft, kind="manual", text=said)
    return replace(draft, title=title_of(draft.text)) if speaks_to_machine(draft.title) else draft


def find_suspicious(text: str, hidden: Iterable[HiddenText]) -> tuple[Suspicious, ...]:
    """The passages of the shown text, then what `unseen` gave of its source; bounded."""
    told = (Suspicious("hidden text", item.text, item.line) for item in hidden)
    return tuple(islice(chain(_spoken(text), _characters(text), told), SUSPICIOUS_MAX))


def _spoken(text: str) -> Iterator[Suspicious]:
    begin = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and speaks_to_machine(line):
            cut = len(line) - len(line.lstrip())
            yield Suspicious(
                "speaks to a machine", _shown(line), number, Span(begin + cut, begin + len(line.rstrip()))
            )
        begin += len(line) + 1


def _characters(text: str) -> Iterator[Suspicious]:
    if text.isascii():
        return
    for pattern in (_TURNED, _BETWEEN):
        place, line = 0, 1
        for found in pattern.finditer(text):
            codes = " ".join(f"U+{ord(character):04X}" for character in found[0][:8])
            around = text[max(0, found.start() - 20) : found.end() + 20]
            line += text.count("\n", place, found.start())
            place = found.start()
            yield Suspicious(
                "hidden characters",
                f"{codes} in “{_shown(around)}”",
                line,
                Span(found.start(), found.end()),
            )


def unseen(hidden: Iterable[HiddenText]) -> tuple[HiddenText, ...]:
    """Those that say something: what gives an order or holds a command, a hidden element also of some words.
    Shortened, and their secrets masked.
    """
    found = (
        replace(item, text=_shown(blanked(item.text)[0]))
        for item in hidden
        if speaks_to_machine(item.text)
        or looks_like_command(item.text)
        or (not item.comment and len(item.text.split()) >= _HIDDEN_WORDS)
    )
    return tuple(islice(found, SUSPICIOUS_MAX))


def _shown(text: str) -> str:
    """One line, with nothing in it that is not seen."""
    seen = "".join(c if c.isprintable() and not _NOTHING.match(c) else " " for c in text)
    flat = " ".join(seen.split())
    return flat if len(flat) <= _SHOWN_CHARACTERS else flat[: _SHOWN_CHARACTERS - 1] + "…"
