"""Cases of few words that no “if” names: “Disk full? …”, “For production only: …”, “… (only on the primary)”,
“As a last resort, …”, “Optional: …”. What is told for one is never done without asking.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.extract import foreign
from ingest.extract.vocabulary import IMPERATIVES, is_imperative, text_of

_WHERE: Final = (
    r"prod(?:uction)?|staging|stage|test(?:ing)?|dev(?:elopment)?|qa|uat|primary|primaries|replicas?|"
    r"leader|master|"
    r"standby|secondary|followers?|dr|linux|windows|mac(?:os)?|osx|debian|ubuntu|rhel|centos|fedora|"
    r"alpine|aws|gcp|"
    r"azure|eks|gke|aks|openshift|emergency|emergencies|on-?prem|cloud|kubernetes|docker|bare metal|vms?|"
    r"[\w-]+ (?:clusters?|nodes?|hosts?|servers?|environments?|env|regions?|sites?|systems?|installations?)"
)
_LABEL: Final = re.compile(
    rf"(?i)^[\s*_>•-]*+(?:\d{{1,3}}[.)]\s*+)?(?P<case>"
    rf"(?:for|in|on|at|during|with)\s+[^.:?,`]{{2,50}}?\s+only|"
    rf"(?:only|just(?!\s+as\b))\s+(?:for|in|on|at|if|when|during|with|as)\s+[^.:?,`]{{2,60}}|"
    rf"(?:{_WHERE})\s+only|"
    rf"(?:on|upon)\s+(?:any |an? )?(?:failures?|errors?|time-?outs?|success)|"
    rf"in\s+case\s+of\s+[^.:?,`]{{2,50}}|in\s+(?:an?\s+)?(?:real\s+)?(?:emergency|emergencies|a pinch)|"
    rf"(?:only\s+)?(?:as\s+)?(?:(?:a|the|your)\s+)?(?:very\s+)?last\s+resort|(?:in\s+the\s+)?worst\s+case|"
    rf"optional(?:ly)?|if\s+all\s+else\s+fails|failing\s+that|"
    rf"(?:still|no|not|any)\s+[^.:?,`]{{2,40}}\?|no\s+(?:luck|joy|success|effect|change)"
    rf")\s*(?P<end>[:,–—?→]|\s-|=>|->|$)\s*"
)
_ASKED: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?!(?:what|why|how|who|where|which|when|need help|questions?|"
    r"any questions?|"
    r"did|have you|ready|done|can|could|should|shall|do|does|todo|is|are|was|were|has|"
    r"will)\b)(?P<case>[^.!?:→`\n]{2,60}\?)\s+(?=\S)"
)
_BEHIND: Final = re.compile(
    rf"(?i)^\s*(?:[(\[,–—-]\s*)?(?:but\s+)?(?P<case>only\s+(?:on|in|for|if|when|at|during|with|as|"
    rf"use[d]?\s+(?:on|in|if|"
    rf"for|when))\b[^.;)`\]]{{2,60}}|(?:{_WHERE})\s+only\b|(?:on|in|for)\s+(?:{_WHERE})\s+only\b|"
    rf"if\s+(?:really\s+|absolutely\s+)?(?:needed|necessary|required|desired|applicable|used|"
    rf"enabled|installed|present|configured|in\s+doubt)|"
    rf"optional(?:ly)?\b|"
    rf"(?:only\s+)?as\s+(?:a|the)\s+last\s+resort|in\s+(?:an\s+)?emergenc(?:y|ies)|"
    rf"(?P<not>not\s+(?:in|on|for|while|during|at|when|if)\b[^.;)`\]]{{2,50}}|"
    rf"(?:never|do\s+not|don['’`´]t)\s+(?:(?:ever\s+)?(?:run|use|do|execute|try|apply)\s+)?(?:this\s+|"
    rf"it\s+|that\s+)?"
    rf"(?:in|on|for|while|during|at|when|if)\b[^.;)`\]]{{2,60}}))\s*(?:[)\].,;!]|$|\n)"
)
_NOT_THEN: Final = re.compile(
    r"(?i)^[`*_)\s]{0,4}[.!]\s{1,2}(?:never|do\s+not|don['’`´]t)\s+(?:ever\s+)?(?:run|use|do|execute|try|apply)\s+"
    r"(?:this|it|that|these)\s+(?P<case>(?!(?:in|on|for|at)\s+any\b|at\s+all\b)(?:in|on|for|while|during|at|when|if)\b"
    r"[^.;)`\]]{2,60})(?=[.;!]|$|\n)"
)
"""“Run `x`. Never do this in production.”"""
_LIMIT: Final = re.compile(
    r"(?i)(?<=\S)\s{1,3}(?:but|though)\s+(?:please\s+)?(?:never|not|do\s+not|don['’`´]t)\s+(?:ever\s+)?"
    r"(?P<case>(?P<place>in|on|for|while|during|at|when|if)\b[^.;:)`\]\n]{2,60}|"
    r"(?:beyond|above|over|below|under|past|more|less|longer|faster|before|after|until|outside|from|with(?:out)?)\b"
    r"[^.;:`\n]{2,80})(?=:?\s*$)"
)
"""“Restart it, but never on the primary:”, “Scale out, but not beyond 12:”: how something is done."""
_NOT_LEAD: Final = re.compile(
    r"(?i)^(?:not|(?:never|do\s+not|don['’`´]t)\s+(?:(?:ever\s+)?(?:run|use|do|execute|try|apply)\s+)?"
    r"(?:this\s+|it\s+|that\s+)?)\s*"
)
_CLAUSE: Final = re.compile(r"(?<=[.!])\s+|\n")
_LOOKED_AT: Final = 240


def short_case(text: str) -> tuple[str, str] | None:
    """The short case that a text begins with, and what it tells for it, which may be empty: it stands below
    then. None where it begins with none.
    """
    found = _LABEL.match(text)
    if found is not None:
        return _words(found["case"]), text[found.end() :].strip()
    return foreign.case_of(text)


def asked_case(text: str) -> tuple[str, str] | None:
    """“Disk full? `systemctl stop d`”: the question that a text begins with, and what stands behind it."""
    found = _ASKED.match(text)
    return (_words(found["case"]), text[found.end() :].strip()) if found else None


def asks_alone(text: str) -> bool:
    """Whether a text is nothing but a short question over what is done then: “Disk full?”"""
    found = _ASKED.match(f"{text.strip()} .")
    return found is not None and text.strip().endswith("?") and len(text.split()) <= _FEW


_FEW: Final = 6


def case_beside(text: str, start: int, end: int) -> tuple[str, bool] | None:
    """The short case that the words around the command `text[start:end]` name, and whether it is done in the
    other one: “… (not in production)”.
    """
    behind = _BEHIND.match(text[end : end + _LOOKED_AT])
    if behind is not None:
        words = _words(behind["case"])
        return (_NOT_LEAD.sub("", words), True) if behind["not"] else (words, False)
    banned = _NOT_THEN.match(text[end : end + _LOOKED_AT])
    if banned is not None:
        return _words(banned["case"]), True
    clause = text_of(_CLAUSE.split(text[max(0, start - _LOOKED_AT) : start])[-1])
    limit = limited(clause)
    if limit is not None and limit[1] is not None:
        return limit[1], True
    found = short_case(clause) if clause.strip() else None
    if found is None and clause.strip():
        found = asked_case(f"{clause}.")
    if found is not None and not _CLAUSE_ENDS.search(found[1].rstrip(".")):
        return found[0], False
    other = foreign.case_around(text, start, end)
    return (other, False) if other else None


def limited(text: str) -> tuple[str, str | None] | None:
    """What a text tells to do without the limit at its end, and where it is not to be done: “Run this, but
    never on the primary:”; None for a limit that is no place or time. None where it sets none.
    """
    found = _LIMIT.search(text)
    if found is None or not is_imperative(text[: found.start()]):
        return None
    return text[: found.start()].rstrip(" ,"), _words(found["case"]) if found["place"] else None


def whole_case(text: str) -> tuple[str, bool] | None:
    """The case where a text is nothing else, and whether what it speaks of is done in the other one."""
    found = _BEHIND.match(text)
    if found is None or found.end() < len(text.rstrip()):
        return None
    return case_beside(text, 0, 0)


_CLAUSE_ENDS: Final = re.compile(r"[?]\s")


_LEFT_OUT: Final = re.compile(
    r"(?i)\b(?:(?<!not )(?<!n['’]t )(?<!never )(?:skip|omit|leave out)|not (?:needed|necessary|required)|"
    r"unnecessary|no need)\b(?P<what>[^.,;:`\n]{0,40}?)\s"
    r"(?P<case>(?P<word>if|when|unless|in case)\s(?:[^.,;:`)\n]|\.(?=\w)){3,160})"
)
_THIS: Final = re.compile(
    r"(?i)^\s*(?:(?:this|it|that|these|the (?:rest|following))\b.{0,20}|(?:to (?:run|do) (?:this|it))?)$"
)


def left_out_case(text: str, *, alone: bool = False) -> tuple[str, bool] | None:
    """The case in which a sentence leaves out what it tells, or what follows, and True, or False for “skip it
    unless …”. `alone`: only where the sentence begins with that and speaks of nothing else.
    """
    found = _LEFT_OUT.search(text)
    if found is None or (alone and (text[: found.start()].strip(" *_([-") or not _THIS.match(found["what"]))):
        return None
    return _words(found["case"]), found["word"].lower() != "unless"


_AGREED: Final = re.compile(
    r"(?i)\W{0,4}(?:\d{1,3}[.)]\s{1,3})?(?P<case>(?:once|when|after|as soon as)\s[^,.;:`]{3,80}?\b"
    r"(?:agree[sd]?|approve[sd]?|confirm(?:s|ed)?|sign(?:s|ed)? (?:it )?off|says? (?:yes|ok(?:ay)?|go)|"
    r"g(?:i|a)ve[sn]? (?:(?:the|their|its|an?) )?(?:ok(?:ay)?|go(?:[ -]ahead)?|approval|consent)))"
    r"\s{1,3}(?:then\s{1,3})?(?P<told>[a-z-]{2,20})\b"
)
"""“Once the lead agrees restart it”: no sign divides who has to agree from what is done then."""


def agreed_case(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the case stands that the sentence `text[start:end]` begins with: who has to agree first."""
    found = _AGREED.match(text, start, end)
    return found.span("case") if found and found["told"].lower() in IMPERATIVES else None


def _words(text: str) -> str:
    return " ".join(text.split()).strip(" *_(:,!")
