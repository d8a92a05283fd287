"""Shells: where the text that one runs stands, behind all its options, and a file or input that it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from scanner.escapes import OPAQUE
from scanner.evaluating import EVALUATED, EVALUATING, may_evaluate
from scanner.flow import Place
from scanner.judge import Judge
from scanner.judgement import CAUTION, DANGEROUS, SAFE, Judgement
from scanner.options import Grammar, long_names, parse_arguments
from scanner.posix import POSIX
from scanner.tables import Wrapper, names
from scanner.word import Word
from schemas.verdict import Reversibility

_OPTION: Final = re.compile(r"[-+].+", re.DOTALL)
_ASKED: Final = frozenset({"--version", "--help"})
_OTHER_SYNTAX: Final = {
    "fish": re.compile(r"[(\\#{^]|\b(?:alias|abbr|function|read|history)\b"),
    "zsh": re.compile(
        r"(?:^|[^$])\(|#|\b(?:alias|path|cdpath|fpath|fignore|module_path|hash)\b|NULLCMD"
        rf"|\$\{{?\w+\}}?\[|{EVALUATED}"
    ),
    **dict.fromkeys(("csh", "tcsh"), re.compile(r"[\\!(#{]|\balias\b|>&\s*[\d-]")),
    **dict.fromkeys(EVALUATING, re.compile(EVALUATED)),
}
"""What these shells read otherwise than bash: command substitutions and the code of glob qualifiers in plain
parentheses (fish, zsh), backslashes in quotes (fish, csh), the history (csh), comments that are none where
the shell is interactive, aliases without a `=`, arrays that are the search path or tied to it, subscripts and
what a bare redirection runs (zsh), braces around one word and `2>&1`, which is a file `1`, (csh), prompts
that are commands (fish).
"""
COMMON_SETTINGS: Final = frozenset(
    "pipefail errexit nounset xtrace noglob extglob nullglob globstar inherit_errexit failglob".split()
)
"""What scripts set by `-o`, `-O`, `set` and `shopt`. Some change which files a pattern names, or whether it
names any: patterns are in doubt with them and without.
"""


class _Options(NamedTuple):
    """What stood before the script: how many words, `-c`, `-s`, and whether all of it is known."""

    size: int
    text_follows: bool
    reads_input: bool
    clear: bool


_FIRST_LINE: Final = re.compile(r"#![ \t]*(\S+)[ \t]*([^\n]*)")
_FIRST_SH: Final = re.compile(r"#![^\n]*\b(?:sh|dash|ash)(?:\s|$)")
_AS_BASH: Final = frozenset({"bash", "sh", "dash", "ash", "rbash"})


def written_for(text: str) -> str | None:
    """The program that the first line of a script names, where it is none that reads as bash does."""
    first = _FIRST_LINE.match(text)
    if first is None:
        return None
    name = first.group(1).rpartition("/")[2]
    if name == "env":
        words = [word for word in first.group(2).split() if word[0] != "-" and "=" not in word]
        name = words[0].rpartition("/")[2] if words else name
    return None if name in _AS_BASH else name


def judge_first_line(judge: Judge, whole: int) -> None:
    """A script that is written for another shell or language: read as that shell's text, unknown else."""
    name = written_for(judge.text)
    if name is None:
        judge.shared.posix = judge.shared.posix or _FIRST_SH.match(judge.text) is not None
        return
    if name == "zsh" or name in EVALUATING:
        judge.shared.evaluates = True
        if not reads_otherwise(name, judge.text.partition("\n")[2]):
            return
    judge.unknown("shell.syntax", f"the first line says that {name} reads it", 0, whole)


def span(words: list[Word]) -> tuple[int, int]:
    """The bytes of a command."""
    return words[0].start, words[-1].end


def shell(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """bash, sh …: `-c` and the first word behind all options, a script file, or what comes through its input.

    Options that take a word are the `values` of its table: `-co history 'rm x'` runs `rm x` (bash(1),
    sh_argopts of ksh93, parseopts of zsh).
    """
    start, end = span(words)
    if len(words) == 2 and words[1].text in _ASKED and words[1].literal:
        judge.add(Judgement(SAFE, "help", "prints its version or help", start, end))
        return
    given = _options(judge, known, words)
    rest = words[given.size :]
    if not given.clear:
        judge.unknown("shell.option", f"what an option makes {known.name} run is not known", start, end)
        judge.guess(words[1:])
    if given.text_follows and rest:
        judge_text(judge, known, rest, place)
    elif rest and not given.reads_input and rest[0].text not in ("-", "/dev/stdin"):
        script_file(judge, known, words, rest[0])
    else:
        from_input(judge, known, words, place)


def _options(judge: Judge, known: Wrapper, words: list[Word]) -> _Options:
    index, text_follows, reads_input, clear = 1, False, False, True
    while index < len(words) and _OPTION.match(words[index].text):
        word = words[index]
        index += 1
        if word.text == "--":
            break
        takes = _values_taken(known, word)
        given = words[index : index + (takes or 0)]
        entry = known.raises.get(word.text.partition("=")[0])
        if entry is not None:
            judge.add(Judgement(entry.risk, "shell.script", entry.why, word.start, word.end))
        if takes is None or not word.literal or not all(_is_clear(word, value) for value in given):
            clear = False
        index += len(given)
        if not word.text.startswith("--"):
            text_follows = text_follows or "c" in word.text
            reads_input = reads_input or "s" in word.text[1:]
    if index < len(words) and words[index].text == "-":
        index += 1
    return _Options(index, text_follows, reads_input, clear)


def _is_clear(option: Word, value: Word) -> bool:
    """Whether the word behind an option is known, and no setting by which the shell reads otherwise."""
    sets = option.text[-1:] in ("o", "O") and not option.text.startswith("--")
    return value.literal and (not sets or value.text in COMMON_SETTINGS)


def _values_taken(known: Wrapper, word: Word) -> int | None:
    """How many words an option takes behind it; None where it is not known."""
    text = word.text
    if text in known.values or text in known.raises:
        return int(text in known.values)
    if text in known.flags:
        return 0
    if text.startswith("--"):
        return None
    *letters, last = ("-" + letter for letter in text[1:])
    if last in known.values and all(letter in known.flags for letter in letters):
        return 1
    return 0 if all(letter in known.flags for letter in (*letters, last)) else None


def judge_text(judge: Judge, known: Wrapper, rest: list[Word], place: Place) -> None:
    """The text that a shell is given, with the words behind it for `$0`, `$1` …"""
    start, end = rest[0].start, rest[0].end
    if reads_otherwise(known.name, rest[0].text):
        judge.unknown("shell.syntax", f"{known.name} reads a part of it otherwise than bash does", start, end)
    if any(word.read or word.data for word in rest[1:]):
        judge.shared.read_names |= {"@"}
    with read_by(judge, known.name):
        judge.inner(rest[0].text, start, end, "shell.text", stdin=place.stdin, parameters=rest[1:])


@contextmanager
def read_by(judge: Judge, name: str) -> Iterator[None]:
    """What a shell of this name evaluates and reads otherwise, in the text that it is given."""
    shared = judge.shared
    before = shared.evaluates, shared.posix
    shared.evaluates = shared.evaluates or name == "zsh" or name in EVALUATING
    shared.posix = name in POSIX or (shared.posix and name not in names("shells"))
    yield
    shared.evaluates, shared.posix = before


def reads_otherwise(name: str, text: str) -> bool:
    """Whether a shell may read a text otherwise than bash does, its quotes taken away, too."""
    other = _OTHER_SYNTAX.get(name)
    if other is None:
        return False
    if other.search(text) is not None:
        return True
    return may_evaluate(name, text)


def script_file(judge: Judge, known: Wrapper, words: list[Word], script: Word) -> None:
    """A shell runs a file."""
    start, end = span(words)
    if script.text.startswith("/dev/fd/"):
        why = f"{known.name} runs whatever another command prints"
        judge.add(Judgement(DANGEROUS, "shell.pipe", why, start, end, (), Reversibility.UNKNOWN))
    elif OPAQUE in script.text:
        judge.unknown(
            "shell.dynamic", f"{known.name} runs a file whose name is known only when it runs", start, end
        )
    else:
        judge.unknown("shell.script", f"{known.name} runs {script.text}, which is not shown", start, end)


def from_input(judge: Judge, known: Wrapper, words: list[Word], place: Place) -> None:
    """A shell runs what it reads, or opens a session."""
    start, end = span(words)
    judge.runs_stdin = True
    if place.stdin.kind == "text" and place.stdin.text is not None:
        judge.unknown("shell.input", f"{known.name} runs what it reads", start, end)
        judge.inputs.add(place.stdin.text)
        with read_by(judge, known.name):
            judge.inner(place.stdin.text, start, end, "shell.input")
    elif place.stdin.kind == "pipe":
        why = f"{known.name} runs whatever comes through the pipe"
        judge.add(Judgement(DANGEROUS, "shell.pipe", why, start, end, (), Reversibility.UNKNOWN))
    elif place.stdin.kind == "file":
        judge.unknown("shell.script", f"{known.name} runs a file that is not shown", start, end)
    else:
        judge.add(Judgement(CAUTION, "shell.session", f"{known.name} opens a shell", start, end))


def fish(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """fish: each `-c` and each `-C` is run, wherever it stands before the first other word (fish(1))."""
    start, end = span(words)
    values = known.values | known.exec | set(known.raises)
    grammar = Grammar(values, known.flags, first_only=True, long_names=long_names(values, known.flags))
    given = parse_arguments(words[1:], grammar)
    texts = [option for option in given.options if option.name in known.exec]
    for option in given.options:
        entry = known.raises.get(option.name)
        if entry is not None:
            judge.add(Judgement(entry.risk, "shell.option", entry.why, option.word.start, option.word.end))
        elif option.name not in known.flags | known.values | known.exec:
            judge.unknown("shell.option", f"what {option.name} makes fish do is not known", start, end)
    if given.doubtful:
        judge.unknown("shell.dynamic", "an option of fish may be known only when it runs", start, end)
    for option in texts:
        if option.value is not None:
            judge_text(judge, known, [option.value], place)
    if not any(option.name in ("-c", "--command") for option in texts):
        _fish_without_text(judge, known, words, given.positionals, place)


def _fish_without_text(
    judge: Judge, known: Wrapper, words: list[Word], rest: list[Word], place: Place
) -> None:
    if len(words) == 2 and words[1].text in ("-v", "-h", *_ASKED):
        judge.add(Judgement(SAFE, "help", "prints its version or help", *span(words)))
    elif rest and rest[0].text != "-":
        script_file(judge, known, words, rest[0])
    else:
        from_input(judge, known, words, place)


SHELLS: Final[dict[str, Callable[[Judge, Wrapper, list[Word], list[Word], Place], None]]] = {
    "shell": shell,
    "fish": fish,
}
