"""Sentences that a reviewer must make precise: vague words, missing values and commands, bare thresholds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ingest.candidates import Candidates
from ingest.extract.accounts import Accounted
from ingest.extract.drafts import Draft
from ingest.extract.vocabulary import ACTIONS_WITHOUT_COMMAND, is_imperative, sentences
from ingest.questions import ANY_COMMAND, ANY_TEXT, Free, Option, Question
from ingest.trace import Span
from schemas.runbook import AmbiguityKind

_VAGUE: Final = re.compile(
    r"(?i)\b(?:as needed|if needed|if necessary|if possible|if applicable|as necessary|as required|"
    r"(?:in)?appropriate(?:ly)?|suitabl[ey]|sufficient(?:ly)?|necessary adjustments?|"
    r"etc\b|and so on|and (?:the like|similar)|"
    r"some time|a while|a bit|a few (?:\w+)|a couple(?: of)?(?: \w+)?|soon|when you have time|later on|"
    r"ideally|"
    r"carefully|somehow|something(?: else)?(?! like)|anything else|any other|"
    r"reasonable|properly|correctly tuned|the usual|usual(?:ly)?|the right(?!-)|the correct|"
    r"standard communication|"
    r"relevant|several|a number of|other things|"
    r"should be (?:fine|ok(?:ay)?|good)|(?:looks?|seems?|is|are|everything['’]?s?) (?:ok(?:ay)?|fine|"
    r"right|good|healthy|normal)|"
    r"settles? down|calms? down|keep an eye|depends? (?:up)?on|further (?:manual )?actions?|"
    r"investigate(?: further)?|"
    r"root cause|recent trends?|best judge?ment|prudent|talk (?:to|with)|"
    r"all necessary|your standard|TODO|TBD|FIXME|XXX to be)\b"
)
_THRESHOLD: Final = re.compile(
    r"(?i)\b(?:too (?:high|low|many|much|big|large|old|slow|long)|very (?:high|low|large|slow)|"
    r"(?:is|are|looks?) (?:high|low|slow|big|large)|"
    r"a lot(?: of \w+)?|significant(?:ly)?|unusual(?:ly)?|abnormal(?:ly)?|excessive(?:ly)?|nearly full|"
    r"almost full|high (?:load|usage|number)|"
    r"big keys|short list|lots of|many \w+ than usual|trending (?:up|down)\w*)\b"
)
_REFERENCE: Final = re.compile(
    r"(?i)\b(?:see above|as above|the other (?:runbook|page|document)|mentioned (?:above|earlier|before)|"
    r"the (?:usual|standard|normal) (?:procedure|process|way)|as (?:before|usual)|the wiki|"
    r"same as (?:above|before))\b"
)
_WHICH: Final = re.compile(
    r"(?i)\b(?:check|look at|inspect|watch|see|monitor|study|review)\s+(?:the\s+|all\s+|"
    r"your\s+)?(?:\w+\s+){0,2}?"
    r"(?:logs?|dashboards?|metrics|graphs?|alerts|monitoring|panels?)\b"
)

_PATTERNS: Final = (
    (_THRESHOLD, AmbiguityKind.UNKNOWN_THRESHOLD, "From which value on is it “{found}”?"),
    (_REFERENCE, AmbiguityKind.UNRESOLVABLE_REFERENCE, "What exactly does “{found}” point to?"),
    (_VAGUE, AmbiguityKind.VAGUE, "What exactly is meant by “{found}”?"),
    (_WHICH, AmbiguityKind.VAGUE, "Which exactly: “{found}”?"),
)
_NEAR_LINES: Final = 8
_KEEP: Final = Option(
    "keep", "Whoever runs it decides", "The sentence stays as it is; a person decides.", "keep"
)
_BY_HAND: Final = Option(
    "by-hand", "A person does it by hand", "It stays an instruction for a person.", "keep"
)
_IN_WORDS: Final = Free(
    "In other words", "what exactly", ANY_TEXT, "The step says “{value}” in the place of these words.", "say"
)
_VALUE: Final = Free("From this value on", "90 %", ANY_TEXT, "The step names the value: {value}.", "say")
_COMMAND: Final = Free(
    "Another command", "systemctl restart nginx", ANY_COMMAND, "The step runs: {value}", "command"
)


def find_questions(drafts: list[Draft], accounts: list[Accounted], candidates: Candidates) -> list[Question]:
    """Every open question, in the order of the text, one a sentence."""
    found = [*_of_drafts(drafts, candidates), *_of_notes(drafts, accounts, candidates)]
    return sorted(found, key=lambda item: (item.span or Span(0, 0), item.draft or 0))


def _of_drafts(drafts: list[Draft], candidates: Candidates) -> Iterator[Question]:
    for index, draft in enumerate(drafts):
        if draft.kind != "manual":
            continue
        for sentence in sentences(draft.text):
            question = _of_sentence(sentence, draft.line, index, candidates)
            if question is not None and sentence.rstrip().endswith(":") and _shown(drafts, index):
                continue
            if question is None and ACTIONS_WITHOUT_COMMAND.match(sentence) and not _shown(drafts, index):
                question = _without_command(sentence, draft, index, candidates)
            if question is not None:
                yield _placed(question, draft)


def _shown(drafts: list[Draft], index: int) -> bool:
    """Whether commands right below show how an instruction is done."""
    if index + 1 >= len(drafts):
        return False
    own, following = drafts[index], drafts[index + 1]
    if following.kind != "command" or own.block is None or following.block is None:
        return False
    place, lead = own.block.place(), following.spans[:1]
    under = following.block.level > own.block.level and following.line - own.end_line <= _NEAR_LINES
    return under or bool(lead and place.start <= lead[0].start < place.end)


def _without_command(sentence: str, draft: Draft, index: int, candidates: Candidates) -> Question:
    found = candidates.commands(sentence, index)
    options = tuple(
        Option(f"command-{number}", text, f"The step runs: {text}", "command", text)
        for number, text in enumerate(found, 1)
    )
    return Question(
        AmbiguityKind.MISSING_COMMAND,
        sentence,
        "With which command is this done?",
        draft.line,
        index,
        words=sentence,
        options=(*options, _BY_HAND),
        free=_COMMAND,
    )


def _of_notes(drafts: list[Draft], accounts: list[Accounted], candidates: Candidates) -> Iterator[Question]:
    """A vague sentence beside the steps concerns the step that it speaks of, or the one above it."""
    last = 0
    for account in accounts:
        last = last if account.draft is None else account.draft
        if account.fate not in ("step", "note") or "\n" in account.text or _apart(account):
            continue
        index = last if account.draft is None else account.draft
        if account.draft is not None and drafts[index].kind == "manual" and account.fate == "step":
            continue
        question = _of_sentence(account.text, account.line, index, candidates)
        if question is None or account.text == drafts[index].text or not _asks(account, question):
            continue
        start = account.text.find(question.words)
        phrase = Span(account.span.start + start, account.span.start + start + len(question.words))
        inside = account.span.end - account.span.start == len(account.text)
        options = tuple(option for option in question.options if option.act == "keep")
        yield replace(
            question, span=account.span, phrase=phrase if inside else account.span, options=options, free=None
        )


_STRONG: Final = re.compile(
    r"(?i)\b(?:somehow|a number of issues|depends|further (?:manual )?actions?|should be fine|"
    r"other things|usual\w*|"
    r"settles? down|a while|a bit|ideally|TODO|TBD|some time|appropriate\w*)\b"
)


def _asks(account: Accounted, question: Question) -> bool:
    """Whether a sentence that became no step is one that a reader must act on."""
    if account.text.rstrip().endswith(":"):
        return False
    if account.fate == "step":
        return question.kind is not AmbiguityKind.VAGUE or _STRONG.search(question.words) is not None
    return is_imperative(account.text) or _STRONG.search(question.words) is not None


def _apart(account: Accounted) -> bool:
    """A heading, or a sentence of a section that explains: nothing there waits for an answer."""
    return account.detail.startswith(("a heading", "in “", "a comment", "a table row"))


def _of_sentence(sentence: str, line: int, draft: int, candidates: Candidates) -> Question | None:
    for pattern, kind, question in _PATTERNS:
        found = pattern.search(sentence)
        if not found:
            continue
        words = found[0]
        return Question(
            kind,
            sentence,
            question.format(found=words),
            line,
            draft,
            words=words,
            options=(*_options(kind, words, sentence, draft, candidates), _KEEP),
            free=_VALUE if kind is AmbiguityKind.UNKNOWN_THRESHOLD else _IN_WORDS,
        )
    return None


def _options(
    kind: AmbiguityKind, words: str, sentence: str, draft: int, candidates: Candidates
) -> Iterator[Option]:
    """Answers that stand in the text."""
    if kind is AmbiguityKind.UNKNOWN_THRESHOLD:
        for number, value in enumerate(candidates.values(sentence), 1):
            yield Option(f"value-{number}", value, f"The step names the value: {value}.", "say", value)
    if kind is AmbiguityKind.UNRESOLVABLE_REFERENCE:
        for number, heading in enumerate(candidates.headings(draft), 1):
            said = f"{words} (“{heading}”)"
            yield Option(f"section-{number}", heading, f"The step says “{said}”.", "say", said)


def _placed(question: Question, draft: Draft) -> Question:
    """The question with its places: the sentence's and the phrase's, in the source."""
    sentence = draft.place_of(question.text)
    start = question.text.find(question.words)
    if sentence is None:
        return replace(question, span=draft.spans[0] if draft.spans else None)
    phrase = draft.place_of(question.words, question.text) if start >= 0 else None
    return replace(question, span=sentence, phrase=phrase or sentence)
