"""Shell text → simple commands, for the local model. A small reader of its own, so that it errs elsewhere
than the scanner's parser does. What it does not read exactly it refuses as unlike all that it has learned.
"""

from __future__ import annotations

import re
from typing import Final

from base import limits
from ingest.advisor.simple import ASSIGNMENT, BEFORE, CONSTRUCT, SIGNLESS, UNREAD, read_line
from ingest.advisor.simple import UNKNOWN as UNKNOWN
from ingest.advisor.simple import Simple as Simple
from ingest.advisor.simple import Unlike as Unlike
from ingest.advisor.simple import Word as Word

_DEPTH: Final = 6
_BLANKS: Final = " \t"
_ENDS: Final = ";&|\n()"
_ODD: Final = re.compile(r"[^\n\t\x20-\x7e]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")  # stands for itself wherever it stands in a word
_REDIRECTION: Final = re.compile(r"(?:[0-9]{0,2}|&)(<<<|<<-?|<>|>>|>\||<&|>&|&>>?|<|>)")
_NUMBERS: Final = frozenset({"$?", "$#", "$$"})
_NAME: Final = re.compile(r"\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9?#@*!$-]|\{[A-Za-z_][A-Za-z0-9_]*\})")


def split(text: str, depth: int = 0) -> list[Simple]:
    """The simple commands of a text, those inside substitutions too. Raises Unlike."""
    if depth > _DEPTH:
        raise Unlike("it nests commands too deeply")
    if len(text) > limits.COMMAND_MAX_BYTES:
        raise Unlike("it is longer than a command may be")
    found = [read_line(text)] if SIGNLESS.fullmatch(text) else _Reader(text, depth).read()
    return [each for each in found if not each.empty]


class _Reader:
    """One pass over the text."""

    def __init__(self, text: str, depth: int) -> None:
        self._text = text
        self._at = 0
        self._depth = depth
        self._found: list[Simple] = []
        self._here: list[tuple[str, bool]] = []
        self._computed = False
        self._splits = False

    def read(self) -> list[Simple]:
        current, fed = Simple(), False
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in _BLANKS or self._text.startswith("\\\n", self._at):
                self._at += 1 if character in _BLANKS else 2
            elif character == "#":
                self._skip_comment()
            elif character in _ENDS:
                fed = self._separator()
                self._found.append(current)
                current = Simple(fed=fed)
            elif not self._redirection(current):
                self._word(current)
        if self._here:
            raise Unlike("a here-document has no end")
        self._found.append(current)
        return self._found

    def _skip_comment(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end

    def _separator(self) -> bool:
        """Step over what ends a command; whether the next one reads this one's output."""
        for sign in ("&&", "||", "|&", ";;", "|", "&", ";", "\n", "(", ")"):
            if self._text.startswith(sign, self._at):
                break
        if sign == ";;" or self._text.startswith("((", self._at):
            raise Unlike(CONSTRUCT)
        if sign == "(" and self._at and self._text[self._at - 1] not in " \t\n;&|(":
            raise Unlike("it defines a function or matches by a pattern")
        self._at += len(sign)
        if sign == "\n":
            self._bodies()
        return sign in ("|", "|&")

    # ---------------------------------------------------------------- redirections

    def _redirection(self, current: Simple) -> bool:
        found = _REDIRECTION.match(self._text, self._at)
        if found is None or self._text.startswith(("<(", ">("), self._at):
            return False
        sign = found[1]
        if found[0].startswith("&") and not sign.startswith(("&", ">")):
            raise Unlike("it has an unusual redirection")
        self._at = found.end()
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        start = self._at
        target = self._read_word()
        if not target.text and self._at == start:
            raise Unlike("a redirection has no target")
        if sign.startswith("<<") and sign != "<<<":
            self._here.append((target.text, target.bare))
            current.fed = True
        elif sign in ("<", "<<<"):
            current.fed = True
        elif not (sign in ("<&", ">&") and re.fullmatch(r"[0-9]+-?|-", target.text)):
            current.writes.append("?" if target.opaque else target.text)
        return True

    def _bodies(self) -> None:
        """Step over the here-documents that the line just ended has opened."""
        for delimiter, expands in self._here:
            lines: list[str] = []
            while True:
                if self._at >= len(self._text):
                    raise Unlike("a here-document has no end")
                end = self._text.find("\n", self._at)
                line = self._text[self._at :] if end < 0 else self._text[self._at : end]
                self._at = len(self._text) if end < 0 else end + 1
                if line.strip("\t") == delimiter:
                    break
                lines.append(line)
            body = "\n".join(lines)
            if expands and ("`" in body or "$(" in body):
                raise Unlike("a here-document runs commands while it is read")
        self._here = []

    # ---------------------------------------------------------------- words

    def _word(self, current: Simple) -> None:
        start = self._at
        word = self._read_word()
        assigned = ASSIGNMENT.match(self._text, start)
        if assigned is not None and not current.words and assigned.end() <= self._at:
            current.assigns.append(assigned[1])
            if self._text[self._at : self._at + 1] == "(":
                raise Unlike("it assigns a list")
            return
        if word.bare and not current.words:
            if word.text in BEFORE:
                return
            if word.text in UNREAD:
                raise Unlike(CONSTRUCT)
        if word.bare and word.text == "[[":
            self._skip_test(current)
            return
        current.words.append(word)

    def _skip_test(self, current: Simple) -> None:
        """`[[ … ]]` compares; its words are no redirections."""
        end = self._text.find("]]", self._at)
        inside = self._text[self._at : end] if end >= 0 else ""
        if end < 0 or "$(" in inside or "`" in inside or "\n" in inside:
            raise Unlike("it has a test that the model does not read")
        current.words += [Word("test"), Word("condition")]
        self._at = end + 2

    def _read_word(self) -> Word:
        parts: list[str] = []
        opaque, bare, globs, leads = False, True, False, False
        self._computed = self._splits = False
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in "<>" and not parts and self._text.startswith(("<(", ">("), self._at):
                self._substitution(2)
                parts.append("/dev/fd/63")
                opaque = True
                continue
            if character in _BLANKS or character in _ENDS or character in "<>":
                break
            if (plain := _PLAIN.match(self._text, self._at)) is not None:
                parts.append(plain[0])
                self._at = plain.end()
                continue
            first = not "".join(parts)
            unknown = self._part(character, parts)
            globs |= unknown is None
            opaque |= bool(unknown)
            bare &= character not in "'\"\\"
            if first and unknown is None:
                leads = self._splits = True
        text = "".join(parts)
        leads |= text.startswith(UNKNOWN)
        return Word(text, opaque or globs, bare, self._computed, leads, self._splits)

    def _part(self, character: str, parts: list[str]) -> bool | None:
        """Read on by one part of a word; whether it is known only when it runs, None for a pattern's sign."""
        if character in "'\"\\":
            return self._quoted(character, parts)
        if character == "$":
            return self._unquoted(parts)
        if character == "`":
            self._backquoted()
            parts.append(UNKNOWN)
            self._splits = True
            return True
        if character == "{" and re.match(r"\{[^{}\s]*(?:,|\.\.)[^{}\s]*\}", self._text[self._at :]):
            raise Unlike("it has a brace expansion")
        if _ODD.match(character):
            raise Unlike("it has characters that no command needs")
        parts.append(character)
        self._at += 1
        return None if character in "*?[" else False

    def _unquoted(self, parts: list[str]) -> bool:
        unknown = self._expansion(parts)
        self._splits |= unknown and parts[-1] == UNKNOWN
        return unknown

    def _quoted(self, quote: str, parts: list[str]) -> bool:
        """A quoted part; whether it has something unknown in it."""
        if quote == "\\":
            return self._escaped(parts)
        return self._single(parts) if quote == "'" else self._double(parts)

    def _escaped(self, parts: list[str]) -> bool:
        if self._at + 1 >= len(self._text):
            raise Unlike("it ends in a backslash")
        if self._text[self._at + 1] != "\n":
            parts.append(self._text[self._at + 1])
        self._at += 2
        return False

    def _single(self, parts: list[str]) -> bool:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise Unlike("a quote has no end")
        parts.append(self._text[self._at + 1 : end])
        self._at = end + 1
        return False

    def _double(self, parts: list[str]) -> bool:
        self._at += 1
        opaque = False
        while True:
            character = self._text[self._at : self._at + 1]
            if not character:
                raise Unlike("a quote has no end")
            if character == '"':
                self._at += 1
                return opaque
            if character == "\\" and self._text[self._at + 1 : self._at + 2] in ('"', "\\", "$", "`", "\n"):
                parts.append(self._text[self._at + 1])
                self._at += 2
            elif character == "$":
                self._splits |= self._text.startswith(("$@", "$*"), self._at)
                opaque |= self._expansion(parts)
            elif character == "`":
                self._backquoted()
                parts.append(UNKNOWN)
                opaque = True
            else:
                parts.append(character)
                self._at += 1

    def _expansion(self, parts: list[str]) -> bool:
        if self._text.startswith(("$'", '$"', "$["), self._at):
            raise Unlike("it is quoted in an unusual way")
        if self._text.startswith("$((", self._at):
            end = self._text.find("))", self._at)
            if end < 0 or re.search(r"[`$\[=(]", self._text[self._at + 3 : end].replace("$((", "")):
                raise Unlike("it computes something that the model does not read")
            self._at = end + 2
            parts.append("0")
            return True
        if self._text.startswith("$(", self._at):
            self._substitution(2)
            parts.append(UNKNOWN)
            return True
        found = _NAME.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
            parts.append("0" if found[0] in _NUMBERS else UNKNOWN)
            return True
        if self._text.startswith("${", self._at):
            raise Unlike("it transforms a variable")
        parts.append("$")
        self._at += 1
        return False

    def _substitution(self, length: int) -> None:
        """`$(…)` or `<(…)`: find its end, read what is inside."""
        start = self._at + length
        depth, at, quote = 1, start, ""
        while at < len(self._text) and depth:
            character = self._text[at]
            if character == "\\" and quote != "'":
                at += 1
            elif quote:
                quote = "" if character == quote else quote
            elif character in "'\"":
                quote = character
            elif character in "()":
                depth += 1 if character == "(" else -1
            at += 1
        if depth:
            raise Unlike("a substitution has no end")
        self._computed = True
        self._found += split(self._text[start : at - 1], self._depth + 1)
        self._at = at

    def _backquoted(self) -> None:
        end = self._text.find("`", self._at + 1)
        if end < 0 or "\\" in self._text[self._at : end]:
            raise Unlike("it has backquotes that the model does not read")
        self._computed = True
        self._found += split(self._text[self._at + 1 : end], self._depth + 1)
        self._at = end + 1
