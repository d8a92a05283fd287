"""Letters that no reader sees: their colour, as CSS and wiki markup write it, against that of the ground."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_NEAR: Final = (25, 25, 64)
"""Up to this distance in the channels of 255 two colours are one to a reader: #e6e6e6 on white has a contrast
of 1.25 to 1, where WCAG 2.2 (1.4.3) asks for 4.5. Blue gives least of the light: light yellow has 1.03."""
_FAINT: Final = 0.1
"""Up to this opacity letters are not seen."""
_NAMES: Final = dict(
    pair.split(":")
    for pair in """
    aliceblue:f0f8ff antiquewhite:faebd7 aqua:0ff aquamarine:7fffd4 azure:f0ffff beige:f5f5dc bisque:ffe4c4
    black:000 blanchedalmond:ffebcd blue:00f blueviolet:8a2be2 brown:a52a2a burlywood:deb887
    cadetblue:5f9ea0 chartreuse:7fff00 chocolate:d2691e coral:ff7f50 cornflowerblue:6495ed cornsilk:fff8dc
    crimson:dc143c cyan:0ff darkblue:00008b darkcyan:008b8b darkgoldenrod:b8860b darkgray:a9a9a9
    darkgreen:006400 darkgrey:a9a9a9 darkkhaki:bdb76b darkmagenta:8b008b darkolivegreen:556b2f
    darkorange:ff8c00 darkorchid:9932cc darkred:8b0000 darksalmon:e9967a darkseagreen:8fbc8f
    darkslateblue:483d8b darkslategray:2f4f4f darkslategrey:2f4f4f darkturquoise:00ced1 darkviolet:9400d3
    deeppink:ff1493 deepskyblue:00bfff dimgray:696969 dimgrey:696969 dodgerblue:1e90ff firebrick:b22222
    floralwhite:fffaf0 forestgreen:228b22 fuchsia:f0f gainsboro:dcdcdc ghostwhite:f8f8ff gold:ffd700
    goldenrod:daa520 gray:808080 green:008000 greenyellow:adff2f grey:808080 honeydew:f0fff0 hotpink:ff69b4
    indianred:cd5c5c indigo:4b0082 ivory:fffff0 khaki:f0e68c lavender:e6e6fa lavenderblush:fff0f5
    lawngreen:7cfc00 lemonchiffon:fffacd lightblue:add8e6 lightcoral:f08080 lightcyan:e0ffff
    lightgoldenrodyellow:fafad2 lightgray:d3d3d3 lightgreen:90ee90 lightgrey:d3d3d3 lightpink:ffb6c1
    lightsalmon:ffa07a lightseagreen:20b2aa lightskyblue:87cefa lightslategray:778899 lightslategrey:778899
    lightsteelblue:b0c4de lightyellow:ffffe0 lime:0f0 limegreen:32cd32 linen:faf0e6 magenta:f0f
    maroon:800000 mediumaquamarine:66cdaa mediumblue:0000cd mediumorchid:ba55d3 mediumpurple:9370db
    mediumseagreen:3cb371 mediumslateblue:7b68ee mediumspringgreen:00fa9a mediumturquoise:48d1cc
    mediumvioletred:c71585 midnightblue:191970 mintcream:f5fffa mistyrose:ffe4e1 moccasin:ffe4b5
    navajowhite:ffdead navy:000080 oldlace:fdf5e6 olive:808000 olivedrab:6b8e23 orange:ffa500
    orangered:ff4500 orchid:da70d6 palegoldenrod:eee8aa palegreen:98fb98 paleturquoise:afeeee
    palevioletred:db7093 papayawhip:ffefd5 peachpuff:ffdab9 peru:cd853f pink:ffc0cb plum:dda0dd
    powderblue:b0e0e6 purple:800080 rebeccapurple:663399 red:f00 rosybrown:bc8f8f royalblue:4169e1
    saddlebrown:8b4513 salmon:fa8072 sandybrown:f4a460 seagreen:2e8b57 seashell:fff5ee sienna:a0522d
    silver:c0c0c0 skyblue:87ceeb slateblue:6a5acd slategray:708090 slategrey:708090 snow:fffafa
    springgreen:00ff7f steelblue:4682b4 tan:d2b48c teal:008080 thistle:d8bfd8 tomato:ff6347 transparent:0000
    turquoise:40e0d0 violet:ee82ee wheat:f5deb3 white:fff whitesmoke:f5f5f5 yellow:ff0 yellowgreen:9acd32
    """.split()
)
"""The named colours of CSS Color 4, each in hexadecimal digits."""
_HEX: Final = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})")
_FUNCTION: Final = re.compile(r"(rgb|hsl)a?\(([^()]{1,80})\)?")
_LONGEST: Final = 100


class Colour(NamedTuple):
    """Red, green and blue of 255, and the opacity of 1."""

    red: float
    green: float
    blue: float
    opacity: float = 1.0


WHITE: Final = Colour(255, 255, 255)


def colour_of(written: str) -> Colour | None:
    """The colour that a text begins with; None for what is none or not understood (`var(…)`, another colour
    space).
    """
    shown = written.strip().lower()[:_LONGEST]
    named = re.match(r"[a-z]+(?![\w(-])", shown)
    if named is not None:
        digits = _NAMES.get(named[0])
        return None if digits is None else _of_hex(digits)
    as_hex = _HEX.match(shown)
    if as_hex is not None:
        return _of_hex(as_hex[0][1:])
    function = _FUNCTION.match(shown)
    return None if function is None else _of_function(function[1], re.split(r"[\s,/]+", function[2].strip()))


def is_faint(letters: Colour) -> bool:
    """Whether letters let all through that is behind them."""
    return letters.opacity <= _FAINT


def is_lost(letters: Colour, ground: Colour = WHITE) -> bool:
    """Whether no reader sees letters of one colour on a ground of the other."""
    each = zip(letters[:3], ground[:3], _NEAR, strict=True)
    return is_faint(letters) or all(abs(one - other) <= near for one, other, near in each)


def _of_hex(digits: str) -> Colour:
    full = digits if len(digits) >= 6 else "".join(digit * 2 for digit in digits)
    channels = [int(full[at : at + 2], 16) for at in range(0, len(full), 2)]
    opacity = channels[3] / 255 if len(channels) == 4 else 1.0
    return Colour(channels[0], channels[1], channels[2], opacity)


def _of_function(name: str, written: list[str]) -> Colour | None:
    values = [_number(each) for each in written]
    numbers = [value for value in values if value is not None]
    if len(numbers) < max(3, len(values)):
        return None
    opacity = _share(written[3], numbers[3], 1) if len(numbers) > 3 else 1.0
    if name == "hsl":
        red, green, blue = _of_hsl(numbers[0], numbers[1] / 100, numbers[2] / 100)
        return Colour(red, green, blue, opacity)
    red, green, blue = (
        255 * _share(text, value, 255) for text, value in zip(written[:3], numbers[:3], strict=True)
    )
    return Colour(red, green, blue, opacity)


def _of_hsl(hue: float, saturation: float, lightness: float) -> tuple[float, float, float]:
    """As CSS Color 4 computes it (7.1)."""

    def channel(place: int) -> float:
        at = (place + hue / 30) % 12
        reach = saturation * min(lightness, 1 - lightness)
        return 255 * (lightness - reach * max(-1.0, min(at - 3, 9 - at, 1.0)))

    return channel(0), channel(8), channel(4)


def _number(written: str) -> float | None:
    found = re.match(r"[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})", written)
    return None if found is None else float(found[0])


def _share(written: str, value: float, whole: float) -> float:
    """A value as a share of 1, be it a percentage or of `whole`."""
    return value / (100 if written.endswith("%") else whole)
