"""sudo, su and their like: a command as another user, and what that user may read."""

from __future__ import annotations

from typing import Final

from scanner.flow import Place
from scanner.judge import Judge
from scanner.judgement import CAUTION, SAFE, Judgement, highest
from scanner.options import Grammar, long_names, parse_arguments
from scanner.paths import normal_path
from scanner.tables import Wrapper, names, patterns, tool
from scanner.word import Word

_OTHER_USERS: Final = frozenset({"su", "runuser"})
_SHELL_OPTIONS: Final = ("-s", "--shell")
_TEXT_OPTIONS: Final = ("-c", "--command", "--session-command")
_SHELLS: Final = frozenset({"bash", "rbash", "sh", "dash", "ash", "ksh"})
"""Shells that read what they are given as bash does."""
_NO_FILES: Final = frozenset({"df"})
"""Readers of that rule that show file systems, whatever path they are given."""


def letters(known: Wrapper, text: str) -> list[str]:
    """`-nE` as `-n`, `-E`; stops at a letter that takes the rest as its value."""
    if text in known.flags or text in known.values or text in known.raises:
        return [text]
    if text[1:].isdigit() and "-#" in known.flags:
        return ["-#"]
    found = []
    for letter in text[1:]:
        found.append("-" + letter)
        if "-" + letter in known.values or "-" + letter in known.exec:
            break
    return found


def su(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """su, runuser, flock …: `-c TEXT` anywhere, a command after `--`, or a shell of another user."""
    if known.name in _OTHER_USERS:
        _other_user(judge, known, words, place)
        return
    start, end = words[0].start, words[-1].end
    found = False
    for at, word in enumerate(words[1:], 1):
        flags = word.text.startswith("-") and not word.text.startswith("--") and word.text.endswith("c")
        if (flags or word.text == "--command") and at + 1 < len(words):
            judge.inner(words[at + 1].text, start, end, f"wrapper.{known.name}")
            found = True
        elif word.text.startswith("--command="):
            judge.inner(word.text.partition("=")[2], start, end, f"wrapper.{known.name}")
            found = True
    dashes = [at for at, word in enumerate(words) if word.text == "--"]
    if dashes and dashes[0] + 1 < len(words):
        judge.words(words[dashes[0] + 1 :], place)
        found = True
    elif inner and not inner[0].text.startswith("-"):
        judge.words(inner, place)
        found = True
    if not found:
        judge.add(Judgement(CAUTION, f"wrapper.{known.name}", known.bare.why, start, end))


def _other_user(judge: Judge, known: Wrapper, words: list[Word], place: Place) -> None:
    """su and runuser: 1. whose shell is started; 2. each text it is given; 3. else what the words name.

    Options may stand behind the user (getopt_long, su-common.c of util-linux 2.39).
    """
    start, end = words[0].start, words[-1].end
    named = known.flags | known.values
    grammar = Grammar(known.values, known.flags, long_names=long_names(known.values, known.flags))
    given = parse_arguments(words[1:], grammar)
    programs = known.name == "runuser" and given.has("-u", "--user")
    for option in given.options:  # 1
        if option.name in _SHELL_OPTIONS and (option.value is None or not _is_shell(option.value)):
            why = f"{known.name} starts another program than a known shell"
            judge.unknown("wrapper.shell", why, option.word.start, option.word.end)
        elif option.abbreviated or (option.name not in named and not programs):
            why = f"what {option.name} makes {known.name} do is not known"
            judge.unknown("wrapper.option", why, option.word.start, option.word.end)
    if any(word.splits for word in given.doubtful):
        why = f"an option of {known.name} may be known only when it runs"
        judge.unknown("wrapper.dynamic", why, start, end)
    texts = [option.value for option in given.options if option.name in _TEXT_OPTIONS and not programs]
    for text in texts:  # 2
        if text is not None:
            judge.inner(text.text, start, end, f"wrapper.{known.name}")
    rest = [word for word in given.positionals if word.text != "-"]  # 3
    if programs and rest:
        judge.words(words[words.index(rest[0]) :], place)
    elif len(rest) > 1 and not texts:
        judge.words([Word("sh", rest[1].start, rest[1].end), *rest[1:]], place)
    elif not texts:
        judge.add(Judgement(CAUTION, f"wrapper.{known.name}", known.bare.why, start, end))


def _is_shell(word: Word) -> bool:
    folder, _, name = word.text.rpartition("/")
    return word.literal and name in _SHELLS and patterns("program_folders").fits(folder)


def sudo(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """sudo and doas: with no command they list, or open a shell of another user."""
    start, end = words[0].start, words[-1].end
    flags = {
        letter for word in words[1:] if word.text.startswith("-") for letter in letters(known, word.text)
    }
    if inner:
        before = len(judge.judgements)
        judge.words(inner, place)
        if highest(judge.judgements[before:]) is SAFE and _reads_past_rights(inner):
            why = "reads, as another user, files that this account need not be allowed to read"
            judge.add(Judgement(CAUTION, "wrapper.sudo-read", why, start, end))
    elif flags & {"-l", "--list", "-v", "-k", "-K", "-V"} or {"--list"} & {word.text for word in words}:
        judge.add(Judgement(SAFE, "wrapper.sudo-list", "lists or refreshes what sudo allows", start, end))
    else:
        judge.add(Judgement(CAUTION, "wrapper.sudo-shell", "opens a shell of another user", start, end))


def _reads_past_rights(inner: list[Word]) -> bool:
    """A reader of any file, run with more rights, on something else than logs and the state of the system."""
    known = tool(inner[0].text.rsplit("/", 1)[-1])
    if known is None or known.bare is None or known.bare.id not in names("file_readers"):
        return False
    if known.name in _NO_FILES:
        return False
    paths = [word for word in inner[1:] if not word.text.startswith("-")]
    named = [word for word in paths if "/" in word.text]
    if known.bare.id.startswith("files."):
        return not named or not all(word.text.startswith("/") for word in named)
    return not named or any(not patterns("public_reading").fits(normal_path(word.text)) for word in named)
