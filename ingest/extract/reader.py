"""The state of a reading: headings, conditions and bans that hold for the block at hand, and the findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from base.limits import TITLE_MAX_CHARACTERS
from ingest.blocks import Block
from ingest.extract.accounts import Claim, Fate, accounts_of
from ingest.extract.doing import done_by
from ingest.extract.drafts import Draft, Extraction, Undoing
from ingest.extract.going_on import goes_on_with
from ingest.extract.heading_cases import Answering, ban_for_a_case
from ingest.extract.negation import forbidding_heading
from ingest.extract.undo_scope import UndoScope
from ingest.extract.undoing import names_undone, undoing_heading, undoing_lead, undoing_title
from ingest.extract.vocabulary import asks_below, explained, is_imperative, sentences
from ingest.machine_phrases import speaks_to_machine
from ingest.trace import Span

_ANCHOR: Final = re.compile(r"\s*\{#[\w-]{1,100}\}\s*$")
BANNED: Final = "the text says not to do this"
_LABEL_WORDS: Final = 3
"""“Next step:”, “After that:”: as long as a label is."""

UNDONE: Final = "how a step is undone"
_STEP_NUMBER: Final = re.compile(r"(?i)^(?:step\s*)?\d{1,3}[.):]\s*|^step\s*\d+\s*[-:.]?\s*")


Listed = Literal["", "needs", "states"]
"""What a line says that the list below it holds; “states”: needs where they tell how it is, else steps."""


@dataclass(frozen=True)
class Untold:
    """A numbered heading that tells to do something: where its accounts stand, how many steps and needs there
    were above it, and the case that it is for.
    """

    block: Block
    accounts: tuple[int, int]
    drafts: int
    needs: int
    case: tuple[str | None, bool]


class Reader:
    """What has been read so far, and what holds for the block that is read now."""

    def __init__(self) -> None:
        self.found = Extraction()
        self.headings: list[tuple[int, str]] = []
        self.lead = ""
        self.lead_span: Span | None = None
        self.lead_condition: tuple[str | None, bool] = (None, False)
        self.above = self.here = ""
        self.led: tuple[str | None, bool] = (None, False)
        self.last_condition: str | None = None
        self.last_question: str | None = None
        self.scopes: list[tuple[int, str, bool]] = []
        self.item_case = 0
        self.ban: int | None = None
        self.lists_before: Listed = ""
        self.needs_listed: Block | None = None
        self.lead_heads = True
        self.lead_title = ""
        self.following: Block | None = None
        self.lead_introduces = False
        self.shown = ""
        self.lead_undoes = self.names_undone = False
        self.undone = UndoScope()
        self.group = 0
        self.item = (0, 0)
        self.items: list[tuple[int, str]] = []
        self.beside = ""
        self.boxed: list[tuple[tuple[int, ...], list[tuple[int, str]]]] = []
        self.told_cases: dict[int, str] = {}
        self.ban_box: tuple[int, ...] = ()
        self.ban_used = self.ban_of_one = self.ban_met_code = self.ban_of_this = False
        self.ahead: tuple[Block, Claim] | None = None
        self.spent: Block | None = None
        self.asking: Block | None = None
        self.written: set[str] = set()
        """The lines of the files that commands above write (`cat > f <<EOF`)."""
        self.untold: list[Untold] = []
        self.title_case: tuple[str | None, bool] = (None, False)
        self.answering = Answering()
        self.choices: dict[str, tuple[tuple[str, bool], ...]] = {}

    @property
    def section(self) -> str:
        return self.headings[-1][1] if self.headings else ""

    @property
    def heads_section(self) -> bool:
        """Whether no step of the section at hand stands above, and it is one of steps."""
        last = self.found.drafts[-1].section if self.found.drafts else None
        return self.section != last and not self.explains

    @property
    def explains(self) -> bool:
        """Inside a section that explains: its imperatives are no steps, its commands still are."""
        return explained([text for _, text in self.headings])

    @property
    def asks_before(self) -> bool:
        return bool(self.headings) and asks_below([text for _, text in self.headings])

    @property
    def undoes_here(self) -> Undoing:
        """What the text above says of the block at hand: it undoes steps, by a sentence or by its section."""
        if self.lead_undoes:
            return "named" if self.names_undone else "sentence"
        if self.names_undone and self.undone.level is not None:
            return "named"
        return self.undone.says(in_section=self._in_undoing_section)

    @property
    def _in_undoing_section(self) -> bool:
        """Below a heading about undoing, in a text that is about more than that."""
        about = self.found.title is not None and undoing_title(self.found.title)
        return not about and any(undoing_heading(text) for _, text in self.headings)

    @property
    def banned(self) -> bool:
        """Inside a section that says what not to do."""
        return any(forbidding_heading(text) and not ban_for_a_case(text) for _, text in self.headings)

    def leave_section(self) -> None:
        """What held for the blocks up to a heading."""
        self.scopes, self.ban = [], None
        self.lead_undoes, self.undone = False, UndoScope()
        self.group += 1
        self.item = (self.item[0] + 1, 0)

    def enter_box(self, block: Block, title: str) -> None:
        """What the title of a box says holds in it."""
        self.boxed.append((block.boxes, list(self.headings)))
        self.headings.append((0, title))
        self.last_condition = self.condition_here()[0] or self.last_condition

    def leave_boxes(self, block: Block) -> None:
        """Leave the boxes that have ended: their titles, and a ban that something in one was under."""
        while self.boxed and not _inside(block, self.boxed[-1][0]):
            self.headings = self.boxed.pop()[1]
            self.lead_undoes, self.undone = False, UndoScope()
            self.lead, self.lead_heads, self.lead_title = "", True, self.section
            self.lead_span = None
            self.group += 1
        if self.ban is not None and self.ban_box and self.ban_used and not _inside(block, self.ban_box):
            self.ban = None

    def forbid(self, block: Block, *, one: bool, this: bool) -> None:
        """What follows a block is told as what not to do; `one`: a single block of code is meant; `this`: no
        list is, where code stands before it. What is said to a machine forbids nothing.
        """
        if speaks_to_machine(block.text):
            return
        self.ban_of_one, self.ban_of_this, self.ban_met_code = one, this, False
        self.ban, self.ban_box, self.ban_used = block.level, block.boxes, False

    def shown_below(self) -> str:
        """The code that follows a block, or the text that does; without its prompt."""
        following = self.following
        return "" if following is None else (following.code_texts() or [following.text])[0].lstrip("$#> ")

    def spend(self) -> None:
        """What follows spoke of the command above it, and where it is one sentence of nothing below."""
        alone = self.following is not None and len(sentences(self.following.text)) == 1
        self.spent = self.following if alone else None

    def beside_command(self) -> bool:
        """Whether a command stands above in the same item."""
        last = self.found.drafts[-1] if self.found.drafts else None
        return last is not None and last.kind == "command" and last.item == self.item[0]

    def undo(self, text: str, block: Block) -> bool:
        """Remember whether a block without a command says that what follows undoes something. Gives whether
        it says nothing else, as a heading would.
        """
        last = (sentences(text) or [""])[-1]
        introduces = last.rstrip("*_ ").endswith((":", "→"))
        bare = undoing_heading(text)
        tells = introduces or not last.rstrip("*_ ").endswith((".", "!"))
        self.lead_undoes = bare or (tells and undoing_lead(last, beside=self.beside_command()))
        if self.lead_undoes:
            self.names_undone = names_undone(last)
            self.group += 1
        short = len(text.split()) <= _LABEL_WORDS and not is_imperative(text)
        label = short and (introduces or not last.rstrip("*_ ").endswith((".", "!", "?")))
        if bare and block.kind == "paragraph" and not introduces and not block.level:
            self.undone = UndoScope(line=True)
        elif block.kind == "paragraph" and not bare and (label or not introduces):
            self.undone.interrupted(label=label)
            if self.lead_undoes and introduces:
                self.undone.opened(block.level, len(self.found.drafts))
        elif self.lead_undoes and (introduces or bare):
            self.undone.opened(block.level, len(self.found.drafts))
        return bare

    def behind_undoing(self, block: Block, text: str, *, has_commands: bool) -> None:
        """Notice a block behind the commands of a section about undoing, of which nothing says whether it
        belongs to them. Each such block is asked about by itself.
        """
        tells = has_commands or text.rstrip("*_ ").endswith((":", "→")) or is_imperative(text)
        if tells and self.undone.left_by(block, in_section=self._in_undoing_section):
            self.group += 1

    def place(self, block: Block) -> None:
        """Leave the conditions and bans whose items have ended; an item's level is 1 or more."""
        self.above, self.here = self.here, (sentences(block.text) or [""])[-1]
        introduced = self.lead_introduces and block.kind == "paragraph"
        self.led = self.lead_condition if introduced else (None, False)
        level = block.level if block.kind in ("item", "paragraph") else 99
        self.scopes = [
            scope
            for scope in self.scopes
            if scope[0] < level or (scope[0] == level and goes_on_with(block, scope[1], self.item_case))
        ]
        if self.ban is not None and block.kind == "item" and (block.level <= self.ban or self.ban_met_code):
            self.ban = None
        if block.kind in ("paragraph", "row") and not (self.ban and block.level > self.ban):
            self.ban = None
        self.group += self.undone.reached(block, len(self.found.drafts))
        number, over = self.item
        if not over or block.level < over or (block.level == over and block.kind == "item"):
            self.item = (number + 1, block.level)

    def lies_below(self, block: Block, title: str) -> None:
        """Remember what an item is called, for the commands in the items below it and beside it."""
        self.beside = ""
        if block.kind == "item":
            self.beside = next((said for level, said in self.items if level == block.level), "")
            self.items = [(level, said) for level, said in self.items if level < block.level]
            self.items += [(block.level, title)] if title else []

    def called_by(self, block: Block, command: str, above: str) -> str:
        """What a command is called that is all of a block: after what stands directly above it, or, where
        that is another step, after the item over it: “Restart it”, not “Tell the team”; else after itself.
        """
        over = next((said for level, said in reversed(self.items) if level < block.level), "")
        if not above or above == over or not (over or above == self.beside):
            return above or over
        return above if done_by(above, [command], introduces=False) else over or command

    def shown_again(self, text: str) -> str:
        """The line over the output above where a text only joins another one to it: “or”; else empty."""
        self.shown = self.shown if text.strip(" *_:,").lower() in ("or", "and") else ""
        return self.shown

    def opens_case(
        self, block: Block, case: tuple[str | None, bool], *, introduces: bool, within: bool
    ) -> None:
        """Remember the case of a text that introduces what stands below: it holds there, too, and `within` an
        item that begins with it, for the items of its own.
        """
        following = self.following
        deeper = within and following is not None and block.kind == following.kind == "item"
        deeper = deeper and following is not None and following.level > block.level
        if case[0] is not None and (introduces or deeper):
            self.scopes.append((block.level, case[0], case[1]))
            self.item_case = block.level if block.kind == "item" else 0

    def condition_here(self, *, alone: bool = False) -> tuple[str | None, bool]:
        """The condition of the item that this block stands in, else of its section; of a command `alone` in a
        paragraph that of the sentence which introduces it.
        """
        if alone and self.led[0] is not None:
            return self.led
        if self.scopes:
            return self.scopes[-1][1], self.scopes[-1][2]
        for _, text in reversed(self.headings):
            if (case := self.answering.case_of(text)) is not None:
                return case
        return self.title_case

    def cases_around(self, condition: str | None) -> tuple[tuple[str, bool], ...]:
        """The cases that hold here, the outermost first, up to one of a step's own."""
        if condition is None:
            return ()
        if condition in self.choices:
            return self.choices[condition]
        found: list[tuple[str, bool]] = []
        if self.title_case[0] is not None:
            found.append((self.title_case[0], self.title_case[1]))
        around = (self.answering.case_around(text) for _, text in self.headings)
        found += [case for case in around if case is not None]
        found += [(case, negated) for _, case, negated in self.scopes]
        said = [case.lower() for case, _ in found]
        return tuple(found[: said.index(condition.lower())] if condition.lower() in said else found)

    def turn_back(self, block: Block) -> None:
        """“Otherwise” in an item is for the case of the items beside it, whatever was told within those."""
        if block.kind == "item":
            within = [case for at, case in self.told_cases.items() if at > block.level]
            self.told_cases = {at: case for at, case in self.told_cases.items() if at <= block.level}
            last = None if self.last_condition in within else self.last_condition
            self.last_condition = self.told_cases.get(block.level, last)

    def account(self, block: Block, fate: Fate, detail: str, claims: Sequence[Claim] = ()) -> None:
        """Say what becomes of each sentence: a claim's fate, or this one."""
        otherwise = Claim(0, len(block.text), fate, detail)
        self.found.accounts += accounts_of(block, otherwise, claims)

    def add(self, draft: Draft) -> int:
        """Add a step; gives its index."""
        number, level = self.item
        undoing = draft.undoing or self.undoes_here
        if self.answering.answers(draft):
            draft = replace(draft, condition=None)
        self.undone.told(undoing, listed=level > 0)
        around = (*self.cases_around(draft.condition), *draft.within)
        self.found.drafts.append(
            replace(draft, undoing=undoing, within=around, group=self.group, item=number, listed=level > 0)
        )
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


def _inside(block: Block, boxes: tuple[int, ...]) -> bool:
    return block.boxes[: len(boxes)] == boxes


def although(said: str) -> str:
    """The question whether something is done although a text forbids it, or what is like it."""
    return f"Although it says “{title_of(said)}”?"


def title_of(text: str) -> str:
    """One line for a title, without numbering, cut at a word."""
    line = _ANCHOR.sub("", " ".join(text.split()))
    line = _STEP_NUMBER.sub("", line).strip("*_ ").rstrip(":.")
    line = line[:1].upper() + line[1:] if line[:1].islower() and " " in line else line
    if len(line) <= TITLE_MAX_CHARACTERS // 2:
        return line or "Step"
    return line[: TITLE_MAX_CHARACTERS // 2].rsplit(" ", 1)[0] + "…"
