"""What a step sets for those behind it: each runs in a shell of its own, so it is repeated or asked for.

A person who pastes a runbook into one terminal has `NS=prod` of the first command in the fifth one. An agent
starts a shell for each step: there `rm -rf $DATA/old` would remove `/old`. Only what is the same whenever it
is said again is repeated; whatever is not surely so is a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.extract.drafts import Draft
from ingest.shell_reading import Told, named, only_sets, set_by, told_to_shell
from ingest.variables import ENVIRONMENT

Path = tuple[tuple[str, bool], ...]

HEADS_MAX: Final = 12
"""So many lines a reader still sees as what is repeated, and the command below them as the step."""

_ANYWHERE: Final = re.compile(r"[\"']?(?:[/~<]|\{\{)")
"""A place that is the same from every folder."""


@dataclass(frozen=True)
class Setting:
    """A step that sets something: its id, the lines to repeat (its own last, those that it needs before), the
    secret variables that they read, the cases that it stands in, whether it says the same each time, and
    whether a person said that all steps below have it.
    """

    step: str
    told: Told
    line: str
    env: tuple[tuple[str, str], ...]
    path: Path
    again: bool
    before: tuple[Setting, ...] = ()
    everywhere: bool = False
    order: int = 0


@dataclass(frozen=True)
class Wanted:
    """What a command needs: settings to repeat, in order; names that some step sets but none that can be
    repeated here; settings that a person wants below, and that were made in a case which may not have been.
    """

    repeated: tuple[Setting, ...]
    missing: tuple[str, ...]
    unsure: tuple[Setting, ...]


@dataclass
class ShellState:
    """How many settings there were, those of them that all steps below have, the last one of each name, the
    names that were read since they were set, how many drafts set each name, the texts that only set, and the
    drafts to come. `together`: by its place, the settings that are asked about with that of a draft.
    """

    count: int = 0
    kept: list[Setting] = field(default_factory=list)
    last: dict[str, Setting] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    setters: Counter[str] = field(default_factory=Counter)
    plain: frozenset[str] = frozenset()
    together: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    behind: Sequence[Draft] = ()

    @classmethod
    def of(cls, drafts: Iterable[Draft]) -> ShellState:
        """Before the first of these drafts."""
        commands = [draft.text for draft in drafts if draft.kind == "command"]
        setters = Counter(name for text in commands for name in set_by(text))
        plain = frozenset(text for text in set(commands) if only_sets(text))
        return cls(setters=setters, plain=plain)

    def wanted(self, told: Told, text: str, path: Path) -> Wanted:
        """What stands before a command of that text in these cases."""
        found: dict[str, Setting] = {}
        unsure = []
        for setting in () if told.plain else self.kept:
            if holds_in(setting.path, path):
                _add(found, setting)
            else:
                unsure.append(setting)
        missing = []
        for name in sorted(self._needed(told, text)):
            last = self.last.get(name)
            if last is not None and last.again and holds_in(last.path, path):
                _add(found, last)
            elif last is not None or name not in ENVIRONMENT:
                missing.append(name)
        self.read |= told.uses | told.calls
        repeated = sorted(found.values(), key=lambda item: item.order)
        return Wanted(tuple(repeated), tuple(missing), tuple(unsure))

    def _needed(self, told: Told, text: str) -> set[str]:
        """The names that a command reads of other steps, and those that the functions read which it calls."""
        needed = self._from_elsewhere(told, text)
        waiting = [name for name in needed if name in self.last]
        while waiting:
            inside = self.last[waiting.pop()].told.inside
            more = {name for name in inside if name in self.setters} - needed - set_by(text)
            needed |= more
            waiting += [name for name in more if name in self.last]
        return needed

    def _from_elsewhere(self, told: Told, text: str) -> set[str]:
        own = set_by(text)
        others = {name for name, count in self.setters.items() if count > (name in own)}
        called = others & told.calls
        return called | {name for name in others if told.indirect or name in told.uses}

    def is_for_all(self, told: Told) -> bool:
        """Whether a setting may matter to a step behind it that does not name what it sets."""
        later = [item.text for item in self.behind if item.kind == "command" and item.dialect == "shell"]
        if told.exports:
            return any(not told.sets <= named(text) for text in later if text not in self.plain)
        if told.other:
            return any(told.alone or may_need_its_folder(text) for text in later)
        return False

    def asked_together(self, draft: Draft, line: str) -> tuple[str, ...]:
        """The settings that are asked about with that of a draft: those right behind it."""
        place = id(draft.block), draft.start
        if place in self.together:
            return self.together[place]
        lines, places = [line], [place]
        for item in self.behind:
            if item.text not in self.plain or path_of(item) != path_of(draft):
                break
            places.append((id(item.block), item.start))
            if self.is_for_all(told_to_shell(item.text)):
                lines.append(item.text)
        self.together |= dict.fromkeys(places, tuple(lines))
        return self.together[place]

    def add(self, setting: Setting) -> None:
        """One more; of two values that follow each other with no reader between, nobody knows which holds."""
        told = setting.told
        earlier = [self.last[name] for name in told.sets - self.read - told.uses if name in self.last]
        again = setting.again and all(item.line == setting.line for item in earlier)
        setting = replace(setting, again=again, order=self.count)
        self.count += 1
        self.read -= told.sets
        self.last |= dict.fromkeys(told.sets, setting)
        if setting.everywhere:
            self.kept.append(setting)


def may_need_its_folder(text: str) -> bool:
    """Whether a command may do something else in another folder: only one that names places, and each from
    the root, surely does not.
    """
    words = [word for word in text.split()[1:] if not word.startswith("-")]
    return not words or not all(_ANYWHERE.match(word) for word in words)


def _add(found: dict[str, Setting], setting: Setting) -> None:
    for item in (*setting.before, setting):
        found.setdefault(item.step, item)


def holds_in(outer: Path, inner: Path) -> bool:
    """Whether what runs in the cases `outer` has run wherever `inner` are the cases."""
    return inner[: len(outer)] == outer


def path_of(draft: Draft) -> Path:
    """The cases around a draft, the outermost first, and whether each is turned."""
    return () if draft.condition is None else (*draft.within, (draft.condition, draft.negated))
