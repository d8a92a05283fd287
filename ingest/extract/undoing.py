"""What a text shows for undoing a step: a label (“Rollback:”), a sentence (“To undo, run …”), a section."""

from __future__ import annotations

import re
from typing import Final

_VERB: Final = r"(?:roll(?:ing)?[ -]?back|undo(?:ing)?|revert(?:ing)?|back(?:ing)?[ -]?out|revers(?:e|ing))"
_NOUN: Final = r"(?:roll(?:ing)?[ -]?back|undo(?:ing)?|revert(?:ing)?|reversal|back(?:ing)?[ -]?out)"
_WHAT: Final = (
    r"(?: (?:it|this|that|these|them|everything|all|(?:(?:the|this|that|these|those|your|all|what) )*"
    r"(?:(?:last|above|previous) )?(?:changes?|steps?|commands?|operations?|actions?|procedure|above)))?"
)
"""Words for what stands above, and nothing that has a name of its own."""

_KIND: Final = r"(?: (?:commands?|plan|procedure|steps?|instructions?|method|actions?|options?))?"
_TELLS: Final = (
    r"(?:[\s,;:–—-]*\b(?:please|just|simply|then|you|we|can|may|should|must|run|running|use|using|execute|executing|"
    r"do|type|issue|apply|by|with|via|is|are|the|this|these|following|commands?|below|code)\b)*\W*$"
)
"""“run”, “use the following command”: words between what is said and the command itself."""

_LABEL: Final = re.compile(
    rf"(?i)^\W*(?:(?:how )?to )?{_NOUN}{_KIND}{_WHAT}(?: \([^()]{{1,60}}\))?\W*(?:[:=→–—>-]{_TELLS}|$)"
)
_PURPOSE: Final = re.compile(rf"(?i)(?:^|[\s(])(?:to|can|may|could) {_VERB}{_WHAT}\b{_TELLS}")
_FAILED: Final = (
    r"(?:fail\w*|go(?:es)? wrong|breaks?|broken|not work\w*|n['’]t work\w*|not help|n['’]t help|errors?|"
    r"problems?|issues?|worse)"
)
_OBJECT: Final = rf"(?:(?: (?:to|the|this|that|your|these|those)(?: [\w`'’-]+){{1,3}}?)|{_WHAT})"
_BESIDE: Final = re.compile(rf"(?i)(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bin )\b{_VERB}\b{_OBJECT}{_TELLS}")
"""“roll back the release with” up to the command. In “restart the reverse proxy with”, “push the revert
commit with” and “so that you can roll back later, tag it with” the word says nothing of the command.
"""

_FAILS: Final = re.compile(
    rf"(?i)\b(?:if|when|in case|should)\b(?:(?!\b(?:if|when|should)\b)[^.])*?\b{_FAILED}\b[^.]*$"
)
_GOES_ON: Final = re.compile(r"(?i)^\W*(?:and|then|and then|next|afterwards)\b")
_BEFORE: Final = r"(?:\d{1,2}[.):]?\s*)?(?:(?:how|steps|plan|instructions) )?(?:to |for )?(?:the )?"
_DOING: Final = re.compile(
    r"(?i)^\W*(?:\d{1,2}[.):]?\s*)?"
    r"(?:(?:how|steps|instructions|procedure) to (?:roll ?back|undo|revert|back out)|"
    r"rolling[ -]?back|undoing|reverting|backing[ -]?out)\b(?!.*(?:\band\b|[&/+]))[^.:]*$"
)
"""“How to roll back the deployment”, “Rolling back the release”."""

_HEADING: Final = re.compile(rf"(?i)^\W*{_BEFORE}{_NOUN}{_KIND}{_WHAT}(?: \([^()]{{1,60}}\))?\W*$")
_NAMED: Final = re.compile(
    rf"(?i)(?:(?:^|[\s(])(?:to|can|may|could) {_VERB}|^\W*{_NOUN}(?: for| of)?)(?: the)? "
    r"(?:steps?|items?|points?|commands?|(?:first|second|third|fourth|fifth) step)\s?(?:no\.? ?|#)?"
    r"(?:\d{1,3}\b|$|[,:])"
)
_LONGEST: Final = 300
"""Characters before a command that are looked at."""

_PURPOSE_OF_ALL: Final = re.compile(rf"(?i)^\W*(?:how to |the |emergency )*{_VERB}\b(?!.*(?:\band\b|[&/+]))")
ENDS_COMMAND: Final = re.compile(r"\(?[A-Z][a-z-]{2,20}:")
"""A word that labels what follows: it is no argument of the command before it."""


def undoing_heading(text: str) -> bool:
    """Whether a heading stands over how the steps above are undone. “Roll back the release” is a step."""
    return _HEADING.match(text) is not None or _DOING.match(text) is not None


def undoing_title(text: str) -> bool:
    """Whether a whole document is about undoing something and nothing else: its steps are what it is for."""
    return _PURPOSE_OF_ALL.match(text) is not None


def undoing_lead(text: str, *, beside: bool) -> bool:
    """Whether the words right before a command say that it undoes something. `beside`: a command stands
    before them in the same item, so that “roll back the release with” speaks of that one.
    """
    said = " ".join(text.split())
    if len(said) > _LONGEST:
        said = f"… {said[-_LONGEST:]}"
    if _LABEL.match(said) or _PURPOSE.search(said) or _NAMED.search(said):
        return True
    if _BESIDE.search(said) is None:
        return False
    return _FAILS.search(said) is not None or (beside and not _GOES_ON.match(said))


def names_undone(text: str) -> bool:
    """Whether words say by a number or in words of their own which step is undone: “to undo step 4, …”."""
    return _NAMED.search(text) is not None


def undoing_words(sentence: str) -> str | None:
    """What a labelled sentence without a command says about undoing; None where it has no such label."""
    label, mark, rest = " ".join(sentence.split()).partition(":")
    return rest.strip(" *_") if mark and rest.strip() and undoing_heading(label) else None
