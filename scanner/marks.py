"""A second reading of bash, of the raw text and without a grammar: which signs in it are live.

It knows quotes, comments, expansions and here-documents, and no more of commands than it needs to tell a `)`
of a `case` from one that ends a substitution. What it can't read with certainty it says so of.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from scanner.contexts import BODY, BRACE, COND, GLOB, LIST, QUOTED_BRACE, SHELL, STRING, SUM, TOKENS
from scanner.frame import Frame
from scanner.heredocs import Heredoc, Marker, Unsure, body_of, marker_at

_DEPTH: Final = 100
_BODIES: Final = 3
"""How deep contexts, and here-documents in one another's substitutions, may be nested."""
_MOST: Final = 5_400
"""Tokens that are read: a text whose tree is within its bounds, and that is no oddity, has half as many."""

_QUOTING: Final = frozenset({STRING, BODY, QUOTED_BRACE, SUM})
_GOES_ON: Final = frozenset(b"then do else elif if while until time ! { coproc".split())
"""Words behind which a command begins."""
_ENDS_WORD: Final = frozenset(b" \t\n;&|<>()")
_IN_TICKS: Final = re.compile(rb"[^`\\]*+(?:\\[^`$\\][^`\\]*+)*+`")
"""Behind an opening backquote, up to the closing one: no backslash is taken away before it is read."""
_NAME: Final = re.compile(rb"[ \t]++[^ \t\n\\'\"`$<>();&|]++")
_CASE_BREAKS: Final = frozenset({b";;", b";&", b";;&"})


class Marks:
    """The live signs of a text, by their places in bytes."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.substitutions: set[tuple[int, int]] = set()
        self.processes: set[tuple[int, int]] = set()
        self.sums: set[tuple[int, int]] = set()
        self.operators: set[tuple[int, str]] = set()
        self.redirects: set[int] = set()
        """Where one begins, of every kind but here-documents."""
        self.heredocs: list[Heredoc] = []
        self.strings: set[tuple[int, int]] = set()
        """Quoted parts, of every kind of quotes."""
        self.comments: set[tuple[int, int]] = set()
        self.tests: set[int] = set()
        """Where a `[[` stands that begins one."""
        self._stack: list[Frame] = []
        self._ticks = False
        self._waiting = 0
        self._bodies = 0
        self._at = self._read = 0
        self._fresh = True
        """Whether a word begins here."""
        self._leads = True
        """Whether the name of a command, or a word of the grammar, may stand here."""
        self._named = True
        """Whether the word that is being read began so."""
        self._run(0, len(source), SHELL)

    def _run(self, start: int, end: int, kind: int) -> None:
        outer, self._stack = self._stack, [Frame(kind, "", start, [])]
        self._at, self._end, self._fresh, self._leads = start, end, True, True
        source = self.source
        while self._at < end:
            found = TOKENS[self._stack[-1].kind].match(source, self._at, end)
            self._read += 1
            if found is None or found.lastgroup is None or self._read > _MOST:
                raise Unsure
            if self._waiting or self._ticks:
                self._must_be_plain(found)
            self._at = found.end()
            _HANDLERS[found.lastgroup](self, found, self._stack[-1])
        last = self._stack.pop()
        if self._stack or last.waiting or last.cases:
            raise Unsure
        self._stack = outer

    def _must_be_plain(self, found: re.Match[bytes]) -> None:
        """A line end within a token before a body is read, or a backquote within one, is read in two ways."""
        if self._waiting and b"\n" in found[0] and found.lastgroup not in ("line", "join"):
            raise Unsure
        if self._ticks and b"`" in found[0] and found.lastgroup != "tick":
            raise Unsure

    def _push(self, kind: int, opener: str, start: int, waiting: list[Marker] | None = None) -> None:
        if len(self._stack) >= _DEPTH:
            raise Unsure
        self._stack.append(Frame(kind, opener, start, [] if waiting is None else waiting))
        self._fresh = self._leads = True

    def _pop(self) -> None:
        frame = self._stack.pop()
        if not self._stack or frame.cases or (frame.waiting and frame.waiting is not self._stack[-1].waiting):
            raise Unsure
        self._fresh = self._leads = self._named = False

    # -- words

    def _in_word(self, found: re.Match[bytes], frame: Frame) -> None:
        if self._fresh:
            self._named = self._leads
        self._fresh = self._leads = False

    def _blank(self, found: re.Match[bytes], frame: Frame) -> None:
        self._fresh = True

    def _nothing(self, found: re.Match[bytes], frame: Frame) -> None:
        """Content, or a line that goes on."""
        if frame.kind == QUOTED_BRACE and found[0].startswith(b"'"):
            self.strings.add(found.span())

    def _plain(self, found: re.Match[bytes], frame: Frame) -> None:
        """What is quoted by single quotes, or escaped."""
        self._in_word(found, frame)
        if not found[0].startswith(b"\\"):
            self.strings.add(found.span())

    def _word(self, found: re.Match[bytes], frame: Frame) -> None:
        at, word = self._at, found[0]
        whole = self._fresh and (at >= self._end or self.source[at] in _ENDS_WORD)
        leads, kind = self._leads, frame.kind
        self._in_word(found, frame)
        if not whole:
            return
        if kind == COND:
            if word == b"]]":
                self._pop()
        elif word == b"]":
            frame.bracket = False
        elif kind == SHELL and leads:
            self._keyword(word, frame)

    def _keyword(self, word: bytes, frame: Frame) -> None:
        if word == b"esac" and frame.cases:
            frame.cases, frame.pattern = frame.cases - 1, False
        elif frame.pattern:
            return
        elif word == b"case":
            frame.cases, frame.pattern = frame.cases + 1, True
        elif word == b"[":
            frame.bracket = True
        elif word == b"[[":
            self.tests.add(self._at - len(word))
            self._push(COND, "[[", self._at)
        elif word == b"function":
            name = _NAME.match(self.source, self._at, self._end)
            self._at, self._leads = name.end() if name else self._at, True
        elif word in _GOES_ON:
            self._leads = True

    def _hash(self, found: re.Match[bytes], frame: Frame) -> None:
        if not self._fresh:
            return
        if frame.kind == COND:
            raise Unsure
        end = self.source.find(b"\n", self._at, self._end)
        end = self._end if end < 0 else end
        if self._ticks and self.source.find(b"`", self._at, end) >= 0:
            raise Unsure
        self.comments.add((found.start(), end))
        self._at = end

    # -- what opens and closes

    def _opens(self, found: re.Match[bytes], frame: Frame) -> None:
        """`$(`, `$((`, `<(`, `>(`, `${`, `"`: read on in another context."""
        self._in_word(found, frame)
        group = found.lastgroup or ""
        kind = _OPENED[group]
        if kind == BRACE and frame.kind in _QUOTING:
            kind = QUOTED_BRACE
        self._push(kind, group, found.start())

    def _tick(self, found: re.Match[bytes], frame: Frame) -> None:
        if frame.opener == "tick":
            self._ticks = False
            self._closed(frame)
            return
        inside = _IN_TICKS.match(self.source, self._at, self._end)
        if self._ticks or inside is None or (frame.kind in _QUOTING and b'\\"' in inside[0]):
            raise Unsure
        self._ticks = True
        self._push(SHELL, "tick", found.start())

    def _odd(self, found: re.Match[bytes], frame: Frame) -> None:
        raise Unsure

    def _closed(self, frame: Frame) -> None:
        if frame.opener == "string":
            start = frame.start + self.source.startswith(b"$", frame.start)
            self.strings.add((start, self._at))
        kept = _KEPT.get(frame.opener)
        if kept is not None:
            getattr(self, kept).add((frame.start, self._at))
        self._pop()

    def _end_of(self, found: re.Match[bytes], frame: Frame) -> None:
        self._closed(frame)

    def _close(self, found: re.Match[bytes], frame: Frame) -> None:
        if frame.cases:
            frame.pattern = False
            self._fresh = self._leads = True
            return
        if frame.opener == "tick":
            raise Unsure
        self._closed(frame)
        self._fresh = frame.opener == "open"

    def _open(self, found: re.Match[bytes], frame: Frame) -> None:
        """A group of commands, a list of values, or a pattern, by what stands before it."""
        before = b"" if self._fresh else self.source[found.start() - 1 : found.start()]
        if frame.pattern and not before:
            return  # the parenthesis that may stand before a pattern
        if before == b"=" and frame.kind == SHELL:
            self._push(LIST, "list", found.start())
        elif before and before in b"?*+@!" and not (frame.kind == SHELL and self._named):
            self._push(GLOB, "glob", found.start())
        elif not before and frame.kind == SHELL:
            self._push(SHELL, "open", found.start(), frame.waiting)
        else:
            raise Unsure

    def _glob(self, found: re.Match[bytes], frame: Frame) -> None:
        self._push(GLOB, "glob", found.start())

    def _pair(self, found: re.Match[bytes], frame: Frame) -> None:
        """Behind a name a function, behind `=` an empty list, which is a word."""
        self._fresh = self._leads = self.source[found.start() - 1 : found.start()] != b"="

    def _double(self, found: re.Match[bytes], frame: Frame) -> None:
        if not self._fresh:
            raise Unsure
        self._push(SUM, "double", found.start())

    def _deeper(self, found: re.Match[bytes], frame: Frame) -> None:
        frame.depth += 1

    def _higher(self, found: re.Match[bytes], frame: Frame) -> None:
        if frame.depth:
            frame.depth -= 1
            return
        if not self.source.startswith(b")", self._at, self._end):
            raise Unsure
        self._at += 1
        self._closed(frame)

    # -- what joins commands, and what they read

    def _operator(self, found: re.Match[bytes], frame: Frame) -> None:
        sign = found[0]
        if frame.bracket:
            raise Unsure
        self._fresh = self._leads = True
        if frame.pattern:
            if sign != b"|":
                raise Unsure
            return
        frame.pattern = frame.cases > 0 and sign in _CASE_BREAKS
        self.operators.add((found.start(), sign.decode()))

    def _redirect(self, found: re.Match[bytes], frame: Frame) -> None:
        self._fresh, self._leads = True, False
        self.redirects.add(found.start())

    def _here(self, found: re.Match[bytes], frame: Frame) -> None:
        if self._ticks:
            raise Unsure
        marker = marker_at(self.source, self._at, self._end, tabs=found[0].endswith(b"-"))
        frame.waiting.append(marker)
        self._waiting += 1
        self._at = marker.end
        self._fresh = self._leads = False

    def _line(self, found: re.Match[bytes], frame: Frame) -> None:
        if frame.bracket:
            raise Unsure
        self._fresh = self._leads = True
        if not self._waiting:
            return
        if self._waiting != len(frame.waiting):
            raise Unsure
        markers, at, end = frame.waiting[:], self._at, self._end
        frame.waiting.clear()
        self._waiting = 0
        for marker in markers:
            self._body(marker, at, end)
            at = self.heredocs[-1].last[1]
            at += at < end
        self._at, self._end, self._fresh, self._leads = at, end, True, True

    def _body(self, marker: Marker, at: int, end: int) -> None:
        heredoc = body_of(self.source, marker, at, end)
        if not marker.quoted:
            self._bodies += 1
            if self._bodies > _BODIES:
                raise Unsure
            self._run(*heredoc.body, BODY)
            self._bodies -= 1
        self.heredocs.append(heredoc)


_OPENED: Final = {"sum": SUM, "sub": SHELL, "process": SHELL, "brace": BRACE, "string": STRING}
_KEPT: Final = {
    "sub": "substitutions",
    "tick": "substitutions",
    "process": "processes",
    "sum": "sums",
}
_HANDLERS: Final[dict[str, Callable[[Marks, re.Match[bytes], Frame], None]]] = {
    "blank": Marks._blank,
    "blunt": Marks._blank,
    "word": Marks._word,
    "hash": Marks._hash,
    "line": Marks._line,
    "plain": Marks._plain,
    "dollar": Marks._in_word,
    "join": Marks._nothing,
    "text": Marks._nothing,
    "sum": Marks._opens,
    "sub": Marks._opens,
    "process": Marks._opens,
    "brace": Marks._opens,
    "string": Marks._opens,
    "tick": Marks._tick,
    "odd": Marks._odd,
    "end": Marks._end_of,
    "close": Marks._close,
    "open": Marks._open,
    "glob": Marks._glob,
    "pair": Marks._pair,
    "double": Marks._double,
    "deeper": Marks._deeper,
    "higher": Marks._higher,
    "operator": Marks._operator,
    "redirect": Marks._redirect,
    "to": Marks._redirect,
    "here": Marks._here,
}
