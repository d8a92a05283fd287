"""Extraction by rules: blocks become steps, prerequisites and notes; every block is accounted for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from base.limits import DOCUMENT_MAX_STEPS, TITLE_MAX_CHARACTERS
from ingest.blocks import Block
from ingest.extract.accounts import Claim, Fate, accounts_of
from ingest.extract.commands import FoundCommand, commands_of, looks_like_command
from ingest.extract.drafts import Draft, Extraction, Required
from ingest.extract.inline_commands import codes_of, inline_commands
from ingest.extract.negation import (
    begins_negated,
    forbidding_heading,
    forbids_below,
    negated,
)
from ingest.extract.prerequisites import EARLY_STEPS, listed, required
from ingest.extract.vocabulary import (
    NOT_STEPS,
    PREREQUISITES,
    is_imperative,
    sentence_places,
    sentences,
    text_of,
)
from ingest.trace import Span
from schemas.errors import Unprocessable

STEPS_MAX: Final = DOCUMENT_MAX_STEPS // 2


_CONDITION: Final = re.compile(
    r"(?i)^(if|when|unless|in case|in the case|should)\b([^,:→]{3,200})[,:→]\s*(.*)$", re.DOTALL
)
_OTHERWISE: Final = re.compile(r"(?i)^(?:otherwise|else|if not)\b[,:]?\s*(.*)$", re.DOTALL)
_NUMBERED_STEP: Final = re.compile(r"(?i)^step\s*\d{1,3}\b")
_STEP_NUMBER: Final = re.compile(r"(?i)^(?:step\s*)?\d{1,3}[.):]\s*|^step\s*\d+\s*[-:.]?\s*")


class _Reader:
    def __init__(self) -> None:
        self.found = Extraction()
        self.headings: list[tuple[int, str]] = []
        self.lead = ""
        self.lead_span: Span | None = None
        self.lead_condition: tuple[str | None, bool] = (None, False)
        self.last_condition: str | None = None
        self.scopes: list[tuple[int, str, bool]] = []
        self.ban: int | None = None

    @property
    def section(self) -> str:
        return self.headings[-1][1] if self.headings else ""

    @property
    def explains(self) -> bool:
        """Inside a section that explains: its imperatives are no steps, its commands still are."""
        return any(NOT_STEPS.match(text) for _, text in self.headings)

    @property
    def asks_before(self) -> bool:
        return bool(self.headings) and PREREQUISITES.match(self.section) is not None

    @property
    def banned(self) -> bool:
        """Inside a section that says what not to do."""
        return any(forbidding_heading(text) for _, text in self.headings)

    def place(self, block: Block) -> None:
        """Leave the conditions and bans whose items have ended; an item's level is 1 or more."""
        level = block.level if block.kind in ("item", "paragraph") else 99
        self.scopes = [scope for scope in self.scopes if scope[0] < level]
        if self.ban is not None and block.kind == "item" and block.level <= self.ban:
            self.ban = None
        if block.kind in ("paragraph", "row") and not (self.ban and block.level > self.ban):
            self.ban = None

    def condition_here(self) -> tuple[str | None, bool]:
        """The condition of the item that this block stands in."""
        return (self.scopes[-1][1], self.scopes[-1][2]) if self.scopes else (None, False)

    def account(self, block: Block, fate: Fate, detail: str, claims: Sequence[Claim] = ()) -> None:
        """Say what becomes of each sentence: a claim's fate, or this one."""
        otherwise = Claim(0, len(block.text), fate, detail)
        self.found.accounts += accounts_of(block, otherwise, claims)

    def add(self, draft: Draft) -> int:
        """Add a step; gives its index."""
        self.found.drafts.append(draft)
        return len(self.found.drafts) - 1

    def spans(self, *own: Span) -> tuple[Span, ...]:
        """The sentence over a step and its own places, in order and apart."""
        wanted = sorted({*own, *((self.lead_span,) if self.lead_span else ())})
        apart: list[Span] = []
        for span in wanted:
            if not apart or span.start >= apart[-1].end:
                apart.append(span)
            elif span.end > apart[-1].end:
                apart[-1] = Span(apart[-1].start, span.end)
        return tuple(apart)


def extract(blocks: tuple[Block, ...]) -> Extraction:
    """Read the blocks in order. Pure. Raises Unprocessable as soon as there are more steps than a runbook
    has room for: each may bring a question with it.
    """
    reader = _Reader()
    for block in blocks:
        if len(reader.found.drafts) > STEPS_MAX:
            raise _too_many()
        if block.kind == "heading":
            _heading(reader, block)
        elif block.kind == "code":
            _code(reader, block)
        elif block.kind == "row":
            _row(reader, block)
        else:
            _prose(reader, block)
    if len(reader.found.drafts) > STEPS_MAX:
        raise _too_many()
    return reader.found


def _too_many() -> Unprocessable:
    return Unprocessable(
        f"The text has more than {STEPS_MAX} steps.",
        hint="Split it into several runbooks.",
        code="too_many_steps",
    )


def _heading(reader: _Reader, block: Block) -> None:
    reader.scopes, reader.ban = [], None
    reader.headings = [item for item in reader.headings if item[0] < block.level]
    if reader.found.title is None and not reader.headings:
        reader.found.title = block.text.strip()
        reader.account(block, "title", "the title")
        if block.level > 1:
            reader.headings.append((block.level, block.text.strip()))
        return
    reader.headings.append((block.level, block.text.strip()))
    reader.lead, reader.lead_condition = block.text.strip(), (None, False)
    reader.lead_span = block.place()
    reader.account(block, "note", "a heading: it names the steps below it")


_BANNED: Final = "the text says not to do this"


def _code(reader: _Reader, block: Block) -> None:
    if reader.ban is not None or reader.banned:
        reader.account(block, "ignored", _BANNED)
        return
    commands = [
        found
        for found in commands_of(block)
        if not negated(found.comment) and not forbidding_heading(found.comment)
    ]
    if not commands:
        language = f"labelled {block.language}" if block.language else "not a command line"
        reader.account(block, "ignored", f"{language}: output, a listing or a configuration")
        return
    condition, otherwise = reader.lead_condition
    if condition is None:
        condition, otherwise = reader.condition_here()
    claims = []
    for command in commands:
        index = reader.add(_command(reader, block, command, condition, otherwise))
        claims.append(Claim(command.start, command.end, "step", "a command", index))
    reader.account(block, "note", "a comment, or what a command prints", claims)
    reader.lead_condition = (None, False)


def _command(
    reader: _Reader, block: Block, command: FoundCommand, condition: str | None, otherwise: bool
) -> Draft:
    title = command.comment or reader.lead or reader.section or command.text
    end = command.line + command.text.count("\n")
    place = block.place(command.start, command.end)
    return Draft(
        "command", command.text, _title(title), command.line, min(end, block.end_line), reader.section,
        condition, otherwise, command.comment, reader.spans(place), block, command.start, command.end,
        command.dialect,
    )  # fmt: skip


def _row(reader: _Reader, block: Block) -> None:
    """A table with commands as inline code: each is a step, the longest other cell its title."""
    reader.place(block)
    codes = block.code_texts()
    commands = [item for item in codes_of(block) if looks_like_command(item.text)]
    if not commands:
        reader.account(block, "note", "a table row without a command in code")
        return
    words = [cell for cell in block.cells if cell and not any(code in cell for code in codes)]
    if reader.banned or any(negated(cell) for cell in block.cells):
        reader.account(block, "ignored", _BANNED)
        return
    index = None
    for command in commands:
        title = max(words, key=len) if words else command.text
        index = reader.add(
            Draft("command", command.text, _title(title), block.line, block.end_line, reader.section,
                  spans=(block.place(),), block=block, start=command.start, end=command.end)
        )  # fmt: skip
    claims = [Claim(0, len(block.text), "step", "a table row with a command", index)]
    reader.account(block, "step", "a table row with a command", claims)


def _prose(reader: _Reader, block: Block) -> None:
    text = text_of(block.text)
    reader.place(block)
    if block.linked and not block.ordered:
        reader.account(block, "note", "a link to another place")
        return
    if reader.banned or (reader.ban is not None and block.kind == "item"):
        reader.account(block, "ignored", _BANNED)
        return
    if forbids_below(text, block.code_texts()):
        reader.ban = block.level
    if reader.asks_before and _NUMBERED_STEP.match(text):
        reader.headings.pop()
    if reader.asks_before and (before := listed(text)):
        wanted = [text] if block.kind == "item" else before
        reader.found.prerequisites += [Required(part, _place(block, part)) for part in wanted]
        reader.account(block, "prerequisite", "listed as a prerequisite")
        return
    condition, otherwise, body = _condition(reader, text)
    introduces = text.rstrip().endswith((":", "→")) or not body
    if condition is not None and introduces and block.kind == "item":
        reader.scopes.append((block.level, condition, otherwise))
    commands = inline_commands(block)
    lead = _lead(text)
    reader.lead = "" if negated(lead) else lead
    reader.lead_span = _place(block, lead) if reader.lead else None
    reader.lead_condition = (condition, otherwise) if introduces else (None, False)
    if condition is None:
        condition, otherwise = reader.condition_here()
    if not commands:
        _instruction(reader, block, body or text, condition, otherwise)
        return
    claims = []
    for command in commands:
        sentence = _sentence_at(block, command.start)
        index = reader.add(
            Draft("command", command.text, _title(_lead(body or text)), block.line, block.end_line,
                  reader.section, condition, otherwise, spans=reader.spans(sentence), block=block,
                  dialect=command.dialect,
                  start=command.start, end=command.end)
        )  # fmt: skip
        claims.append(Claim(command.start, command.end, "step", "a command in a sentence", index))
    reader.account(block, "note", "it says more about the step beside it", claims)


def _instruction(reader: _Reader, block: Block, text: str, condition: str | None, otherwise: bool) -> None:
    """A sentence without a command: what must be true first, what a person does, or a note."""
    before = required(text) if len(reader.found.drafts) < EARLY_STEPS else []
    reader.found.prerequisites += [Required(part, _place(block, part)) for part in before]
    rest = [part for part in sentences(text) if not before or not required(part)]
    if before and not rest:
        reader.account(block, "prerequisite", "it says what must be true first")
        return
    _manual(reader, block, " ".join(rest) if before else text, condition, otherwise)


def _manual(reader: _Reader, block: Block, text: str, condition: str | None, otherwise: bool) -> None:
    told = [part for part in sentences(text) if is_imperative(part) and not begins_negated(part)]
    introduces = text.rstrip().endswith(":")
    if reader.explains or not told or introduces or (block.kind == "paragraph" and len(text) > 900):
        why = "it introduces what follows" if introduces else "an explanation"
        reader.account(block, "note", f"in “{reader.section}”, which explains" if reader.explains else why)
        return
    whole = block.kind == "item" and not begins_negated(text)
    spans = (block.place(),) if whole else tuple(_place(block, part) for part in told)
    index = reader.add(
        Draft("manual", text if whole else " ".join(told), _title(told[0]), block.line, block.end_line,
              reader.section, condition, otherwise, spans=spans, block=block)
    )  # fmt: skip
    reader.account(block, "note", "an explanation", _told(block, None if whole else told, index))


def _told(block: Block, told: list[str] | None, index: int) -> list[Claim]:
    """The claims of an instruction: these sentences, or None for all of the block."""
    why = "an instruction for a person"
    if told is None:
        return [Claim(0, len(block.text), "step", why, index)]
    found = [(block.text.find(part), part) for part in told]
    return [Claim(at, at + len(part), "step", why, index) for at, part in found if at >= 0]


def _place(block: Block, part: str) -> Span:
    """Where a sentence of a block stands in the source; the whole block where it was changed."""
    at = block.text.find(part)
    return block.place(at, at + len(part)) if at >= 0 and part else block.place()


def _sentence_at(block: Block, offset: int) -> Span:
    """Where the sentence stands that holds an offset."""
    for start, end in sentence_places(block.text):
        if start <= offset < end:
            return block.place(start, end)
    return block.place()


def _condition(reader: _Reader, text: str) -> tuple[str | None, bool, str]:
    """The condition of a sentence, whether it is negated, and the rest."""
    found = _CONDITION.match(text)
    if found:
        condition = f"{found[1]}{found[2]}".strip()
        reader.last_condition = condition
        return condition, found[1].lower() == "unless", found[3].strip()
    other = _OTHERWISE.match(text)
    if other and reader.last_condition is not None:
        return reader.last_condition, True, other[1].strip()
    return None, False, text


def _lead(text: str) -> str:
    parts = sentences(text)
    return parts[-1].rstrip(":→ ") if parts else text


def _title(text: str) -> str:
    """One line for a title, without numbering, cut at a word."""
    line = _STEP_NUMBER.sub("", " ".join(text.split())).strip("*_ ").rstrip(":.")
    line = line[:1].upper() + line[1:] if line[:1].islower() and " " in line else line
    if len(line) <= TITLE_MAX_CHARACTERS // 2:
        return line or "Step"
    return line[: TITLE_MAX_CHARACTERS // 2].rsplit(" ", 1)[0] + "…"
