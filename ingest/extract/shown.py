"""What a sentence over a block says of it: that it is to be run, or how a file or an output looks."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final

from ingest.blocks import Block
from ingest.extract.announced import (
    announces_contents,
    announces_output,
    asks_to_look,
    names_a_part,
    tells_to_edit,
)
from ingest.extract.command_forms import unknown_program
from ingest.extract.commands import FoundCommand, commands_of, looks_like_command
from ingest.extract.consoles import is_session
from ingest.extract.doing import done_by
from ingest.extract.gates import is_gate
from ingest.extract.negation import negated
from ingest.extract.typed_code import with_typed
from ingest.extract.vocabulary import SHELL_LABELS, is_imperative, sentences

_COMMAND: Final = re.compile(r"(?i)\b(?:commands?|invocations?|run|running|execut\w+|type|typing|shell)\b")
_LOOKS: Final = re.compile(
    r"(?i)\blooks?\s+(?:\w+\s+){0,2}like\b|\b(?:should|will|would|must)\s+be\s+(?:\w+\s+){0,2}like\b"
)
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
_PATH: Final = re.compile(
    r"(?:(?<![\w/])(?!/dev/)(?:~|\.{1,2})?/\w[\w./-]*|(?<![\w-])[\w-]{0,100}\.(?:conf|cfg|cnf|ini|ya?ml|"
    r"json|toml|xml|sh|env|service|py|rules|properties|bashrc|bash_profile|profile)\b)"
)
_FILE: Final = re.compile(r"(?i)\b(?:files?|crontab|fstab)\b")
_SAVED: Final = re.compile(
    r"(?i)\b(?:save|create|put|write|store|paste)\s+(?:(?!with\b|using\b|by\b|via\b)[\w`'/.-]+\s+){0,4}?"
    r"(?:scripts?|files?|code|contents?|this|these|following|below|[\w`-]*[/.][\w`/.-]*\w)(?![\w-])"
)
"""“Save this code”, “Create `/usr/local/bin/clean.sh`”: a script below is the content."""


def shows_a_file(lead: str, block: Block) -> bool:
    """Whether the block below a sentence is how something looks or what is written into a file, not what is
    run. What was typed at a prompt is run all the same, unless the sentence tells what is to be seen; and so
    are commands, unless the sentence names the file that they stand in.
    """
    if is_session(block.text):
        return _EXPECTED.search(lead) is not None
    if begins_typed(block, labelled=not asks_to_look(lead)) and (asks_to_look(lead) or names_a_part(lead)):
        return False
    if announces_output(lead):
        return not block.text.lstrip().startswith(f"{lead.strip(' *_:').lower()}ctl ")
    if all(path[0].rstrip(".") not in block.text for path in _PATH.finditer(lead)):
        if announces_contents(lead):
            return True
        found = commands_of(block) if tells_to_edit(lead) else []
        if found and (
            block.text.split("\n")[0].rstrip().endswith("{") or not looks_like_command(found[0].text)
        ):
            return True
    if not _says_content(lead):
        return False
    return _names_a_file(lead, block.text) or not _could_be_run(block)


def begins_typed(block: Block, *, labelled: bool) -> bool:
    """Whether the first line of a block is surely a command; `labelled`: and the block one of a shell."""
    if labelled and block.language not in SHELL_LABELS:
        return False
    found = commands_of(block)
    return (
        bool(found) and looks_like_command(found[0].text) and block.text.strip().startswith(found[0].text[:1])
    )


def cites_a_file(text: str, written: Set[str]) -> bool:
    """Whether a block shows lines again that a command above writes into a file, and none of them is a
    command. `written`: all such lines.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()] if written else []
    return bool(lines) and written >= set(lines) and not any(map(looks_like_command, lines))


def _says_content(lead: str) -> bool:
    if _COMMAND.search(lead) is not None:
        return False
    return _LOOKS.search(lead) is not None or _CONTENT.search(lead) is not None


def _names_a_file(lead: str, code: str) -> bool:
    """Whether a sentence names a file; one that the code names too is what its commands work on."""
    paths = [found[0].rstrip(".") for found in _PATH.finditer(lead)]
    return all(path not in code for path in paths) and (bool(paths) or _FILE.search(lead) is not None)


def _could_be_run(block: Block) -> bool:
    """Whether a block is one of a shell, or has a line that surely is a command."""
    found = commands_of(block)
    return bool(found) and (
        block.language in SHELL_LABELS or any(looks_like_command(item.text) for item in found)
    )


def commands_below(lead: str, block: Block, *, introduces: bool) -> list[FoundCommand]:
    """The commands of a block below a sentence, empty where it shows a file or a script to be saved. `lead`
    is empty where no sentence speaks of the block; `introduces`: it ends in a colon.
    """
    if lead and shows_a_file(lead, block):
        return []
    told = bool(lead) and tells_to_run(lead, introduces=introduces)
    saved = _SAVED.search(lead) is not None and _COMMAND.search(lead) is None
    found = commands_of(block, told=told, saved=saved)
    return with_typed(block, found) if block.typed else found


_LOOKS_AT: Final = re.compile(
    r"(?i)^(?:(?:please|then|now|next|also|and|first|finally)\s+)*(?:check|verify|look|compare|call|escalate|"
    r"connect|confirm|ask|notify)\b"
)
"""What is below is looked at, or says whom to call: only a program that is known makes a command of it."""


_ANOTHER: Final = re.compile(
    r"(?i)^(?:or,? |and |but )?(?:for|on|with|under)"
    r"(?: (?!example\b|instance\b|you\b|we\b|it\b|should\b|see\b)[\w.+-]+){1,3}"
    r"(?:,? (?:it|this|that)(?:['’]s| is| would be| will be))?$"
)
"""“For ext4, it would be:”: how the same is done in another case."""


def tells_to_run(lead: str, *, introduces: bool) -> bool:
    """Whether a sentence tells to type what stands below it, as far as its words tell. `introduces`: it ends
    in a colon.
    """
    if _says_content(lead) or _LOOKS_AT.match(lead.strip("*_ ")):
        return False
    if _COMMAND.search(lead) is not None:
        return introduces
    if introduces and _ANOTHER.match(lead) is not None:
        return True
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


_EXAMPLE: Final = re.compile(r"(?i)^\W*(?:(?:for )?(?:example|instance)|e\.\s?g\.?)\W*$")
"""It says nothing of its own."""


def last_sentence(text: str) -> str:
    """The sentence that speaks of what stands below a text, without its colon; empty where it forbids."""
    parts = sentences(text) or [text]
    last = parts[-2] if len(parts) > 1 and _EXAMPLE.match(parts[-1]) else parts[-1]
    return "" if negated(last) else last.rstrip(":→ ")


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


_TYPED_CHARACTERS: Final = 400
"""Of a paragraph that is nothing but a command."""


def shows_how(lead: str, sentence: str, following: Block | None, *, introduces: bool) -> bool:
    """Whether the block below an instruction is how it is done: commands, or nothing but one. `lead`: the
    last sentence over it; `introduces`: it ends in a colon.
    """
    if following is None:
        return False
    if following.kind == "code":
        found = [item.text for item in commands_below(lead, following, introduces=introduces)]
        return bool(found) and done_by(sentence, found, introduces=introduces)
    text = following.text.strip()
    if following.kind not in ("paragraph", "item") or "\n" in text or len(following.code) > 1:
        return False
    if following.code and following.text[following.code[0].start : following.code[0].end].strip() != text:
        return False
    if len(text) > _TYPED_CHARACTERS:
        return False
    typed = looks_like_command(text) or (bool(following.code) and unknown_program(text))
    return typed and done_by(sentence, [text], introduces=introduces)


def below(block: Block, following: Block | None) -> Block | None:
    """The block that follows, where it is part of what a block says: an item below a less deep one is."""
    if following is None or following.kind != "item":
        return following
    return following if block.kind == "item" and following.level > block.level else None


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
    if shows_how(last_sentence(text), (told or every)[-1], following, introduces=colon):
        if len(told) == 1 and not colon:
            return [], True, told[0]
        dropped = every[-1] if every[-1] in told else lead_sentence(text)
        return [part for part in told if part != dropped], colon or dropped in told, ""
    kept = every[-1] in told and (over_listing(following) or is_gate(every[-1]))
    if colon and not kept:
        return [part for part in told if part != every[-1]], True, ""
    return told, False, ""
