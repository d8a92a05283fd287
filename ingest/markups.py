"""Markups that are not read, though they look like one that is: Org and MediaWiki."""

from __future__ import annotations

import re
from typing import Final

from schemas.errors import Unprocessable

_ORG: Final = re.compile(r"(?im)^[ \t]{0,20}#\+(?:begin_src|results)\b")
_MEDIAWIKI: Final = re.compile(r"(?m)^(={1,5}) ?[^=\n]{1,200} ?\1[ \t]*$")
_ITEM: Final = re.compile(r"(?m)^[#*]{1,5} ?(?:<code>|<pre>|\[\[|[A-Z])")
_ONLY_THERE: Final = ("<code>", "<pre>", "[[", "<syntaxhighlight", "{{")
_LOOKED_AT: Final = 60_000


def refuse_other_markup(text: str) -> None:
    """Raises Unprocessable for Org and MediaWiki. Read as Markdown, results would become commands, and steps
    titles.
    """
    head = text[:_LOOKED_AT]
    named = "Org" if _ORG.search(head) else ""
    if not named and "```" not in head and _MEDIAWIKI.search(head) and _ITEM.search(head):
        named = "MediaWiki" if any(mark in head for mark in _ONLY_THERE) else ""
    if named:
        raise Unprocessable(
            f"This looks like {named}'s own markup, which is not read.",
            hint="Paste the page as it is shown, or export it as Markdown or HTML.",
            code="unknown_markup",
        )
