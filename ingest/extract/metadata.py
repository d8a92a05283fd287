"""Lines that say what a runbook is about and whose it is: “Alert: X · Severity: P1 · Owner: @team”.

Some of their labels are verbs (“Alert”, “Contact”); as labels they tell nobody to do anything.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import is_imperative

_LABEL: Final = (
    r"(?:(?:service|team|document|doc|page|primary|secondary|technical|business|product|alert|slack|"
    r"teams|review|"
    r"runbook|pager ?duty|on-?call|incident|related|support) )?"
    r"(?:alerts?|alert ?name|severity|sev|priority|owners?|owned by|maintainers?|maintained by|"
    r"services?|teams?|status|"
    r"authors?|written by|version|rev(?:ision)?|(?:last |next )?(?:updated?|reviewed|review|tested|"
    r"edited|modified|"
    r"verified|change)(?: (?:on|by|at|date))?|created(?: (?:on|by|at))?|dashboards?|runbooks?|contacts?|"
    r"slack|channels?|"
    r"on-?call|rotation|tickets?|links?|tags?|labels?|env(?:ironments?)?|regions?|components?|tier|"
    r"audience|who|"
    r"(?:estimated |expected )?(?:time|duration|downtime)|eta|reviewers?|approvers?|date|category|type|"
    r"frequency|"
    r"risk(?: level)?|sla|slo|id|classification|system|application|app|product|schedule|url|"
    r"repo(?:sitory)?|wiki|"
    r"besitzer|verantwortlich|zuständig|stand|autor|ansprechpartner|schweregrad|kontakt|auteur|responsable|"
    r"propriétaire|sévérité|gravité|mise à jour|équipe)"
)
_BEGINS: Final = re.compile(rf"(?i)\W{{0,6}}{_LABEL}\W{{0,3}}[:=]\W{{0,3}}\s*(?=\S)")
_APART: Final = re.compile(
    rf"(?i)(?<![\s·•|;,–—-])[\s·•|;,–—-]{{1,40}}(?={_LABEL}\W{{0,3}}:\W{{0,3}}\s)|[·•|\n]"
)
_WITHIN: Final = re.compile(r"[:;,.!]\W{0,3}\s\W{0,3}|\s[–—-]\s")
"""Behind which a value may tell to do something: “disk full; Action: restart the web server”."""
_IMPORTS: Final = re.compile(
    r"(?:import\s[^\n'\";]{1,100}\sfrom\s{1,4}['\"][^\n'\"]{1,100}['\"];?\s{0,4}){1,20}"
)
"""What a page of MDX is put together of."""
_LONGEST: Final = 400
_WORDS: Final = 12
"""Of a value: more are a sentence."""


def is_metadata(text: str, codes: list[str]) -> bool:
    """Whether a line is made of nothing but labels of a runbook's card with short values behind them.
    `codes`: its inline code; a command line is no value.
    """
    if _IMPORTS.fullmatch(text.strip()):
        return True
    if len(text) > _LONGEST or _BEGINS.match(text) is None or any(" " in code.strip() for code in codes):
        return False
    if any(arrow in text for arrow in ("→", "->", "=>")):
        return False
    parts = [part.strip(" *_-") for part in _APART.split(text) if part.strip(" *_-")]
    return all(_says(part) for part in parts)


def _says(part: str) -> bool:
    label = _BEGINS.match(part)
    value = (part[label.end() :] if label else part).strip(" *_")
    told = any(is_imperative(piece) and len(piece.split()) > 1 for piece in _WITHIN.split(value)[1:])
    return len(value.split()) <= _WORDS and not (told or is_imperative(value)) and value[-1:] not in ":?"
