"""The case that a sentence names, and what it tells to do then: “if …”, “otherwise”, a question, a label."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.alternatives import instead_of_above, other_way
from ingest.extract.case_ends import IN_CASE, with_clauses
from ingest.extract.commands import looks_like_command
from ingest.extract.doing import only_read
from ingest.extract.heading_cases import CASE_HEADING
from ingest.extract.labels import (
    advice,
    labelled,
    restricted_case,
    says_fault,
    says_state,
    without_asides,
)
from ingest.extract.named_cases import always_comes
from ingest.extract.negation import begins_negated, negated
from ingest.extract.reader import Reader
from ingest.extract.sentence_cases import ToldBefore
from ingest.extract.short_cases import asked_case, asks_alone, short_case
from ingest.extract.shown import below
from ingest.extract.skipping import leads_away
from ingest.extract.spoken import surely_typed
from ingest.extract.vocabulary import is_imperative, sentences, text_of

_CONDITION: Final = re.compile(
    r"(?i)^(if|when(?! (?:not )?to\b)|unless|in case|in the case|in the event|assuming|provided|"
    r"where(?! to\b)|should)\b"
    r"((?:[^,:→.!?]|[.!?](?=\S)|,\s{1,3}(?:and|or|but)\s{1,3}(?:if|when|unless)\b){3,200})[,:→]\s*(.*)$",
    re.DOTALL,
)
_SKIPS: Final = re.compile(
    r"(?i)^(if|when|unless|in case)\b([^,:→.!?]{3,120}?)\s(?:then\s)?((?:skip|jump|go|proceed|continue)\s+"
    r"(?:(?:on|ahead|straight|directly)\s+)*(?:to|with|step|the next|this)\b[^.!?]*[.!]?\s*)$"
)
"""“If it is fine skip to 4”: no sign divides the two."""

_LABEL: Final = re.compile(r"^((?:[^→.!?]|\.(?=\d)){2,90}?\??)\s*(?:→|->|=>)\s+([^→]+)$", re.DOTALL)
_ASKED: Final = re.compile(r"^([^→.!?:\n]{3,90}\?)\s+([^→]+)$", re.DOTALL)
"""“No answer? Restart it.”"""

_SAYS_STATE: Final = re.compile(r"\?$|[<>=≤≥]")
_OPEN_QUESTION: Final = re.compile(
    r"(?i)^(?:what|why|how|who|where|which|when|need help|questions|any questions)\b"
)
_LOOKS: Final = re.compile(r"(?i)^\W*(?:check|verify|look|see|run|use|open|type|read|try|ask|test|compare)\b")
_ANSWER: Final = re.compile(
    r"(?i)^\W*(?:if\s+)?(?P<answer>yes|no|so)\W*?(?:\s*[:,;→–—]|\s+-|\s*->|\s*=>|"
    r"\s+then\b)[\s*_]*(?P<rest>.*)$",
    re.DOTALL,
)
"""“Yes: …”, “If no, …” below a question."""

_SAYS_NO: Final = re.compile(r"(?i)^\W*(?P<no>no)\W{0,4}?(?:[:,;→–—]|\s-|\s*->|\s*=>)")
_QUESTION: Final = re.compile(r"[^.!?\n]{4,160}\?(?=[\s*_]|$)")
_OTHERWISE: Final = re.compile(
    r"(?i)^(?:otherwise|else|if not(?=\s*[,:])|(?:if )?none of (?:the above|these|those)\b[^,:]{0,30}|"
    r"in (?:any|all) other cases?)\b[,:]?\s*(.*)$",
    re.DOTALL,
)
_TURN: Final = re.compile(r"(?is)(otherwise|else|if not)\b[,:]?\s*(.*)$")
"""The other way of a case that no word names: a person is asked by this word."""

_TOLD_IN: Final = 3
"""Sentences behind an arrow: “NXDOMAIN → the record is missing. Check external-dns: …”."""
_WHY: Final = re.compile(r"^[^:.;`]{2,60}:\s+")
"""“disk or memory: reboot”: why, and what is done."""
_NUMBER: Final = re.compile(r"(?i)^step\s*\d{1,3}\s*[-–—:.)]\s+(?=\S)")


def condition_of(reader: Reader, text: str) -> tuple[str | None, bool, str]:
    """The condition of a sentence, whether it is negated, and the rest."""
    text = _NUMBER.sub("", text)
    answer = _ANSWER.match(text)
    if answer and reader.last_question is not None:
        reader.last_condition = reader.last_question
        return reader.last_question, answer["answer"].lower() == "no", answer["rest"].strip()
    other = _OTHERWISE.match(text)
    if other and reader.last_condition is not None:
        return reader.last_condition, True, other[1].strip()
    named = _named(text) or _led_away(text) or _of_what_is_above(reader, text)
    if named is not None:
        reader.last_condition = named[0] or reader.last_condition
        return named
    label = _LABEL.match(text)
    if label and _is_case(label[1], label[2]):
        reader.last_condition = " ".join(label[1].split())
        return reader.last_condition, False, label[2].strip()
    state = labelled(text)
    if state is not None:
        reader.last_condition = " ".join(state[0].split())
        return reader.last_condition, False, state[1].strip()
    asked = _ASKED.match(text)
    answered = _ANSWER.match(asked[2]) if asked else None
    if asked and answered and not _OPEN_QUESTION.match(text):
        reader.last_condition = " ".join(asked[1].split())
        return reader.last_condition, answered["answer"].lower() == "no", answered["rest"].strip()
    if asked and is_imperative(asked[2]) and not _LOOKS.match(asked[2]) and not _OPEN_QUESTION.match(text):
        reader.last_condition = " ".join(asked[1].split())
        return reader.last_condition, False, asked[2].strip()
    short = short_case(text) or _asked_over_code(text)
    if short is not None:
        reader.last_condition = short[0]
        return short[0], False, short[1]
    other_text = other_way(text)
    if other_text is not None and (instead := instead_of_above(reader)) is not None:
        return instead, False, other_text
    turn = _TURN.match(text)
    return (None, False, text) if turn is None else (turn[1], False, turn[2].strip())


_CASE_LAST: Final = re.compile(
    r"(?i)^(?P<told>(?:please\s)?(?:skip|go|jump|proceed|continue|stop|abort|quit|exit)\b[^.;:`]{0,80}?),?\s"
    r"(?P<case>(?P<word>if|when|unless|in case)\s[^.;:`]{3,160}?)[.!]?\s*$"
)


def _led_away(text: str) -> tuple[str, bool, str] | None:
    """The case in which a text leads elsewhere: “Skip to step 4 if it is full.”"""
    found = _CASE_LAST.match(text)
    if found is None or not leads_away(found["told"]):
        return None
    return " ".join(found["case"].split()), found["word"].lower() == "unless", found["told"]


def as_answer(block: Block) -> Block:
    """A block below a question, in which “No: …” answers that and is no label of what not to run."""
    found = _SAYS_NO.match(block.text)
    if found is None:
        return block
    text = block.text[: found.start("no")] + "  " + block.text[found.end("no") :]
    return replace(block, text=text)


def _named(text: str) -> tuple[str | None, bool, str] | None:
    """The case that a text names with a word, as `condition_of` gives it: “If …”, “For clusters that …”."""
    found = _case_first(text) or _parts(_SKIPS.match(text), text)
    if found is not None:
        word, condition, rest = found
        case = None if always_comes(condition) else condition
        return case, case is not None and word == "unless", rest
    there = restricted_case(text)
    return (
        None
        if there is None
        else (" ".join(text[advice(text) : there].split()), False, text[there:].lstrip(" ,:"))
    )


def _case_first(text: str) -> tuple[str, str, str] | None:
    """The word of a case that a text begins with, the case with it, and what is told behind it."""
    return _parts(_CONDITION.match(with_clauses(text)), text)


def _parts(found: re.Match[str] | None, text: str) -> tuple[str, str, str] | None:
    if found is None:
        return None
    return found[1].lower(), text[: found.end(2)].strip(), text[found.start(3) :].strip()


def _asked_over_code(text: str) -> tuple[str, str] | None:
    """A short question with a command behind it, or with nothing: what is done then stands below."""
    asked = asked_case(text)
    if asked is not None and looks_like_command(sentences(asked[1])[0]):
        return asked
    return (" ".join(text.split()), "") if asks_alone(text) else None


def question_of(text: str) -> str | None:
    """The last question of a block that can be answered by yes or no."""
    if "?" not in text:
        return None
    asked = [found[0].strip(" *_") for found in _QUESTION.finditer(text)]
    return next((" ".join(item.split()) for item in reversed(asked) if not _OPEN_QUESTION.match(item)), None)


def _is_case(label: str, does: str) -> bool:
    """Whether what stands before an arrow is a case: with something to do behind it, or a state and a
    command.
    """
    if label.count("(") > label.count(")"):
        return False  # a way through menus: “the console (Actions → Edit)”
    if surely_typed(label):
        return False  # “df -h /var -> should show the new size”
    told = sentences(does)[:_TOLD_IN]
    if leads_away(does) or any(is_imperative(part) for part in told) or is_imperative(_WHY.sub("", does)):
        if is_imperative(label) and not label.endswith("?"):
            return False  # “Right click on the volume → create a snapshot”
        return len(label.split()) > 1 or label.endswith("?")
    begins = looks_like_command(sentences(does)[0]) if does.strip() else False
    return begins and _SAYS_STATE.search(label) is not None and not is_imperative(label)


def without_case(sentence: str) -> str:
    """What a sentence tells to do, without the case that it is for."""
    found = _case_first(sentence)
    return sentence if found is None else found[2]


_LATER: Final = re.compile(r"(?:[:;]|\s[–—-]|,(?:\s(?:so|then))?|→|->|=>)\s+")


def _tells_later(told: str) -> bool:
    """Whether a sentence tells to do something in one of its clauses: “…, the list is old, send a patch”."""
    first, *later = _LATER.split(told)
    if is_imperative(first):
        return True
    return not negated(told, holds_code=True) and any(is_imperative(part) for part in later)


_IN_THIS_CASE: Final = re.compile(rf"(?i)^{IN_CASE}\b,?\s+(?P<told>\S.*)$", re.DOTALL)


def told_for_a_case(text: str) -> tuple[list[str], str | None, bool]:
    """The first sentence of a text that tells to do something for a case, with its case, and whether that is
    negated: “It is backed up daily. Should it be lost, restore it.”
    """
    above = ""
    for part in sentences(text):
        then = _IN_THIS_CASE.match(part)
        if then is not None and above and is_imperative(then["told"]) and not begins_negated(then["told"]):
            return [part], above.strip(" .*_"), False
        above = part
        found = _case_first(part)
        if found is not None and _tells_later(found[2]) and not begins_negated(found[2]):
            return [part], found[1], found[0] == "unless"
    return [], None, False


_MAY_BE: Final = re.compile(
    r"(?i)^(?:sometimes|occasionally|from time to time)\b|"
    r"^(?:you|we|it|there|users?|this|that|the)\b[^.:;]{0,60}?"
    r"\b(?:may|might|could|can sometimes|will sometimes|sometimes)\b"
)
"""“You may see errors”: what is not so each time."""


def _of_what_is_above(reader: Reader, text: str) -> tuple[str, bool, str] | None:
    """The case that “In this case, …” goes on from: what the text above says may be so, or its own case."""
    then = _IN_THIS_CASE.match(text)
    if then is None:
        return None
    if then["one"] is not None:
        return text[: then.start("told")].rstrip(" ,"), False, then["told"]
    above = text_of(reader.above)
    if _CONDITION.match(above) is not None and reader.last_condition is not None:
        return reader.last_condition, False, then["told"]
    if _MAY_BE.match(above) is None:
        return None
    return " ".join(above.split()).strip(" .:*_"), False, then["told"]


_STOPS: Final = re.compile(
    r"(?i)^\W{0,4}(?:please |then |just |you (?:can|may|should|must) )*(?:"
    r"(?:stop|abort|halt|quit)(?: (?:here|now|immediately|right (?:here|now)|"
    r"(?:this|the) (?:procedure|runbook|work))|"
    r",? (?:and|to) (?:ask|call|escalate|page|tell|contact|wait|talk|report)"
    r"\b.*)?\W*$|"
    r"skip (?:this|it|that|them|to|ahead|the|these|step)\b|"
    r"(?:do not|don['’]t|never|must not) "
    r"(?:go on|go ahead|go further|continue|proceed|carry on|do (?:this|it|that)|"
    r"run (?:this|it|that)|follow)\b|"
    r"leave (?:it|them|this|that|everything) (?:alone|as)\b|"
    r"(?:you are|you['’]re|we are) done\b|"
    r"(?:there(?:['’]s| is) )?nothing (?:else |more )?(?:(?:is|has|needs) )?to\b|"
    r"no (?:further )?action\b)"
)
"""What tells not to do what stands below."""


def stops(body: str) -> bool:
    """Whether what is told for a case is nothing but not to do what stands below."""
    return len(sentences(body)) == 1 and _STOPS.match(body) is not None


def behind_stop(case: tuple[str | None, bool], own: str | None, body: str) -> tuple[str | None, bool]:
    """The case of what stands behind the first sentence of a text with a case of its `own`: the other one
    where that tells to stop.
    """
    parts = sentences(body) if own is not None else []
    return case[0], case[1] != (len(parts) > 1 and stops(parts[0]))


def turned_below(
    block: Block, text: str, case: tuple[str | None, bool], body: str, *, introduces: bool
) -> tuple[str | None, bool]:
    """The case of what stands below a text that begins with one, with `body` behind it: the other one where
    that tells to stop or to skip it (“If this is the primary, stop.”), or where its last sentence says so:
    “If it is fine, reload. Otherwise restore it:”. Another one where the last sentence `introduces` what
    stands below with a case of its own.
    """
    parts = sentences(text)
    if introduces and len(parts) > 1 and (own := ToldBefore(block).last_case()) is not None:
        return own
    turned = case[0] is not None and len(parts) > 1 and _OTHERWISE.match(text_of(parts[-1])) is not None
    turned = turned or (case[0] is not None and stops(body))
    return (case[0], not case[1]) if turned else case


def case_below(
    block: Block, case: tuple[str | None, bool], body: str, introduces: bool, commands: bool
) -> tuple[str | None, bool]:
    """The case that the code right below a block is for, which shows how its last sentence is done."""
    if case[0] is not None and (introduces or (not commands and len(sentences(body)) == 1)):
        return case
    return (None, False) if commands and not introduces else ToldBefore(block).lead()


def case_of_block(reader: Reader, block: Block, text: str) -> tuple[str | None, bool, str]:
    """The condition of a block, whether it is negated, and the rest; an item may be nothing but the case of
    what stands below it in the list.
    """
    following = below(block, reader.following) if block.kind == "item" else None
    runs = any(looks_like_command(code) for code in block.code_texts())
    if following is None or following.kind == "heading" or runs:
        return condition_of(reader, text)
    alone = not block.code and CASE_HEADING.fullmatch(text) is not None and without_case(text) == text
    found = condition_of(reader, f"{text}:" if alone else text)
    if found[0] is None and says_state(text) and _tells(following) and not _leads_on(block, text, following):
        reader.last_condition = " ".join(text.split()).strip(" *_:")
        return reader.last_condition, False, ""
    return found


def _leads_on(block: Block, text: str, following: Block) -> bool:
    """Whether an item that says a state is a step all the same: a question that the command below answers, or
    a number of a list that only tells how things are there.
    """
    if without_asides(text).endswith("?"):
        shown = (following.code_texts() or [following.text])[0].lstrip("$#> ").split("\n", 1)[0]
        return following.kind == "code" and only_read([shown])
    return block.ordered and not says_fault(text)


def _tells(following: Block) -> bool:
    """Whether a block tells to do something, or shows a command."""
    told = following.text.lstrip(" =->→*_")
    return following.kind == "code" or is_imperative(told) or looks_like_command(told.strip("`"))
