"""Processes, services, networks and settings of one host."""

from __future__ import annotations

import re
from typing import Final

import re2

from scanner.call import Call, Handler, Reader
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.rules.configuration import shows
from scanner.shells import COMMON_SETTINGS
from scanner.word import Word
from schemas.verdict import Reversibility

_READS: Final = frozenset(
    "status list show print get help version --status-all avail fails list-units tail pid".split()
)
_IP_DANGER: Final = frozenset("flush del delete down".split())


def look(call: Call) -> None:
    """Tools that look, with the few forms of theirs that do more."""
    if call.tool.name in ("dig", "nslookup", "host", "ping", "whois") and any(
        OPAQUE in word.text for word in call.words[1:]
    ):
        call.judge.shared.network = call.judge.judgements[-1]
        if any(OPAQUE in word.text and "." in word.text for word in call.words[1:]):
            call.say(
                UNKNOWN, "network.name-query", "data may leave the host inside the name that it asks for"
            )
    if call.tool.name in ("test", "[", "[["):
        _tests(call)
    if call.tool.name == "getent" and any(word.text.startswith(OPAQUE) for word in call.words[1:2]):
        call.say(UNKNOWN, "secrets.read", "which database it prints is known only when it runs")
    if call.tool.name == "getent" and any(word.text in ("shadow", "gshadow") for word in call.words[1:]):
        call.say(CAUTION, "secrets.read", "prints password hashes")


def _tests(call: Call) -> None:
    """`-v NAME` and subscripts are evaluated; data without quotes may be such a test."""
    source = call.judge.source
    if any(word.unbound or _bare_data(word, source) for word in call.words[1:]):
        call.say(UNKNOWN, "shell.subscript", "data without quotes may be a test that evaluates it")
    for before, word in zip(call.words, call.words[1:], strict=False):
        if before.text in ("-v", OPAQUE) and (not word.literal or "[" in word.text):
            call.say(UNKNOWN, "shell.subscript", "a name that is evaluated when the test runs", word=word)
        if "[" in word.text and ("$(" in word.text or "`" in word.text):
            call.judge.searches_text = True
            call.say(
                UNKNOWN, "shell.subscript", "a subscript that is evaluated when the test runs", word=word
            )


def _bare_data(word: Word, source: bytes) -> bool:
    """Data without quotes, or a pattern, that files may take the place of: `-v` and `a[$(id)]` among them."""
    begins = word.may_be_option and (word.read or word.data or word.named or word.pattern)
    return begins and source[word.start : word.start + 1] not in (b'"', b"'")


def printenv(call: Call) -> None:
    """Without a name every variable is printed, secrets included."""
    if not call.arguments.positionals:
        call.say(CAUTION, "secrets.read", "prints every variable, secrets included")
        call.judge.shared.sensitive = call.judge.judgements[-1]


_FLAGS: Final = re.compile(r"[-+][euoxfCnvEsq]+")


_ONE_LIMIT: Final = re.compile(r"(?:-[SH]?[abcdefiklmnpqrstuvxPRT]|-[SH])?")
"""ulimit without a value: it shows one limit, or all of them (bash 5.2, Bash Builtins)."""


def _sets_options(call: Call) -> str | None:
    """`set -euo pipefail`, `shopt -s nullglob`: they change nothing outside the script."""
    texts = [word.text for word in call.words[1:]]
    if (
        call.tool.name in ("set", "shopt")
        and texts
        and all(text in COMMON_SETTINGS or _FLAGS.fullmatch(text) for text in texts)
    ):
        return "sets options of this shell"
    if call.tool.name == "ulimit" and len(texts) <= 1 and _ONE_LIMIT.fullmatch("".join(texts)) is not None:
        return "shows limits"
    if call.tool.name == "umask" and set(texts) <= {"-S", "-p"}:
        return "shows the mask of new files"
    return None


def shell_read(call: Call) -> None:
    """read, mapfile, local …: plain names only; anything else may be evaluated."""
    if call.tool.name == "let" and all(word.literal and "$" not in word.text for word in call.words):
        return  # the walk evaluates its expressions
    for word in call.arguments.positionals:
        if not word.literal or not re.fullmatch(r"[A-Za-z_]\w*(=[^$`]*)?", word.text):
            call.judge.searches_text = True
            call.say(UNKNOWN, "shell.subscript", "a name that the shell evaluates", word=word)
    array = call.arguments.value_of("-a")
    if array is not None and re.fullmatch(r"\w+", array.text) is None:
        call.say(UNKNOWN, "shell.subscript", "a name that the shell evaluates", word=array)
    if call.tool.name in ("mapfile", "readarray") and call.arguments.has("-C"):
        call.say(UNKNOWN, "option.runs", "a callback that is run")


_BY_FOLDER: Final = ("service", "rc-service", "invoke-rc.d")
_SERVICE: Final = re.compile(r"[\w@][\w@.+:-]*")
"""The name of a service: with a slash it would be a path from the folder of services."""


def service(call: Call) -> None:
    """The verbs that stop something say so; a name with a slash leads to any program (service(8))."""
    if call.tool.name in _BY_FOLDER and any("/" in word.text for word in call.arguments.positionals[:1]):
        call.say(UNKNOWN, "host.service-path", "a name with a slash in it may lead to any program")
    if any(
        word.text in ("stop", "restart", "kill", "unload", "remove", "shutdown") for word in call.words[1:]
    ):
        call.say(
            CAUTION,
            "host.service-stop",
            "stops a service",
            resources=[w.text for w in call.arguments.positionals[:1]],
        )


def _asks_service(call: Call) -> str | None:
    """`service NAME status`; the newer ones take the verb first."""
    texts = [word.text for word in call.words[1:]]
    if call.tool.name in _BY_FOLDER:
        named = len(texts) == 2 and texts[1] == "status" and _SERVICE.fullmatch(texts[0]) is not None
        asks = texts == ["--status-all"] or named
    else:
        plain = all(re.fullmatch(r"-f|-\d+|[^-].*", text) for text in texts[1:])
        asks = bool(texts) and len(texts) <= 3 and texts[0] in _READS and plain
    return "only asks for the state" if asks else None


def kill(call: Call) -> None:
    """kill of everything, or of the first process."""
    texts = [word.text for word in call.words[1:]]
    targets = [text for text in texts if re.fullmatch(r"-?\d+", text)]
    everything = "-1" in targets and (
        len(targets) > 1 or "--" in texts or any(t.startswith("-") and not t[1:].isdigit() for t in texts)
    )
    patterns = [text for text in texts if not text.startswith("-")]
    broad = call.tool.name in ("pkill", "killall", "skill") and (
        any(re.fullmatch(r"[.^*$]+|\.\*|\[.*\]\*?", text) for text in patterns)
        or ("root" in patterns and {"-u", "-U", "--user", "--euid"} & set(texts))
    )
    if broad or everything or "1" in [text for text in texts if not text.startswith("-")]:
        call.say(
            DANGEROUS,
            "host.kill-all",
            "stops every process, or the first one of the host",
            reversibility=Reversibility.IRREVERSIBLE,
        )
    elif texts and texts[0] == "-9" and len(texts) == 2 and texts[1] == "-1":
        call.say(DANGEROUS, "host.kill-all", "stops every process", reversibility=Reversibility.IRREVERSIBLE)


def _lists_signals(call: Call) -> str | None:
    texts = [word.text for word in call.words[1:]]
    asks = {"kill": ("-l", "-L", "--list", "--table"), "killall": ("-l", "--list")}.get(call.tool.name, ())
    lists = texts[:1] and texts[0] in asks and not any(text.startswith("-") for text in texts[1:])
    return "lists the signals" if lists else None


def configure(call: Call) -> None:
    """ip, crontab, sysctl …: what is known to cut a host off, or to be lost, is dangerous."""
    name, texts = call.tool.name, [word.text for word in call.words[1:]]
    if name == "ip" and _IP_DANGER & set(texts) and not {"neigh", "neighbor"} & set(texts):
        call.say(
            DANGEROUS, "host.network-cut", "takes an address, route or link away: the host may be cut off"
        )
    elif name == "ip" and "exec" in texts:
        at = texts.index("exec")
        call.judge.words(call.words[at + 3 :], call.place) if len(texts) > at + 2 else None
    elif name in ("ifconfig", "nmcli", "route", "networkctl") and {
        "down",
        "off",
        "del",
        "delete",
        "disconnect",
    } & set(texts):
        call.say(
            DANGEROUS, "host.network-cut", "takes an address, route or link away: the host may be cut off"
        )
    elif name == "crontab" and "-r" in texts:
        call.say(
            DANGEROUS,
            "host.crontab-remove",
            "removes all timed jobs of a user",
            reversibility=Reversibility.IRREVERSIBLE,
        )
    elif name in ("crontab", "at", "batch") and (call.place.stdin.kind in ("text", "pipe")):
        _timed(call)
    elif name in ("conntrack", "ipvsadm", "arp", "auditctl") and {"-F", "-C", "-D", "--flush", "-d"} & set(
        texts
    ):
        call.say(DANGEROUS, "host.network-cut", "throws entries of the kernel's tables away")
    elif (name == "modprobe" and "-r" in texts) or name == "rmmod":
        call.say(CAUTION, "host.module", "takes a module out of the kernel")
    elif (name == "nginx" and "stop" in texts) or (name == "postfix" and "stop" in texts):
        call.say(CAUTION, "host.service-stop", "stops a service")


def _timed(call: Call) -> None:
    text = call.place.stdin.text
    call.say(UNKNOWN, "host.timed", "makes commands run later")
    for line in (text or "").splitlines():
        fields = line.split(None, 5)
        call.judge.inner(fields[5] if len(fields) == 6 else line, call.start, call.end, "host.timed")
    if text is None:
        call.say(DANGEROUS, "host.timed", "makes commands run later that are not shown")


def build(call: Call) -> None:
    """make, rails, manage.py …: the tasks whose name says that they destroy; SHELL= given on the line."""
    for word in call.words[1:]:
        if re.search(
            r"(?:^|:)(?:drop|purge|reset|destroy|truncate|flush|nuke|wipe)(?:$|[:_-])|db:(?:drop|reset|purge|truncate\w*)",
            word.text,
        ):
            call.say(
                DANGEROUS,
                "build.destroys",
                f"the task {word.text} destroys data",
                resources=(word.text,),
                reversibility=Reversibility.IRREVERSIBLE,
            )
        name, separator, value = word.text.partition("=")
        if separator and name.isupper() and value:
            call.judge.inner(value, word.start, word.end, "build.variable")


HANDLERS: Final[dict[str, Handler]] = {
    "look": look,
    "printenv": printenv,
    "shell_read": shell_read,
    "service": service,
    "kill": kill,
    "configure": configure,
    "build": build,
}


_RPM_ASKS: Final = re.compile(
    r"-q?[aflicdsRv]*p?[aflicdsRv]*|-V[av]*|"
    r"--(?:query|verify|all|file|list|info|configfiles|docfiles|state|requires|provides|conflicts|obsoletes|recommends"
    r"|changelog|changes|scripts|triggers|filetriggers|last|dump|filesbypkg|nosignature|nodigest|verbose"
    r"|(?:whatprovides|whatrequires|queryformat|qf)(?:=.*)?)",
    re.DOTALL,
)
_DPKG_ASKS: Final = re.compile(
    r"-[lLsSpCV]|--(?:list|listfiles|status|search|get-selections|print-avail|print-architecture"
    r"|print-foreign-architectures|audit|verify|compare-versions|yet-to-unpack)"
)


_EXPANDS: Final = re2.compile(r"(?i)%[^{}%]*\{[^}]*:[^}]*expand|%\(")
"""A format that expands macros, which may be commands (rpm-queryformat(7))."""


def _asks_packages(call: Call) -> str | None:
    """rpm -q…, rpm -V, dpkg -l -L -s -S, with nothing beside them that runs, writes or leads elsewhere."""
    texts = [word.text for word in call.words[1:]]
    if not texts or any("://" in text or _EXPANDS.search(text) is not None for text in texts):
        return None
    options = [text for text in texts if text.startswith("-")]
    if call.tool.name == "rpm":
        asks = re.fullmatch(r"-q[a-zA-Z]*|--query|-V[a-z]*|--verify", texts[0]) is not None
        package_file = texts[0].startswith(("-V", "--v")) and any(
            re.fullmatch("-[a-zA-Z]*p.*", t) for t in options
        )
        known = asks and not package_file and all(_RPM_ASKS.fullmatch(text) for text in options)
    else:
        known = _DPKG_ASKS.fullmatch(texts[0]) is not None and not set(options[1:]) - {"--no-pager"}
    return "only asks what is installed" if known else None


READERS: Final[dict[str, Reader]] = {
    "kill": _lists_signals,
    "package_database": _asks_packages,
    "shell_setting": _sets_options,
    "service": _asks_service,
    "configure": shows,
}
