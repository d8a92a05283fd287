"""What a reader is told to run by its name: a word alone, or a name and plain words that no list knows."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.command_forms import is_spoken, of_words
from ingest.extract.commands import FoundCommand
from ingest.extract.programs import is_program
from ingest.extract.spoken import ENGLISH
from ingest.extract.vocabulary import SUBCOMMANDS

_RUNS_ALONE: Final = re.compile(
    r"(?i)(?:(?:^|[.,;:(]\s{0,3}|\b(?:(?<!used )(?<!going )to|then|and|please|"
    r"(?:you|we) (?:must|can|should))\s)(?:run|execute)|"
    r"(?:^|[.,;:(]\s{0,3}|\b(?:to|then|and)\s)(?P<console>start|open|launch|enter))\s{1,3}"
    r"(?:the )?$"
)
"""Told to a reader: what a cron will run, or ends by running, is nobody's step."""

_CONSOLES: Final = frozenset(
    "python python3 irb psql mysql redis-cli mongosh mongo sqlite3 ncdu htop".split()
)
_TOOLS: Final = ("ctl", "cli", "adm", "admin")
"""With which the names of programs end that do nothing without a verb."""

_ALONE: Final = re.compile(r"[a-z][\w.-]{2,40}|\w[\w.-]{1,60}\.(?:sh|ps1)")


def is_run_alone(code: str, before: str) -> bool:
    """Whether one word is told to be run: a program that does its work without arguments, or a console."""
    found = _RUNS_ALONE.search(before) if _ALONE.fullmatch(code) else None
    if found is None:
        return False
    if found["console"]:
        return code in _CONSOLES
    return (
        code.endswith((".sh", ".ps1"))
        or "_" in code
        or (is_program(code) and code not in SUBCOMMANDS | ENGLISH and not code.endswith(_TOOLS))
    )


_OTHERS_RUN: Final = re.compile(
    r"(?i)\s{1,3}(?:\w{1,20}\s{1,3})?(?:jobs?|pipelines?|workflows?|playbooks?|quer(?:y|ies)|tasks?|actions?|"
    r"dags?|plans?|suites?|tests?|stages?|reports?|notebooks?|templates?|runbooks?|builds?|automations?)\b"
)
"""What has a name of several words too, and is run elsewhere: “Run the `deploy web` pipeline”."""


def is_run_by_name(text: str, before: str, code: FoundCommand) -> bool:
    """Whether a reader is told to run a name that no list knows, and words: “Run `house rotate keys`.”"""
    run = _RUNS_ALONE.search(before)
    if run is None or run["console"] or is_program(code.text.split(None, 1)[0]):
        return False
    words = of_words(code.text) and not is_spoken(code.text)
    return words and _OTHERS_RUN.match(text, code.end) is None
