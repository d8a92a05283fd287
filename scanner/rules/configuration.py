"""ip, sysctl, crontab, nginx …: the forms that only show settings, each matched as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from scanner.call import Call
from scanner.paths import is_trusted_place, normal_path

_IP_READS: Final = frozenset("show list ls get lst sh l help".split())
_IP_OBJECTS: Final = frozenset(
    "a ad addr address r ro route ru rule n neigh neighbor neighbour link l maddr maddress mroute netns"
    " ntable token tunnel tuntap vrf nexthop netconf mptcp addrlabel monitor help".split()
)
_IP_SHORT: Final = frozenset("a ad addr address r ro route ru rule".split())
"""Objects for which the verb `s` is `show`; for a link it is `set`."""


def _checks_haproxy(texts: list[str]) -> bool:
    """`-c` with files of this host's settings: those of a place open to others may load code (`lua-load`)."""
    options = [text for text in texts if text.startswith("-")]
    files = [text for before, text in pairwise(texts) if before == "-f"]
    known = "-c" in options and all(text in ("-c", "-V", "-q", "-f", "-dr", "-dL") for text in options)
    return (
        known
        and len(texts) == len(files) + len(options)
        and all(is_trusted_place(normal_path(text)) for text in files)
    )


_CONNTRACK: Final = re.compile(
    r"-[LSCEefpsdonjgqrmltuG]+|--(?:list|stats|count|event|event-mask|family|proto|protonum|orig-src|orig-dst|reply-src|reply-dst|src|dst|"
    r"state|output|dport|sport|orig-port-src|orig-port-dst|reply-port-src|reply-port-dst|src-nat|dst-nat|any-nat|mark|"
    r"status|zone|timeout)(?:=.*)?"
)
_CONFIGURE_READS: Final[dict[str, Callable[[list[str]], bool]]] = {
    "sysctl": lambda texts: all(
        re.fullmatch(
            r"-[aAXnNebdr]+|--(?:all|values|names|binary|deprecated|ignore|help|version)|[A-Za-z][^=]*", t
        )
        for t in texts
    ),
    "crontab": lambda texts: texts == ["-l"] or (len(texts) == 3 and "-l" in texts and "-u" in texts),
    "ethtool": lambda texts: (
        (len(texts) == 1 and not texts[0].startswith("-"))
        or (len(texts) == 2 and texts[0] in "-i -k -S -g -c -a -l -m -n -T -P".split())
    ),
    "arp": lambda texts: set(texts) <= {"-a", "-n", "-an", "-v", "-e"},
    "ifconfig": lambda texts: (
        set(texts) <= {"-a", "-s", "-v"} or (len(texts) == 1 and not texts[0].startswith("-"))
    ),
    "route": lambda texts: set(texts) <= {"-n", "-e", "-ee", "-v", "-4", "-6"},
    "nginx": lambda texts: bool(texts) and set(texts) <= {"-t", "-T", "-v", "-V", "-q", "-h"},
    "haproxy": lambda texts: texts in (["-v"], ["-vv"]) or _checks_haproxy(texts),
    "sshd": lambda texts: bool(texts) and set(texts) <= {"-t", "-T"},
    "postfix": lambda texts: texts == ["status"],
    "timedatectl": lambda texts: (
        not texts or texts[0] in ("status", "show", "list-timezones", "timesync-status", "show-timesync")
    ),
    "hostnamectl": lambda texts: not texts or texts == ["status"],
    "localectl": lambda texts: not texts or texts[0] in ("status", "list-locales", "list-keymaps"),
    "loginctl": lambda texts: (
        not texts
        or texts[0]
        in (
            "list-sessions",
            "list-users",
            "list-seats",
            "show-session",
            "show-user",
            "session-status",
            "user-status",
        )
    ),
    "networkctl": lambda texts: not texts or texts[0] in ("list", "status", "lldp"),
    "resolvectl": lambda texts: (
        not texts or (texts[0] in ("status", "query", "statistics", "dns", "domain") and len(texts) <= 2)
    ),
    "conntrack": lambda texts: (
        bool(texts)
        and texts[0] in ("-L", "-S", "-C", "-E", "--list", "--stats", "--count", "--event")
        and all(_CONNTRACK.fullmatch(t) is not None for t in texts if t.startswith("-"))
    ),
    "ipvsadm": lambda texts: set(texts) <= {"-L", "-l", "-n", "-Ln", "-ln", "--stats", "--rate"},
    "auditctl": lambda texts: texts in (["-l"], ["-s"]),
    "hwclock": lambda texts: set(texts) <= {"-r", "--show", "--verbose"},
    "brctl": lambda texts: bool(texts) and texts[0] in ("show", "showmacs", "showstp"),
    "bridge": lambda texts: (
        len(words := [t for t in texts if not t.startswith("-")]) >= 2
        and words[1] in _IP_READS
        and all(
            t in ("-s", "-d", "-j", "-p", "-br", "-c", "-statistics", "-details")
            for t in texts
            if t[:1] == "-"
        )
    ),
    "nmcli": lambda texts: (
        not texts
        or set(texts)
        <= {
            "general",
            "device",
            "connection",
            "status",
            "show",
            "dev",
            "con",
            "c",
            "d",
            "-t",
            "-f",
            "networking",
            "radio",
            "connectivity",
        }
    ),
    "tc": lambda texts: (
        len(words := [t for t in texts if not t.startswith("-")]) >= 2
        and words[1] in ("show", "ls", "list")
        and all(
            t in ("-s", "-d", "-j", "-p", "-n", "-statistics", "-details", "-json")
            for t in texts
            if t[:1] == "-"
        )
    ),
    "ldconfig": lambda texts: set(texts) <= {"-p", "-N", "-X", "-v"} and "-p" in texts,
    "renice": lambda texts: False,
}


def shows(call: Call) -> str | None:
    """Why a call of a tool that shows or changes settings only shows them, or None."""
    name, texts = call.tool.name, [word.text for word in call.words[1:]]
    return "only shows settings" if _reads_configuration(name, texts) else None


_ELSEWHERE: Final = re.compile(r"-[a-zA-Z]*[HM].*|--(?:h|m|ima|ro).*")
"""Options of systemd's tools that speak to another machine, a container or an image, abbreviated too."""
_OF_SYSTEMD: Final = frozenset("timedatectl hostnamectl localectl loginctl networkctl resolvectl".split())


def _reads_configuration(name: str, texts: list[str]) -> bool:
    if name in _OF_SYSTEMD and any(_ELSEWHERE.fullmatch(text) for text in texts):
        return False
    if name == "ip":
        words = [text for text in texts if not text.startswith("-")]
        options = {text for text in texts if text.startswith("-")}
        known = {
            "-4",
            "-6",
            "-br",
            "-c",
            "-s",
            "-d",
            "-j",
            "-o",
            "-brief",
            "-json",
            "-stats",
            "-details",
            "-color",
            "-p",
            "-h",
        }
        return (
            bool(words)
            and options <= known
            and words[0] in _IP_OBJECTS
            and (
                len(words) == 1
                or words[0] == "monitor"
                or words[1] in _IP_READS
                or (words[1] == "s" and words[0] in _IP_SHORT)
            )
            and not {"exec", "file"} & set(words)
        )
    check = _CONFIGURE_READS.get(name)
    return check is not None and bool(check(texts))
