"""What a pipeline hands on as a list: names that a system gave, paths that a search came upon, or any data.

What `xargs` adds to a command is chosen by whoever wrote that list. Names of a cluster, of containers and
processes begin with no hyphen and name no file. A table that a system prints holds them in its first columns;
the others may be free text. A search prints paths that begin as its folders do, where only those who own the
folders make files: a path with a blank in it is two words to xargs, unless nulls end the paths. Of all else
nothing is known: it may hold options, and files with secrets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from scanner.escapes import GLOB
from scanner.paths import open_to_all
from scanner.signs import Signs
from scanner.word import Word

Listed = Literal["data", "names", "table", "rows", "paths", "ended paths"]
"""A `table` holds names in its first two columns, `rows` in the first."""
_ADDS: Final = Signs(r"\b(?:xargs|parallel)\b")
MAX_CHARACTERS: Final = 2_000
"""Of a command that lists; of a longer one nothing is known."""

_VALUE: Final = r"[ =][^ ]+"
_METADATA: Final = r"\.metadata\.(?:name|namespace|uid)"
_BREAK: Final = r"(?:\{\"(?:\\[nt]|[ /])+\"\})?"
_JSONPATH: Final = (
    rf"(?:\{{(?:\.items\[(?:\*|\d+)\])?{_METADATA}\}}{_BREAK}|"
    rf"\{{range \.items\[\*\]\}}(?:\{{{_METADATA}\}}{_BREAK})+\{{end\}})"
)
_BUILT_IN: Final = (
    r"(?:po|pods?|deploy|deployments?(?:\.apps)?|svc|services?|no|nodes?|ns|namespaces?|cm|configmaps?|"
    r"ing|ingress(?:es)?|pvc?|persistentvolume(?:claim)?s?|jobs?|cj|cronjobs?|sts|statefulsets?|"
    r"ds|daemonsets?|rs|replicasets?|ep|endpoints|hpa|horizontalpodautoscalers?|pdb|poddisruptionbudgets?)"
)
"""Resources whose names are labels of DNS, and whose first columns are the server's own."""
_ASKED: Final = (
    rf"-A|--all-namespaces|--no-headers(?:=true)?|"
    rf"(?:-n|--namespace|-l|--selector|--field-selector|--sort-by|--context){_VALUE}"
)
_GET: Final = r"(?:kubectl|oc|k) get"
_KINDS: Final = (
    r"(?:kubectl|oc|k) api-resources(?: --(?:verbs|namespaced|api-group|sort-by)(?:=[^ ]+| [^ -][^ ]*)?)*"
    r" (?:-o ?|--output[ =])name(?: --(?:verbs|namespaced|api-group|sort-by)(?:=[^ ]+| [^ -][^ ]*)?)*"
)
_CLUSTER: Final = (
    rf"{_GET} [a-z][a-z0-9.,/-]*(?: (?:{_ASKED}))* (?:-o ?|--output[ =])name(?: (?:{_ASKED}))*|"
    rf"{_GET} {_BUILT_IN}(?:,{_BUILT_IN})*(?: (?:{_ASKED}))* "
    rf"-o ?(?:custom-columns=:?(?:[A-Z]+:)?{_METADATA}|jsonpath={_JSONPATH})(?: (?:{_ASKED}))*"
)
_TABLE: Final = re.compile(
    rf"{_GET} {_BUILT_IN}(?:,{_BUILT_IN})*(?: (?:{_ASKED}|(?:-o ?|--output[ =])wide))*|"
    rf"helm (?:ls|list)(?: (?:-A|--all-namespaces|(?:-n|--namespace){_VALUE}))*|ps (?:-?auxw*|-ef|-eaf)"
)
_LISTS_CONTAINERS: Final = (
    r"(?:docker|podman|nerdctl|crictl) (?:ps|images|pods|(?:image|container|volume|network) ls)"
    rf"(?: (?:-[al]+|--all|--latest|--no-trunc|(?:-f|--filter|--name|--label|--state){_VALUE}))*"
)
_ROWS: Final = re.compile(_LISTS_CONTAINERS)
_CONTAINERS: Final = (
    rf"{_LISTS_CONTAINERS}(?: (?:-[al]*q[al]*|--quiet|"
    r"--format[ =]\{\{ ?\.(?:ID|Names|Name|Image|Repository) ?\}\})"
    rf"(?: (?:-[aql]+|--quiet|--all|--latest|--no-trunc|(?:-f|--filter|--name|--label|--state){_VALUE}))*)"
)
_NAMES: Final = re.compile(
    rf"{_CLUSTER}|{_KINDS}|{_CONTAINERS}|"
    rf"pgrep(?: (?:-[fxnovi]+|-[uUPgGst]{_VALUE}|[\w./\[][^ ]*))+|pidof(?: -s)?(?: [\w./][^ ]*)+|"
    rf"lsof -t(?: ?-?i?(?:tcp|udp|TCP|UDP)?:\d+| -i{_VALUE}| [\w./][^ ]*)*|lsof -ti(?:tcp|udp|TCP|UDP)?:\d+|"
    r"seq(?: -w)?(?: \d+)+|nproc|ps(?: -e| -A| -u [\w-]+| -C [\w-]+)* -o pid=|"
    rf"helm (?:ls|list)(?: (?:-A|--all-namespaces|(?:-n|--namespace){_VALUE}))* (?:-q|--short)"
    rf"(?: (?:-A|--all-namespaces|(?:-n|--namespace){_VALUE}))*"
)
"""Commands that print names as their documentation gives them: no form of them prints labels or messages."""
_FIRST: Final = (
    r"awk (?:NR ?> ?\d+ ?|NR ?!= ?1 ?|/[\w .-]*/ ?)?\{{ ?print \${0} ?\}}|cut -d  -f ?{0}|cut -f ?{0} -d "
)
_COLUMNS: Final = {"table": re.compile(_FIRST.format("[12]")), "rows": re.compile(_FIRST.format("1"))}
_PASSES: Final = re.compile(
    r"(?:head|tail)(?: -n ?[+-]?\d+| -\d+)?|sort(?: -[rnuhVb]+| -k ?\d+(?:,\d+)?[nrh]*)*|uniq|tac|cat|"
    r"shuf(?: -n ?\d+)?|tr -d [\\nr]+|tr \\n  |cut(?: -d ?[^ ]?)? -f ?\d+|"
    r"awk(?: -F[^ ]+)? (?:NR ?> ?\d+ ?|/[\w .-]*/ ?)?\{ ?print \$\d+ ?\}"
)
"""Filters that print some of the lines or columns that they are given, and nothing of their own."""
_FORMS: Final[dict[Listed, re.Pattern[str]]] = {"names": _NAMES, "table": _TABLE, "rows": _ROWS}
_SEARCH: Final = re.compile(r"find(?: [^ ()!-][^ ]*)+(?: .*)?")
_SHAPES_PATHS: Final = re.compile(r" -(?:f?printf?|f?ls|exec(?:dir)?|ok(?:dir)?|fprint0|files0-from)(?: |$)")
_PRINTS_ITSELF: Final = re.compile(r" -print0?(?= |$)")
_GREP_OPTION: Final = re.compile(r"-[viEFwx]+")
_LS_OPTION: Final = re.compile(r"-[1trSdUvX]+")


def adds_what_it_reads(text: bytes) -> bool:
    """Whether a text speaks of a program that makes arguments of what it reads."""
    return _ADDS.stand_in(text)


def prints_names(text: str) -> bool:
    """Whether a command, as it stands in the text, prints names or numbers of processes and nothing else."""
    return (
        len(text) <= MAX_CHARACTERS and _NAMES.fullmatch(text.removesuffix("2>/dev/null").strip()) is not None
    )


def listed_by(words: Sequence[Word], before: Listed) -> Listed:
    """What the output of one command is a list of; `before` is what it reads."""
    if not words or any(word.pattern and word.text[:1] in GLOB for word in words):
        return "data"
    texts = [word.text for word in words]
    texts[0] = texts[0].rsplit("/", 1)[-1]
    line = " ".join(texts[1:] if texts[0] == "sudo" else texts)
    if len(line) > MAX_CHARACTERS:
        return "data"
    for kind, form in _FORMS.items():
        if form.fullmatch(line) is not None:
            return kind
    if before in _COLUMNS and _COLUMNS[before].fullmatch(line) is not None:
        return "names"
    if _PASSES.fullmatch(line) is not None or _picks_lines(texts):
        whole = texts[0] not in ("awk", "cut", "tr") or before == "names"
        return before if whole else "data"
    return _paths(texts, words, line)


def _picks_lines(texts: list[str]) -> bool:
    """grep with a pattern and no file: a second operand would be one."""
    options = [text for text in texts[1:] if text.startswith("-")]
    return (
        texts[0] in ("grep", "egrep", "fgrep")
        and len(texts) - len(options) == 2
        and all(_GREP_OPTION.fullmatch(option) is not None for option in options)
    )


def _paths(texts: list[str], words: Sequence[Word], line: str) -> Listed:
    """A search from named folders, or `ls` of paths by a pattern: what is printed begins as they do.

    In a folder where everybody may make files a name may hold a blank and another path; nulls part them.
    """
    if texts[0] == "find":
        if _SEARCH.fullmatch(line) is None or _SHAPES_PATHS.search(_PRINTS_ITSELF.sub("", line)) is not None:
            return "data"
        if texts[-1] == "-print0" and texts.count("-print0") == 1 and "-print" not in texts:
            return "ended paths"
        return "data" if any(open_to_all(text) for text in texts[1:]) else "paths"
    if texts[0] != "ls":
        return "data"
    options = [text for text in texts[1:] if text.startswith("-")]
    operands = [word for word in words[1:] if not word.text.startswith("-")]
    begin = bool(operands) and all(
        word.pattern
        and word.text.startswith(("/", "./", "~/"))
        and not open_to_all(word.text.rpartition("/")[0] or "/")
        for word in operands
    )
    return "paths" if begin and all(_LS_OPTION.fullmatch(option) for option in options) else "data"
