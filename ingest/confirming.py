"""What must be typed before a dangerous step runs: the name of what it acts on; asked where it is open."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

from ingest.building import Building, plain_line
from ingest.extract.drafts import Draft
from ingest.extract.vocabulary import COMMANDS, IMPERATIVES
from ingest.questions import Free, Option, Question
from ingest.resources import Resources
from schemas.holes import Hole, holes, near_holes
from schemas.runbook import AmbiguityKind
from schemas.text import check_line

NAME: Final = "Which name must be typed before this runs?"
_SHORTEST, _LONGEST = 3, 80
_OPTIONS_MAX: Final = 4
_AMOUNT: Final = re.compile(
    r"(?i)\d+(?:\.\d+)?\s?[a-z%]{0,3}|(?:until|since|before|after|age|size|limit)=.*|[\W\d_]*"
)
"""How much or until when: typing it says nothing about what is at stake."""

_KINDS: Final = frozenset(
    "pod pods po deployment deployments deploy statefulset statefulsets sts daemonset daemonsets "
    "service services svc secret secrets configmap configmaps cm pvc pvcs pv pvs persistentvolumeclaim "
    "persistentvolumeclaims node nodes job jobs cronjob cronjobs ingress ingresses namespace namespaces "
    "replicaset replicasets hpa crd crds all origin upstream main master head flushdb flushall database "
    "table index user cluster instance instances volume volumes stack bucket topic queue droplet name".split()
)
"""Kinds of things and names that stand in every house: typing one says nothing about what is at stake."""

_HELD: Final = re.compile(r"^(?:--?[\w-]+=|\$\{?[A-Za-z_]\w*\}?/?)")
"""What stands before a name in one word: an option, a variable of the shell."""

_PLAIN: Final = re.compile(r"(?=.*[A-Za-z])[\w@./:+=-]+")
_BARE: Final = re.compile(r"[A-Za-z][\w:-]*")
_KEYWORDS: Final = frozenset(
    "do done then else elif fi for in if while until case esac xargs sudo time".split()
)
_DOES: Final = IMPERATIVES | frozenset(
    "deallocate decommission deregister destroy detach del dropdb erase evict flushall flushdb purge reset "
    "rm shutdown terminate undeploy wipe".split()
)
_FREE: Final = Free(
    "Another name",
    "orders-db-2",
    r"[^\x00-\x1f{}]{3,80}",
    "Whoever approves it types “{value}”.",
    "confirm",
)


def confirmation(building: Building, draft: Draft, command: str, seen: Resources, step_id: str) -> str:
    """The text to type, holes and all: a run fills them with its variables. In this order: a resource that
    the scanner saw; the only variable that stands as an argument; an answer; else the step's own name, with
    the question left open.
    """
    for resource in seen.names:
        if _is_name(resource):
            return resource
    arguments = list(dict.fromkeys(_shown(hole) for hole in holes(command) if not _in_option(command, hole)))
    if len(arguments) == 1:
        return arguments[0]
    settled = building.ask(_question(draft, command, arguments, step_id), step_id)
    if settled is not None and settled.act == "confirm" and _is_line(settled.value):
        return settled.value
    return step_id


def _question(draft: Draft, command: str, arguments: list[str], step_id: str) -> Question:
    names = [*arguments, *(name for name in names_offered(command) if name not in arguments)][:_OPTIONS_MAX]
    options = (
        Option(f"name-{number}", name, f"Whoever approves it types “{name}”.", "confirm", name)
        for number, name in enumerate(names, 1)
    )
    own = Option("step", "The step's own name", f"Whoever approves it types “{step_id}”.", "keep")
    return Question(
        AmbiguityKind.MISSING_VALUE,
        plain_line(draft.title),
        NAME,
        draft.line,
        span=draft.command_span,
        words=command,
        options=(*options, own),
        free=_FREE,
    )


def names_offered(command: str) -> Iterator[str]:
    """Words of the command that could be what it acts on, in order: no program, no verb, no option."""
    seen: set[str] = set()
    for word in _words(command, 2):
        name = _HELD.sub("", word)
        plain = _PLAIN.fullmatch(name) is not None and not name.startswith("-")
        if plain and _is_name(name) and not _is_action(name) and name not in seen:
            seen.add(name)
            yield name


def _words(command: str, depth: int) -> Iterator[str]:
    """The words of each command behind its program and its verb, and those of a quoted command inside it. A
    word with a hole is left out: the hole is offered.
    """
    for found in _commands(_without_holes(command)):
        first = next((at for at, word in enumerate(found) if at and _is_action(word)), None)
        for number, word in enumerate(found):
            valued = number > 1 and found[number - 1].startswith("-") and "=" not in found[number - 1]
            leads = number == 1 and word.isalpha() if first is None else number <= first and not valued
            if depth and " " in word:
                yield from _words(word, depth - 1)
            elif number and not (leads and _BARE.fullmatch(word)):
                yield word


def _commands(text: str) -> Iterator[list[str]]:
    """The words of each command of a line, without the words that only hold the line together."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();|&\n")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        words = text.split()
    found: list[str] = []
    for word in words:
        if word in _KEYWORDS or not word.strip("();|&\n"):
            if found:
                yield found
            found = []
        else:
            found.append(word)
    if found:
        yield found


def _is_action(word: str) -> bool:
    """Whether a word names what is done: `delete`, `stop-instances`, `pg:reset`."""
    parts = re.split(r"[-_:]", word.lower())
    if parts[0] in _DOES or word in COMMANDS:
        return True
    return len(parts) == 2 and ":" in word and parts[1] in _DOES


def _without_holes(command: str) -> str:
    for hole in reversed(holes(command)):
        command = command[: hole.start] + "{}" + command[hole.end :]
    return command


def _shown(hole: Hole) -> str:
    return "{{ " + hole.name + " }}"


def _in_option(command: str, hole: Hole) -> bool:
    """Whether a hole is the value of an option, so that it may be a limit as well as a name."""
    before = command[: hole.start]
    valued = re.search(r"(?:^|\s)--?[\w-]+(?:=|\s+)[\"']?$", before) is not None
    return valued or re.split(r"[\s\"']", before)[-1].startswith("-")


def _is_name(resource: str) -> bool:
    return (
        _SHORTEST <= len(resource) <= _LONGEST
        and _AMOUNT.fullmatch(resource) is None
        and resource.lower() not in _KINDS
        and _is_line(resource)
        and not near_holes(resource)
    )


def _is_line(text: str) -> bool:
    try:
        return text.isprintable() and check_line(text) == text
    except ValueError:
        return False
