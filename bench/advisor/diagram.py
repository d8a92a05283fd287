"""A reliability diagram as SVG: what was said against what was so. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

EDGES: Final = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1.01)
"""Bounds of the bins of probability; narrower where the decision falls."""

_SIDE: Final = 320
_LEFT: Final = 48
_TOP: Final = 16
_COLOURS: Final = ("#1b6ca8", "#c2571a", "#3b7d3b", "#7a4fa3", "#444444")


def _at(said: float, so: float) -> tuple[float, float]:
    return _LEFT + said * _SIDE, _TOP + (1 - so) * _SIDE


def _points(tried: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """(mean of what was said, share of what was so, how many) of each bin that is not empty."""
    found = []
    for low, high in pairwise(EDGES):
        inside = [(said, so) for said, so in tried if low <= said < high]
        if inside:
            count = len(inside)
            found.append((sum(s for s, _ in inside) / count, sum(so for _, so in inside) / count, count))
    return found


def diagram(tried: Mapping[str, Sequence[tuple[float, bool]]]) -> str:
    """Name → (probability, whether it was so) to a picture; a dot's area grows with its count."""
    width, height = _LEFT + _SIDE + 130, _TOP + _SIDE + 44
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="11" role="img" aria-label="reliability diagram">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        (x, base), (left, y) = _at(tick, 0), _at(0, tick)
        lines += [
            f'<path d="M{x:.0f} {base}V{_TOP}M{left} {y:.0f}H{left + _SIDE}" stroke="#dddddd" fill="none"/>',
            f'<text x="{x:.0f}" y="{base + 14}" text-anchor="middle">{tick:g}</text>',
            f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{tick:g}</text>',
        ]
    (x0, y0), (x1, y1) = _at(0, 0), _at(1, 1)
    lines.append(f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#999999" stroke-dasharray="4 3" fill="none"/>')
    lines.append(
        f'<text x="{_LEFT + _SIDE / 2}" y="{y0 + 32}" text-anchor="middle">it says that it reads</text>'
    )
    for row, (name, pairs) in enumerate(tried.items()):
        colour = _COLOURS[row % len(_COLOURS)]
        points = _points(pairs)
        places = [_at(said, so) for said, so, _ in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        lines.append(f'<path d="M{path}" stroke="{colour}" fill="none"/>')
        for (x, y), (_, _, count) in zip(places, points, strict=True):
            radius = 2 + math.log10(count + 1)
            lines.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}"/>')
        lines.append(
            f'<text x="{_LEFT + _SIDE + 12}" y="{_TOP + 14 + 16 * row}" fill="{colour}">{name}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])
