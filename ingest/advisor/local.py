"""The local model: a second opinion without a network. Pure: the same text gives the same advice.

It reads a command in its own way (words.py), sees each call as a few numbers (features.py) learned from
published documentation and access levels (lexicon.py), and says `safe` only where every call of the text is
calibrated to only read. It is a small statistical model, and its texts say so; what is unlike that it
learned from is `unknown` to it. Its certainty holds only where it was taught: `safe` needs a documented form,
a published level, or labelled commands of just that subcommand (docs/decisions/0292).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ingest.advisor.calls import PRINTERS, PROGRAMS, Call, calls
from ingest.advisor.features import NAMES, READS_HELP, Seen, is_documented, is_listed, names_secret, see
from ingest.advisor.leading import only_sets, with_leading_values
from ingest.advisor.lexicon import Lexicon, lexicon
from ingest.advisor.requests import CLIENTS, may_act
from ingest.advisor.sqlview import judge_sql
from ingest.advisor.words import Simple, Unlike, split
from schemas.merge import CONFIDENCE_FLOOR
from schemas.risk import Risk
from schemas.verdict import Advice

NAME: Final = "local"
_HARMLESS_TARGETS: Final = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr"})
_PUBLISHED: Final = 0.97
"""A published level is a fact of the tool's maker; what remains is that it was read for another command."""
_ONE_LINE: Final = 0.95
"""What a tool as a whole needs where nothing but its description in one line speaks for it: `hdparm - get/set
parameters` with options that this line says nothing of."""
_SQL_CONFIDENCE: Final = 970
"""Statements are read by a closed list of published words and functions, not by a fitted model."""


@dataclass(frozen=True)
class Opinion:
    """What the model thinks of one call: the probability that it only reads, None where it can't tell."""

    reads: float | None
    why: str


def advise(text: str, language: Literal["bash", "sql"] = "bash") -> Advice:
    """The model's advice on a text. Total: whatever the text is, the answer is an advice."""
    learned = lexicon()
    try:
        opinions = _opinions(text, language, learned)
    except Unlike as unlike:
        return _advice(learned, Risk.UNKNOWN, 0, str(unlike))
    return _decide(learned, opinions)


def reads(text: str, language: Literal["bash", "sql"], learned: Lexicon) -> float | None:
    """The probability, 0 to 1, that a text only reads; None where the model abstains. `learned` need not be
    the model that is shipped."""
    try:
        opinions = _opinions(text, language, learned)
    except Unlike:
        return None
    found = [opinion.reads for opinion in opinions if opinion.reads is not None]
    return None if len(found) < len(opinions) else min(found, default=0.99)


def _opinions(text: str, language: Literal["bash", "sql"], learned: Lexicon) -> list[Opinion]:
    return [_statement(text, learned)] if language == "sql" else _bash(text, learned)


def _decide(learned: Lexicon, opinions: Sequence[Opinion]) -> Advice:
    if not opinions:
        return _advice(learned, Risk.SAFE, 990, "there is no command in it")
    worst = min(opinions, key=lambda opinion: -1.0 if opinion.reads is None else opinion.reads)
    if worst.reads is None:
        return _advice(learned, Risk.UNKNOWN, 0, worst.why)
    reads = int(worst.reads * 1000)
    if reads >= CONFIDENCE_FLOOR:
        return _advice(learned, Risk.SAFE, reads, worst.why)
    if 1000 - reads >= CONFIDENCE_FLOOR:
        return _advice(learned, Risk.CAUTION, 1000 - reads, worst.why)
    return _advice(learned, Risk.UNKNOWN, max(reads, 1000 - reads), f"{worst.why}, but it is not sure")


def _advice(learned: Lexicon, risk: Risk, confidence: int, why: str) -> Advice:
    return Advice(
        risk=risk,
        confidence=confidence,
        reasoning=f"The local model (statistical, no LLM): {why}.",
        advisor=NAME,
        advisor_version=learned.version,
    )


# ---------------------------------------------------------------- commands


def _bash(text: str, learned: Lexicon) -> list[Opinion]:
    found: list[Opinion] = []
    if only_sets(text):
        return found
    for simple in split(with_leading_values(text)):
        target = next((each for each in simple.writes if each not in _HARMLESS_TARGETS), None)
        if target is not None:
            found.append(Opinion(0.03, "its output goes to a file"))
        if any(word.computed for word in simple.words):
            found.append(Opinion(None, "what another command prints stands in it"))
        found += [_call(call, simple, learned) for call in calls(simple)]
    return found


def _call(call: Call, simple: Simple, learned: Lexicon) -> Opinion:
    if call.sql is not None:
        return _statement(call.sql, learned)
    if call.tool in PRINTERS:
        return Opinion(0.98, f"`{call.tool}` only prints its words")
    if call.tool in PROGRAMS and not names_secret(call.words[1:]):
        return Opinion(0.95, f"the program of `{call.tool}` only prints")
    if call.tool in PROGRAMS:
        return Opinion(None, f"`{call.tool}` names something that looks like a secret")
    if call.tool in CLIENTS and may_act(call.words):
        return Opinion(None, f"what `{call.tool}` asks for may act, or show what holds secrets")
    if is_documented(call, learned):
        return Opinion(learned.documented, f"this form of `{call.tool}` is documented as one that only reads")
    seen = see(call, learned)
    name = f"{call.tool} {seen.path}".strip()
    if seen.asks_help and call.tool not in READS_HELP:
        return Opinion(None, f"the model has not learned that `{name}` reads its word for help")
    if seen.asks_help and not seen.extra and not simple.writes:
        return Opinion(0.98, f"`{name}` is only asked for its help")
    return _looked_up(call, seen, name, learned)


def _looked_up(call: Call, seen: Seen, name: str, learned: Lexicon) -> Opinion:
    """By the regression, where everything in the call is known and the model was taught about it."""
    doubt = _doubt(name, seen)
    if doubt is not None:
        return Opinion(None, doubt)
    sure = probability(seen, learned)
    if seen.published > 0 and min(seen.options.values(), default=0.0) >= 0:
        sure = max(sure, _PUBLISHED)
    if sure * 1000 < CONFIDENCE_FLOOR:
        return Opinion(sure, _reason(name, seen, sure))
    if is_listed(call, seen.path, learned):
        return Opinion(None, f"`{name}` is documented form by form, and this is none that only reads")
    if seen.published <= 0 and not seen.taught:
        return Opinion(
            None, f"`{name}` looks like one that only reads, but the model was taught none of its kind"
        )
    if not seen.path and not seen.published and sure < _ONE_LINE:
        return Opinion(None, f"only the one line that describes `{name}` speaks for it")
    return Opinion(sure, _reason(name, seen, sure))


def _doubt(name: str, seen: Seen) -> str | None:
    """Why the model can't tell, whatever its table says; None where it can."""
    if seen.group and seen.extra:
        return f"the model does not know this subcommand of `{name}`"
    if seen.unknown:
        return f"the model does not know the option {seen.unknown[0][:30]} of `{name}`"
    if seen.secret:
        return f"`{name}` names something that looks like a secret"
    return None


def _reason(name: str, seen: Seen, reads: float) -> str:
    ground = "from its published access level" if seen.published else "from what is published about it"
    if reads * 1000 >= CONFIDENCE_FLOOR:
        return f"`{name}` looks like one that only reads, {ground}"
    acting = min(seen.options, key=lambda option: seen.options[option], default=None)
    if acting is not None and seen.options[acting] < -1:
        return f"`{name}` with {acting[:30]} looks like one that changes something, {ground}"
    return f"`{name}` looks like one that may change something, {ground}"


def probability(seen: Seen, learned: Lexicon) -> float:
    """The calibrated probability that a call only reads."""
    numbers = seen.numbers()
    weights = learned.weights["weights"]
    score = weights["bias"] + sum(weights[name] * numbers[name] for name in NAMES)
    steps: Sequence[Sequence[float]] = learned.weights["steps"]
    at = bisect_right(steps, score, key=lambda step: step[0])
    if at == 0:
        return float(steps[0][1])
    low, high = steps[at - 1], steps[min(at, len(steps) - 1)]
    if math.isclose(low[0], high[0]):
        return float(low[1])
    share = (score - low[0]) / (high[0] - low[0])
    return float(low[1] + share * (high[1] - low[1]))


# ---------------------------------------------------------------- SQL


def _statement(text: str, learned: Lexicon) -> Opinion:
    reason = judge_sql(text, learned.function)
    if reason is None:
        return Opinion(_SQL_CONFIDENCE / 1000, "each statement only reads, by published words and functions")
    return Opinion(0.03, reason)
