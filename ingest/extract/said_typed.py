"""Steps of which a person says that they are typed, wherever the rules left them out.

The rules have read the block, and have said what becomes of it: such a step is put beside theirs, in its
place, for the case that holds there. Only the rules of the import set `Block.typed`, from a person's answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.blocks import Block
from ingest.extract.accounts import Accounted, Claim, accounts_of
from ingest.extract.cases import condition_of
from ingest.extract.commands import FoundCommand
from ingest.extract.drafts import Draft
from ingest.extract.instructions import lead_of
from ingest.extract.reader import Reader, title_of
from ingest.extract.sentence_cases import ToldBefore
from ingest.extract.typed_code import typed_in
from ingest.extract.vocabulary import text_of


@dataclass(frozen=True)
class Above:
    """How much was found above a block: steps and accounts; and the case that a sentence told for it."""

    drafts: int
    accounts: int
    case: tuple[str | None, bool]


def steps_as_said(reader: Reader, block: Block, above: Above) -> None:
    """Add the steps of a block that nobody but a person found."""
    for typed in typed_in(block) if block.typed else ():
        own = range(above.drafts, len(reader.found.drafts))
        met = [at for at in own if _meets(reader.found.drafts[at], block, typed)]
        if not met:
            _add(reader, block, typed, above)
        for at in met:
            reader.found.drafts[at] = replace(reader.found.drafts[at], said=True)


def _meets(draft: Draft, block: Block, typed: FoundCommand) -> bool:
    same = draft.kind == "command" and draft.block is block
    return same and draft.start < typed.end and typed.start < draft.end


def _add(reader: Reader, block: Block, typed: FoundCommand, above: Above) -> None:
    place = block.place(typed.start, typed.end)
    if block.kind == "code":
        condition, otherwise = above.case if above.case[0] is not None else reader.condition_here()
        title = reader.lead_title or reader.section or typed.text
    else:
        told = ToldBefore(block)
        begin, stop = told.sentence(typed.start)
        own = told.case_beside(typed.start, typed.end) or condition_of(reader, block.text[begin:stop])[:2]
        condition, otherwise = own if own[0] is not None else reader.condition_here()
        title, place = lead_of(text_of(block.text[begin:stop])), block.place(begin, stop)
    last = min(block.end_line, typed.line + typed.text.count("\n"))
    index = reader.add(
        Draft(
            "command", typed.text, title_of(title), typed.line, last, reader.section, condition, otherwise,
            spans=(place,), block=block, start=typed.start, end=typed.end, dialect=typed.dialect, said=True,
        )
    )  # fmt: skip
    claim = Claim(typed.start, typed.end, "step", "a command, as the author says", index)
    accounts = reader.found.accounts
    accounts[above.accounts :] = [
        part for item in accounts[above.accounts :] for part in _divided(block, item, claim)
    ]
    _put_in_order(reader, block, above, index)


def _divided(block: Block, account: Accounted, claim: Claim) -> Sequence[Accounted]:
    """An account, of which the part that is typed is told as a step. A sentence of another step stays its."""
    place = block.place(claim.start, claim.end)
    if account.fate == "step" or account.span.end <= place.start or place.end <= account.span.start:
        return (account,)
    rest = Claim(0, len(block.text), account.fate, account.detail, account.draft)
    return tuple(accounts_of(block, rest, (claim,), account.span))


def _put_in_order(reader: Reader, block: Block, above: Above, index: int) -> None:
    """Move the last step before those of its block that stand behind it."""
    drafts, accounts = reader.found.drafts, reader.found.accounts
    start = drafts[index].start
    behind = [
        at
        for at in range(above.drafts, index)
        if drafts[at].kind == "command" and drafts[at].block is block and drafts[at].start > start
    ]
    if not behind:
        return
    first = behind[0]
    drafts.insert(first, drafts.pop(index))
    for at in range(above.accounts, len(accounts)):
        step = accounts[at].draft
        if step is not None and step >= first:
            accounts[at] = replace(accounts[at], draft=first if step == index else step + 1)
