"""Sentences that a reviewer must make precise: vague words, missing values and commands, bare thresholds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from ingest.candidates import Candidates
from ingest.clauses import clause_at
from ingest.elided import elided_questions
from ingest.extract.accounts import Accounted
from ingest.extract.drafts import Draft
from ingest.extract.rows import ROW_COMMAND, ROW_TOLD
from ingest.extract.vocabulary import is_imperative, sentences
from ingest.questions import ANY_COMMAND, ANY_TEXT, Free, Option, Question
from ingest.rollbacks import undo_questions
from ingest.told_below import says_how, shown_below, told_below
from ingest.trace import Span
from ingest.vague_checks import bare_check, checks_listed, last_check
from ingest.vague_deeds import acts_on_machine
from ingest.vague_words import Role
from ingest.vagueness import Phrase, phrases
from schemas.runbook import AmbiguityKind

_HEADING: Final = re.compile("a heading|a comment|a table row")
_CHECKED_BELOW: Final = re.compile(
    r"(?i)^\W{0,4}(?:[\w-]+ ){0,3}(?:verif(?:y|ication)|validat(?:e|ion)|post-?checks?|success criteria|"
    r"acceptance criteria|recovery criteria|health ?checks?)\b"
)
"""A heading over the results that are wanted: “Queue depth returns to normal levels”."""
_RESULT_WORDS: Final = 14
_UNWRITTEN: Final = re.compile(
    r"(?i)[#/*<\[{ -]{0,6}(?:todo|tbd|fixme|fill (?:this )?in|coming soon)\b[^\n]{0,60}"
)
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
    found = [
        *_of_drafts(drafts, candidates),
        *_of_notes(drafts, accounts, candidates),
        *undo_questions(drafts),
        *elided_questions(drafts),
    ]
    return sorted(found, key=lambda item: (item.span or Span(0, 0), item.draft or 0))


def _of_drafts(drafts: list[Draft], candidates: Candidates) -> Iterator[Question]:
    cases, placed = set[str](), _places(drafts)
    for index, draft in enumerate(drafts):
        if draft.kind != "manual" or draft.undoes is not None or candidates.told_elsewhere(index):
            continue
        shown, told = shown_below(drafts, index), sentences(draft.text)
        codes = draft.block.code_texts() if draft.block is not None else ()
        for sentence in told:
            place = draft.place_of(sentence)
            if place is not None and placed.get(place, index) != index:
                continue  # a step of its own, which is asked about
            role: Role = "told" if len(told) == 1 or is_imperative(sentence) else "beside"
            how = says_how("".join(told[told.index(sentence) + 1 :][:1]))
            linked = how or candidates.linked(place, sentence)
            settled = shown or how
            asked = list(_of_sentence(sentence, role, draft.line, index, candidates, settled, codes, linked))
            if (
                not asked
                and not shown
                and not sentence.rstrip().endswith(":")
                and not candidates.code_below(index)
                and not told_below(drafts, index, told, sentence)
            ):
                asked = list(_bare(sentence, draft, index, candidates, linked=linked))
            yield from (_placed(question, draft) for question in asked)
        if draft.condition is not None and draft.condition not in cases:
            cases.add(draft.condition)
            yield from (_placed(question, draft) for question in _of_case(draft, index, candidates))


def _places(drafts: list[Draft]) -> dict[Span, int]:
    """The last of the instructions that each place of the text is told by."""
    manual = [(index, draft) for index, draft in enumerate(drafts) if draft.kind == "manual"]
    return {span: index for index, draft in manual for span in draft.spans}


def _of_case(draft: Draft, index: int, candidates: Candidates) -> Iterator[Question]:
    """Where nobody can tell whether the case of an instruction holds: “If the load is high, …”."""
    words = draft.condition or ""
    if draft.block is None or words not in draft.block.text:
        return
    for question in _of_sentence(words, "beside", draft.line, index, candidates):
        if question.words.lower() == words.lower():
            continue  # “if you can”, and nothing that decides
        yield replace(
            question, options=tuple(one for one in question.options if one.act == "keep"), free=None
        )


def _bare(
    sentence: str, draft: Draft, index: int, candidates: Candidates, *, linked: bool = False
) -> Iterator[Question]:
    """What a machine does, told without a command; a check that says neither how nor what is good."""
    if acts_on_machine(sentence) and not _has_code(draft, sentence):
        if linked:
            return
        found = candidates.commands(sentence, index)
        options = tuple(
            Option(f"command-{number}", text, f"The step runs: {text}", "command", text)
            for number, text in enumerate(found, 1)
        )
        yield Question(
            AmbiguityKind.MISSING_COMMAND,
            sentence,
            "With which command is this done?",
            draft.line,
            index,
            words=sentence,
            options=(*options, _BY_HAND),
            free=_COMMAND,
        )
    elif not _has_code(draft, sentence):
        if bare_check(sentence):
            yield _criterion(sentence, draft.line, index)
        elif check := last_check(sentence):
            yield _criterion(check, draft.line, index)


def _has_code(draft: Draft, sentence: str) -> bool:
    """Whether a sentence of an instruction names something in code."""
    return draft.block is not None and any(code in sentence for code in draft.block.code_texts())


def _of_notes(drafts: list[Draft], accounts: list[Accounted], candidates: Candidates) -> Iterator[Question]:
    """A vague sentence beside the steps concerns the step that it speaks of, or the one above it; what must
    be true first concerns every step.
    """
    last, begun, checked = 0, False, False
    for account, following in zip_longest(accounts, accounts[1:]):
        last = last if account.draft is None else account.draft
        begun = begun or account.draft is not None
        if account.detail.startswith("a heading"):
            checked = _CHECKED_BELOW.match(account.text) is not None
        if account.detail in (ROW_TOLD, ROW_COMMAND):
            yield from _of_row(account, drafts, candidates)
            continue
        if account.fate == "ignored" and _UNWRITTEN.fullmatch(account.text.strip()):
            yield _unwritten(account, last)
        if "\n" in account.text or _apart(account, drafts):
            continue
        before = account.fate == "prerequisite"
        index = last if account.draft is None else account.draft
        own = drafts[index].text if drafts else ""
        codes = (*candidates.codes_at(account.line), *((own,) if own and own in account.text else ()))
        how = following is not None and following.line == account.line and says_how(following.text)
        linked = how or candidates.linked(account.span, account.text)
        result = checked and account.draft is None and len(account.text.split()) <= _RESULT_WORDS
        role: Role = "required" if before else ("told" if result else "beside")
        found = _of_sentence(
            account.text, role, account.line, index, candidates, how, codes, linked, not (begun or before)
        )
        if account.fate == "note" and checks_listed(account.text) and _is_list(following, candidates):
            found = iter([_criterion(account.text, account.line, index)])
        for question in found:
            yield _beside(replace(question, draft=None) if before else question, account)


def _of_row(account: Accounted, drafts: list[Draft], candidates: Candidates) -> Iterator[Question]:
    """What the other cells of a table's row leave open: a result without a value, a wait without an end."""
    index = account.draft or 0
    own = drafts[index].text
    for cell in account.text.split(" | "):
        if cell and "\n" not in cell and own not in cell:
            for question in _of_sentence(cell, "told", account.line, index, candidates):
                yield _beside(question, account)


def _unwritten(account: Accounted, index: int) -> Question:
    """A listing that was never written."""
    return Question(
        AmbiguityKind.MISSING_COMMAND,
        account.text.strip(),
        "What is to be done here? The text has not been written.",
        account.line,
        index,
        span=account.span,
        phrase=account.span,
        words=account.text.strip(),
        options=(_KEEP,),
    )


def _is_list(following: Accounted | None, candidates: Candidates) -> bool:
    """Whether words follow, and neither a command nor a heading nor what is named in code."""
    if (
        following is None
        or following.text in candidates.codes_at(following.line)
        or following.fate != "note"
        or following.text.rstrip().endswith(":")
    ):
        return False
    return not _HEADING.match(following.detail)


def _criterion(sentence: str, line: int, index: int) -> Question:
    """Which result of a check is good?"""
    return Question(
        AmbiguityKind.VAGUE,
        sentence,
        "How is this checked, and what is a good result?",
        line,
        index,
        words=sentence,
        options=(_KEEP,),
        free=_IN_WORDS,
    )


def _beside(question: Question, account: Accounted) -> Question:
    """The question with its places; an answer changes nothing of a step."""
    start = account.text.find(question.words)
    phrase = Span(account.span.start + start, account.span.start + start + len(question.words))
    inside = account.span.end - account.span.start == len(account.text)
    options = tuple(option for option in question.options if option.act == "keep")
    return replace(
        question, span=account.span, phrase=phrase if inside else account.span, options=options, free=None
    )


def _apart(account: Accounted, drafts: list[Draft]) -> bool:
    """A heading, an instruction, or a sentence of a section that explains: nothing there waits for an
    answer, or it was asked already.
    """
    if account.fate not in ("step", "note", "prerequisite"):
        return True
    if account.draft is not None and account.fate == "step":
        draft = drafts[account.draft]
        return draft.kind == "manual" or account.text == draft.text
    if (
        account.detail.startswith("in “")
        and is_imperative(account.text)
        and not account.text.rstrip().endswith(":")
    ):
        return False
    return account.detail.startswith(("a heading", "in “", "a comment", "a table row", "a link"))


def _of_sentence(
    sentence: str,
    role: Role,
    line: int,
    draft: int,
    candidates: Candidates,
    shown: bool = False,
    codes: Sequence[str] = (),
    linked: bool = False,
    early: bool = False,
) -> Iterator[Question]:
    """A question for each clause that is vague, by its first vague phrase."""
    found = phrases(sentence, role, shown=shown, linked=linked, early=early, codes=codes)
    clauses: dict[tuple[int, int], Phrase] = {}
    for phrase in found:
        place = clause_at(sentence, phrase.start, phrase.start + len(phrase.words))
        if not clauses or _apart_told(sentence[place[0] : place[1]].lstrip(" ,;:")):
            clauses.setdefault(place, phrase)
    for (start, end), phrase in clauses.items():
        kind, words = phrase.kind, phrase.words
        yield Question(
            kind,
            sentence if len(clauses) == 1 else sentence[start:end],
            phrase.question,
            line,
            draft,
            words=words,
            options=(*_options(kind, words, sentence, draft, candidates), _KEEP),
            free=_VALUE if kind is AmbiguityKind.UNKNOWN_THRESHOLD else _IN_WORDS,
        )


def _apart_told(clause: str) -> bool:
    """Whether a clause tells something of its own: “…, and that it runs at the usual rate”."""
    return is_imperative(clause) or clause.startswith("that ")


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
