"""Programs that run another program: what stands before it, and how it is run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from scanner import added, as_user, environment, interpreters, powershell
from scanner.as_user import letters
from scanner.escapes import OPAQUE
from scanner.flow import PIPE, Place
from scanner.judge import Judge
from scanner.judgement import CAUTION, SAFE, Judgement, at_least
from scanner.options import Arguments, Grammar, parse_arguments
from scanner.paths import is_raw_storage, is_sensitive, normal_path
from scanner.shells import SHELLS, read_by
from scanner.tables import Raise, Wrapper
from scanner.word import Word
from schemas.risk import Risk

_SELF_PARSED: Final = frozenset({*SHELLS, "powershell", "cmd", "interpreter", "file", "alias", "guess"})
"""Handlers that read the options themselves."""
MAX_WRAPPERS: Final = 24
"""How many programs may stand around one (sudo env nice …)."""
_NAMES_PROGRAM: Final = frozenset({"-a", "--argv0"})
_ASSIGNMENT: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"


def unwrap(judge: Judge, known: Wrapper, words: list[Word], place: Place) -> None:
    """Judge a wrapper: 1. its own options; 2. the words before the inner command; 3. the inner command."""
    start, end = words[0].start, words[-1].end
    if judge.wrappers >= MAX_WRAPPERS:
        judge.unknown("shell.depth", "more programs around a program than can be followed", start, end)
        return
    judge.wrappers += 1
    _unwrap(judge, known, words, place)
    judge.wrappers -= 1


def _unwrap(judge: Judge, known: Wrapper, words: list[Word], place: Place) -> None:
    start, end = words[0].start, words[-1].end
    index, clear = (1, True) if known.handler in _SELF_PARSED else _own_options(judge, known, words)  # 1
    if not clear:
        judge.guess(words[1:])
    if known.always is not None:
        judge.add(Judgement(known.always.risk, f"wrapper.{known.name}", known.always.why, start, end))
    for _ in range(known.skip):  # 2
        if index < len(words):
            index += 1
    if known.assignments:
        index = _assignments(judge, words, index)
    if index < len(words) and words[index].text == "--" and known.skip:
        index += 1
    _loose(judge, known, words[:index])
    inner = words[index:]
    if known.handler is not None:
        before = len(judge.judgements)
        WRAPPERS[known.handler](judge, known, words, inner, place)
        _at_floor(judge, known, before, words)
    elif inner:  # 3
        run_inside(judge, known, inner, place)
    elif not any(judgement.start >= start and judgement.end <= end for judgement in judge.judgements):
        judge.add(Judgement(known.bare.risk, f"wrapper.{known.name}", known.bare.why, start, end))


def _loose(judge: Judge, known: Wrapper, own: list[Word]) -> None:
    """Data without quotes among the wrapper's own words may be several: the second one would be run."""
    if any(word.loose for word in own):
        why = f"data decides what {known.name} is given, and may name another program to run"
        judge.unknown("wrapper.dynamic", why, own[0].start, own[-1].end)


def run_inside(judge: Judge, known: Wrapper, inner: list[Word], place: Place) -> None:
    """Judge the inner command, raised to the wrapper's floor."""
    before = len(judge.judgements)
    judge.words(inner, place)
    _at_floor(judge, known, before, inner)


def _at_floor(judge: Judge, known: Wrapper, before: int, words: list[Word]) -> None:
    """Raise what was judged since `before` to the wrapper's floor, and judge the words so themselves."""
    if known.floor is SAFE:
        return
    _raise_since(judge, before, known.floor, f"it runs through {known.name}, where the scanner can't see")
    start, end = words[0].start, words[-1].end
    judge.add(Judgement(known.floor, f"wrapper.{known.name}", f"it runs through {known.name}", start, end))


def _raise_since(judge: Judge, before: int, floor: Risk, why: str) -> None:
    judge.judgements[before:] = [at_least(found, floor, why) for found in judge.judgements[before:]]


def _own_options(judge: Judge, known: Wrapper, words: list[Word]) -> tuple[int, bool]:
    """Where the wrapper's options end, and whether all of them were understood."""
    index, clear = 1, True
    while index < len(words):
        word = words[index]
        text = word.text
        if text == "--":
            return index + 1, clear
        if not text.startswith("-") or text == "-" or word.pattern:
            if word.may_be_option and not word.operand:
                judge.unknown(
                    "wrapper.dynamic",
                    f"an option of {known.name} may be known only when it runs",
                    word.start,
                    word.end,
                )
                clear = False
            return index, clear
        size, understood = _option(judge, known, words, index)
        clear = clear and understood
        index += size
    return index, clear


def _option(judge: Judge, known: Wrapper, words: list[Word], index: int) -> tuple[int, bool]:
    word = words[index]
    name, separator, value = word.text.partition("=")
    following = words[index + 1] if index + 1 < len(words) else None
    for short in [name] if name.startswith("--") or known.single_dash else letters(known, word.text):
        entry = known.raises.get(short)
        if entry is not None and _speaks_of(entry, word, following):
            judge.add(Judgement(entry.risk, f"wrapper.{known.name}{short}", entry.why, word.start, word.end))
        elif short in known.exec:
            behind = value if name.startswith("--") else word.text[1:].partition(short[1:])[2]
            text = behind or (following.text if following is not None else "")
            key, _, setting = text.partition("=")
            if key.isalnum() and not key.lower().endswith("command"):
                continue
            text = setting if key.isalnum() else text
            judge.inner(text, word.start, following.end if following else word.end, f"wrapper.{known.name}")
        elif entry is None and short not in known.flags and short not in known.values:
            judge.unknown(
                "wrapper.option", f"what {short} makes {known.name} do is not known", word.start, word.end
            )
            return 1, False
    last = name if name.startswith("--") or known.single_dash else letters(known, word.text)[-1]
    takes = last in known.values or last in known.exec
    attached = bool(separator) or (
        not name.startswith("--") and not known.single_dash and not word.text.endswith(last[1:])
    )
    return (2 if takes and not attached and following is not None else 1), True


def _speaks_of(entry: Raise, word: Word, following: Word | None) -> bool:
    """Whether the pattern of an entry fits the option's value, wherever that stands; a hidden one may."""
    words = [word] if following is None else [word, following]
    return entry.when is None or any(
        not found.known
        or any(entry.when.fullmatch(text) is not None for text in (found.text, normal_path(found.text)))
        for found in words
    )


def _assignments(judge: Judge, words: list[Word], index: int) -> int:
    while index < len(words):
        name, separator, value = words[index].text.partition("=")
        if not separator or not name or name[0] not in _ASSIGNMENT:
            return index
        word = words[index]
        environment.prefix(judge, name, word._replace(text=value), words[index:])
        index += 1
    return index


# -- wrappers with a form of their own


def _as_script(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """The rest, joined by blanks, is read by a shell: watch, ssh, eval, su -c …"""
    start, end = words[0].start, words[-1].end
    if not inner:
        if not judge.judgements or judge.judgements[-1].start < start:
            judge.add(Judgement(known.bare.risk, f"wrapper.{known.name}", known.bare.why, start, end))
        return
    before = len(judge.judgements)
    if " " not in inner[0].text:
        judge.words(inner, place)
    with read_by(judge, known.name):
        judge.inner(
            " ".join(word.text for word in inner),
            inner[0].start,
            inner[-1].end,
            f"wrapper.{known.name}",
            stdin=place.stdin,
            joined=known.name == "eval",
        )
    if known.floor is not SAFE:
        _raise_since(
            judge, before, known.floor, f"it runs through {known.name}, on another machine or as another user"
        )
        judge.add(
            Judgement(known.floor, f"wrapper.{known.name}", f"it runs through {known.name}", start, end)
        )


def _ssh(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """ssh host command: without a command a shell on the other side reads standard input."""
    rest = [word for word in inner if word.text != "--"]
    if not rest and place.stdin.kind == "text" and place.stdin.text is not None:
        judge.inner(place.stdin.text, words[0].start, words[-1].end, "wrapper.ssh")
    elif not rest and place.stdin.kind in ("pipe", "file"):
        judge.unknown(
            "shell.dynamic", "a remote shell runs what comes through its input", words[0].start, words[-1].end
        )
    _as_script(judge, known, words, rest, place)


def _xargs(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """xargs and parallel: words that are not shown are added at the end, or where the mark stands."""
    start, end = words[0].start, words[-1].end
    for word in words[1 : len(words) - len(inner)]:
        path = normal_path(word.text.removeprefix("-a").removeprefix("--arg-file="))
        if any(is_sensitive(one) or is_raw_storage(one) for one in judge.shared.from_folders(path)):
            judge.shared.sensitive = Judgement(CAUTION, "secrets.read", f"{path} holds secrets", start, end)
            judge.add(judge.shared.sensitive)
    own = words[1 : len(words) - len(inner)]
    marks = [word.text.removeprefix("-I") or "{}" for word in words if word.text.startswith("-I")] + ["{}"]
    stop = next((at for at, word in enumerate(inner) if word.text in (":::", "::::", ":::+")), len(inner))
    inner = inner[:stop]
    if not inner:
        _lines_as_commands(judge, known, words, place)
        return
    data = added.is_data(judge, own, words, place)
    filled = [added.filled(word, marks, data=data) for word in inner]
    if known.name == "parallel":  # a shell reads all of it: `parallel echo '; id' ::: a`
        judge.inner(" ".join([*(word.text for word in filled), OPAQUE]), start, end, "wrapper.parallel")
        if len(filled) == 1:
            return
    instead = any(word.text.startswith(("-I", "--replace")) for word in own) and filled != inner
    more = [] if instead else added.added_words(own, words, place, end, data=data)
    judge.words([*filled, *more], place._replace(stdin=PIPE))


def _lines_as_commands(judge: Judge, known: Wrapper, words: list[Word], place: Place) -> None:
    """No command: xargs prints, parallel runs what it reads or what stands behind `:::`."""
    start, end = words[0].start, words[-1].end
    if known.name != "parallel":
        judge.add(Judgement(SAFE, "wrapper.xargs", "prints what it reads", start, end))
        return
    judge.unknown("shell.dynamic", "parallel runs what it reads", start, end)
    for word in words:
        judge.inner(word.text, word.start, word.end, "wrapper.parallel")


def _env(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """env: `-S` splits a text into the command; alone it prints every variable, secrets included."""
    start, end = words[0].start, words[-1].end
    own = parse_arguments(words[1 : len(words) - len(inner)], Grammar(known.values, known.flags))
    for option in own.options:
        if option.name in ("-C", "--chdir") and option.value is not None:
            judge.shared.enter(option.value.text)
    at = next((at for at, word in enumerate(words) if at and _splits(word.text)), None)
    if at is not None:
        judge.unknown("wrapper.env-S", "env -S builds the command from a text", start, end)
        attached = re.sub(r"^-[a-zA-Z]*?S|^--split-string=?", "", words[at].text)
        text = " ".join([attached, *(word.text for word in words[at + 1 :])]).strip()
        judge.inner(text, start, end, "wrapper.env-S")
    elif inner:
        _renamed(judge, own, inner, place)
        run_inside(judge, known, inner, place)
    else:
        found = Judgement(CAUTION, "secrets.read", "prints every variable, secrets included", start, end)
        judge.shared.sensitive = found
        judge.add(found)


def _splits(text: str) -> bool:
    return text.startswith("--split-string") or (
        text.startswith("-") and not text.startswith("--") and "S" in text
    )


def _command(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """command, exec, builtin, type: `-v` and `-V` only look a name up."""
    if len(words) == 3 and words[1].literal and words[1].text in ("-v", "-V"):
        judge.add(Judgement(SAFE, "wrapper.command", "looks a name up", words[0].start, words[-1].end))
    elif inner:
        own = words[1 : len(words) - len(inner)]
        _renamed(judge, parse_arguments(own, Grammar(known.values, known.flags)), inner, place)
        run_inside(judge, known, inner, place)
    else:
        judge.add(
            Judgement(SAFE, "wrapper.command", "only its redirections count", words[0].start, words[-1].end)
        )


def _renamed(judge: Judge, own: Arguments, inner: list[Word], place: Place) -> None:
    """`exec -a NAME`, `env -a NAME`: many programs are one file, and the name decides which it is."""
    for option in own.options:
        name = option.value
        if option.name not in _NAMES_PROGRAM or name is None:
            continue
        if name.literal and name.text.removeprefix("-") == inner[0].text.rpartition("/")[2]:
            continue
        why = f"{inner[0].text} is told that its name is another one, and may do what that does"
        judge.unknown("wrapper.name", why, option.word.start, inner[0].end)
        judge.words([name._replace(text=name.text.removeprefix("-")), *inner[1:]], place)


def _busybox(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """A path to a program as first word: dynamic loaders, busybox, toybox."""
    if inner:
        judge.words(inner, place)
    else:
        judge.unknown(
            "tool.unknown", f"{known.name} starts something that is not named", words[0].start, words[-1].end
        )


def _guessed(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """Terminal sessions and the like: any word may be the command."""
    if not judge.guess(words[1:]):
        judge.add(
            Judgement(known.bare.risk, f"wrapper.{known.name}", known.bare.why, words[0].start, words[-1].end)
        )
        if len(words) > 1:
            judge.unknown(
                "wrapper.option", f"what {known.name} runs is not known", words[0].start, words[-1].end
            )


WRAPPERS: Final[dict[str, Callable[[Judge, Wrapper, list[Word], list[Word], Place], None]]] = {
    "script": _as_script,
    "ssh": _ssh,
    "xargs": _xargs,
    "env": _env,
    "command": _command,
    "su": as_user.su,
    "sudo": as_user.sudo,
    "busybox": _busybox,
    "guess": _guessed,
    **SHELLS,
    "powershell": powershell.powershell,
    "cmd": powershell.cmd,
    "interpreter": interpreters.interpreter,
    "file": interpreters.file,
    "trap": interpreters.trap,
    "alias": interpreters.alias,
}
"""How the rest is judged, by the name in the wrapper's table; without one it is the inner command."""
