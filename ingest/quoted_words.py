"""Words that are not the author's own: what stands in code or in quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_QUOTED: Final = re.compile(r"“[^“”\n]{1,300}”|\"[^\"\n]{1,300}\"|`[^`\n]{1,300}`")


def is_quoted(match: re.Match[str], codes: Sequence[str]) -> bool:
    """Whether a phrase stands inside of code (`codes` are those of its sentence) or of quotes, and is not all
    that stands there.
    """
    text, start, end = match.string, match.start(), match.end()
    if any(found.start() < start and end < found.end() - 1 for found in _QUOTED.finditer(text)):
        return True
    for code in codes:
        at = text.find(code) if len(code) > end - start else -1
        if 0 <= at <= start and end <= at + len(code) and len(code) < len(text):
            return True
    return False
