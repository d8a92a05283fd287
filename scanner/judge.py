"""What a judge of one bash text offers to the rules: recording, and looking into text that others run."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations
from typing import Final, Self

from scanner.escapes import OPAQUE
from scanner.flow import MAX_INNER_DEPTH, Place, Stdin
from scanner.judgement import DANGEROUS, SAFE, UNKNOWN, Judgement, at_least, highest, moved
from scanner.paths import holds_secrets, normal_path
from scanner.shared_names import SharedNames
from scanner.sql import Budget, inspect_sql
from scanner.word import Word
from scanner.work import MAX_GUESSES, MAX_TRIED_WORDS, Work
from schemas.risk import Risk, worse

MAX_JUDGEMENTS: Final = 2_000
"""Kept per text; beyond it one that is worse than all before is kept, and every dangerous one."""
MAX_FOLDER: Final = 256
"""Characters of a folder that a script goes to, put together; a longer one is not followed."""
MAX_LOOKS: Final = 300
"""Names that are looked for in the folders that a script goes to, counted once for each folder."""
MAX_ENTERED: Final = 24
"""How often a script may go to a folder and be followed."""
MAX_GUESSED_WORDS: Final = 40
"""Words of an unknown program that are tried as the beginning of another command."""
MAX_FOLDERS: Final = 12
MAX_HANDED: Final = 200
"""Calls of functions with several words that are put together as paths, of one text."""
MAX_ARGUMENTS: Final = 4
"""Words of such a call that are put together in pairs, either first."""
MAX_GIVEN: Final = 64
"""Folders with secrets that a list names, and ends of paths that are opened below one."""

_MORE_THAN_A_WORD: Final = re.compile(r"[ \t\n;|&,]")
"""What a text holds that an unknown program may take for a command of several words."""
_RAW_TEXT_RULES: Final = frozenset(
    {
        "shell.construct",
        "shell.unparsed",
        "shell.depth",
        "shell.bounds",
        "shell.dynamic",
        "shell.arithmetic",
        "code.opaque",
    }
)


@dataclass(slots=True)
class Shared:
    """What the scans of one text and of the texts inside it share."""

    work: Work = field(default_factory=Work)
    sensitive: Judgement | None = None
    network: Judgement | None = None
    lists: Judgement | None = None
    """Names of files that may hold secrets are listed: said where something opens what is listed."""
    opens_listed: bool = False
    folders: list[str] = field(default_factory=list)
    """Where the script goes to, the last ones: a name may be meant from each of them."""
    anywhere: bool = False
    """Data decides where the script goes to: any file may be meant."""
    looks: int = 0
    """Names that were looked for, once for each folder."""
    entered: int = 0
    """How often it goes to a folder."""
    too_deep: bool = False
    """It goes to a folder that is not followed."""
    evaluates: bool = False
    """A shell runs the text that evaluates what names hold: in tests, and behind exit, shift and others."""
    posix: bool = False
    """A plain sh reads the text, which is dash on many hosts."""
    handed: int = 0
    """Calls of functions with several words."""
    looked_at: set[str] = field(default_factory=set)
    given_folders: set[str] = field(default_factory=set)
    """Folders in which secrets are that a list or a call names."""
    opened_below: set[str] = field(default_factory=set)
    """Ends of paths that are printed below a folder that is known only when it runs."""
    read_names: frozenset[str] = frozenset()
    """Variables that data decides, of this text and of those around it; `@` for the positional ones."""
    secret_names: frozenset[str] = frozenset()
    """Names set from variables that by their name hold a secret."""
    noted: SharedNames | None = None
    """What is found about names, where something sets one."""
    before: SharedNames | None = None
    """What was found about them when the text was judged the first time."""

    @property
    def names(self) -> SharedNames:
        """The same, to write it down."""
        self.noted = self.noted or SharedNames()
        return self.noted

    def enter(self, folder: str) -> None:
        """The script goes to a folder; from the root, from a home, or from one where it was before."""
        if folder.startswith(("/", "~")):
            found = [normal_path(folder)]
        else:
            found = [normal_path(folder), *(normal_path(f"{one}/{folder}") for one in self.folders)]
        self.entered += 1
        if self.entered > MAX_ENTERED:
            self.follow_no_folder()
            return
        followed = [one for one in found if len(one) <= MAX_FOLDER]
        self.too_deep = self.too_deep or len(followed) < len(found)
        self.folders = list(dict.fromkeys([*self.folders, *followed]))[-MAX_FOLDERS:]

    def meets(self, folder: str | None = None, end: str | None = None) -> bool:
        """Keep a folder or an end; whether they may make the path of a secret. Too many may."""
        folders, ends = self.given_folders, self.opened_below
        if folder is not None:
            folders.add(folder)
        if end is not None:
            ends.add(end)
        if len(folders) > MAX_GIVEN or len(ends) > MAX_GIVEN:
            return bool(folders and ends)
        news = ([folder] if folder is not None else folders, [end] if end is not None else ends)
        return any(holds_secrets(f"{one}{other}") for one in news[0] for other in news[1])

    def follow_no_folder(self) -> None:
        """Too many are to be followed: the whole is not known, so no name is looked for in any of them."""
        self.too_deep, self.folders = True, []

    def looked(self, names: int) -> None:
        """So many names were looked for in each folder."""
        self.looks += names * len(self.folders)
        if self.looks > MAX_LOOKS:
            self.follow_no_folder()

    def from_folders(self, path: str) -> list[str]:
        """A path as it stands, and from each folder that the script goes to."""
        folders = self.folders if path[:1] not in ("/", "~") else ()
        return [path, *(normal_path(f"{folder}/{path}") for folder in folders)]


class Judge(ABC):
    """Collects the judgements about one bash text, in the order met, as byte ranges of that text."""

    def __init__(
        self, text: str, *, depth: int = 0, shared: Shared | None = None, stdin: Stdin | None = None
    ) -> None:
        self.text = text
        self.depth = depth
        self.shared = shared or Shared()
        self.stdin = stdin
        self.parameters: list[Word] = []
        """What the text is given as `$0`, `$1` …"""
        self.judgements: list[Judgement] = []
        self.heredocs: list[str] = []
        """Bodies of here-documents, in case a shell reads them."""
        self.inputs: set[str] = set()
        """Texts that a shell here is known to read, and that were judged so."""
        self._worst = SAFE
        self.wrappers = 0
        """How many programs stand around the one that is judged now."""
        self.expands = True  # in a text of plain words no name is
        self.runs_stdin = False
        """A shell reads this script's here-documents as commands."""
        self.searches_text = False
        """Something in it could not be followed: the raw text is searched for destructive phrases too."""

    @cached_property
    def source(self) -> bytes:
        """The text as bytes, in which every place is counted."""
        return self.text.encode("utf-8", "replace")

    @abstractmethod
    def run(self) -> list[Judgement]:
        """Parse, walk and judge the text."""

    @abstractmethod
    def words(self, words: list[Word], place: Place, *, guessing: bool = False) -> None:
        """Judge the words of one command."""

    @abstractmethod
    def knows(self, word: Word) -> bool:
        """Whether a word is the name of a program that the tables know."""

    @abstractmethod
    def listed(self, word: Word) -> None:
        """A word of a list, or of what is kept for later: files may be opened by it."""

    def handed_on(self, given: list[Word]) -> None:
        """What a function is given, word by word and put together: its body may open it."""
        for word in given:
            self.listed(word)
        if len(given) < 2:
            return
        self.shared.handed += 1
        if self.shared.handed > MAX_HANDED:
            why = "more calls of functions than are followed"
            self.unknown("shell.bounds", why, given[0].start, given[-1].end)
            return
        together = [*permutations(given[:MAX_ARGUMENTS], 2), given]
        for words in together:
            for between in ("", "/"):
                self.listed(given[0]._replace(text=between.join(word.text for word in words)))

    def add(self, judgement: Judgement) -> None:
        """Record one judgement."""
        before = self._worst
        if judgement.risk is not before:
            self._worst = worse(before, judgement.risk)
        if self._worst is not before or len(self.judgements) < MAX_JUDGEMENTS or judgement.risk is DANGEROUS:
            self.judgements.append(judgement)

    def unknown(self, rule: str, why: str, start: int, end: int) -> None:
        """Record that a part is not understood."""
        self.searches_text = self.searches_text or rule in _RAW_TEXT_RULES
        self.add(Judgement(UNKNOWN, rule, why, start, end))

    def extend(
        self, judgements: list[Judgement], start: int, end: int, floor: Risk = SAFE, why: str = ""
    ) -> None:
        """Record what inner text was found to be, about the bytes that it was lifted from."""
        for judgement in judgements:
            self.add(at_least(moved(judgement, start, end), floor, why))

    def _inside(self, text: str, *, depth: int, shared: Shared, stdin: Stdin | None = None) -> Self:
        return type(self)(text, depth=depth, shared=shared, stdin=stdin)

    @abstractmethod
    def join(self, around: Self) -> None:
        """The shell that runs another text runs this one too: they share their names."""

    def inner(
        self,
        text: str,
        start: int,
        end: int,
        rule: str,
        *,
        stdin: Stdin | None = None,
        joined: bool = False,
        at_the_end: bool = False,
        parameters: Sequence[Word] = (),
    ) -> Risk:
        """Judge text that a shell will read, that of this text itself where it is `joined`: unknown at best
        where a part is known only at run time.
        """
        if OPAQUE in text:
            self.unknown(rule, "a shell reads text of which a part is known only when it runs", start, end)
            self.searches_text = True
            text = text.replace(OPAQUE, "${_}")
        work = self.shared.work
        work.inner, work.characters = work.inner + 1, work.characters + len(text)
        if work.reads_no_more():
            self.unknown("shell.bounds", "more texts for shells in a text than are read", start, end)
            return UNKNOWN
        probe = self._inside(text, depth=self.depth + 1, shared=self.shared, stdin=stdin)
        probe.parameters = [*parameters]
        if joined:
            probe.join(self)
            self.shared.names.join(text, at_the_end=at_the_end)
        found = probe.run()
        self.extend(found, start, end)
        return highest(found)

    def inner_sql(self, text: str, start: int, end: int) -> None:
        """Judge text that a database will read."""
        if OPAQUE in text:
            self.unknown("sql.dynamic", "a part of the statement is known only when it runs", start, end)
            text = text.replace(OPAQUE, " dd0c_opaque ")
        work = self.shared.work
        work.sql = work.sql or Budget()
        self.extend(inspect_sql(text, budget=work.sql), start, end)

    def guess(self, words: list[Word]) -> bool:
        """Whether any tail of these words, or any text among them, is a dangerous command by itself.

        For programs that are not known: they may run what they are given. Only ever raises.
        """
        depth, work = self.depth + 2, self.shared.work
        for at, word in enumerate(words[:MAX_GUESSED_WORDS]):
            if depth > MAX_INNER_DEPTH or work.guesses > MAX_GUESSES or work.words > MAX_TRIED_WORDS:
                self.searches_text = True
                return False
            work.guesses += 1
            text = word.text
            if OPAQUE in text:
                continue
            begins = text[:1] != "-" and self.knows(word)
            texts = _texts_in(word) if _MORE_THAN_A_WORD.search(text) is not None else []
            if not begins and not texts:
                continue
            probe = self._inside("", depth=depth, shared=Shared(work))
            if begins:
                probe.words(words[at:], Place(), guessing=True)
            for inner in texts:
                probe.inner(inner, word.start, word.end, "guess")
            for judgement in probe.judgements:
                if judgement.risk is DANGEROUS:
                    self.add(moved(judgement, words[0].start, words[-1].end))
                    return True
        return False


def _texts_in(word: Word) -> list[str]:
    """What an unknown program may take for a command: the word, what follows its `=`, its parts."""
    found = [word.text] if any(blank in word.text for blank in " \t\n;|&") else []
    value = word.text.partition("=")[2].removeprefix("!")
    if " " in value:
        found.append(value)
    if "," in word.text:
        found.append(word.text.replace(",", " "))
    return list(dict.fromkeys(found))
