"""Patterns of SQL's LIKE against names that are known here."""

from __future__ import annotations

from typing import Final

import re2

_MAX: Final = 200
"""Characters: names of settings and variables have 64 at most."""


def fits_like(pattern: str, name: str) -> bool:
    """Whether a name may fit a pattern of LIKE, in time that is linear in both. A backslash is passed over; a
    pattern that is long, or holds letters that a collation folds, counts as one that fits.
    """
    if len(pattern) > _MAX or not pattern.isascii():
        return True
    signs = pattern.lower().replace("\\", "")
    form = "".join({"%": ".*", "_": "."}.get(sign, re2.escape(sign)) for sign in signs)
    return re2.fullmatch(form, name) is not None
