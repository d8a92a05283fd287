"""What declarations of CSS say of whether text is seen."""

from __future__ import annotations

import re
from typing import Final

_UNSEEN: Final = re.compile(
    r"(?i)display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)|"
    r"content-visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all|"
    r"(?<![\w-])font(?:-size)?\s{0,9}:\s{0,9}(?:0(?:\.\d{1,9})?(?:px|pt|%)?|[12](?:\.\d{1,9})?(?:px|pt)|"
    r"0(?:\.[01]\d{0,9})?r?em)\s{0,9}(?:[;!/\s]|$)|"
    r"(?<![\w-])(?:opacity|zoom)\s{0,9}:\s{0,9}(?:0?(?:\.0\d{0,9})?|[0-9](?:\.\d{1,9})?%)\s{0,9}(?:[;!]|$)|"
    r"filter\s{0,9}:\s{0,9}opacity\(\s{0,9}0|"
    r"(?<![\w-])(?:left|top|right|bottom|text-indent|margin(?:-left|-top|-right)?)\s{0,9}:\s{0,9}"
    r"(?:-\d{3,9}|-\d{2,9}r?em|-\d{2,9}v[wh]|[5-9]\d{3}|\d{5,9})|"
    r"translate[XY]?\(\s{0,9}-\d{3,9}|scale[XY]?\(\s{0,9}0\s{0,9}[,)]|"
    r"(?<![\w-])clip\s{0,9}:\s{0,9}rect\(\s{0,9}(?:0(?:px)?[\s,]{1,9}){3}0|"
    r"clip-path\s{0,9}:\s{0,9}(?:inset\((?:[5-9]\d|100)%|circle\(\s{0,9}0)"
)
"""Off the screen, cut away, without height, too faint or too small: letters of two pixels are dots."""
_NO_ROOM: Final = re.compile(
    r"(?i)(?<![\w-])(?:max-)?(?:height|width)\s{0,9}:\s{0,9}[01](?:px|pt)?\s{0,9}(?:[;!]|$)"
)
_CUT: Final = re.compile(r"(?i)(?<![\w-])overflow(?:-[xy])?\s{0,9}:\s{0,9}(?:hidden|clip)")
_COLOUR: Final = re.compile(r"(?i)(?<![\w-])(?:-webkit-text-fill-)?color\s{0,9}:\s{0,9}([^;\s][^;]{0,99})")
_GROUND: Final = re.compile(r"(?i)(?<![\w-])background(?:-color)?\s{0,9}:\s{0,9}([^;\s][^;]{0,99})")
_NO_GROUND: Final = re.compile(r"(?i)^(?:none|inherit|initial|unset|transparent|revert)\b")
_NOTHING: Final = re.compile(r"/\*[^*]{0,200}\*/")
_ESCAPED: Final = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")


def as_read(style: str) -> str:
    """Declarations as a browser reads them: escapes resolved, comments gone."""
    if "\\" in style:
        style = _ESCAPED.sub(lambda found: chr(min(int(found[1], 16), 0xD7FF)), style)
    return _NOTHING.sub(" ", style) if "/*" in style else style


def hides(style: str) -> bool:
    """Whether declarations hide what they are for, whatever its colour."""
    return _UNSEEN.search(style) is not None or (
        _NO_ROOM.search(style) is not None and _CUT.search(style) is not None
    )


def letters_in(style: str) -> list[str]:
    """The colours that declarations give letters, as they are written, in order."""
    return _COLOUR.findall(style)


def ground_in(style: str) -> str | None:
    """The last ground that declarations set, as it is written; None where what is behind shows."""
    written = [each for each in _GROUND.findall(style) if _NO_GROUND.match(each) is None]
    return written[-1] if written else None
