"""Where a word carries more than data: a command in an option's value, a file or a setting as a plain word.

What is published says that `git ls-remote` only reads; it does not say so of
`git ls-remote --upload-pack='rm x' .`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ingest.advisor.calls import Call
from ingest.advisor.words import Unlike, Word

_RUNS: Final = re.compile(
    r"(?i)exec|command|cmd|pager|editor|browser|shell|program|-pack$|rsh|ssh|hook|script|plugin|ext-?diff|textconv|"
    r"helper|viewer|preproc|^--?pre$|^--?eval|^--?run|^--?use-|^--?config|trigger|checkpoint|load|interpreter|"
    r"kubeconfig"
)
"""Names of options that take a command, or a file in which commands may stand."""

_WRITES: Final = re.compile(
    r"(?i)^--(?:output|out|outfile|file-output|output-file|log-file|logfile|dump-file|save)$"
)
"""Names of options that most tools write a file by; `_FORMATS` has the tools that mean a form."""

_FORMATS: Final = frozenset(
    {"kubectl", "oc", "aws", "az", "helm", "argocd", "flyctl", "doctl", "lsblk", "ps", "df"}
)
"""Tools whose `--output` and `-o` name a form, not a file."""

_ELSEWHERE: Final = re.compile(
    r"--(?:endpoint-url|server|host|proxy|https?-proxy|proxy-url|host-url|index-url|extra-index-url|registry|"
    r"registry-config|root|image|cert|insecure.*)"
)
"""Names of options that ask another server or system than the one that is meant, or trust any."""

_SHELLISH: Final = re.compile(r"[\s;|&$`<>()\\]")
_DATA: Final = frozenset(
    "--format --template --filter --filters --query --since --until --after --before --author --grep "
    "--regexp --selector --field-selector --label-selector --sort-by --jsonpath --date --pretty --columns "
    "--fields --sort --start-time --end-time --dimensions --unit --include --exclude".split()
)
"""Options whose value is a pattern, a time or a form of output, blanks and signs included."""
_DATA_OF: Final[Mapping[str, frozenset[str]]] = {
    "kubectl": frozenset({"-o", "--output", "-l"}), "oc": frozenset({"-o", "--output", "-l"}),
    "grep": frozenset({"-e"}), "egrep": frozenset({"-e"}), "fgrep": frozenset({"-e"}),
    "ps": frozenset({"-o"}), "journalctl": frozenset({"-S", "-U"}),
}  # fmt: skip

_CARRYING: Final[Mapping[str, frozenset[str]]] = {
    "git": frozenset({"-c", "-O", "-x"}), "date": frozenset({"-s", "--set"}), "sort": frozenset({"-o"}),
    "pg_dump": frozenset({"-f", "--file"}), "pg_dumpall": frozenset({"-f", "--file"}),
    "man": frozenset({"-P", "-H"}), "tcpdump": frozenset({"-z", "-w"}), "curl": frozenset({"-K", "-o", "-O"}),
    "wget": frozenset({"-O", "-o"}), "tree": frozenset({"-o"}), "less": frozenset({"-o", "-O"}),
    "tar": frozenset({"-I", "-F"}), "rsync": frozenset({"-e"}), "dmesg": frozenset({"-c", "-C", "-n"}),
    "ss": frozenset({"-K", "-D"}), "ip": frozenset({"-b", "-batch", "-force"}), "yq": frozenset({"-i"}),
}  # fmt: skip
"""Options of one tool that run, write or set."""

_PLAIN_AT_MOST: Final[Mapping[str, int]] = {"uniq": 1, "hostname": 0, "domainname": 0, "date": 0, "xxd": 1}
"""Tools for which a further plain word is a file to write or a value to set."""


_NO_ACTING_OPTION: Final = frozenset(
    "ls dir vdir cat tac nl od base32 base64 fmt pr fold head tail wc sum cksum b2sum md5sum sha1sum "
    "sha224sum sha256sum sha384sum sha512sum cut paste comm join tr expand unexpand readlink realpath "
    "basename dirname stat du seq test expr echo printf true false id groups whoami nproc "
    "grep egrep fgrep".split()
)
"""Tools without an option that writes, runs or sets something, by their manuals (GNU coreutils 9.1, chapters
3 to 21; GNU grep 3.8, chapter 2). Not among them: sort and shuf (-o), uniq (its second word), df (--sync),
date and hostname (which set), touch, tee."""

_ENDING: Final = frozenset("git kubectl oc docker podman systemctl journalctl helm diff sort rg".split())
"""Tools to which nothing behind `--` is an option (POSIX, Utility Syntax Guideline 10)."""

_FLAGS: Final = re.compile(
    r"--(?:no-.*|debug|dry-run|recursive|human-readable|summarize|cli-auto-prompt|only-show-errors|help|verbose)"
)
"""Options of the tools whose options were not learned that take no value (AWS CLI reference, aws, global
options; az and gcloud: global flags)."""


def takes_value(name: str) -> bool:
    """Whether an option that was not learned may be said to take the word behind it as its value."""
    return _FLAGS.fullmatch(name) is None


def may_be_option(tool: str, word: Word, *, ended: bool) -> bool:
    """Whether an option that could do more than read may come out of a word; `ended`: `--` stands before
    it."""
    return word.loose and tool not in _NO_ACTING_OPTION and not (ended and tool in _ENDING)


def check_word(tool: str, word: Word, *, ended: bool) -> None:
    """Raises Unlike where an option may come out of a plain word and could do more than read; `ended`: `--`
    stands before it."""
    if may_be_option(tool, word, ended=ended):
        raise Unlike("an option may come out of a word that is known only when it runs")


def check_value(tool: str, name: str, word: Word) -> None:
    """Raises Unlike where an option's value may be several words, so that those behind the first are
    options, or none, so that it takes the next word."""
    if word.splits and tool not in _NO_ACTING_OPTION:
        raise Unlike(f"the value of the option {name[:30]} may be several words, since it is not quoted")


def _shows_environment(call: Call) -> bool:
    """`systemctl show` prints a unit's Environment, whichever property is asked for."""
    return any(word.text in ("show", "show-environment", "cat") for word in call.words)


def check_call(call: Call) -> None:
    """Raises Unlike where a plain word is what the tool writes or sets."""
    if call.tool == "git" and any("::" in word.text for word in call.words):
        raise Unlike("an address of git names the program that opens it")
    if call.tool in ("env", "printenv") or (call.tool == "systemctl" and _shows_environment(call)):
        raise Unlike("it shows variables, which may hold secrets")
    most = _PLAIN_AT_MOST.get(call.tool)
    if most is None:
        return
    plain = [word for word in call.words if not word.text.startswith(("-", "+"))]
    if len(plain) > most or any(word.opaque and word.bare for word in plain):
        raise Unlike(f"a plain word more may be what `{call.tool}` writes or sets")


def check_option(tool: str, name: str, value: str) -> None:
    """Raises Unlike where an option may run or write something, or its value may be a command."""
    if name in _CARRYING.get(tool, ()):
        raise Unlike(f"the option {name[:30]} of `{tool}` runs, writes or sets something")
    if not name.startswith("--no-") and _RUNS.search(name):
        raise Unlike(f"the option {name[:30]} may take a command")
    if _ELSEWHERE.fullmatch(name):
        raise Unlike(f"the option {name[:30]} sends it to another address")
    if tool not in _FORMATS and _WRITES.match(name):
        raise Unlike(f"the option {name[:30]} may write a file")
    if name not in _DATA and name not in _DATA_OF.get(tool, ()) and _SHELLISH.search(value):
        raise Unlike(f"the value of the option {name[:30]} may be a command")
