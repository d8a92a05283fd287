"""What a pipeline hands on as a list: names that a system gave, paths that a search came upon, or any data.

What `xargs` adds to a command is chosen by whoever wrote that list. Names of a cluster, of containers and
processes begin with no hyphen and name no file; a search prints paths that begin as its folders do. Of all
else nothing is known: it may hold options, and files with secrets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from scanner.escapes import GLOB
from scanner.words import Word

Listed = Literal["data", "names", "paths"]
_ADDS: Final = re.compile(r"\b(?:xargs|parallel)\b")
MAX_CHARACTERS: Final = 2_000
"""Of a command that lists; of a longer one nothing is known."""

_VALUE: Final = r"[ =][^ ]+"
_METADATA: Final = r"\.metadata\.(?:name|namespace|uid)"
_CLUSTER: Final = (
    r"(?:kubectl|oc|k) get [a-z][a-z0-9.,/-]*(?: (?:-A|--all-namespaces|--no-headers(?:=true)?|"
    rf"(?:-n|--namespace|-l|--selector|--field-selector|--sort-by|--context){_VALUE}|"
    r"-o ?(?:name|wide)|--output[ =](?:name|wide)|"
    rf"-o ?custom-columns=:?(?:[A-Z]+:)?{_METADATA}|"
    rf"-o ?jsonpath=[{{}}a-z.\[\]*:]*{_METADATA}[{{}}a-z.\[\]\"\\ ]*))*"
)
_CONTAINERS: Final = (
    r"(?:docker|podman|nerdctl|crictl) (?:ps|images|pods|(?:image|container|volume|network) ls)"
    rf"(?: (?:-[aql]+|--quiet|--all|--latest|--no-trunc|(?:-f|--filter|--name|--label|--state){_VALUE}|"
    r"--format[ =]\{\{ ?\.(?:ID|Names|Name|Image|Repository) ?\}\}))*"
)
_NAMES: Final = re.compile(
    rf"{_CLUSTER}|{_CONTAINERS}|"
    rf"pgrep(?: (?:-[fxnovi]+|-[uUPgGst]{_VALUE}|[\w./\[][^ ]*))+|pidof(?: -s)?(?: [\w./][^ ]*)+|"
    rf"lsof -t(?: ?-?i?(?:tcp|udp|TCP|UDP)?:\d+| -i{_VALUE}| [\w./][^ ]*)*|lsof -ti(?:tcp|udp|TCP|UDP)?:\d+|"
    r"seq(?: -w)?(?: \d+)+|nproc|ps(?: -e| -A| -u [\w-]+| -C [\w-]+)* -o pid=|"
    rf"helm (?:ls|list)(?: (?:-q|-A|--short|--all-namespaces|(?:-n|--namespace){_VALUE}))*"
)
"""Commands that print names as their documentation gives them: no form of them prints labels or messages."""
_PASSES: Final = re.compile(
    r"(?:head|tail)(?: -n ?[+-]?\d+| -\d+)?|sort(?: -[rnuhVb]+| -k ?\d+(?:,\d+)?[nrh]*)*|uniq|tac|cat|"
    r"shuf(?: -n ?\d+)?|tr -d [\\nr]+|tr \\n  |cut(?: -d ?[^ ]?)? -f ?\d+|"
    r"awk(?: -F[^ ]+)? (?:NR ?> ?\d+ ?|/[\w .-]*/ ?)?\{ ?print \$\d+ ?\}"
)
"""Filters that print some of the lines or columns that they are given, and nothing of their own."""
_SEARCH: Final = re.compile(r"find(?: [^ ()!-][^ ]*)+(?: .*)?")
_SHAPES_PATHS: Final = re.compile(r" -(?:f?printf?|f?ls|exec(?:dir)?|ok(?:dir)?|fprint0|files0-from)(?: |$)")
_PRINTS_ITSELF: Final = re.compile(r" -print0?(?= |$)")
_GREP_OPTION: Final = re.compile(r"-[viEFwx]+")
_LS_OPTION: Final = re.compile(r"-[1trSdUvX]+")


def adds_what_it_reads(text: str) -> bool:
    """Whether a text speaks of a program that makes arguments of what it reads."""
    return _ADDS.search(text) is not None


def listed_by(words: Sequence[Word], before: Listed) -> Listed:
    """What the output of one command is a list of; `before` is what it reads."""
    if not words or any(word.pattern and word.text[:1] in GLOB for word in words):
        return "data"
    texts = [word.text for word in words]
    texts[0] = texts[0].rsplit("/", 1)[-1]
    line = " ".join(texts[1:] if texts[0] == "sudo" else texts)
    if len(line) > MAX_CHARACTERS:
        return "data"
    if _NAMES.fullmatch(line) is not None:
        return "names"
    if _PASSES.fullmatch(line) is not None or _picks_lines(texts):
        whole = texts[0] not in ("awk", "cut", "tr") or before == "names"
        return before if whole else "data"
    return "paths" if _prints_paths(texts, words, line) else "data"


def _picks_lines(texts: list[str]) -> bool:
    """grep with a pattern and no file: a second operand would be one."""
    options = [text for text in texts[1:] if text.startswith("-")]
    return (
        texts[0] in ("grep", "egrep", "fgrep")
        and len(texts) - len(options) == 2
        and all(_GREP_OPTION.fullmatch(option) is not None for option in options)
    )


def _prints_paths(texts: list[str], words: Sequence[Word], line: str) -> bool:
    """A search from named folders, or `ls` of paths by a pattern: what is printed begins as they do."""
    if texts[0] == "find":
        return _SEARCH.fullmatch(line) is not None and (
            _SHAPES_PATHS.search(_PRINTS_ITSELF.sub("", line)) is None
        )
    if texts[0] != "ls":
        return False
    options = [text for text in texts[1:] if text.startswith("-")]
    operands = [word for word in words[1:] if not word.text.startswith("-")]
    return (
        bool(operands)
        and all(_LS_OPTION.fullmatch(option) is not None for option in options)
        and all(word.pattern and word.text.startswith(("/", "./", "~/")) for word in operands)
    )
