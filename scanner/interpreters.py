"""Programs that run text: shells read it as bash, other languages are searched for what acts."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any, Final

import re2

from scanner.escapes import OPAQUE
from scanner.flow import Place
from scanner.globs import may_be_secret
from scanner.judge import Judge
from scanner.judgement import CAUTION, DANGEROUS, SAFE, UNKNOWN, Judgement
from scanner.paths import holds_secrets
from scanner.tables import Wrapper, knowledge
from scanner.word import Word
from scanner.words import SUBSTITUTED_FILE
from schemas.verdict import Reversibility

_SHELL_VALUES: Final = frozenset({"-O", "+O", "-o", "+o", "--rcfile", "--init-file"})
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
_VERSION: Final = frozenset({"--version", "-V", "-v", "--help", "-h", "-version", "--list-modules"})


def _span(words: list[Word]) -> tuple[int, int]:
    return words[0].start, words[-1].end


def shell(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """bash, sh …: `-c TEXT`, a script file, or what comes through standard input."""
    start, end = _span(words)
    index, text_follows, reads_input = 1, False, False
    while index < len(words) and words[index].text[:1] in "-+" and words[index].text not in ("-", ""):
        text = words[index].text
        if text == "--":
            index += 1
            break
        if text.startswith(("--rcfile", "--init-file")):
            judge.unknown("shell.script", f"{known.name} runs a file that is not shown first", start, end)
        if text in _SHELL_VALUES:
            index += 1
        elif not text.startswith("--"):
            text_follows = text_follows or "c" in text
            reads_input = reads_input or "s" in text[1:]
        elif text in ("--version", "--help"):
            judge.add(Judgement(SAFE, "help", "prints its version or help", start, end))
            return
        index += 1
    rest = words[index:]
    if text_follows and rest:
        if any(word.read or word.data for word in rest[1:]):
            judge.shared.read_names |= {"@"}
        judge.inner(_with_parameters(rest), rest[0].start, rest[0].end, "shell.text", stdin=place.stdin)
    elif rest and not reads_input and rest[0].text not in ("-", "/dev/stdin"):
        _script_file(judge, known, words, rest[0])
    else:
        _from_input(judge, known, words, place)


def _with_parameters(rest: list[Word]) -> str:
    """The text of `-c`, with `$0`, `$1` … and `$@` replaced where the words are known."""
    text = rest[0].text
    if len(rest) > 2 and all(word.literal for word in rest[2:]):
        whole = " ".join(shlex.quote(word.text) for word in rest[2:])
        text = re.sub(r'"?\$(?:@|\*|\{[@*]\})"?', lambda _: whole, text)
    for at, word in enumerate(rest[1:]):
        if word.literal:
            text = re.sub(rf"\$\{{{at}\}}|\${at}(?!\d)", lambda _, w=word: shlex.quote(w.text), text)  # type: ignore[misc]  # the default binds the loop's word
    return text


def _script_file(judge: Judge, known: Wrapper, words: list[Word], script: Word) -> None:
    start, end = _span(words)
    if script.text.startswith("/dev/fd/"):
        why = f"{known.name} runs whatever another command prints"
        judge.add(Judgement(DANGEROUS, "shell.pipe", why, start, end, (), Reversibility.UNKNOWN))
    elif OPAQUE in script.text:
        judge.unknown(
            "shell.dynamic", f"{known.name} runs a file whose name is known only when it runs", start, end
        )
    else:
        judge.unknown("shell.script", f"{known.name} runs {script.text}, which is not shown", start, end)


def _from_input(judge: Judge, known: Wrapper, words: list[Word], place: Place) -> None:
    start, end = _span(words)
    judge.runs_stdin = True
    if place.stdin.kind == "text" and place.stdin.text is not None:
        judge.unknown("shell.input", f"{known.name} runs what it reads", start, end)
        judge.inner(place.stdin.text, start, end, "shell.input")
    elif place.stdin.kind == "pipe":
        why = f"{known.name} runs whatever comes through the pipe"
        judge.add(Judgement(DANGEROUS, "shell.pipe", why, start, end, (), Reversibility.UNKNOWN))
    elif place.stdin.kind == "file":
        judge.unknown("shell.script", f"{known.name} runs a file that is not shown", start, end)
    else:
        judge.add(Judgement(CAUTION, "shell.session", f"{known.name} opens a shell", start, end))


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
    start, end = _span(words)
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
    start, end = _span(words)
    judge.add(Judgement(SAFE, "code.json-tool", "prints JSON in another form", start, end))
    if not _only_prints(words[3:]):
        judge.add(Judgement(CAUTION, "code.json-tool", "writes its second file", start, end))
    if any(may_be_secret(word) or holds_secrets(word.text) for word in words[3:]):
        judge.add(Judgement(CAUTION, "secrets.read", "prints a file that may hold secrets", start, end))


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
    start, end = _span(words)
    if any(word.text.startswith("/dev/fd/") for word in words[1:]):
        judge.add(Judgement(DANGEROUS, "shell.pipe", "runs whatever another command prints", start, end))
    else:
        judge.add(Judgement(UNKNOWN, "shell.script", "runs files that are not shown", start, end))


def trap(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """trap TEXT SIGNAL …: the text runs later."""
    if inner and len(inner) > 1 and inner[0].text not in ("-", ""):
        judge.inner(inner[0].text, inner[0].start, inner[0].end, "shell.trap")
    judge.add(Judgement(SAFE, "shell.trap", "sets what runs on a signal", *_span(words)))


def alias(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """alias NAME=TEXT: the text replaces a command later."""
    start, end = _span(words)
    for word in inner:
        _, separator, text = word.text.partition("=")
        if separator:
            judge.inner(text, word.start, word.end, "shell.alias")
            judge.add(Judgement(UNKNOWN, "shell.alias", "gives a command another meaning", start, end))
    if not inner:
        judge.add(Judgement(SAFE, "shell.alias-list", "lists the aliases", start, end))
