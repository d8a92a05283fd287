"""What a sentence over a block says of it: that it is to be run, or how a file or an output looks."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import is_imperative

_COMMAND: Final = re.compile(r"(?i)\b(?:commands?|invocations?|run|running|execut\w+|type|typing|shell)\b")
_LOOKS: Final = re.compile(r"(?i)\blooks?\s+(?:\w+\s+){0,2}like\b")
_CONTENT: Final = re.compile(
    r"(?i)\bwith (?:the |this |these )?(?:following )?(?:contents?|text|lines?|configuration|config|"
    r"settings)\b|^(?:then |and |now |next |also |please )?(?:add|append|insert|put|paste|include|save|"
    r"write)\b[^.:]{0,40}?\b(?:lines?|contents?|snippet|stanza|section|entry|entries|block|script|code|text)\b"
)
"""“Create the file with the following content:”, “Add this line:”."""

_SEEN: Final = re.compile(
    r"(?i)\b(?:outputs?|outcome|results?|responses?|errors?|messages?|warnings?|logs?|logged|alerts?|alarms?|"
    r"symptoms?|contents?|yaml|json|stack ?trace|exceptions?|(?:should|will|would|may|might) (?:now )?"
    r"(?:see|show|get|find|return|print|give|encounter|contain|be)|(?:is|are) (?:located|stored|placed|"
    r"found)|placed in|template|example of|examples)\b"
)
"""What is seen, and not typed."""


def shows_a_file(lead: str) -> bool:
    """Whether what follows is how something looks or what is written into a file, not what is run."""
    looks = _LOOKS.search(lead) is not None and _COMMAND.search(lead) is None
    return looks or (_CONTENT.search(lead) is not None and _COMMAND.search(lead) is None)


def tells_to_run(lead: str, *, introduces: bool) -> bool:
    """Whether a sentence tells to type what stands below it, as far as its words tell. `introduces`: it ends
    in a colon.
    """
    if shows_a_file(lead):
        return False
    if _COMMAND.search(lead) is not None:
        return introduces
    if _SEEN.search(lead) is not None:
        return False
    purpose = re.match(r"(?i)^(?:and |then |or |now |so )*to \w+", lead) is not None
    return (introduces and (purpose or " to " in lead)) or is_imperative(lead)
