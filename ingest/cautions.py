"""What the text warns of beside a step: whoever runs the step must read it, so it is in the step's notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.building import plain_text
from ingest.extract.accounts import Accounted
from ingest.extract.drafts import Draft

_SIGN: Final = re.compile(
    r"(?i)^\W{0,6}(?:warning|caution|danger(?:ous)?|attention|important|beware|careful)(?=\W|$)|^\W{0,3}[⚠❗🚨🛑⛔]"
)
_TAKE_CARE: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:be (?:(?:very|extra|really)\s+)?(?:careful|aware|sure not)|beware|watch out|"
    r"take care|make sure (?:not|you (?:do not|don['’]t)))\b"
)
_FORBIDS: Final = re.compile(
    r"(?i)^\W{0,6}(?:(?:please|but|and|so|then|also|just|note|nb|again)\W{1,3}){0,3}"
    r"(?:(?:do\s+not|don['’]t|never|avoid|refrain\s+from|under\s+no\s+circumstances?)\b"
    r"(?!\s+(?:forget|hesitate|worry|panic|mind|bother|need)\b)|"
    r"[^.;:]{2,60}\b(?:(?:must|should|shall)\s+(?:never|not)|mustn['’]t|shouldn['’]t)\s+(?!be\s+(?:any|a|an)\b))"
)
_SUBJECT: Final = r"\b(?:this|it|that|which|doing so|the (?:command|step|restart|script)|you)\b[^.;]{0,40}"
_MAY: Final = r"\b(?:will|would|can|could|may|might|cannot|is(?!\s+to)|causes?)\b[^.;]{0,60}"
_HARM: Final = re.compile(
    rf"(?i){_SUBJECT}{_MAY}\b(?:data loss|lose (?:data|all|the|any|every)|outage|downtime|irreversible|"
    r"destructive|be undone|(?:drop|delete|remove|wipe|destroy|kill|interrupt|overwrite|disconnect)s?)\b"
)
_NOTES_MAX: Final = 1_000
"""Characters of all that is said beside one step."""


def _is_warning(sentence: str) -> bool:
    """Whether a sentence warns or forbids: what is done stands elsewhere."""
    return any(map(str.isalpha, sentence)) and (
        _SIGN.match(sentence) is not None
        or _TAKE_CARE.match(sentence.lstrip(" *_>-•")) is not None
        or _HARM.search(sentence) is not None
        or _FORBIDS.match(sentence) is not None
    )


def cautions(accounts: Sequence[Accounted], drafts: Sequence[Draft]) -> dict[int | None, str]:
    """What the text warns of beside each step, by the index of its draft; None has what is about no step."""
    found: dict[int | None, list[str]] = {}
    for place, account in enumerate(accounts):
        if account.fate != "note" or "\n" in account.text.strip() or not _is_warning(account.text):
            continue
        said = " ".join(account.text.split()).strip("*_ ")
        index = _step_of(accounts, place, drafts)
        if index is not None and drafts[index].undoes is not None:
            index = drafts[index].undoes
        found.setdefault(index, []).append(said)
    return {index: plain_text("\n".join(dict.fromkeys(lines)))[:_NOTES_MAX] for index, lines in found.items()}


_FORBIDDEN: Final = re.compile(
    r"(?i)\b(?:never|do\s+not|don['’]t|not\s+to|without|avoid)\s+(?:ever\s+)?(?P<verb>[a-z]{3,20}?)(?:ing)?\b"
)
_HEADING: Final = re.compile(r"^a heading\b")


def _step_of(accounts: Sequence[Accounted], place: int, drafts: Sequence[Draft]) -> int | None:
    """The step that a warning is about: of its section the one that does what it forbids, the one that its
    own lines tell of, the next one, or the last one; None where its section has no step.
    """
    first, last = _section(accounts, place)
    steps = [at for at in range(first, last) if accounts[at].draft is not None]
    before = [at for at in steps if at < place]
    after = [at for at in steps if at > place]
    if not steps:
        return None
    verb = _FORBIDDEN.search(accounts[place].text)
    same = [at for at in (*reversed(before), *after) if verb and _does(drafts, accounts[at], verb["verb"])]
    if same:
        return accounts[same[0]].draft
    if before and accounts[before[-1]].end_line >= accounts[place].line:
        return accounts[before[-1]].draft
    return accounts[(after or before[::-1])[0]].draft


def _section(accounts: Sequence[Accounted], place: int) -> tuple[int, int]:
    """From the heading above an account to the one below it."""
    heads = [at for at, item in enumerate(accounts) if item.fate == "title" or _HEADING.match(item.detail)]
    first = max((at for at in heads if at <= place), default=0)
    return first, min((at for at in heads if at > place), default=len(accounts))


def _does(drafts: Sequence[Draft], account: Accounted, verb: str) -> bool:
    """Whether the words of a step say that it does something."""
    if account.draft is None:
        return False
    draft = drafts[account.draft]
    return re.search(rf"(?i)\b{re.escape(verb)}", f"{draft.title}\n{draft.text}") is not None
