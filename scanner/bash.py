"""The judge of bash: it is told by the walk what there is in a script, and asks the rules."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final, Self

from tree_sitter import Node

from scanner import environment, redirects
from scanner.alternatives import Alternative, Texts, alternatives, texts_of
from scanner.argv import glance, is_known_name, judge_words, names_program
from scanner.flow import MAX_INNER_DEPTH, Place, Values
from scanner.given import GivenOptions
from scanner.globs import folder_with_secrets, may_be_raw, may_be_secret
from scanner.judge import MAX_GIVEN, Judge, Shared
from scanner.judgement import CAUTION, DANGEROUS, Judgement, highest, moved
from scanner.parse import Parsed, parse_bash
from scanner.paths import holds_secrets, is_raw_storage, normal_path
from scanner.plain import plain_commands
from scanner.posix import read_otherwise
from scanner.read_names import NO_READ_NAMES, READS_NAMES, ReadNames, read_names
from scanner.reading import Redirect
from scanner.secret_values import holds_secret, names_secret_variable, secret_in, secret_in_text
from scanner.shared_names import Around
from scanner.shells import judge_first_line
from scanner.text import destructive_text
from scanner.walk import Walker
from scanner.word import Word
from scanner.work import MAX_COMMANDS, MAX_LISTED

MAX_BEGINNING: Final = 1_024
"""Characters of a text that is too large: so many are judged for what is dangerous in them."""
_TOO_MANY: Final = "names take more texts than are followed"
MAX_PATH: Final = 4_096
"""Characters of a path that Linux opens; a longer text of a list may hold several."""
MAX_ROUNDS: Final = 3
"""How often a script is walked with the texts that names may hold, as walks find more of them."""
_KEYWORDS: Final = frozenset({"time", "-p"})
"""What may stand before a command without being one."""
_TAKES_VALUES: Final = frozenset({"variable_assignment", "for_statement"})
_SPLIT_WORD: Final = re.compile(r"[^\s\\]\\\n[^\s]")
_HIDDEN_LETTERS: Final = re.compile(r"\$'[^']*\\(?:x[2-7][0-9a-fA-F]|0?[0-7]{3}|[uU]0{2,6}[2-7][0-9a-fA-F])")
_EXFILTRATION: Final = "what holds secrets is read, and data is sent over the network, in one command"


class BashJudge(Judge):
    """Judges one bash text by walking its syntax tree."""

    _source = b""
    _around = Around()
    _walker: Walker | None = None
    _given: tuple[Container[str], ...] = ()
    """Names that may hold options, of this text and of those that it shares its names with."""
    _read: ReadNames = NO_READ_NAMES

    def run(self) -> list[Judgement]:
        """Judge the text, and again where texts that its shell runs set names that it may use."""
        plain = plain_commands(self.text) if self.depth <= MAX_INNER_DEPTH else None
        if plain is not None:  # of ASCII
            self.expands = False
            for words, place in plain:
                self.command(words, [], place)
            found = self._as_a_whole(len(self.text))
        else:
            found = self._judged()
        noted = self.shared.noted
        if noted is None or self.depth or self.shared.before is not None or not noted.any_joined():
            return found
        return type(self)(self.text, shared=Shared(before=noted), stdin=self.stdin).run()

    def join(self, around: Self) -> None:
        functions, integers, walker = around._around.functions, around._around.integers, around._walker
        if walker is not None:
            functions, integers = functions | walker.function_names(), integers | walker.facts.integers
        self._around = Around(True, around._given, around._read.named, functions, integers)

    def _judged(self) -> list[Judgement]:
        """Parse, walk, judge; then look at the raw text where something could not be read."""
        whole = len(self.text if self.text.isascii() else self.text.encode())
        if self.depth > MAX_INNER_DEPTH:
            self.unknown("shell.depth", "commands are nested too deeply to follow", 0, whole)
            return self._searched(whole)
        judge_first_line(self, whole)
        parsed = parse_bash(self.text)
        self._source = parsed.source
        if self.depth:
            self.shared.work.nodes += parsed.root.descendant_count
        if parsed.too_large:
            self.unknown("shell.bounds", "the text is too large or too deep to read as a whole", 0, whole)
            self._beginning(whole)
            return self._searched(whole)
        if "\\\n" in self.text and _SPLIT_WORD.search(self.text):
            self.unknown("shell.construct", "a word is split over two lines", 0, whole)
        if _HIDDEN_LETTERS.search(self.text):
            self.unknown(
                "text.hidden-letters", "ordinary letters are written as escapes, which hides them", 0, whole
            )
        if not parsed.complete:
            self.unknown("shell.unparsed", "a part of the text could not be parsed", 0, whole)
        self._walk(parsed)
        other = read_otherwise(parsed.root, parsed.source) if self.shared.posix else None
        if other is not None:
            why = "a plain sh reads a part of it otherwise than bash does"
            self.unknown("shell.syntax", why, other.start_byte, other.end_byte)
        self._inputs_of_shells(whole)
        return self._as_a_whole(whole)

    def _walk(self, parsed: Parsed) -> None:
        """Walk the tree, with what is known about its names from around it and from the first reading."""
        fed = self.stdin is not None and self.stdin.kind != "inherited"
        first, before, integers = self.shared.before, self.shared.read_names, self._around.integers
        steered = frozenset[str]()
        if first is not None:
            steered, integers = first.steered_in(self.text), integers | first.integers
        if self._around.joined:
            own = first.own(self.text) if first is not None else frozenset[str]()
            defines = b"()" in parsed.source or b"function" in parsed.source
            before = (before - own) | self._around.named | ({"@"} if defines else frozenset())
            self._given = self._around.given
        self._read = read_names(parsed.root, parsed.source, before | steered, fed=fed)
        self.shared.read_names = self._read.data
        given = GivenOptions(parsed.root, parsed.source, self._given)
        self._given = (given,)
        values = Values(steered=steered, integers=integers)
        self._walker = Walker(parsed.source, self, values)
        self._walker.work = self.shared.work
        secrets = self.shared.secret_names
        with self._walker.parameters(self.parameters):
            self._walker.walk(parsed.root, self._read, given)
        several = texts_of(values)
        if several or secrets != self.shared.secret_names:
            self._walk_again(parsed, values, given, several)
        if self._around.joined:
            self.shared.names.integers |= self._walker.facts.integers

    def _walk_again(self, parsed: Parsed, values: Values, given: GivenOptions, several: Texts) -> None:
        """Walk it with the other texts that names may hold, until no walk gives a name another one."""
        work, known, nodes = self.shared.work, values, parsed.root.descendant_count
        commands, words = work.commands, work.words
        for _ in range(MAX_ROUNDS):
            before = several
            for other in alternatives(several, nodes) or [Alternative({})]:
                read = self._read._replace(
                    data=self._read.data | other.data, single=self._read.single - other.data
                )
                pinned = Values(steered=values.steered, integers=values.integers, pinned=other.pinned)
                pinned.given, pinned.listed, pinned.missed = known.given, known.listed, known.missed
                if not work.walks_again(nodes):
                    self.unknown("shell.bounds", _TOO_MANY, 0, len(self._source))
                    return
                walker = Walker(parsed.source, self, pinned)
                walker.work = work
                with walker.parameters(self.parameters):
                    walker.walk(parsed.root, read, given)
                work.commands, work.words = commands, words
            several = texts_of(known)
            if several == before:
                return
        self.unknown("shell.bounds", _TOO_MANY, 0, len(self._source))

    def _inputs_of_shells(self, whole: int) -> None:
        """Where a shell reads input: each here-document, but those that were judged as its input."""
        if self.runs_stdin:
            for text in dict.fromkeys(self.heredocs):
                if text not in self.inputs:
                    self.inner(text, 0, whole, "shell.heredoc")

    def _beginning(self, whole: int) -> None:
        """Of a text that is too large: danger in its beginning counts; nothing there makes it any safer."""
        most = MAX_BEGINNING if len(self.text) > MAX_BEGINNING else len(self.text) // 2
        end = max(self.text.rfind(mark, 0, most) for mark in "\n;")
        if end <= 0 or self.depth >= MAX_INNER_DEPTH:
            return
        probe = self._inside(self.text[:end], depth=self.depth + 1, shared=Shared(self.shared.work))
        found = [judgement for judgement in probe.run() if judgement.risk is DANGEROUS]
        if found:
            self.add(moved(found[0], 0, whole))

    def _as_a_whole(self, whole: int) -> list[Judgement]:
        """What only all of the text together shows."""
        if self.shared.sensitive is not None and self.shared.network is not None and self.depth == 0:
            self.add(Judgement(DANGEROUS, "network.exfiltration", _EXFILTRATION, 0, whole))
        if self.shared.too_deep and self.depth == 0:
            self.unknown("shell.bounds", "more folders, or longer ones, than can be followed", 0, whole)
        if self.shared.lists is not None and self.shared.opens_listed and self.depth == 0:
            self.add(self.shared.lists)
        return self._searched(whole)

    def _searched(self, whole: int) -> list[Judgement]:
        """A destructive phrase anywhere decides where the structure could not be followed."""
        if self.searches_text and highest(self.judgements) is not DANGEROUS:
            hit = destructive_text(self.text)
            if hit is not None:
                self.add(Judgement(DANGEROUS, "text.destructive", hit, 0, whole))
        return self.judgements

    def words(self, words: list[Word], place: Place, *, guessing: bool = False) -> None:
        judge_words(self, words, place, guessing=guessing)

    def knows(self, word: Word) -> bool:
        return names_program(word)

    # -- what the walk tells

    def _calls_function(self, words: list[Word]) -> bool:
        """Whether a command is a function of the script, which the shell itself looks up; its body is judged
        where it stands, and what it is given here.
        """
        while len(words) > 1 and words[0].text in _KEYWORDS and not words[0].quoted:
            words = words[1:]
        name = words[0].text
        known = self._walker is not None and self._walker.is_function(name)
        if not (known or name in self._around.functions) or not words[0].literal or is_known_name(name):
            return False
        self.handed_on(words[1:])
        given = next((found for word in words[1:] if (found := secret_in(self, word)) is not None), None)
        if given is not None:
            why = f"hands on {given}, which by its name holds a secret"
            self.add(Judgement(CAUTION, "secrets.read", why, words[0].start, words[-1].end))
        self.shared.names.calls(self.text)
        if len(words) > 1 and self._around.joined:
            self.shared.names.sets("@", self.text)
        return True

    def command(self, words: list[Word], assignments: list[tuple[str, Word | None]], place: Place) -> None:
        """One simple command."""
        work = self.shared.work
        work.commands += 1
        if work.commands > MAX_COMMANDS:
            self.unknown(
                "shell.bounds", "more commands than are judged in one text", words[0].start, words[-1].end
            )
            glance(self, words)
            return
        if self.stdin is not None and place.stdin.kind == "inherited":
            place = Place(self.stdin, place.conditional, place.repeated)
        if place.stdin.text and words[0].text in READS_NAMES:
            for part in place.stdin.text.split():
                self.listed(Word(part, words[0].start, words[-1].end))
        for name, value in assignments:
            environment.prefix(self, name, value, words)
        defines = self._walker is not None and self._walker.bodies
        if not (defines or self._around.functions) or not self._calls_function(words):
            judge_words(self, words, place)

    def assignment(self, name: str, value: Word | None, node: Node, *, exported: bool) -> None:
        """An assignment on its own."""
        if value is not None:
            self.listed(value)
        self.shared.names.sets(name, self.text)
        values = node.children_by_field_name("value") if node.type in _TAKES_VALUES else ()
        raws = [self._slice(one) for one in values]
        if any(secret_in_text(self, raw) is not None or names_secret_variable(raw) for raw in raws):
            self.shared.secret_names |= {name}
        environment.assignment(self, name, value, node.start_byte, node.end_byte, exported=exported)

    def listed(self, word: Word) -> None:
        """A word of a list that a loop goes through, or of a variable: files may be opened by it later."""
        work = self.shared.work
        work.listed += 1
        if work.listed > MAX_LISTED or len(word.text) > MAX_PATH:
            why = "more names are listed than are looked at, and one may be of a file that holds secrets"
            self.shared.lists = Judgement(CAUTION, "secrets.read", why, word.start, word.end)
            return
        if word.known and word.text[:1] in ("/", "~", "."):
            self._folder(word)
        raw = may_be_raw(word) or (word.known and is_raw_storage(normal_path(word.text)))
        if raw or (word.pattern and may_be_secret(word)) or (word.known and holds_secrets(word.text)):
            why = f"{word.text} may name files that hold secrets"
            self.shared.lists = Judgement(CAUTION, "secrets.read", why, word.start, word.end)

    def _folder(self, word: Word) -> None:
        """A folder with secrets that a list names: what is opened below it is known only when it runs."""
        looked_at = self.shared.looked_at
        if word.text in looked_at:
            return
        looked_at.add(word.text)
        many = len(looked_at) > MAX_GIVEN
        if (many or folder_with_secrets(word.text)) and self.shared.meets(folder=word.text):
            why = f"{word.text} is a folder with secrets, and files below such a folder are printed"
            self.shared.lists = Judgement(CAUTION, "secrets.read", why, word.start, word.end)
            self.shared.opens_listed = True

    def _slice(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def redirect(self, redirect: Redirect) -> None:
        """A redirection to or from a file."""
        redirects.judge_redirect(self, redirect)

    def heredoc(self, text: str, expanded: Node | None) -> None:
        """The body of a here-document, kept in case a shell reads it."""
        self.heredocs.append(text)
        if expanded is None:
            return
        name = secret_in_text(self, self._slice(expanded))
        if name is not None:
            why = f"hands on {name}, which by its name holds a secret"
            self.add(Judgement(CAUTION, "secrets.read", why, expanded.start_byte, expanded.end_byte))

    def function(self, name: str, body: Node, node: Node) -> None:
        """A function definition; calls of it are judged by its body, which is walked once."""
        raw = self._slice(body)
        if _calls(name, body, self._source):
            if "|" in raw or "&" in raw:
                why = f"{name} starts itself again and again until the host can start nothing else"
                self.add(Judgement(DANGEROUS, "shell.fork-bomb", why, node.start_byte, node.end_byte))
            self.unknown("shell.recursion", f"{name} calls itself", node.start_byte, node.end_byte)
        if is_known_name(name):
            self.unknown("shell.shadow", f"{name} is redefined as a function", node.start_byte, node.end_byte)

    def shows_variables(self, names: list[str], start: int, end: int) -> None:
        """`declare -p`, `export`: these variables are printed, with their values; all if none is named."""
        if names and not any(holds_secret(self, name) for name in names):
            return
        found = Judgement(CAUTION, "secrets.read", "prints variables, secrets included", start, end)
        self.shared.sensitive = found
        self.add(found)

    def backquotes(self, text: str, start: int, end: int) -> None:
        """Backquotes that the tree does not show, or not with certainty."""
        self.unknown(
            "shell.construct", "a command in backquotes that can't be delimited with certainty", start, end
        )
        parts = text.split("`")
        for part in parts[1::2] + parts[2::2]:
            if part.strip():
                self.inner(part.strip(), start, end, "shell.backquotes")
            if self.shared.work.reads_no_more():
                return


def _calls(name: str, body: Node, source: bytes) -> bool:
    called, nodes = name.encode(), [body]
    while nodes:
        node = nodes.pop()
        if node.type == "command_name" and source[node.start_byte : node.end_byte] == called:
            return True
        nodes += node.children
    return False
