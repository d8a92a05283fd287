"""ps: what makes it print the variables of other processes, as procps-ng 4.0 reads its options."""

from __future__ import annotations

from typing import Final

from scanner.call import Call, Handler
from scanner.judgement import CAUTION

_BSD_VALUES: Final = frozenset("okOpqtUN")
"""Letters without a hyphen that take what is behind them, or the next word: `ps axo pid,time`."""
_VALUES: Final = frozenset("CGgpqstuUoO")
"""The same behind a hyphen."""
_SURE: Final = frozenset("AaNdefFHjlLwyZcPV")
"""Letters behind a hyphen that are never read again as they would be without it; -m and -T are beside -H."""
_READ_ALIKE: Final = frozenset("opqtC")
"""Options whose value, right behind them, means the same in both ways, or is never refused."""
_LONG_VALUES: Final = frozenset(
    "--sort --format --pid --ppid --user --User --group --Group --quick-pid --sid --tty --cols --columns "
    "--width --lines --rows --delimiter".split()
)


def processes(call: Call) -> None:
    """`e` or `E` among the letters without a hyphen adds the variables of every process.

    Letters behind one are read as without it where ps can't read them otherwise: `-axe`, since `-x` is none;
    `-auxe`, since no user is named xe; `-e1`.
    """
    taken = short = shows = False
    sure = True
    for text in [word.text for word in call.words[1:]]:
        if taken:
            taken = False
            if (short and text.startswith("-")) or "env" in text.lower():
                sure, shows = False, shows or _asks(text[1:]) or "env" in text.lower()
        elif text.startswith("--"):
            taken, short = text in _LONG_VALUES, False
        elif text.startswith("-"):
            taken, understood = _with_hyphen(text[1:])
            short = True
            sure, shows = sure and understood, shows or _asks(text[1:])
        elif not text.isdigit():
            shows, sure = shows or _asks(text), sure and not _asks(text)
            short = False
            taken = bool(text) and _until_value(text)[-1:] == text[-1:] and text[-1] in _BSD_VALUES
    if shows and (taken or not sure):
        call.say(CAUTION, "secrets.read", "prints the variables of other processes, secrets included")


def _with_hyphen(letters: str) -> tuple[bool, bool]:
    """Whether the next word is the value of the last letter, and whether it is surely read so."""
    for at, letter in enumerate(letters):
        if letter in _VALUES:
            attached = at + 1 < len(letters)
            return not attached, letter in _READ_ALIKE or not (attached or letter == "O")
        if letter not in _SURE:
            return False, False
    return False, True


def _until_value(letters: str) -> str:
    """The letters without a hyphen up to the one that takes the rest."""
    at = next((at for at, letter in enumerate(letters) if letter in _BSD_VALUES), len(letters))
    return letters[: at + 1]


def _asks(letters: str) -> bool:
    return not {"e", "E"}.isdisjoint(_until_value(letters))


HANDLERS: Final[dict[str, Handler]] = {"processes": processes}
