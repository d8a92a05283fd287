"""A prerequisite as a check: a command that only reads and shows whether it holds, with what it should print.

Nothing is guessed about where: what must hold on another machine is a box to tick, and so is all that no
command shows. The command is shown to whoever starts the run; the scanner must call it safe by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.extract.commands import looks_like_command
from ingest.extract.vocabulary import COMMANDS
from ingest.resources import unfit
from ingest.variables import find_placeholders
from scanner import scan
from schemas.holes import holes, near_holes
from schemas.risk import Risk
from schemas.runbook import Check
from schemas.step import Expect

_ELSEWHERE: Final = re.compile(
    r"(?i)\b(?:on|in|into|from|to) (?:(?:the|each|every|all|a|an) )?(?:[\w-]+ ){0,2}"
    r"(?:hosts?|servers?|nodes?|agents?|bastions?|jump ?(?:host|box)|cluster nodes?|instances?|"
    r"machines? where|vms?|pods?)\b"
)
_SHOWS: Final = re.compile(
    r"(?i)\b(?:shows?|prints?|returns?|says?|reports?|outputs?|lists?|gives?|is|must be|should be|"
    r"contains?|state)\b"
)
_CONTEXT: Final = re.compile(r"(?i)\b(?:kubectl|kube(?:rnetes|config)?|cluster)\b[^.]{0,30}\bcontext\b")
_INSTALLED: Final = re.compile(
    r"(?i)\b(?:install(?:ed)?|available|in your path|on your path|cli|binary|command-line|tools?)\b"
)
_NEEDED: Final = re.compile(
    r"(?i)^\W*+(?:you (?:will )?need|needs?|requires?|required|have|prerequisites?)?\W*+(?:the )?`?[\w-]++`?"
    r"(?:(?:,| and|, and) (?:the )?`?[\w-]++`?){0,6}\W*(?:v?\d[\w.+]*\W*)?(?:installed\W*)?$"
)
"""A line that is nothing but programs: “kubectl, helm and jq”."""

_VERSION: Final = re.compile(r"(?:[<>]=?|≥|≤|=)\s*v?\d|\bv?\d+\.\d+|\bversion\b")
_IN: Final = r"(?:logged in|signed in|log ?in|authenticated|auth\w*)"
_KNOWN: Final = tuple(
    (re.compile(rf"(?i){pattern}"), command)
    for pattern, command in (
        (
            rf"\b(?:aws|amazon)\b[^.]{{0,40}}\b(?:{_IN}|credentials?|session|sso|account|configured)\b|"
            rf"\b(?:{_IN}|access)\b[^.]{{0,30}}\b(?:aws|amazon)\b",
            "aws sts get-caller-identity",
        ),
        (
            rf"\b(?:gcloud|gcp|google cloud)\b[^.]{{0,40}}\b(?:{_IN}|credentials?|configured)\b",
            "gcloud auth list",
        ),
        (rf"\b(?:az|azure)\b[^.]{{0,40}}\b{_IN}\b", "az account show"),
        (rf"\b(?:gh|github cli)\b[^.]{{0,40}}\b{_IN}\b", "gh auth status"),
        (
            r"\bkubeconfig\b|\b(?:kubectl|cluster|kubernetes)\b[^.]{0,20}\baccess\b|"
            r"\baccess to (?:the |a )?(?:\w+ )?(?:kubernetes |k8s )?cluster\b",
            "kubectl cluster-info",
        ),
    )
)
_WORKS: Final = re.compile(r"(?i)^[\s`*_]{0,4}(?:works?|succeeds?|runs|passes|is ok)\b")
_ENDS_WELL: Final = Expect(text="It ends without an error.")
_LONGEST: Final = 200
_MOST: Final = 5


def check_of(text: str, codes: Sequence[str], told: frozenset[str]) -> Check | None:
    """The check of a prerequisite; None where none can be written. `codes` are the pieces of inline code of
    its sentence, `told` the words that the text says to replace.
    """
    if len(text) > _LONGEST:
        return None
    for command, expect in _candidates(text, codes):
        if _is_safe(command, told):
            return Check(command=command, expect=expect)
    return None


def _candidates(text: str, codes: Sequence[str]) -> Iterator[tuple[str, Expect | None]]:
    """Commands that may show it, with what they print then, in the order of what the text says. None: a
    person reads from it whether it holds.
    """
    for index, code in enumerate(codes):
        if looks_like_command(code):
            yield code.strip(), _expected(text, code, codes[index + 1 :])
            return
    if _CONTEXT.search(text):
        named = [code for code in codes if re.fullmatch(r"[\w.@:/-]{2,80}", code) and code not in COMMANDS]
        if len(named) == 1:
            says = f"It prints “{named[0]}”."
            yield "kubectl config current-context", Expect(output=_escaped(named[0]), text=says)
            return
    if _ELSEWHERE.search(text):
        return
    yield from ((command, _ENDS_WELL) for pattern, command in _KNOWN if pattern.search(text))
    programs = _programs(text, codes)
    if programs and not _VERSION.search(text):
        yield " && ".join(f"command -v {name}" for name in programs), _ENDS_WELL


def _expected(text: str, command: str, behind: Sequence[str]) -> Expect | None:
    """What the text says of the command: that it prints the only code behind “shows”, or that it works."""
    at = text.find(command)
    rest = text[at + len(command) :] if at >= 0 else ""
    values = [code for code in behind if code in rest]
    told = len(values) == 1 and _SHOWS.search(rest[: rest.find(values[0])]) is not None
    negated = re.search(r"(?i)\b(?:not|no|never|n['’]t|without)\b", rest) is not None
    if negated:
        return None
    if told:
        word = values[0].strip()
        begin, end = (r"\b" if word[at].isalnum() else "" for at in (0, -1))
        pattern = f"(?s:.*){begin}{_escaped(word)}{end}(?s:.*)"
        return Expect(output=pattern, text=f"It prints “{word}”.")
    return _ENDS_WELL if _WORKS.match(rest) else None


def _escaped(word: str) -> str:
    return re.sub(r"([][.\\+*?(){}|^$])", r"\\\1", word)


def _programs(text: str, codes: Sequence[str]) -> list[str]:
    """The programs that must be there: named in code, or all that the line says."""
    if not (_INSTALLED.search(text) or _NEEDED.match(text)):
        return []
    words = [*codes, *re.findall(r"[a-z][\w-]+", text)] if _NEEDED.match(text) else [*codes]
    if re.search(r"(?i)\binstall(?:ed)?\b|\bcli\b", text):
        words += [word for word in re.findall(r"[a-z][\w-]+", text) if word in COMMANDS and len(word) > 3]
    found = [word for word in dict.fromkeys(words) if word in COMMANDS and word not in _WORDS]
    return found[:_MOST]


_WORDS: Final = frozenset(
    "install make host id which service test source time top watch more less at go".split()
)
"""Programs that are words of a sentence, too."""


def _is_safe(command: str, told: frozenset[str]) -> bool:
    """Whether a command reads and no more, by the scanner, and has every value that it needs."""
    open_ = holes(command) or near_holes(command) or find_placeholders(command, frozenset(), told)
    if open_ or "\n" in command or unfit(command) is not None:
        return False
    return scan(command).risk is Risk.SAFE
