"""What a sentence over a block says of it: that it is to be run, or how a file or an output looks."""

from __future__ import annotations

import re
from typing import Final

from ingest.blocks import Block
from ingest.extract.command_forms import unknown_program
from ingest.extract.commands import commands_of, looks_like_command
from ingest.extract.vocabulary import is_imperative, sentences
from scanner import scan
from schemas.risk import Risk

_COMMAND: Final = re.compile(r"(?i)\b(?:commands?|invocations?|run|running|execut\w+|type|typing|shell)\b")
_LOOKS: Final = re.compile(r"(?i)\blooks?\s+(?:\w+\s+){0,2}like\b")
_CONTENT: Final = re.compile(
    r"(?i)\bwith (?:the |this |these )?(?:following )?(?:contents?|text|lines?|configuration|config|"
    r"settings)\b|^(?:then |and |now |next |also |please )?(?:add|append|insert|put|paste|include|save|"
    r"write)\b[^.:]{0,40}?\b(?:lines?|contents?|snippet|stanza|section|entry|entries|block|script|"
    r"code|text)\b"
)
"""“Create the file with the following content:”, “Add this line:”."""

_SEEN: Final = re.compile(
    r"(?i)\b(?:outputs?|outcome|results?|responses?|errors?|messages?|warnings?|logs?|logged|alerts?|alarms?|"
    r"symptoms?|contents?|yaml|json|stack ?trace|exceptions?|(?:should|will|would|may|might) (?:now )?"
    r"(?:see|show|get|find|return|print|give|encounter|contain|be)|(?:is|are) (?:located|stored|placed|"
    r"found)|placed in|template|example of|examples)\b"
)
"""What is seen, and not typed."""


_EXPECTED: Final = re.compile(r"(?i)\b(?:should|will|would) (?:now )?see\b")


def shows_a_file(lead: str, *, session: bool = False) -> bool:
    """Whether what follows is how something looks or what is written into a file, not what is run. What was
    typed at a prompt (`session`) is run all the same, unless the sentence tells what is to be seen.
    """
    if session:
        return _EXPECTED.search(lead) is not None
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


_SAYS_NOTHING: Final = re.compile(
    r"(?i)^(?:so |and |then |now |just |simply )*(?:(?:you|we) can (?:(?:also )?(?:use|run|try|"
    r"achieve)|do (?:so|this|that|it))|"
    r"to do (?:so|this|that)|do (?:so|this|that)|run|use|invoke|alternatively|for (?:example|instance|"
    r"most)|this (?:is|can)|"
    r"that means|on \w+ just|it is|or\b|like|this is how)\b(?!.{0,40}\bto (?:see|get|find|check|list|show)\b)"
)
"""“You can do so by running”, “This is straight forward”: no title for a step."""

_BY: Final = re.compile(
    r"(?i)\s(?:by|with|using|via|as|like)(?: running| executing| typing| using)?"
    r"(?: (?:this|the following|the command|these)(?: commands?)?)?$"
)
_FEW_WORDS: Final = 9


def lead_title(text: str) -> str:
    """What a step is called after whose commands stand below a text: its last sentence that says something;
    empty where none does.
    """
    return _BY.sub("", lead_sentence(text).strip("*_ ").rstrip(":→. "))


def lead_sentence(text: str) -> str:
    """The last sentence that says something of what stands below a text; empty where none does."""
    for part in reversed(sentences(text)):
        said = part.strip("*_ ").rstrip(":→. ")
        if said and not (_SAYS_NOTHING.match(said) and len(said.split()) < _FEW_WORDS):
            return part
    return ""


_CHANGES: Final = re.compile(
    r"(?i)^(?:(?:please|then|now|next|also|manually) )*(?:delete|remove|clean|free|restart|reboot|"
    r"kill|drain|scale|resize|"
    r"stop|start|promote|fail|roll|restore|revert|disable|enable|purge|truncate|drop|add|increase|"
    r"decrease|raise|"
    r"lower|update|upgrade|apply|rotate|move|replace|create|repair|rebuild|extend|expand)\b"
)


def shows_how(sentence: str, following: Block | None) -> bool:
    """Whether the block below an instruction is how it is done: commands, or nothing but one. What only reads
    is not how something is changed: “Remove old builds” over `du -sh *`.
    """
    if following is None:
        return False
    if following.kind == "code":
        found = commands_of(following, told=True)
        changes = _CHANGES.match(sentence.strip("*_ ")) is not None
        reads = changes and all(scan(item.text).risk is Risk.SAFE for item in found)
        return bool(found) and not reads
    text = following.text.strip()
    if following.kind != "paragraph" or "\n" in text or len(following.code) > 1:
        return False
    if following.code and following.text[following.code[0].start : following.code[0].end].strip() != text:
        return False
    return looks_like_command(text) or (bool(following.code) and unknown_program(text))


def over_listing(following: Block | None) -> bool:
    """Whether a listing stands below that is no command: what an instruction tells to write or to look at."""
    return following is not None and following.kind == "code"


def beside_what_follows(text: str, told: list[str], following: Block | None) -> tuple[list[str], bool, str]:
    """The instructions of a text that are steps of their own, whether its last one introduces what stands
    below (it is done by the commands there), and what those are called then, empty where the text's last
    sentence says it. An instruction over a listing that is no command is a step.
    """
    every = sentences(text)
    colon = text.rstrip().endswith(":")
    if not every:
        return told, False, ""
    if shows_how((told or every)[-1], following):
        if len(told) == 1 and not colon:
            return [], True, told[0]
        dropped = every[-1] if every[-1] in told else lead_sentence(text)
        return [part for part in told if part != dropped], colon or dropped in told, ""
    if colon and not (over_listing(following) and every[-1] in told):
        return [part for part in told if part != every[-1]], True, ""
    return told, False, ""
