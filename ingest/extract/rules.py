"""Extraction by rules: blocks become steps, prerequisites and notes; every block is accounted for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.accounts import Claim
from ingest.extract.ahead import put_ahead
from ingest.extract.alternatives import instead_of_above, other_way
from ingest.extract.announced import names_a_part, output_heading
from ingest.extract.behind import said_behind
from ingest.extract.cases import (
    as_answer,
    behind_stop,
    case_below,
    case_of_block,
    question_of,
    stops,
    turned_below,
)
from ingest.extract.commands import FoundCommand
from ingest.extract.comments import Said, said_of, with_behind
from ingest.extract.consoles import is_session
from ingest.extract.contrast import bans_questions
from ingest.extract.drafts import Draft, Extraction, Required, Undoing
from ingest.extract.gate_steps import (
    gate_ahead,
    gate_in_heading,
    gate_in_line,
    gates_in_comment,
    gates_of_title,
)
from ingest.extract.gates import is_gate
from ingest.extract.heading_cases import (
    CASE_HEADING,
    Answering,
    asked_in_heading,
    ban_for_a_case,
    limited_below,
)
from ingest.extract.in_sentences import in_sentences
from ingest.extract.inline_commands import inline_commands, sets_up
from ingest.extract.instructions import codes_in, instruction, lead_of, place_in
from ingest.extract.metadata import is_metadata
from ingest.extract.named_below import not_named_below
from ingest.extract.needs_beside import answers, goes_on
from ingest.extract.negation import forbidding_title, forbids_below, forbids_one, forbids_this, negated
from ingest.extract.options import with_options
from ingest.extract.prerequisites import listed, opens_needs
from ingest.extract.reader import BANNED, Reader, although, title_of
from ingest.extract.rows import row
from ingest.extract.said_typed import Above, steps_as_said
from ingest.extract.shown import (
    begins_typed,
    cites_a_file,
    commands_below,
    last_sentence,
    lead_title,
    shows_a_file,
)
from ingest.extract.tables import rows_of_procedures
from ingest.extract.undoing import undoing_heading, undoing_lead
from ingest.extract.untold import close_headings, needs_as_steps, numbered_heading, refuse_many
from ingest.extract.vocabulary import is_imperative, names_steps, text_of

_STRUCK_OUT: Final = "Deprecated"
"""What the heading of a section says that is struck out."""
QUOTED: Final = "it cites what somebody else wrote before"
SHOWN: Final = "it shows how a file or an output looks"

_NUMBERED_STEP: Final = re.compile(r"(?i)^step\s*\d{1,3}\b")


def extract(blocks: tuple[Block, ...]) -> Extraction:
    """Read the blocks in order. Pure. Raises Unprocessable as soon as there are more steps than a runbook
    has room for: each may bring a question with it.
    """
    reader, rows = Reader(), rows_of_procedures(blocks)
    reader.answering = Answering(blocks)
    for place, block in enumerate(blocks):
        refuse_many(reader.found.drafts)
        reader.following = blocks[place + 1] if place + 1 < len(blocks) else None
        reader.leave_boxes(block)
        above = Above(len(reader.found.drafts), len(reader.found.accounts), reader.lead_condition)
        if block.quoted:
            reader.account(block, "ignored", QUOTED)
        elif block.kind == "heading":
            _heading(reader, block)
        elif block.kind == "code":
            _code(reader, block)
        elif block.kind == "row":
            row(reader, block, rows.get(place))
        else:
            _prose(reader, block)
            put_ahead(reader.found, block, above.drafts)
        steps_as_said(reader, block, above)
    close_headings(reader, 0)
    refuse_many(reader.found.drafts)
    reader.found.drafts = with_options(blocks, reader.found.drafts)
    return needs_as_steps(reader.found, blocks)


def _box_title(reader: Reader, block: Block) -> None:
    """The title of a box, such as `<summary>`: it stands over what is in the box alone."""
    text = block.text.strip()
    reader.enter_box(block, text)
    reader.lead, reader.lead_condition, reader.lead_undoes = text, (None, False), False
    reader.lead_span, reader.lead_heads, reader.lead_title = block.place(), True, text
    claims = gates_of_title(reader, block)
    reader.account(block, "note", "the title of what stands in its box", claims)


def _heading(reader: Reader, block: Block) -> None:
    if not block.level:
        _box_title(reader, block)
        return
    lead = undoing_lead(block.text, beside=False) and not undoing_heading(block.text)
    if lead and CASE_HEADING.match(block.text) is None:
        # A line such as “To undo, run:” that was read as a heading: it is about the code below it alone.
        # “If it fails, roll back” is a heading with a case, which holds for all that stands under it.
        reader.undo(block.text, block)
        reader.account(block, "note", "it introduces what follows")
        return
    close_headings(reader, block.level)
    reader.leave_section()
    first = len(reader.found.accounts)
    reader.headings = [item for item in reader.headings if item[0] < block.level]
    behind_steps = undoing_heading(block.text) and reader.found.drafts
    if reader.found.title is None and not reader.headings and not behind_steps:
        reader.found.title = block.text.strip()
        reader.account(block, "title", "the title")
        if block.level > 1:
            reader.headings.append((block.level, block.text.strip()))
        elif forbidding_title(block.text):
            # The steps below it are asked about, each of them.
            ban = ban_for_a_case(block.text)
            reader.title_case = ban or (although(block.text), False)
        numbered_heading(reader, block, first)
        return
    reader.headings.append((block.level, _STRUCK_OUT if block.struck else block.text.strip()))
    reader.answering.enter(block)
    reader.last_condition = reader.condition_here()[0] or reader.last_condition
    reader.last_question = asked_in_heading(block.text) or reader.last_question
    reader.lead, reader.lead_condition = block.text.strip(), (None, False)
    reader.lead_span, reader.lead_heads, reader.lead_title = block.place(), True, reader.lead
    why = "a heading: it names the steps below it"
    reader.account(block, "note", why, gate_in_heading(reader, block))
    numbered_heading(reader, block, first)


def _is_ignored(reader: Reader, block: Block) -> bool:
    """Whether a block of code stands under a ban, or shows what a program prints or a file holds."""
    if reader.ban is not None or reader.banned:
        reader.ban_used = True
        reader.account(block, "ignored", BANNED)
        reader.ban_met_code = reader.ban_of_this
        if reader.ban_of_one:
            reader.ban = None
        return True
    lead = "" if reader.lead_heads else reader.lead
    printed = output_heading(reader.section) and not is_session(block.text)
    printed = printed and not (names_a_part(reader.section) and begins_typed(block, labelled=True))
    printed = printed or cites_a_file(block.text, reader.written)
    if not (printed or (lead and shows_a_file(lead, block))):
        return False
    reader.account(block, "ignored", SHOWN)
    reader.shown, reader.lead = lead, ""
    return True


def _told_in_code(reader: Reader, block: Block) -> list[tuple[FoundCommand, Said]]:
    """The commands of a block with what is said of each."""
    lead = "" if reader.lead_heads else reader.lead
    every = commands_below(lead, block, introduces=reader.lead_introduces)
    behind, place = said_behind(reader.following)
    told = [
        item if item.why or behind == Said() else with_behind(item, behind) for item in said_of(block, every)
    ]
    if any(not item.why for item in told):
        gate_ahead(reader, behind.gate, place)
    if every and (behind.why or behind.case is not None):
        reader.spend()
    return list(zip(every, told, strict=True))


def _without_commands(reader: Reader, block: Block, told: list[tuple[FoundCommand, Said]]) -> None:
    """Say why nothing of a block is run."""
    if told:
        reader.account(block, "ignored", BANNED if told[0][1].why == "banned" else SHOWN)
    elif block.text.lstrip().startswith("#!"):
        reader.account(block, "ignored", "a script: it is saved, and run as a whole")
    else:
        language = f"labelled {block.language}" if block.language else "not a command line"
        reader.account(block, "ignored", f"{language}: output, a listing or a configuration")


def _code(reader: Reader, block: Block) -> None:
    if _is_ignored(reader, block):
        return
    told = _told_in_code(reader, block)
    if all(said.why for _, said in told):
        _without_commands(reader, block, told)
        return
    for item, said in told:
        reader.answering.told(item.comment, said.case)
    condition, otherwise = reader.lead_condition
    if condition is None:
        condition, otherwise = reader.condition_here()
    claims = [
        Claim(item.start, item.end, "ignored", BANNED if said.why == "banned" else SHOWN)
        for item, said in told
        if said.why
    ]
    undoing: Undoing = ""
    for command, said in told:
        if said.why:
            continue
        if command.comment:
            claims += gates_in_comment(reader, block, command, max((item.end for item in claims), default=0))
            undoing = "sentence" if undoing_lead(command.comment, beside=True) else ""
            reader.group += 1
        claims += gate_in_line(reader, block, command, said.gate)
        case = (condition, otherwise) if said.case is None else (said.case, said.otherwise)
        if case[0] is None and claims and other_way(command.comment) is not None:
            case = instead_of_above(reader, last_only=True), False
        draft = _command(reader, block, command, *case)
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
    if "<<" in command.text:
        reader.written.update(line.strip() for line in command.text.split("\n")[1:-1])
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
    if _is_accounted(reader, block):
        return
    limit = None if block is reader.spent or block.code else limited_below(text)
    if (
        limit is None
        and block is not reader.spent
        and forbids_below(text, block.code_texts(), reader.shown_below())
    ):
        reader.forbid(block, one=forbids_one(text), this=forbids_this(text))
    while reader.asks_before and (_NUMBERED_STEP.match(text) or names_steps(text)):
        reader.headings.pop()
    listed_first = _is_listed_need(reader, block, text)
    stated = not (goes_on(reader, text) or sets_up(block) or answers(reader, block, text))
    if (reader.asks_before or listed_first) and stated and (before := listed(text)):
        _before(reader, block, [text] if block.kind == "item" else before)
        return
    reader.turn_back(block)
    condition, otherwise, body = case_of_block(reader, block, text)
    if condition is not None and block.kind == "item":
        reader.told_cases[block.level] = condition
    reader.last_question = question_of(text) or reader.last_question
    introduces = text.rstrip().endswith((":", "→")) or not body or limit is not None
    case_under = limit or turned_below(block, text, (condition, otherwise), body, introduces=introduces)
    commands = inline_commands(as_answer(block) if reader.last_question is not None else block)
    commands = not_named_below(commands, block, reader.following)
    reader.behind_undoing(block, text, has_commands=bool(commands))
    lead = lead_of(text)
    reader.lead = reader.shown_again(text) or last_sentence(text)
    above, reader.lead_title = reader.lead_title, reader.lead and lead_title(text)
    reader.lies_below(block, "" if commands else reader.lead_title)
    reader.lead_heads, reader.lead_introduces = False, text.rstrip("*_ ").endswith((":", "→"))
    reader.lead_span = place_in(block, lead) if reader.lead else None
    reader.lead_condition = case_below(block, case_under, body, introduces, bool(commands))
    reader.last_condition = reader.lead_condition[0] or reader.last_condition
    own = condition
    alone = bool(commands) and commands[0].text == block.text.strip(" `")
    if condition is None:
        condition, otherwise = reader.condition_here(alone=alone)
    reader.opens_case(block, case_under, introduces=introduces, within=not stops(body))
    reader.answering.told(text, own, case_under[1] if stops(body) else None)
    if commands:
        if alone:
            # A command alone is called by what is above.
            above = "" if block.kind == "item" and sets_up(block) else above
            body = reader.lead_title = reader.called_by(block, commands[0].text, above) or reader.section
        in_sentences(reader, block, commands, body or text, behind_stop((condition, otherwise), own, body))
    elif reader.undo(text, block):
        reader.account(block, "note", "it introduces what follows")
    else:
        instruction(reader, block, body or text, condition, otherwise)


def _is_listed_need(reader: Reader, block: Block, text: str) -> bool:
    """Whether a block is an item of a list of what must be true first; remembers whether one begins."""
    first = reader.needs_listed
    other = first is not None and (
        block.level < first.level or (block.level == first.level and block.ordered != first.ordered)
    )
    if not reader.lists_before or block.kind != "item" or other:
        reader.lists_before, reader.needs_listed = opens_needs(text, reader.following), None
        return False
    reader.needs_listed = first or block
    return reader.lists_before == "needs" or not (is_imperative(text) or is_gate(text))


def _is_accounted(reader: Reader, block: Block) -> bool:
    """Whether a block was read with the one above it, leads elsewhere, or stands under a ban."""
    if reader.ahead is not None and reader.ahead[0] is block:
        reader.account(block, "note", "it says more about the step above it", [reader.ahead[1]])
        reader.lead = ""
    elif block.taken == "" and is_metadata(block.text, block.code_texts()):
        reader.account(block, "note", "it says whose the text is, and what it is about")
    elif block.linked and (not block.ordered or block.linked.startswith("#")):
        reader.account(block, "note", "a link to another place")
    elif bans_questions(block.text):
        reader.account(block, "ignored", BANNED)
    elif reader.banned or (reader.ban is not None and block.kind == "item"):
        reader.ban_used = True
        reader.account(block, "ignored", BANNED)
    else:
        return False
    return True


def _before(reader: Reader, block: Block, wanted: list[str]) -> None:
    """What must be true first; where it ends in a colon, commands below show how it is checked."""
    reader.found.prerequisites += [
        Required(part.rstrip(": "), place_in(block, part), codes_in(block, part)) for part in wanted
    ]
    reader.account(block, "prerequisite", "listed as a prerequisite")
    lead = lead_of(block.text)
    reader.lead, reader.lead_condition = ("", (None, False)) if negated(lead) else (lead, (None, False))
    reader.lead_title, reader.lead_heads, reader.lead_span = reader.lead, False, None
