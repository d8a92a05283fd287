"""Programs that run text of other languages, which is searched for what acts; files that shells read."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import re2

from scanner.flow import Place
from scanner.globs import may_be_raw, may_be_secret
from scanner.judge import Judge
from scanner.judgement import CAUTION, DANGEROUS, SAFE, UNKNOWN, Judgement
from scanner.paths import holds_secrets, is_raw_storage, normal_path
from scanner.shells import span
from scanner.tables import Wrapper, knowledge
from scanner.word import Word
from scanner.words import SUBSTITUTED_FILE

_CODE: Final = frozenset(
    {
        "-c",
        "-e",
        "-E",
        "-r",
        "-p",
        "-pe",
        "-ne",
        "-ane",
        "-lane",
        "-le",
        "-x",
        "--eval",
        "--exec",
        "-eval",
        "eval",
        "--command",
        "-i",
    }
)
_ENDS: Final = frozenset({"EXIT", "0"})
"""The signals of `trap` at which a script has ended."""
_VERSION: Final = frozenset({"--version", "-V", "-v", "--help", "-h", "-version", "--list-modules"})


@cache
def _acts() -> Any:
    found = re2.Set.SearchSet()
    for pattern, _ in knowledge()["destructive_code"]:
        found.Add(pattern)
    found.Compile()
    return found


def search_code(judge: Judge, code: str, start: int, end: int) -> None:
    """Code of another language: unknown, and dangerous where it names something that acts."""
    hits = _acts().Match(code)
    judge.unknown("code.opaque", "code of another language, which the scanner does not follow", start, end)
    if hits:
        why = str(knowledge()["destructive_code"][min(hits)][1])
        judge.add(Judgement(DANGEROUS, "code.acts", why, start, end))


def interpreter(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """python, perl, node …: code in an option is searched, a script is unknown, a pipe is dangerous."""
    start, end = span(words)
    texts = [word.text for word in words[1:]]
    if len(texts) == 1 and texts[0] in _VERSION and words[1].literal:
        judge.add(Judgement(SAFE, "help", f"prints the version of {known.name}", start, end))
        return
    if texts[:2] == ["-m", "json.tool"] and known.name == "python":
        _json_tool(judge, words)
        return
    if known.name == "perl" and any(re.fullmatch(r"-[a-zA-Z]*i[a-zA-Z.]*", text) for text in texts):
        judge.add(Judgement(CAUTION, "code.in-place", "changes the files in place", start, end))
    code = [word for at, word in enumerate(words) if at and _gives_code(words[at - 1].text)]
    for word in code:
        search_code(judge, word.text, word.start, word.end)
    if code:
        return
    scripts = [word for word in words[1:] if not word.text.startswith("-")]
    if place.stdin.kind in ("pipe", "text") and (not scripts or "-" in texts):
        judge.add(
            Judgement(
                DANGEROUS, "code.pipe", f"{known.name} runs whatever comes through the pipe", start, end
            )
        )
    elif any(word.text == SUBSTITUTED_FILE for word in scripts):
        judge.add(
            Judgement(
                DANGEROUS, "code.pipe", f"{known.name} runs whatever another command prints", start, end
            )
        )
    elif scripts:
        judge.unknown("code.script", f"{known.name} runs code that is not shown", start, end)
        _task(judge, words)
    else:
        judge.unknown(
            "code.session", f"{known.name} opens a session or runs code that is not shown", start, end
        )
        judge.guess(words[1:])


def _json_tool(judge: Judge, words: list[Word]) -> None:
    start, end = span(words)
    judge.add(Judgement(SAFE, "code.json-tool", "prints JSON in another form", start, end))
    if not _only_prints(words[3:]):
        judge.add(Judgement(CAUTION, "code.json-tool", "writes its second file", start, end))
    if any(may_be_secret(word) or holds_secrets(word.text) or _device(judge, word) for word in words[3:]):
        judge.add(Judgement(CAUTION, "secrets.read", "prints a file that may hold secrets", start, end))


def _device(judge: Judge, word: Word) -> bool:
    paths = judge.shared.from_folders(normal_path(word.text))
    return may_be_raw(word) or any(is_raw_storage(path) for path in paths)


def _only_prints(given: list[Word]) -> bool:
    """At most one file, which is read; a second one would be written. Only `--indent` takes a value.

    A pattern or a variable may stand for two files.
    """
    texts = [word.text for word in given]
    if "--indent" in texts:
        at = texts.index("--indent")
        texts = texts[:at] + texts[at + 2 :]
    files = [text for text in texts if not text.startswith("-") or text == "-"]
    return len(files) <= 1 and all(word.literal for word in given)


def _gives_code(option: str) -> bool:
    return option in _CODE or re.fullmatch(r"-[a-zA-Z0-9]{1,6}[eEc]", option) is not None


def _task(judge: Judge, words: list[Word]) -> None:
    """Management scripts: a task that names what it destroys."""
    for word in words[2:]:
        if re.fullmatch(
            r"(?:flush|reset_db|drop\w*|sqlflush|truncate\w*|db:(?:drop|reset|purge))", word.text
        ):
            why = f"the task {word.text} destroys data"
            judge.add(Judgement(DANGEROUS, "build.destroys", why, word.start, word.end, (word.text,)))


def file(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """source and `.`: a file that is not shown, or what another command prints."""
    start, end = span(words)
    if any(word.text.startswith("/dev/fd/") for word in words[1:]):
        judge.add(Judgement(DANGEROUS, "shell.pipe", "runs whatever another command prints", start, end))
    else:
        judge.add(Judgement(UNKNOWN, "shell.script", "runs files that are not shown", start, end))


def trap(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """trap TEXT SIGNAL …: the text runs later."""
    if inner and len(inner) > 1 and inner[0].text not in ("-", ""):
        first, *signals = inner
        ends = all(word.literal and word.text in _ENDS for word in signals)
        judge.inner(first.text, first.start, first.end, "shell.trap", joined=True, at_the_end=ends)
    judge.add(Judgement(SAFE, "shell.trap", "sets what runs on a signal", *span(words)))


def alias(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """alias NAME=TEXT: the text replaces a command later."""
    start, end = span(words)
    for word in inner:
        if not word.literal:
            judge.unknown("shell.alias", "which command it gives another meaning is not known", start, end)
        _, separator, text = word.text.partition("=")
        if separator:
            judge.inner(text, word.start, word.end, "shell.alias")
            judge.add(Judgement(UNKNOWN, "shell.alias", "gives a command another meaning", start, end))
    if not inner:
        judge.add(Judgement(SAFE, "shell.alias-list", "lists the aliases", start, end))
