"""Extraction by rules: blocks become steps, prerequisites and notes; every block is accounted for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from base.limits import DOCUMENT_MAX_STEPS
from ingest.blocks import Block
from ingest.extract.accounts import Claim
from ingest.extract.cases import case_below, condition_of, question_of, told_for_a_case, without_case
from ingest.extract.commands import FoundCommand
from ingest.extract.drafts import Draft, Extraction, Required, Undoing
from ingest.extract.gate_steps import gate_after, gate_in_heading, gates_between, gates_in_comment, tells
from ingest.extract.gates import is_gate
from ingest.extract.inline_commands import inline_commands
from ingest.extract.needs_beside import needs_beside
from ingest.extract.negation import begins_negated, forbidding_heading, forbids_below, negated
from ingest.extract.prerequisites import EARLY_STEPS, assumed, lacks_access, listed, required
from ingest.extract.reader import BANNED, CASE_HEADING, UNDONE, Reader, title_of
from ingest.extract.rows import row
from ingest.extract.sentence_cases import ToldBefore
from ingest.extract.shown import (
    below,
    beside_what_follows,
    commands_below,
    last_sentence,
    lead_title,
    over_listing,
    shows_a_file,
)
from ingest.extract.tables import rows_of_procedures
from ingest.extract.undoing import undoing_heading, undoing_lead, undoing_words
from ingest.extract.vocabulary import NEEDED_BELOW, PREREQUISITES, is_imperative, sentences, text_of
from ingest.trace import Span
from schemas.errors import Unprocessable

STEPS_MAX: Final = DOCUMENT_MAX_STEPS // 2


_LEAD_WORDS: Final = 8
_LONGEST: Final = 900
"""Characters of a paragraph that tells to do something; in a longer one that is said by the way."""
_NUMBERED_STEP: Final = re.compile(r"(?i)^step\s*\d{1,3}\b")


def extract(blocks: tuple[Block, ...]) -> Extraction:
    """Read the blocks in order. Pure. Raises Unprocessable as soon as there are more steps than a runbook
    has room for: each may bring a question with it.
    """
    reader, rows = Reader(), rows_of_procedures(blocks)
    for place, block in enumerate(blocks):
        if len(reader.found.drafts) > STEPS_MAX:
            raise _too_many()
        reader.following = blocks[place + 1] if place + 1 < len(blocks) else None
        if block.kind == "heading":
            _heading(reader, block)
        elif block.kind == "code":
            _code(reader, block)
        elif block.kind == "row":
            row(reader, block, rows.get(place))
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


def _heading(reader: Reader, block: Block) -> None:
    lead = undoing_lead(block.text, beside=False) and not undoing_heading(block.text)
    if lead and CASE_HEADING.match(block.text) is None:
        # A line such as “To undo, run:” that was read as a heading: it is about the code below it alone.
        # “If it fails, roll back” is a heading with a case, which holds for all that stands under it.
        reader.undo(block.text, block)
        reader.account(block, "note", "it introduces what follows")
        return
    reader.leave_section()
    reader.headings = [item for item in reader.headings if item[0] < block.level]
    behind_steps = undoing_heading(block.text) and reader.found.drafts
    if reader.found.title is None and not reader.headings and not behind_steps:
        reader.found.title = block.text.strip()
        reader.account(block, "title", "the title")
        if block.level > 1:
            reader.headings.append((block.level, block.text.strip()))
        return
    reader.headings.append((block.level, block.text.strip()))
    reader.last_condition = reader.condition_here()[0] or reader.last_condition
    reader.lead, reader.lead_condition = block.text.strip(), (None, False)
    reader.lead_span, reader.lead_heads, reader.lead_title = block.place(), True, reader.lead
    why = "a heading: it names the steps below it"
    reader.account(block, "note", why, gate_in_heading(reader, block))


def _code(reader: Reader, block: Block) -> None:
    if reader.ban is not None or reader.banned:
        reader.account(block, "ignored", BANNED)
        return
    lead = "" if reader.lead_heads else reader.lead
    if lead and shows_a_file(lead, block):
        reader.account(block, "ignored", "it shows how a file or an output looks")
        return
    every = commands_below(lead, block, introduces=reader.lead_introduces)
    commands = [item for item in every if not negated(item.said) and not forbidding_heading(item.said)]
    if every and not commands:
        reader.account(block, "ignored", BANNED)
        return
    if not commands:
        if block.text.lstrip().startswith("#!"):
            reader.account(block, "ignored", "a script: it is saved, and run as a whole")
            return
        language = f"labelled {block.language}" if block.language else "not a command line"
        reader.account(block, "ignored", f"{language}: output, a listing or a configuration")
        return
    condition, otherwise = reader.lead_condition
    if condition is None:
        condition, otherwise = reader.condition_here()
    claims = [Claim(item.start, item.end, "ignored", BANNED) for item in every if item not in commands]
    undoing: Undoing = ""
    for command in commands:
        if command.comment:
            claims += gates_in_comment(reader, block, command, max((item.end for item in claims), default=0))
            undoing = "sentence" if undoing_lead(command.comment, beside=True) else ""
            reader.group += 1
        draft = _command(reader, block, command, condition, otherwise)
        index = reader.add(replace(draft, undoing=undoing))
        claims.append(Claim(command.start, command.end, "step", "a command", index))
    reader.account(block, "note", "a comment, or what a command prints", claims)
    reader.lead_condition = (None, False)
    if reader.lead_undoes:
        # It was said of this block, and of no list behind it.
        reader.undone.level = None


def _command(
    reader: Reader, block: Block, command: FoundCommand, condition: str | None, otherwise: bool
) -> Draft:
    title = command.comment or reader.lead_title or reader.section or command.text
    end = command.line + command.text.count("\n")
    place = block.place(command.start, command.end)
    return Draft(
        "command", command.text, title_of(title), command.line, min(end, block.end_line), reader.section,
        condition, otherwise, command.comment, reader.spans(place), block, command.start, command.end,
        command.dialect,
    )  # fmt: skip


def _prose(reader: Reader, block: Block) -> None:
    text = text_of(block.text)
    reader.place(block)
    reader.lead_undoes = False
    if block.linked and (not block.ordered or block.linked.startswith("#")):
        reader.account(block, "note", "a link to another place")
        return
    if reader.banned or (reader.ban is not None and block.kind == "item"):
        reader.account(block, "ignored", BANNED)
        return
    if forbids_below(text, block.code_texts()):
        reader.ban = block.level
    if reader.asks_before and _NUMBERED_STEP.match(text):
        reader.headings.pop()
    listed_first = reader.lists_before and block.kind == "item"
    reader.lists_before = listed_first or (text.rstrip("*_ ").endswith(":") and _opens_list(text))
    if (reader.asks_before or listed_first) and not _goes_on(reader, text) and (before := listed(text)):
        _before(reader, block, [text] if block.kind == "item" else before)
        return
    condition, otherwise, body = condition_of(reader, text)
    reader.last_question = question_of(text) or reader.last_question
    introduces = text.rstrip().endswith((":", "→")) or not body
    reader.opens_case(block, (condition, otherwise), introduces=introduces)
    commands = inline_commands(block)
    reader.behind_undoing(block, text, has_commands=bool(commands))
    lead = _lead(text)
    reader.lead = last_sentence(text)
    above, reader.lead_title = reader.lead_title, reader.lead and lead_title(text)
    reader.lies_below(block, "" if commands else reader.lead_title)
    reader.lead_heads, reader.lead_introduces = False, text.rstrip("*_ ").endswith((":", "→"))
    reader.lead_span = _place(block, lead) if reader.lead else None
    reader.lead_condition = case_below(block, (condition, otherwise), body, introduces, bool(commands))
    reader.last_condition = reader.lead_condition[0] or reader.last_condition
    if condition is None:
        condition, otherwise = reader.condition_here()
    if commands:
        if commands[0].text == block.text.strip(" `"):
            # A command alone is called by what is above.
            body = reader.lead_title = reader.called_by(block, commands[0].text, above) or reader.section
        _in_sentences(reader, block, commands, body or text, (condition, otherwise))
    elif reader.undo(text, block):
        reader.account(block, "note", "it introduces what follows")
    else:
        _instruction(reader, block, body or text, condition, otherwise)


def _in_sentences(
    reader: Reader, block: Block, commands: list[FoundCommand], text: str, case: tuple[str | None, bool]
) -> None:
    """The commands that the sentences of a block tell to run, each for the case of its own sentence; what
    one of them undoes is said by the words between it and the command before it.
    """
    claims, told = list[Claim](), ToldBefore(block)
    starts, above = [command.start for command in commands], len(reader.found.drafts)
    for command in commands:
        claims += gates_between(reader, block, told.places, told.end, command.start)
        undoing, again = told.undoing(command.start, beside=reader.beside_command())
        reader.group += bool(undoing) and not again
        condition, otherwise = told.case(command.start) or case
        place = told.sentence(command.start)
        behind = min([place[1], *(start for start in starts if start > command.start)])
        gated = gate_after(reader, block, command.end, behind)
        if undoing and told.end and not again:
            # What is undone is not called after how that is done.
            told.title(reader, title_of(_lead(text_of(block.text[: told.end]))))
        title = title_of(without_case(told.says(command.start, starts)) or _lead(text))
        index = reader.add(
            Draft("command", command.text, title, block.line, block.end_line,
                  reader.section, condition, otherwise, spans=reader.spans(block.place(*place)), block=block,
                  dialect=command.dialect, start=command.start, end=command.end, undoing=undoing)
        )  # fmt: skip
        told.end = command.end
        claims += [Claim(command.start, command.end, "step", "a command in a sentence", index), *gated]
    rest = block.text[told.end :].lstrip(" .,;:)`*_\n")
    if undoing_words(rest) is None:
        claims += gates_between(reader, block, told.places, told.end, len(block.text))
    if undoing_words(rest) is not None:
        told.title(reader, title_of(_lead(text_of(block.text[: told.end]))))
        begin = len(block.text) - len(rest)
        index = _undone_by_hand(reader, block, rest, block.place(begin, len(block.text)))
        claims.append(Claim(begin, len(block.text), "step", UNDONE, index))
    claims += needs_beside(reader, block, told.places, claims, first=above)
    reader.account(block, "note", "it says more about the step beside it", claims)
    if told.places and told.places[-1][0] >= told.end:
        reader.undo(text, block)


def _opens_list(text: str) -> bool:
    """Whether a line stands as a heading over what must be true first."""
    short = len(text.split()) <= _LEAD_WORDS
    return short and (PREREQUISITES.match(text) is not None or NEEDED_BELOW.search(text) is not None)


def _goes_on(reader: Reader, text: str) -> bool:
    """Whether an instruction follows commands of the section on prerequisites: it is a step of theirs."""
    drafts = reader.found.drafts
    below = bool(drafts) and drafts[-1].section == reader.section
    return below and is_imperative(text) and not required(text)


def _before(reader: Reader, block: Block, wanted: list[str]) -> None:
    """What must be true first; where it ends in a colon, commands below show how it is checked."""
    reader.found.prerequisites += [
        Required(part.rstrip(": "), _place(block, part), _codes_in(block, part)) for part in wanted
    ]
    reader.account(block, "prerequisite", "listed as a prerequisite")
    lead = _lead(block.text)
    reader.lead, reader.lead_condition = ("", (None, False)) if negated(lead) else (lead, (None, False))
    reader.lead_title, reader.lead_heads = reader.lead, False
    reader.lead_span = None


def _instruction(reader: Reader, block: Block, text: str, condition: str | None, otherwise: bool) -> None:
    """A sentence without a command: what must be true first, what a person does, or a note."""
    if block.taken == "prerequisite":
        reader.found.prerequisites.append(Required(text, block.place(), _codes_in(block, text)))
        reader.account(block, "prerequisite", "a person takes it as a prerequisite")
        return
    if condition is not None and lacks_access(condition):
        text = text_of(block.text)
    above = len(reader.found.drafts)
    before = required(text, first=not above and condition is None) if above < EARLY_STEPS else assumed(text)
    if reader.lists_before and block.kind != "item":
        before = [part for part in before if not part.endswith(":")]  # the items below it are what is needed
    reader.found.prerequisites += [
        Required(part, _place(block, part), _codes_in(block, part)) for part in before
    ]
    rest = [part for part in sentences(text) if not before or (part not in before and not required(part))]
    if before and not rest:
        reader.account(block, "prerequisite", "it says what must be true first")
        return
    _manual(reader, block, " ".join(rest) if before else text, condition, otherwise)


def _manual(reader: Reader, block: Block, text: str, condition: str | None, otherwise: bool) -> None:
    if undoing_words(text) is not None and reader.found.drafts and not reader.explains:
        index = _undone_by_hand(reader, block, text, block.place())
        reader.account(block, "step", UNDONE, [Claim(0, len(block.text), "step", UNDONE, index)])
        return
    told = [part for part in sentences(text) if tells(part)]
    if not told and condition is None and not reader.explains:
        told, condition, otherwise = told_for_a_case(text)
    if block.taken == "instruction":
        place = Claim(0, len(block.text), "step", "a person takes it as an instruction")
        draft = Draft("manual", text, title_of(text), block.line, block.end_line, reader.section, condition,
                      otherwise, spans=(block.place(),), block=block)  # fmt: skip
        reader.account(block, "note", "an explanation", [replace(place, draft=reader.add(draft))])
        return
    told, introduces, title = beside_what_follows(text, told, below(block, reader.following))
    reader.lead_title = title_of(title) if title else reader.lead_title
    if reader.explains or (block.kind == "paragraph" and len(text) > _LONGEST):
        told = [part for part in told if is_gate(part)] if over_listing(reader.following) else []
    if not told:
        why = "it introduces what follows" if introduces else "an explanation"
        reader.account(block, "note", f"in “{reader.section}”, which explains" if reader.explains else why)
        return
    whole = block.kind == "item" and not begins_negated(text) and not introduces
    spans = (block.place(),) if whole else tuple(_place(block, part) for part in told)
    index = reader.add(
        Draft("manual", text if whole else " ".join(told), title_of(told[0]), block.line, block.end_line,
              reader.section, condition, otherwise, spans=spans, block=block)
    )  # fmt: skip
    reader.account(block, "note", "an explanation", _told(block, None if whole else told, index))


def _undone_by_hand(reader: Reader, block: Block, text: str, place: Span) -> int:
    """What a labelled sentence says about undoing a step, without a command."""
    draft = Draft("manual", text, title_of(text), block.line, block.end_line, reader.section, spans=(place,))
    return reader.add(replace(draft, block=block, undoing="sentence"))


def _told(block: Block, told: list[str] | None, index: int) -> list[Claim]:
    """The claims of an instruction: these sentences, or None for all of the block."""
    why = "an instruction for a person"
    if told is None:
        return [Claim(0, len(block.text), "step", why, index)]
    found = [(block.text.find(part), part) for part in told]
    return [Claim(at, at + len(part), "step", why, index) for at, part in found if at >= 0]


def _codes_in(block: Block, part: str) -> tuple[str, ...]:
    return tuple(code for code in block.code_texts() if code in part)


def _place(block: Block, part: str) -> Span:
    """Where a sentence of a block stands in the source; the whole block where it was changed."""
    at = block.text.find(part)
    return block.place(at, at + len(part)) if at >= 0 and part else block.place()


def _lead(text: str) -> str:
    parts = sentences(text)
    return parts[-1].rstrip(":→ ") if parts else text
