"""What a mail or an answer cites from what was written before: it says nothing of what is to be done now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborNode

WROTE: Final = re.compile(
    r"(?i)(?:^|\n)[^\n]{0,200}\b(?:wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|"
    r"skrev|napisał\w*|"
    r"said|asked|replied)\s?:\W*$"
)
"""The line over what is cited: “On Monday Bob wrote:”."""

SAYS: Final = re.compile(
    r"(?i)^\W{0,4}(?:[^\n:]{0,120}\b(?:wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|"
    r"skrev)|"
    r"(?:@?[\w.'’-]{1,40}\s){1,4}(?:said|says|asked|replied|answered|commented))\s?:\s"
)
"""Before what is cited, on the same line: “Bob wrote: run …”."""

ORIGINAL: Final = re.compile(
    r"(?i)^\W{0,4}-{2,}\s*(?:original message|original-nachricht|ursprüngliche nachricht|"
    r"message d['’]origine|mensaje original|"
    r"mensagem original|messaggio originale)\s*-{0,}\W*$"
)
HEADS: Final = re.compile(
    r"(?is)^\W*(?:from|von|de|da)\s?:\s?[^\n]{1,200}\s+(?:sent|date|gesendet|envoyé|enviado|to|an|à|para|"
    r"subject|betreff)\s?:"
)
"""The first lines of a mail that another one answers."""


_MAILS: Final = frozenset(
    "gmail_quote gmail_extra yahoo_quoted moz-cite-prefix protonmail_quote zmail_extra".split()
)
_IDS: Final = frozenset({"divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION"})


def is_quote(node: LexborNode, tag: str, *, told: bool) -> bool:
    """Whether an element of a page cites a mail: by its class, or where the line before says who wrote it."""
    if tag not in ("blockquote", "div"):
        return False
    attributes = node.attributes
    if not _MAILS.isdisjoint((attributes.get("class") or "").split()) or attributes.get("id") in _IDS:
        return True
    if tag == "blockquote":
        if told or attributes.get("type") == "cite":
            return True
        head = _head(node)
        return WROTE.search(head) is not None or SAYS.match(head) is not None
    return False


_RULE: Final = re.compile(r"(?i)border(?:-top)?\s{0,9}:[^;]{0,80}solid")
_FROM: Final = re.compile(r"(?i)^\W*(?:from|von|de|da)\s?:\s?\S")


def begins_original(node: LexborNode, tag: str) -> bool:
    """Whether a mail that another one answers begins here, as Outlook shows it: a rule over “From:”."""
    style = (node.attributes.get("style") or "") if tag == "div" else ""
    return bool(style) and _RULE.search(style) is not None and _FROM.match(_head(node)) is not None


def _head(node: LexborNode) -> str:
    """The first lines of what an element holds."""
    for inner in node.iter(include_text=True):
        text = (inner.text() if inner.tag != "-text" else inner.text_content) or ""
        if text.strip():
            return text.strip()[:300]
    return ""


@dataclass
class Quotes:
    """How deep in quotations a text is, and what was said of them: `told` where the line above names who
    wrote what is cited, `rest` where all that follows is.
    """

    depth: int = 0
    told: bool = False
    rest: bool = False
    behind: bool = False

    def quoted(self, text: str) -> bool:
        """Whether the next block is cited. A single `>` is a callout, unless somebody is said to have written
        it; `> >` cites what somebody cited.
        """
        if not self.depth:
            if self.behind and (ORIGINAL.match(text.strip()) or HEADS.match(text)):
                self.rest = True
            self.told = WROTE.search(text) is not None or (self.told and self.behind and not text.strip())
            self.behind = True
            return self.rest
        self.told = self.told or SAYS.match(text) is not None
        return self.rest or self.told or self.depth > 1
