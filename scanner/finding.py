"""Judgements to the one finding that others see."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from scanner.judgement import IRREVERSIBLE, NOT_NEEDED, REVERSIBLE, SAFE, UNKNOWN, Judgement, highest
from scanner.tables import knowledge_version, tool, wrapper
from schemas.risk import Risk
from schemas.verdict import Finding, Reversibility, Span

SCANNER_VERSION: Final = "1.5.33"
"""Raised with every change of the code that can change a finding; the tables have a version of their own."""

MAX_SPANS: Final = 50
MAX_RULES: Final = 50
MAX_RESOURCES: Final = 16
MAX_SENTENCES: Final = 2_000
"""Kept; the tables hold about as many reasons."""


_UNCERTAIN: Final = Reversibility.UNKNOWN


def _characters(source: bytes, at: int) -> int:
    return len(source[:at].decode("utf-8", "ignore"))


def make_finding(text: str, judgements: list[Judgement]) -> Finding:
    """The worst judgement decides risk and sentence; spans and rules of that risk come first."""
    if len(judgements) == 1 and judgements[0].inverse is None and text.isascii():
        return _of_one(text, judgements[0])
    risk, deciding, others = _parted(judgements)
    rules = tuple(dict.fromkeys([judgement.rule for judgement in (*deciding, *others)]))
    inverse = _inverse(text, judgements)
    reversibility = NOT_NEEDED if risk is SAFE else _reversibility(deciding)
    if inverse is not None and reversibility is _UNCERTAIN:
        reversibility = REVERSIBLE
    why = _sentence(deciding[0].why) if deciding else "Nothing in the text runs."
    resources = () if risk is SAFE else _resources(deciding, others)
    return _made(risk, rules, _spans(text, deciding), why, resources, reversibility, inverse)


def _of_one(text: str, found: Judgement) -> Finding:
    """The finding of one judgement without an inverse, of ASCII, as most are: nothing to part or to rank."""
    risk = found.risk
    resources: tuple[str, ...] = ()
    reversibility = NOT_NEEDED
    if risk is not SAFE:
        if found.resources:
            resources = tuple(dict.fromkeys([name[:200] for name in found.resources if name]))[:MAX_RESOURCES]
        reversibility = found.reversibility
        if reversibility is not IRREVERSIBLE and reversibility is not REVERSIBLE:
            reversibility = _UNCERTAIN
    span = _span(found.start, min(found.end, len(text)), found.rule)
    return _made(risk, (found.rule,), (span,), _sentence(found.why), resources, reversibility, None)


def _made(
    risk: Risk,
    rules: tuple[str, ...],
    spans: tuple[Span, ...],
    why: str,
    resources: tuple[str, ...],
    reversibility: Reversibility,
    inverse: str | None,
) -> Finding:
    if inverse is None and not resources:
        texts = "".join((why, *rules))
    else:
        texts = "".join((why, inverse or "", *rules, *resources))
    if "\0" in texts:
        why, inverse = _shown(why), inverse and _shown(inverse)
        resources = tuple(map(_shown, resources))
    fields: dict[str, Any] = {
        "risk": risk,
        "rule_ids": rules[:MAX_RULES],
        "spans": spans,
        "why": why,
        "resources": resources,
        "reversibility": reversibility,
        "inverse": inverse,
        "scanner_version": SCANNER_VERSION,
        "knowledge_version": knowledge_version(),
    }
    # What is no ASCII may be no text at all (`$'\ud800'`): that must fail here, not where it is stored.
    if texts.isascii():
        return Finding.made_UNCHECKED(fields)
    return Finding(**fields)


def _shown(text: str) -> str:
    """Without a NUL, which PostgreSQL keeps in no text: a finding that holds one could not be read there."""
    return text.replace("\0", "\ufffd")


def _parted(judgements: list[Judgement]) -> tuple[Risk, list[Judgement], list[Judgement]]:
    """The worst risk, the judgements that say it, and the others that are not safe."""
    risk = highest(judgements)
    deciding, others = [], []
    for judgement in judgements:
        if judgement.risk is risk:
            deciding.append(judgement)
        elif judgement.risk is not SAFE:
            others.append(judgement)
    return risk, deciding, others


def _spans(text: str, deciding: list[Judgement]) -> tuple[Span, ...]:
    """Where the deciding rules looked, in characters, each place once a rule."""
    if text.isascii():
        size = len(text)
        places = [(found.start, min(found.end, size), found.rule) for found in deciding[:MAX_SPANS]]
    else:
        source = text.encode("utf-8", "replace")
        places = [
            (_characters(source, found.start), _characters(source, min(found.end, len(source))), found.rule)
            for found in deciding[:MAX_SPANS]
        ]
    return tuple([_span(start, end, rule) for start, end, rule in dict.fromkeys(places)])


def _span(start: int, end: int, rule: str) -> Span:
    return Span.made_UNCHECKED({"start": start, "end": end, "rule_id": rule})


@lru_cache(maxsize=MAX_SENTENCES)
def _sentence(why: str) -> str:
    """A reason as a sentence; kept, since most of them are those of the tables."""
    sentence = why[:300]
    begin = sentence[:1]
    if begin != begin.upper():
        first = sentence.split(" ", 1)[0]
        if tool(first) is None and wrapper(first) is None:
            sentence = begin.upper() + sentence[1:]
    return sentence if sentence[-1:] == "." else sentence + "."


def _resources(deciding: list[Judgement], others: list[Judgement]) -> tuple[str, ...]:
    found = dict.fromkeys([name[:200] for judgement in deciding for name in judgement.resources if name])
    if not found and others:
        found = dict.fromkeys([name[:200] for judgement in others for name in judgement.resources if name])
    return tuple(found)[:MAX_RESOURCES]


def _reversibility(deciding: list[Judgement]) -> Reversibility:
    if len(deciding) == 1:
        only = deciding[0].reversibility
        return only if only is IRREVERSIBLE or only is REVERSIBLE else _UNCERTAIN
    kinds = {judgement.reversibility for judgement in deciding}
    if IRREVERSIBLE in kinds:
        return IRREVERSIBLE
    return REVERSIBLE if kinds == {REVERSIBLE} else _UNCERTAIN


def _inverse(text: str, judgements: list[Judgement]) -> str | None:
    """Only where the whole text is one command of which the undoing is certain."""
    named = [found for found in judgements if found.inverse is not None and found.risk is not SAFE]
    if len(named) != 1 or any(found.risk is UNKNOWN for found in judgements):
        return None
    found = named[0]
    alone = all(found.start <= other.start and other.end <= found.end for other in judgements)
    whole = found.start <= len(text) - len(text.lstrip()) + 12 and found.end >= len(text.rstrip())
    plain = not any(mark in text.strip() for mark in ("\n", "$(", "`", "<(", ">(", "|", ";", "&"))
    return found.inverse if alone and whole and plain else None
