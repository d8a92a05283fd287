"""What has the form of a command, though no list knows its program."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.spoken import ENGLISH
from ingest.extract.vocabulary import is_imperative

_PROGRAM: Final = re.compile(r"[a-z][a-z0-9_-]{1,30}(?= )")
_ARGUMENT: Final = re.compile(
    r" (?:--?[a-z][\w-]*=\S+|<[^<>\n]{1,60}>|\[[\w.-]{1,40}(?:\|[\w.-]{1,40}){1,8}\]|[\w./{}$:@*=+%~-]+)"
)
_ARGUMENTS_MAX: Final = 20
_REST_MAX: Final = 200


def of_words(text: str) -> bool:
    """Whether a line could be one of a program that no list knows: a name, then words that could be its
    arguments. Read word by word: one pattern for all of them would try every way to part them.
    """
    name = _PROGRAM.match(text)
    if name is None or "\n" in text:
        return False
    place = name.end()
    for _ in range(_ARGUMENTS_MAX):
        found = _ARGUMENT.match(text, place)
        if found is None:
            break
        place = found.end()
    return place > name.end() and len(text) - place <= _REST_MAX


def unknown_program(text: str) -> bool:
    """Whether a line has the form of a command with flags, though no list knows its program."""
    return _SIGNED.search(text) is not None and of_words(text)


_SIGNED: Final = re.compile(
    r"\s--?[A-Za-z]|(?:\s|[\w.-][=/:@])<[A-Za-z][^<>]{0,60}>|\s\[[A-Za-z][\w.-]{0,40}\|[\w.|-]{1,80}\](?:\s|$)"
)
"""A flag, a hole, or words of which one is to be chosen: `deployer [staging|production] refresh`."""


_SPOKEN: Final = re.compile(
    r"(?i)\s(?:the|is|are|was|were|has|have|not|no|to|of|for|from|with|been|be|it|this|that|cannot|"
    r"an?)\s|[.:,]\s|[.:,]$"
)
"""What a sentence or a line of a log has, and the arguments of a command hardly ever."""


_SIGN: Final = re.compile(
    r"^[a-z]{2,}[a-z0-9]*-[a-z]{2,}|\s--?[A-Za-z]|(?:\s|=)<[A-Za-z][^<>]{0,60}>|\s[\w.~$-]*/[\w.-]"
)
"""The tool of a house has a hyphen in its name; else a flag, a hole or a path tells a command."""

_MEASURED: Final = re.compile(r"\d\s?%|\s\d+/\d+(?:\s|$)")


def has_form(text: str) -> bool:
    """Whether a line could be a command of a program that no list knows: a name and plain arguments, with a
    sign that no row of an output has: `web running 3/3 ready`, `cpu 90%`.
    """
    signed = _SIGN.search(text) is not None and _MEASURED.search(text) is None
    return signed and of_words(text) and _SPOKEN.search(text) is None


ANGLED: Final = re.compile(r"<[A-Za-z][^<>\n]{0,79}>")
"""A place to fill in, as most texts write it."""
_PLACEHOLDER: Final = re.compile(
    r"<[A-Za-z][^<>|;&\n]{0,79}>|\{\{[^{}\n]{1,80}\}\}|\{[A-Za-z][\w .-]{0,60}\}|\$\{[^{}\n]{1,80}\}|"
    r"\[[A-Za-z][\w .-]{0,60}\]|(?<=[\s=/:])\|[A-Za-z][A-Za-z0-9_-]{2,40}\|(?=$|[\s/.:-])"
)


def without_placeholders(line: str) -> str:
    """A command line in which a word stands for each place to fill in, whatever its text is made of."""
    return _PLACEHOLDER.sub("x", line)


def is_spoken(line: str) -> bool:
    """Whether a line has words or signs of a sentence."""
    return _SPOKEN.search(line) is not None


_MADE: Final = re.compile(r"(?i)\s(?:by|due|because|since|after|via|at|in|on)\s")
"""What a line of a log has behind what happened: `connection reset by peer`."""


def does_something(text: str) -> bool:
    """Whether a line could be a command of a program that no list knows, by the verb that one of its first
    arguments is: `acme rollback orders`, `acme staging refresh`.
    """
    words = text.split()
    named = len(words) > 2 and _SPOKEN.search(text) is None and _MADE.search(text) is None
    tells = any(is_imperative(" ".join(words[at:])) for at in (1, 2))
    return named and tells and _MEASURED.search(text) is None and of_words(text) and not says_state(text)


_STATES: Final = frozenset(
    """
    ok full high low slow late lost dead stale stuck ready busy idle empty missing unknown available
    unavailable reachable unreachable healthy unhealthy degraded critical warning error errors failed failing
    failure fails stopped started starting stopping running restarted restarting recovered recovering active
    inactive enabled disabled connected disconnected online offline pending expired exceeded refused rejected
    closed blocked locked overloaded operational normal green yellow red resolved crashed impacted affected
    """.split()
)
"""How something is."""
_SINCE: Final = re.compile(r"(?i)\s(?:since|until|till|at|on|for)\s+\S*\d|\s\d{1,2}:\d\d\b|\d\s?%|[.!]$")
_PLAIN: Final = re.compile(r"(?:\s|^)-|[/|&;<>=$*`'\"{}()\\]")


def says_state(line: str) -> bool:
    """Whether a word near the beginning of a line says how something is."""
    return any(word.lower().strip(",.:") in _STATES for word in line.split()[1:4])


def reports(line: str) -> bool:
    """Whether a line that begins with a program's name, a word of sentences too, says how something is and
    runs nothing: `service degraded since 10:00`, `node unreachable`. A flag, a path or a sign of the shell's
    tells a command.
    """
    words = line.split()
    if len(words) < 2 or words[0] not in ENGLISH or _PLAIN.search(line) is not None:
        return False
    return says_state(line) or (len(words) > 2 and _SINCE.search(line) is not None)


_DATA: Final = re.compile(
    r"(?i)(?:/\*{0,2}|\.(?:conf|cfg|cnf|ini|ya?ml|json|toml|xml|txt|log|md|properties|pem|crt|"
    r"key|csr|db|gz|tar|zip|sql|out|"
    r"err|pid|sock|service|html?|so(?:\.\d{1,4}){0,3}|jar|rpm|deb|iso|img|qcow2|tgz|bz2|xz|dump|bak))$"
)
"""How the path of a file or a folder ends, and nothing that is run."""


def is_data(word: str, *, path: bool = True) -> bool:
    """Whether a word alone is the path of a file that nobody runs; `./` tells that it is run. `path`: it has
    to name a folder, too.
    """
    is_path = ("/" in word[:-1] or not path) and "=" not in word and not word.startswith("./")
    is_path = is_path and "bin/" not in word
    return is_path and _DATA.search(word) is not None


_TAKES_ARGUMENTS: Final = re.compile(r"\$\{?[1-9@]")
"""A script that takes arguments can't be typed line by line: it is saved, and run as a whole."""


def kept_whole(text: str, *, saved: bool) -> bool:
    """Whether a block is a script with a `#!` that is not typed line by line. `saved`: the text says so."""
    return text.lstrip().startswith("#!") and (saved or _TAKES_ARGUMENTS.search(text) is not None)


def goes_on(above: str, line: str) -> bool:
    """Whether a line of a comment goes on with the sentence of the line above: “Never run this” and “on
    production” are one, “Don't panic.” and “Fail over” are two.
    """
    return line[:1].islower() and above[-1:] not in ".!?:" and not is_imperative(line)


_CASE_ALONE: Final = re.compile(
    r"(?i)\W{0,4}(?:only )?(?:if|unless|when|in case|in the event|should)\b"
    r"(?! (?:done|finished|ready|complete)\b)[^:?`]{3,160}?\W{0,3}$"
)
_COUNTS_ON: Final = re.compile(r"(?:[2-9]|1\d)[.)]\s")


def case_alone(line: str) -> bool:
    """Whether a line of a comment is nothing but a case: “If the broker is permanently damaged”."""
    return _CASE_ALONE.match(line) is not None


def goes_on_counting(line: str) -> bool:
    """Whether a line of a comment is a further number of a list: “2. Wait for it”."""
    return _COUNTS_ON.match(line) is not None
