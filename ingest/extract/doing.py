"""Whether commands do what a sentence over them tells, or a person does it before them.

“Restart it:” over `systemctl restart web` is one step. “Ask the DBA for approval.” over `dropdb old` is two:
who reads only a title would do the second without the first. So a sentence is taken for the title of its
commands only where it ends in a colon or its verb is one that they do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.extract.command_forms import without_placeholders
from ingest.extract.gates import among_people, is_gate
from scanner import scan
from schemas.risk import Risk

_FILLER: Final = re.compile(
    r"(?i)^(?:(?:please|then|now|next|also|manually|and|first|finally|once more|again|so|just|"
    r"simply|only|optionally|immediately|you (?:can|may|must|should|have to|need to|"
    r"will need to)|remember to|(?:do not|don['’]?t|never) forget to|(?:in order )?to)[\s,]+)+"
)
_BY_A_PERSON: Final = re.compile(
    r"(?i)^(?:ask|notify|announce|call|page|tell|inform|escalate|contact|e-?mail|message|agree|decide|"
    r"coordinate|consult|schedule|request|obtain|warn|alert|post|communicate|report|discuss|wait)\b|"
    r"\b(?:approvals?|approved?|sign-?off|permission|go-ahead|customers?|stakeholders?|colleagues?|manager|"
    r"tickets?|portal|slack)\b|\s#[a-z]"
)
"""What no command does."""

_CARE: Final = (
    (re.compile(r"(?i)\b(?:back-?ups?|back up|snapshots?)\b"),
     re.compile(r"(?i)dump|back|snap|\bcp\b|copy|\btar\b|rsync|save|restic|velero|export|archive|barman")),
    (re.compile(r"(?i)\b(?:maintenance|downtime)\b"),
     re.compile(r"(?i)maint|cordon|drain|downtime|silence|disable|\boff\b|\bdown\b")),
)  # fmt: skip
"""What is done before something dangerous, and what a command looks like that does it."""

_CHANGES: Final = re.compile(
    r"(?i)^(?:delete|remove|clean|free|restart|reboot|kill|drain|scale|resize|stop|start|promote|fail|roll|"
    r"restore|revert|disable|enable|purge|truncate|drop|add|increase|decrease|raise|lower|update|upgrade|"
    r"apply|rotate|move|replace|create|repair|rebuild|extend|expand)\b"
)
_READS: Final = re.compile(
    r"(?i)^(?:check|verify|confirm|validate|ensure|make sure|be sure|see|look|watch|monitor|observe|review|"
    r"inspect|compare|find|identify|determine|list|show|view|get|read|investigate|examine|test|note)\b"
)
_TYPES: Final = re.compile(
    r"(?i)^(?:run|execute|use|type|enter|invoke|do|issue|try|perform|log|login|ssh|connect|open|switch|go|"
    r"change|cd|set|configure|edit|install|uninstall|copy|download|upload|generate|build|deploy|sync|pull|"
    r"push|fetch|clone|commit|merge|load|import|export|mount|unmount|attach|detach|initialize|initialise|"
    r"init|register|convert|extract|unpack|compress|trigger|force|send|give|grant|allow|block|unblock|ban|"
    r"unban|cordon|uncordon|evict|grow|shrink|reset|reload|recreate|redeploy|renew|refresh|rename|rewrite|"
    r"exit|quit|provision|bootstrap|join|leave|link|collect|gather|dump|print|count|query|search|define|"
    r"adjust|modify|"
    r"back ?up|snapshot|take|scan|probe|tail|follow|"
    r"clear|flush|empty|vacuum|reindex|resume|pause|suspend|terminate|shut|bring|launch|spin|unlock|lock|"
    r"mark|label|annotate|patch|fix|rerun|retry|replay|recover|migrate|save|store|write)\b"
)
"""Verbs of what is typed. Their object is taken for the one that the command names."""


def done_by(sentence: str, commands: Sequence[str], *, introduces: bool) -> bool:
    """Whether commands do what a sentence tells. `introduces`: it ends in a colon. What only reads is not how
    something is changed: “Remove old builds” over `du -sh *`.
    """
    text = _FILLER.sub("", sentence.strip("*_ "))
    if _READS.match(text) is None and is_gate(sentence) and not _waits(text, commands):
        return False
    if _BY_A_PERSON.search(text) is not None and not _waits(text, commands):
        return False
    if any(said.search(text) and not all(map(does.search, commands)) for said, does in _CARE):
        return False
    if _READS.match(text) is not None:
        return only_read(commands) or (introduces and not _is_gate(text, commands))
    if _CHANGES.match(text) is not None:
        return not only_read(commands)
    return introduces or _TYPES.match(text) is not None


def only_read(commands: Sequence[str]) -> bool:
    """Whether commands read and no more, by the scanner."""
    return all(scan(without_placeholders(command)).risk is Risk.SAFE for command in commands)


def only_looks(text: str, *, command: bool) -> bool:
    """Whether a command reads and no more, or an instruction tells to look and no more."""
    return only_read([text]) if command else _READS.match(_FILLER.sub("", text.strip("*_ "))) is not None


def _is_gate(text: str, commands: Sequence[str]) -> bool:
    """Whether what is checked stands before something that the commands do: “Check that all are off:”."""
    dangerous = any(scan(command).risk is Risk.DANGEROUS for command in commands)
    return dangerous or among_people(text) or text.lower().startswith("confirm")


def _waits(text: str, commands: Sequence[str]) -> bool:
    """Whether commands are how one waits: “Wait until it is up:” over `kubectl rollout status`."""
    first = text.lower().startswith("wait ") and re.search(r"\d+\s*(?:min|h|sec)", text) is None
    return first and all(
        re.search(r"\b(?:wait|status|watch|sleep|until|while)\b|\s-w\b", item) for item in commands
    )
