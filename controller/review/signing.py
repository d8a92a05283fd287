"""Whose words a comment has, where one account writes all of them."""

from __future__ import annotations

import html


def signed(name: str, body: str) -> str:
    """A member's comment as our account writes it on a forge elsewhere: below it who said it, else it reads
    as an answer of ours. `name` is whatever the member calls themselves. Pure.
    """
    return f"{body}\n\n<sub>{html.escape(' '.join(name.split()))}, in dd0c/run</sub>"
