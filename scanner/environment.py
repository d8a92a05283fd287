"""Variables that change what other programs do: a pager that is run, a library path, another cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, UNKNOWN, Judgement
from scanner.paths import is_trusted_place, normal_path
from scanner.tables import names, patterns
from scanner.word import Word

if TYPE_CHECKING:
    from scanner.judge import Judge


def steers(name: str) -> bool:
    """Whether programs take paths, options, endpoints or commands from a variable of this name."""
    return name in names("steering_variables") or patterns("steering_variables").fits(name)


def _harmless(name: str) -> bool:
    """Whether it is known that no program takes more from a variable of this name than a text or a name."""
    return name in names("harmless_variables") or name.startswith("LC_")


def _runs(name: str) -> bool:
    return patterns("command_variables").fits(name)


def _plain_setting(name: str, text: str) -> bool:
    """A pager that only prints, or a configuration in a place that is not open to everybody."""
    if name.endswith("_EXTERNAL_DIFF"):
        return re.fullmatch(r"(?:diff|colordiff)(?: -[uwbNrq]+)*", text) is not None
    if _runs(name):
        return text in names("pagers_that_print") and name.endswith("PAGER")
    return name in names("configuration_variables") and all(
        is_trusted_place(normal_path(part)) for part in text.split(":")
    )


def _judge_value(judge: Judge, name: str, value: Word | None, start: int, end: int) -> None:
    if value is not None and value.literal and _plain_setting(name, value.text):
        return
    if value is not None and _runs(name) and value.text:
        if OPAQUE in value.text:
            judge.unknown(
                "shell.dynamic", f"{name} names a program that is known only when it runs", start, end
            )
        else:
            judge.inner(value.text, start, end, "environment.command")
    why = f"{name} changes what other programs do"
    judge.add(Judgement(CAUTION, "environment.steering", why, start, end))


def prefix(judge: Judge, name: str, value: Word | None, words: list[Word]) -> None:
    """`NAME=value command`: the variable reaches the command."""
    start = value.start if value is not None else words[0].start
    if name == "IFS" and words[0].text in (
        "read",
        "mapfile",
        "readarray",
    ):  # parts a line into words, no more
        return
    if steers(name):
        _judge_value(judge, name, value, start, words[0].end)
    elif not _harmless(name):
        why = f"it is not known what {name} makes {words[0].text.replace(OPAQUE, '…')} do"
        judge.add(Judgement(UNKNOWN, "environment.unknown", why, start, words[0].end))


def _is_all(judge: Judge, start: int, end: int) -> bool:
    """Whether an export is all that the text does: no program is behind it."""
    raw = judge.source
    return judge.depth == 0 and raw[:start].strip() == b"export" and not raw[end:].strip()


def assignment(judge: Judge, name: str, value: Word | None, start: int, end: int, *, exported: bool) -> None:
    """`NAME=value` on its own: harmless, unless programs take orders from that name."""
    if steers(name) and not (value is None and name in names("harmless_variables")):
        _judge_value(judge, name, value, start, end)
    elif exported and not _harmless(name) and not _is_all(judge, start, end):
        why = f"it is not known what {name} makes the programs behind it do"
        judge.add(Judgement(UNKNOWN, "environment.unknown", why, start, end))
