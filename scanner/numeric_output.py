"""Which commands can print nothing but numbers: a short list of programs in literal forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from tree_sitter import Node

from scanner.arithmetic import NUMBER
from scanner.escapes import OPAQUE
from scanner.word import Piece, Word
from scanner.words import UnreadableWord, WordReader

LAST_COMMANDS: Final = 8
"""Whose words are kept."""
_DIGITS: Final = frozenset({"0-9", "[0-9]", "[:digit:]", "0123456789", "0-9\\n", "0-9\n"})
_DATE: Final = re.compile(r"\+(?:%-?[sdHIMSYmjuwyNVGeC])+")
_STAT: Final = frozenset({"%s", "%Y", "%X", "%Z", "%W", "%a", "%u", "%g", "%h", "%i", "%b"})


def text_of(node: Node, source: bytes) -> str:
    """The raw text of a node."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def prints_numbers(node: Node, source: bytes) -> bool:
    """Whether what a substitution holds can only print a number, by its last program."""
    if text_of(node, source).lstrip().startswith("`") or node.named_child_count != 1:
        return False
    return _statement_prints(node.named_children[0], source)


def _statement_prints(node: Node, source: bytes) -> bool:
    if node.type == "pipeline":
        steps = list(node.named_children)
        while len(steps) > 1 and _passes_on(words_of_command(steps[-1], source)):
            steps.pop()
        return _statement_prints(steps[-1], source)
    if node.type == "list":
        return all(_statement_prints(child, source) for child in node.named_children)
    if node.type == "redirected_statement":
        body, *redirects = node.named_children
        quiet = all(re.fullmatch(r"2>\s*/dev/null|<\s*\S+", text_of(one, source)) for one in redirects)
        return quiet and _statement_prints(body, source)
    words = words_of_command(node, source)
    if not words or not words[0].literal:
        return False
    return _program_prints(words[0].text.rsplit("/", 1)[-1], words[1:])


@lru_cache(maxsize=LAST_COMMANDS)
def words_of_command(node: Node, source: bytes) -> tuple[Word, ...]:
    """The words of a simple command, every expansion opaque; none for anything else. The last ones are kept:
    what a command prints is asked in several ways, one behind the other.
    """
    if node.type != "command" or any(child.type == "variable_assignment" for child in node.named_children):
        return ()
    reader = WordReader(source, lambda _: None, lambda _: Piece(OPAQUE))
    try:
        return tuple([word for child in node.named_children for word in reader.words(child)])
    except UnreadableWord:
        return ()


def _passes_on(words: Sequence[Word]) -> bool:
    """A program that prints a part of what it reads, and nothing of its own."""
    texts = [word.text for word in words]
    if not words or not all(word.literal for word in words):
        return False
    if texts[0] == "tr":
        return len(texts) == 3 and texts[1] == "-d"
    if texts[0] in ("head", "tail"):
        return (
            re.fullmatch(r"(?: -[nc] ?\d+| -\d+| -q)*", "".join(" " + text for text in texts[1:])) is not None
        )
    return texts in (["xargs"], ["sort", "-n"], ["sort"], ["uniq"], ["uniq", "-d"], ["uniq", "-u"])


def _program_prints(name: str, words: Sequence[Word]) -> bool:
    if name == "curl":
        return all(_is_sure(name, word) for word in words) and _curl([word.text for word in words])
    known = _PROGRAMS.get(name)
    if known is None or (name != "date" and not all(_is_sure(name, word) for word in words)):
        return False
    options = [word.text for word in words if word.text.startswith("-")]
    operands = [word.text for word in words if not word.text.startswith("-")]
    return known(options, operands)


def _is_sure(name: str, word: Word) -> bool:
    """A literal word; for curl also one word that is no option, such as a URL."""
    return word.literal or (name == "curl" and not word.splits and word.text[:1] not in ("-", OPAQUE))


def _wc(options: list[str], operands: list[str]) -> bool:
    """Without a file: with one it prints the file's name too."""
    return not operands and bool(options) and all(re.fullmatch("-[lcwmL]+", text) for text in options)


def _grep(options: list[str], operands: list[str]) -> bool:
    """A count of one file at most: of several it prints the names too."""
    counts = any(re.fullmatch("-[a-zA-Z]*c[a-zA-Z]*|--count", text) for text in options)
    plain = all(re.fullmatch("-[cEFiwxvqsaPh]+|--count", text) for text in options)
    return counts and plain and len(operands) <= 2


def _pgrep(options: list[str], _: list[str]) -> bool:
    return any(re.fullmatch("-[a-z]*c[a-z]*|--count", text) for text in options)


def _tr(options: list[str], operands: list[str]) -> bool:
    deletes_others = options in (["-dc"], ["-cd"], ["-d", "-c"], ["-c", "-d"])
    return deletes_others and bool(operands) and set(operands) <= _DIGITS


def _date(_: list[str], operands: list[str]) -> bool:
    return bool(operands) and _DATE.fullmatch(operands[-1]) is not None


def _stat(options: list[str], operands: list[str]) -> bool:
    return options == ["-c"] and bool(operands) and operands[0] in _STAT


def _id(options: list[str], _: list[str]) -> bool:
    return options in (["-u"], ["-g"])


def _constant(options: list[str], operands: list[str]) -> bool:
    return not options and bool(operands) and all(NUMBER.fullmatch(text) for text in operands)


_CODES: Final = frozenset({"%{http_code}", "%{response_code}", "%{http_code}\\n", "%{response_code}\\n"})
_CURL_FLAGS: Final = frozenset("skLfSI4")
_CURL_VALUES: Final = {"--output": "o", "--write-out": "w", "--max-time": "m"}


def _curl(texts: list[str]) -> bool:
    """Only the code of one answer: what it holds is thrown away, and no progress is shown. Read by
    curl's grammar: of two `-w` the last counts, and an `-o` is that of one URL.
    """
    given: dict[str, list[str]] = {"o": [], "w": [], "m": [], "X": [], "": []}
    rest = iter(texts)
    for text in rest:
        if text in ("--silent", "--head"):
            continue
        name, value = _CURL_VALUES.get(text, ""), None
        if not name and text.startswith("-"):
            flags = text[1:].lstrip("".join(_CURL_FLAGS))
            if not flags and len(text) > 1:
                continue
            name, value = flags[:1], flags[1:] or None
            if name not in given or not name:
                return False
        elif not name:
            value = text
        given[name].append(next(rest, "") if value is None else value)
    one = len(given["w"]) == len(given["o"]) == len(given[""]) == 1
    whole = one and given["w"][0] in _CODES and given["o"] == ["/dev/null"]
    return whole and not set(given[""][0]) & set("{[")


def _always(_: list[str], __: list[str]) -> bool:
    return True


_PROGRAMS: Final[dict[str, Callable[[list[str], list[str]], bool]]] = {
    "wc": _wc,
    **dict.fromkeys(("grep", "egrep", "fgrep", "zgrep"), _grep),
    "pgrep": _pgrep,
    "tr": _tr,
    "date": _date,
    "stat": _stat,
    "id": _id,
    **dict.fromkeys(("echo", "printf", "seq"), _constant),
    **dict.fromkeys(("nproc", "true", ":", "exit", "return", "false"), _always),
}
"""By name; each is given options and operands, and says whether that form prints numbers or nothing."""
