"""Which step is undone by a command that the text shows for that; where it is not certain, a person is asked.

What undoes a step never runs in the forward order by itself: it becomes the rollback of its step, or it
stands behind the question whether the steps above must be undone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.building import plain_line
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.reader import UNDONE, title_of
from ingest.extract.undoing import undoing_heading
from ingest.questions import Option, Question
from scanner import scan
from schemas.risk import Risk
from schemas.runbook import AmbiguityKind

_ASKED: Final = "Which step does this undo?"
_ASKED_WHETHER: Final = "Does this undo a step above, or is it a step like the others?"
_KEEP: Final = Option(
    "asked",
    "None of them alone",
    "The run asks whether the steps above must be undone, and runs it only then.",
    "keep",
)
_FORWARD: Final = Option(
    "forward", "It undoes nothing", "It is a step in its place, as the others are.", "forward"
)
_OPTIONS_MAX: Final = 6
_VALUES: Final = frozenset(
    "replicas count size image tag version limit limits requests min max capacity weight timeout concurrency "
    "parallelism memory cpu maxmemory maxclients level state status enabled disabled mode percent rate "
    "swappiness instances workers threads connections".split()
)
"""Last words of the names of values. Any other may name a thing, and then another thing is meant."""

_SETTERS: Final = frozenset(
    {("kubectl", "set"), ("kubectl", "label"), ("kubectl", "annotate"), ("sysctl", "-w")}
)
"""Commands whose words `name=value` set something, whatever its name."""

_LOOKED_AT: Final = 60
"""Steps above that are compared with one command: the nearest."""

_OPPOSITES: Final = frozenset(
    frozenset(pair.split("/"))
    for pair in (
        "start/stop enable/disable cordon/uncordon pause/resume pause/unpause mask/unmask up/down add/remove "
        "attach/detach mount/umount create/delete lock/unlock suspend/resume suspend/unsuspend open/close "
        "on/off true/false drain/undrain stop/restart load/unload register/deregister allow/deny "
        "failover/failback apply/delete install/uninstall set/unset"
    ).split()
)


def with_rollbacks(found: Extraction) -> Extraction:
    """The findings where each command that undoes a step knows it, or is for the case that it is needed."""
    if not any(draft.undoing for draft in found.drafts):
        return found
    finder = _Finder([*found.drafts])
    for index, draft in enumerate(finder.drafts):
        if draft.undoing:
            finder.drafts[index] = finder.resolved(index)
    undone = {index for index, draft in enumerate(finder.drafts) if draft.undoes is not None}
    accounts = [replace(item, detail=UNDONE) if item.draft in undone else item for item in found.accounts]
    return replace(found, drafts=finder.drafts, accounts=accounts)


def undo_questions(drafts: Sequence[Draft]) -> Iterator[Question]:
    """A question for each group of commands that undo something, of which the text does not say what."""
    asked: set[int] = set()
    for index, draft in enumerate(drafts):
        unsaid = draft.undoing == "maybe"
        open_ = draft.undoing and draft.undoes is None and (draft.kind == "command" or unsaid)
        own_case = draft.condition != undone_case(draft)
        if not open_ or draft.group in asked or (own_case and not unsaid):
            continue
        asked.add(draft.group)
        above = [at for at in range(index) if _is_forward(drafts[at])]
        yield Question(
            AmbiguityKind.UNRESOLVABLE_REFERENCE,
            draft.text,
            _ASKED_WHETHER if unsaid else _ASKED,
            draft.line,
            index,
            span=draft.command_span or draft.place_of(draft.text),
            words=draft.text,
            options=(
                *(_option(at, drafts[at]) for at in above[-_OPTIONS_MAX:][::-1]),
                _KEEP,
                *([_FORWARD] if unsaid else []),
            ),
        )


def undone_case(draft: Draft) -> str:
    """The case in which a command runs of which it is open what it undoes."""
    where = f" (“{title_of(draft.section)}”)" if undoing_heading(draft.section) else ""
    return f"What was done above must be undone{where}"


def _option(index: int, draft: Draft) -> Option:
    shown = plain_line(draft.title)
    return Option(f"step-{index + 1}", shown, f"It becomes the rollback of “{shown}”.", "undoes", str(index))


def _is_forward(draft: Draft) -> bool:
    """Whether a step can have a rollback: a command of the forward order that a shell runs."""
    return draft.kind == "command" and draft.dialect == "shell" and not draft.undoing


@dataclass(frozen=True)
class _Seen:
    """The words of a command, whether it changes nothing, and the words of its inverse."""

    words: list[str]
    harmless: bool
    inverse: list[str] | None


@dataclass
class _Finder:
    """`taken`: the steps that have their rollback, with the group that it stands in."""

    drafts: list[Draft]
    taken: dict[int, int] = field(default_factory=dict)
    seen: dict[str, _Seen] = field(default_factory=dict)
    undoes_all: bool = field(init=False)

    def __post_init__(self) -> None:
        # With nothing that could be undone in the whole text, what it shows is what it is for.
        self.undoes_all = all(draft.undoing for draft in self.drafts)

    def resolved(self, index: int) -> Draft:
        """The draft with the step that it undoes; else with its case, where it has none of its own."""
        draft = self.drafts[index]
        if self.undoes_all:
            return replace(draft, undoing="")
        target = self._target(index)
        if target is not None:
            self.taken[target] = draft.group
            return replace(draft, undoes=target)
        return draft if draft.condition is not None else replace(draft, condition=undone_case(draft))

    def _target(self, index: int) -> int | None:
        draft = self.drafts[index]
        if draft.undoing == "maybe":
            return None  # its inverse may stand above and be meant all the same: “start it again” at the end
        above = [at for at in range(index) if _is_forward(self.drafts[at])]
        matching = [at for at in above[-_LOOKED_AT:] if self._undoes(self.drafts[at], draft)]
        if matching:
            return matching[-1]
        if draft.undoing == "named":
            return None
        told = [item.undoes for item in self.drafts[:index] if item.undoes is not None]
        again = [at for at in told if self._tells_again(at, draft, index)]
        if again:
            return again[-1]
        before = self.drafts[index - 1]
        if draft.undoing == "sentence" and before.undoes is not None and before.group == draft.group:
            return before.undoes
        free = [at for at in above if self.taken.get(at, draft.group) == draft.group]
        changing = [at for at in free if not self._of(self.drafts[at]).harmless]
        if draft.undoing == "section":
            return _only([at for at in above if not self._of(self.drafts[at]).harmless])
        return self._beside(index, free, changing)

    def _tells_again(self, step: int, draft: Draft, index: int) -> bool:
        """Whether a command stands above as what undoes this step."""
        return any(item.undoes == step and item.text == draft.text for item in self.drafts[:index])

    def _beside(self, index: int, free: list[int], changing: list[int]) -> int | None:
        """The step that a sentence is attached to: of its block, of its item, or right above it."""
        draft = self.drafts[index]
        block = [at for at in free if self.drafts[at].block is draft.block]
        if block:
            return next((at for at in reversed(block) if at in changing), None)
        item = [at for at in free if self.drafts[at].item == draft.item]
        if item:
            return _only([at for at in item if at in changing])
        section = [at for at in free if self.drafts[at].section == draft.section]
        last = section[-1] if section else None
        if last is None or any(not self.drafts[at].undoing for at in range(last + 1, index)):
            return None
        # Right above stands one step: a list's own item is about the one before it, words behind a list
        # are about all of it.
        inside = [at for at in section if self.drafts[at].item == self.drafts[last].item]
        near = inside if draft.listed or not self.drafts[last].listed else section
        return _only([at for at in near if at in changing])  # what changes nothing needs no rollback

    def _of(self, draft: Draft) -> _Seen:
        if draft.text not in self.seen:
            finding = scan(draft.text)
            inverse = None if finding.inverse is None else _words(finding.inverse)
            self.seen[draft.text] = _Seen(_words(draft.text), finding.risk is Risk.SAFE, inverse)
        return self.seen[draft.text]

    def _undoes(self, step: Draft, undo: Draft) -> bool:
        """Whether a command is the inverse of a step's: the scanner's, or the same words with another value
        or with the opposite of a verb.
        """
        if undo.kind != "command" or undo.dialect != "shell":
            return False
        seen, undone = self._of(step), self._of(undo).words
        done = seen.words
        if len(done) == len(undone):
            pairs = [at for at, (one, other) in enumerate(zip(done, undone, strict=True)) if one != other]
            if len(pairs) == 1 and _is_other_value(done, undone, pairs[0]):
                return True
            if done[:1] == ["mv"] and len(pairs) == 2 and sorted(done) == sorted(undone):
                return True
        return seen.inverse == undone


def _only(found: Sequence[int]) -> int | None:
    return found[0] if len(found) == 1 else None


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _is_other_value(done: list[str], undone: list[str], at: int) -> bool:
    """Whether the word at a place has another value there, or its opposite; another name is another thing."""
    one, other = done[at], undone[at]
    if frozenset((one, other)) in _OPPOSITES:
        return True
    if one.isdecimal() and other.isdecimal():
        return _is_value(done[at - 1])
    name, mark, _ = one.partition("=")
    if not mark or not other.startswith(f"{name}="):
        return False
    return _is_value(name) or tuple(done[:2]) in _SETTERS


def _is_value(name: str) -> bool:
    return re.split(r"[-._]", name.strip("-"))[-1].lower() in _VALUES
