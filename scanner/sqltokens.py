"""SQL text to tokens: strings, dollar quotes, nested comments, `/*! … */`, names. PostgreSQL, MySQL, SQLite.

Where the dialects disagree about where a string or comment ends, the result says so (`doubts`): text that one
server takes for data and another runs can't be safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

Kind = Literal["word", "name", "string", "number", "operator", "end", "meta"]


class Token(NamedTuple):
    """One token. `text` of a word is lower case, of a name or string the inside of its quotes."""

    kind: Kind
    text: str
    start: int
    end: int

    def is_word(self, *texts: str) -> bool:
        """An unquoted word with one of these spellings."""
        return self.kind == "word" and self.text in texts


@dataclass(slots=True)
class Tokens:
    """All tokens, what the dialects read differently, and hidden texts that another dialect would run."""

    tokens: list[Token] = field(default_factory=list)
    doubts: list[tuple[str, int, int]] = field(default_factory=list)
    hidden: list[tuple[str, int, int]] = field(default_factory=list)
    cut: bool = False
    """There were more hidden texts than are kept."""


MAX_TOKENS: Final = 1_500
"""Of one text; what is behind them is a doubt, and searched for destructive phrases. The most in a text at
hand is 152."""
MAX_STEPS: Final = 4 * MAX_TOKENS
"""Of one text, blanks and comments included."""
MAX_HIDDEN: Final = 64
"""Parts kept that only some servers would run; where there are more, the text is in doubt."""
_BLANK: Final = re.compile(r"[ \t\r\n\f]+")
_LINE_COMMENT: Final = re.compile(r"--[^\n]*")
_COMMENT_MARK: Final = re.compile(r"/\*|\*/")
_STRING: Final = re.compile(r"'((?:[^']|'')*)'")
_ESCAPE_STRING: Final = re.compile(r"[eE]'((?:[^'\\]|\\.|'')*)'", re.DOTALL)
_NAME: Final = re.compile(r'"((?:[^"]|"")*)"')
_BACKTICK: Final = re.compile(r"`((?:[^`]|``)*)`")
_DOLLAR: Final = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)?\$")
_WORD: Final = re.compile(r"[^\W\d][\w$]*")
_NUMBER: Final = re.compile(r"(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)")
_PREFIXED: Final = re.compile(r"(?:[bBxXnN]|[uU]&)(?=['\"])")
_OPERATOR: Final = re.compile(r"::|:=|<=|>=|<>|!=|\|\||->>|->|#>>|#>|@>|<@|[-+*/%<>=~!@#&|^?(),.\[\]{}:$]")


_CLIENT_LINE: Final = re.compile(r"(?<![^\n])(?::(?!:)[!A-Za-z]|!!)")
"""At the beginning of a line, for sqlcmd: `:r FILE`, `!! COMMAND`."""
_SENDS: Final = re.compile(r"\\(?:gx?|G)(?=[ \t]*(?:\Z|[\n;]))|(?<![^\n])/(?=[ \t\r]*(?:\Z|\n))")
"""mysql and psql, and a line of one slash for sqlplus."""
_UNICODE: Final = re.compile(r"\\(?:\\|\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4}))")


_ESCAPED: Final = re.compile(
    r"\\(?:(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|([0-7]{1,3})|(.))", re.DOTALL
)
_CONTROL: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}){1,200}")


def tokenize(text: str, most: int = MAX_TOKENS) -> Tokens:
    """Read a text up to so many tokens; a character that begins none is a doubt. Linear in the text."""
    found = Tokens()
    at = 0
    fresh = True
    bracket = -1
    ahead = MAX_STEPS
    while at < len(text):
        ahead -= 1
        blank = _BLANK.match(text, at)
        if blank:
            at = blank.end()
            continue
        if len(found.tokens) + len(found.doubts) > most or ahead < 0:
            found.doubts.append(("more words and signs than are read", at, len(text)))
            break
        if (fresh and text[at] in "\\.") or (text[at] in ":!" and _CLIENT_LINE.match(text, at)):
            at = _meta(text, at, found)
            continue
        begin = at
        at = _line_end(text, at, found) or _comment(text, at, found, most) or _quoted(text, at, found)
        at = at or _plain(text, begin, found)
        bracket = _bracketed(text, begin, at, bracket, found)
        fresh = not found.tokens or found.tokens[-1].kind in ("end", "meta")
    return found


def _meta(text: str, at: int, found: Tokens) -> int:
    """A line that the client reads itself: `\\d users`, `.tables`."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    found.tokens.append(Token("meta", text[at:end].strip(), at, end))
    return end


def _hide(found: Tokens, text: str, begin: int, stop: int, start: int, end: int) -> None:
    """Keep a part that another dialect would run; a text with very many of them is in doubt anyway."""
    if len(found.hidden) < MAX_HIDDEN:
        found.hidden.append((text[begin:stop], start, end))
    elif len(found.hidden) == MAX_HIDDEN and not found.cut:
        found.cut = True
        found.doubts.append(("more parts that only some servers run than are read", start, end))


def _line_end(text: str, at: int, found: Tokens) -> int:
    """The index after `\\G`, `\\g` at the end of a line, or a line of one `/`: they send."""
    match = _SENDS.match(text, at) if text[at] in "\\/" else None
    if match is None:
        return 0
    found.tokens.append(Token("end", ";", at, match.end()))
    return match.end()


def _bracketed(text: str, begin: int, at: int, closing: int, found: Tokens) -> int:
    """Where the name in brackets ends of T-SQL ends, or -1; a token across that end is a doubt."""
    if begin < closing < at - 1:
        found.doubts.append(("a string that begins inside a name in brackets", begin, at))
        _hide(found, text, closing + 1, len(text), begin, at)
        return -1
    if text[begin] == "[" and begin > closing:
        return text.find("]", begin)
    return closing


def _comment(text: str, at: int, found: Tokens, most: int) -> int:
    """The index after a comment here, or 0."""
    if text.startswith("--", at):
        match = _LINE_COMMENT.match(text, at)
        end = match.end() if match else len(text)
        if text[at + 2 : at + 3] not in ("", " ", "\t", "\n", "\r"):
            found.doubts.append(("“--” without a blank is a comment for some servers only", at, end))
        return end
    if text.startswith(("/*!", "/*M!"), at):
        end = text.find("*/", at)
        end = len(text) if end < 0 else end
        found.doubts.append(("a comment that MySQL or MariaDB runs", at, end))
        inner = tokenize(
            re.sub(r"^\d{5,6}", "", text[text.index("!", at) + 1 : end]), most - len(found.tokens)
        )
        found.tokens.extend(Token(t.kind, t.text, at, end) for t in inner.tokens)
        found.doubts.extend((why, at, end) for why, _, _ in inner.doubts)
        return min(end + 2, len(text))
    return _block_comment(text, at, found) if text.startswith("/*", at) else 0


def _block_comment(text: str, at: int, found: Tokens) -> int:
    depth, index, nested = 1, at + 2, False
    for mark in _COMMENT_MARK.finditer(text, index):
        depth += 1 if mark.group() == "/*" else -1
        index, nested = mark.end(), nested or mark.group() == "/*"
        if not depth:
            break
    else:
        index = len(text)
    if depth:
        found.doubts.append(("a comment that does not end", at, index))
        _hide(found, text, at + 2, index, at, index)
    elif nested:
        first_end = text.find("*/", at) + 2
        _hide(found, text, first_end, index, at, index)
    return index


def _quoted(text: str, at: int, found: Tokens) -> int:
    """The index after a string or quoted name here, or 0."""
    character = text[at]
    prefix = _PREFIXED.match(text, at)
    if prefix:
        at, character = prefix.end(), text[prefix.end()]
    if character in "eE" and text[at + 1 : at + 2] == "'":
        match = _ESCAPE_STRING.match(text, at)
    elif character == "'":
        match = _STRING.match(text, at)
    elif character == '"':
        match = _NAME.match(text, at)
    elif character == "`":
        match = _BACKTICK.match(text, at)
    elif character == "$":
        return _dollar(text, at, found)
    else:
        return 0
    if match is None:
        found.doubts.append(("a string that does not end", at, len(text)))
        _hide(found, text, at + 1, len(text), at, len(text))
        return len(text)
    inner = match.group(1)
    said = _said(inner, prefix.group().lower() if prefix else character.lower())
    if character in "'\"eE" and re.search(r"\\(?:['\"]|$)", inner):
        found.doubts.append(
            ("a backslash before a quote ends the string for some servers only", at, match.end())
        )
        _hide(found, text, text.index(match.group(1), at + 1), len(text), at, len(text))
    found.tokens.append(Token("string" if character in "'eE" else "name", said, at, match.end()))
    return match.end()


def _said(inner: str, prefix: str) -> str:
    """What a string or name says whose form is told by the letters before it: `U&'…'`, `E'…'`, `X'…'`."""
    if prefix == "u&":
        return _unicode(inner)
    if prefix == "e":
        return _ESCAPED.sub(_escaped, inner)
    if prefix == "x" and _HEX.fullmatch(inner) is not None:
        return bytes.fromhex(inner).decode("latin-1")
    return inner


def _escaped(match: re.Match[str]) -> str:
    """One escape of an E-string (PostgreSQL, 4.1.2.2); a letter of no meaning is itself."""
    digits, octal, other = match.groups()
    if digits:
        return chr(min(int(digits[1:], 16), 0x10FFFF))
    return chr(int(octal, 8) & 0xFF) if octal else _CONTROL.get(other, other)


def _unicode(inner: str) -> str:
    """The inside of `U&"…"` with its escapes read."""

    def decode(match: re.Match[str]) -> str:
        digits = match.group(1) or match.group(2)
        return chr(min(int(digits, 16), 0x10FFFF)) if digits else "\\"

    return _UNICODE.sub(decode, inner)


def _dollar(text: str, at: int, found: Tokens) -> int:
    tag = _DOLLAR.match(text, at)
    if tag is None:
        return 0
    end = text.find(tag.group(0), tag.end())
    if end < 0:
        found.doubts.append(("a dollar-quoted string that does not end", at, len(text)))
        _hide(found, text, tag.end(), len(text), at, len(text))
        return len(text)
    inner = text[tag.end() : end]
    if ";" in inner and len(inner.strip()) > 1:
        _hide(found, text, tag.end(), end, at, end)
    found.tokens.append(Token("string", inner, at, end + len(tag.group(0))))
    return end + len(tag.group(0))


def _plain(text: str, at: int, found: Tokens) -> int:
    """A word, number, operator or `;`."""
    if text[at] == ";":
        found.tokens.append(Token("end", ";", at, at + 1))
        return at + 1
    match = _WORD.match(text, at)
    if match:
        if match.group().lower() == "uescape":
            found.doubts.append(("escapes with a sign of their own", at, match.end()))
        found.tokens.append(Token("word", match.group().lower(), at, match.end()))
        return match.end()
    match = _NUMBER.match(text, at)
    if match:
        found.tokens.append(Token("number", match.group(), at, match.end()))
        return match.end()
    match = _OPERATOR.match(text, at)
    if match is None:
        found.doubts.append(("a character that no statement has there", at, at + 1))
        return at + 1
    if match.group() == "#":
        found.doubts.append(("“#” begins a comment for some servers only", at, len(text)))
        _hide(found, text, text.find("\n", at) + 1 or len(text), len(text), at, len(text))
    found.tokens.append(Token("operator", match.group(), at, match.end()))
    return match.end()


def statements(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each statement, without the `;`; client lines stand alone."""
    current: list[Token] = []
    for token in tokens:
        if token.kind in ("end", "meta"):
            if current:
                yield current
            current = []
            if token.kind == "meta":
                yield [token]
        else:
            current.append(token)
    if current:
        yield current
