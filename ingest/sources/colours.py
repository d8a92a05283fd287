"""Letters that no reader sees on a white page: their colour, as CSS and wiki markup write one."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

Lost: TypeAlias = Literal["light", "transparent"]
_LIGHT: Final = 230
"""From here on in all three channels a letter is lost on white: #e6e6e6 has a contrast of 1.25 to 1, where
WCAG 2.2 (1.4.3) asks for 4.5."""
_FAINT: Final = 0.1
"""Up to this opacity too."""
_LIGHT_PERCENT: Final = 90
"""The lightness of `hsl` that is as light: 230 of 255."""
_LIGHT_NAMES: Final = frozenset(
    "white snow ivory floralwhite ghostwhite whitesmoke mintcream azure aliceblue seashell honeydew "
    "lavenderblush oldlace linen lavender transparent".split()
)
"""The names of CSS Color 4 whose channels are all as light, and the one that is none."""
_HEX: Final = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})")
_FUNCTION: Final = re.compile(r"(rgb|hsl)a?\(([^()]{1,80})\)?")
_LONGEST: Final = 100


def lost_letters(colour: str) -> Lost | None:
    """Why letters of this colour are not seen on a white page: they are as light, or let all through. None
    for what is seen, and for what is not understood (`var(…)`, another colour space).
    """
    written = colour.strip().lower()[:_LONGEST]
    named = re.match(r"[a-z]+", written)
    if named is not None and named[0] in _LIGHT_NAMES:
        return "transparent" if named[0] == "transparent" else "light"
    as_hex = _HEX.match(written)
    if as_hex is not None:
        return _of_hex(as_hex[0][1:])
    function = _FUNCTION.match(written)
    return None if function is None else _of_function(function[1], re.split(r"[\s,/]+", function[2].strip()))


def _of_hex(digits: str) -> Lost | None:
    full = digits if len(digits) >= 6 else "".join(digit * 2 for digit in digits)
    channels = [int(full[at : at + 2], 16) for at in range(0, len(full), 2)]
    if len(channels) == 4 and channels[3] <= _FAINT * 255:
        return "transparent"
    return "light" if min(channels[:3]) >= _LIGHT else None


def _of_function(name: str, written: list[str]) -> Lost | None:
    values = [_number(each) for each in written]
    numbers = [value for value in values if value is not None]
    if len(numbers) < max(3, len(values)):
        return None
    if len(numbers) > 3 and _share(written[3], numbers[3], 1) <= _FAINT:
        return "transparent"
    if name == "hsl":
        return "light" if numbers[2] >= _LIGHT_PERCENT else None
    channels = (_share(text, value, 255) for text, value in zip(written[:3], numbers, strict=False))
    return "light" if min(channels) * 255 >= _LIGHT else None


def _number(written: str) -> float | None:
    found = re.match(r"[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})", written)
    return None if found is None else float(found[0])


def _share(written: str, value: float, whole: float) -> float:
    """A value as a share of 1, be it a percentage or of `whole`."""
    return value / (100 if written.endswith("%") else whole)
