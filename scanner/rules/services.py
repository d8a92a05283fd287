"""Daemons, failover clusters, routers, Java processes: the forms that only check or show, each as a whole."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Handler, Reader
from scanner.judgement import DANGEROUS, UNKNOWN
from scanner.word import Word
from schemas.verdict import Reversibility

_VERSION: Final = r"-v|-V|--version|-h|--help"
_FILE: Final = r"[^\s-]\S*"
_CHECKS: Final[dict[str, str]] = {
    "apachectl": r"configtest|status|fullstatus|-[tSMlL]|-t -D DUMP_[A-Z_]+|-D DUMP_[A-Z_]+",
    "php-fpm": r"-t{1,2}|-[im]",
    "lighttpd": rf"-(?:t|tt|p) -f {_FILE}|-f {_FILE} -(?:t|tt|p)",
    "caddy": rf"validate(?: --config {_FILE})?(?: --adapter \w+)?|version|list-modules|build-info",
    "traefik": r"version|healthcheck",
    "envoy": rf"--mode validate -c {_FILE}|-c {_FILE} --mode validate",
    "squid": r"-k (?:parse|check)",
    "dnsmasq": r"--test",
    "dovecot": r"-[na]",
    "slapd": r"-VV",
    "mysqld": r"--verbose --help|--print-defaults",
    "postgres": rf"-C \w+(?: -D {_FILE})?|-D {_FILE} -C \w+",
    "keepalived": r"-t|--config-test",
    "rsyslogd": rf"-N\s?1(?: -f {_FILE})?",
    "syslog-ng": r"-s|--syntax-only",
    "gunicorn": r"--check-config [\w.:]+",
    "celery": (
        r"(?:-A [\w.]+ )?(?:status|report|"
        r"inspect (?:active|scheduled|reserved|registered|stats|ping|active_queues|revoked|conf))"
    ),
}
_SAME: Final = {"apache2ctl": "apachectl", "httpd": "apachectl", "apache2": "apachectl", "mariadbd": "mysqld"}


def _texts(call: Call) -> list[str]:
    return [word.text for word in call.words[1:]]


def _checks(call: Call) -> str | None:
    """A daemon's program asked for its version, or to check its settings."""
    line = " ".join(_texts(call))
    if re.fullmatch(_VERSION, line):
        return "prints its version or help"
    form = _CHECKS.get(_SAME.get(call.tool.name, call.tool.name))
    return "only checks or shows" if form is not None and re.fullmatch(form, line) else None


_JCMD: Final = frozenset(
    "VM.version VM.flags VM.uptime VM.native_memory VM.classloader_stats VM.stringtable"
    " VM.symboltable VM.metaspace VM.log Thread.print GC.heap_info PerfCounter.print Compiler.codecache"
    " Compiler.queue JFR.check help VM.dynlibs VM.classloaders VM.class_hierarchy".split()
)


def _jcmd_shows(call: Call) -> str | None:
    texts = _texts(call)
    if not texts or texts in (["-l"], ["-h"]):
        return "lists Java processes"
    shows = (
        len(texts) >= 2
        and texts[1] in _JCMD
        and texts[2:] in ([], ["-l"], ["-e"], ["list"], ["-all"], ["summary"])
    )
    return "shows the state of a Java process" if shows else None


_PACEMAKER: Final[dict[str, str]] = {
    "crm_mon": r"(?:-[1AfnrRtocjVQN]+|--one-shot|--inactive|--group-by-node|--failcounts|--output-as=\w+| )*",
    "corosync-quorumtool": r"(?:-[slipmo]+| )*",
    "corosync-cfgtool": r"-[sbn]",
    "crm_verify": r"(?:-[LV]+|--live-check| )*",
    "crm_node": r"-[lpqniN]|--(?:list|partition|quorum|name|cluster-id)",
    "corosync-cmapctl": rf"(?:-b )?{_FILE}|",
    "cibadmin": r"(?:-Q|--query) (?:-o|--scope) (?:status|nodes|crm_config|op_defaults|rsc_defaults)",
    "crm_resource": (
        r"(?:-[lLOWV]|--(?:list|list-raw|list-all-options|locate|list-operations|constraints))"
        r"(?: (?:-r|--resource) [\w:-]+)?|-r [\w:-]+ -[WL]|--resource [\w:-]+ --locate"
    ),
    "crm_attribute": r"(?=.*(?:-G\b|--query\b))(?!.*(?:-[vD]\b|--update|--delete)).*",
    "crm_standby": r"(?:-G|--query)(?: -N \S+)?",
    "crm_failcount": r"(?=.*(?:-G\b|--query\b))(?!.*(?:-D\b|--delete)).*",
    "stonith_admin": r"-[LlI]|--list-(?:registered|installed)|(?:-H|--history)(?: [\w.*-]+)?",
    "crm_simulate": r"-[sLS]{1,3}",
}


def _pacemaker_shows(call: Call) -> str | None:
    form = _PACEMAKER.get(call.tool.name)
    shows = form is not None and re.fullmatch(form, " ".join(_texts(call)))
    return "only shows the cluster" if shows else None


def _vtysh_shows(call: Call) -> str | None:
    """Every command that it is given begins with show, ping or traceroute."""
    values = [option.value for option in call.arguments.options if option.name in ("-c", "--command")]
    known = all(option.name in ("-c", "--command", "-d", "--daemon") for option in call.arguments.options)
    shows = values and all(
        value is not None
        and re.fullmatch(r"(?:do )?(?:show|ping|traceroute)\b[^\n|>]*", value.text)
        and re.search(r"\b(?:run|start)", value.text) is None  # the settings hold passwords
        for value in values
    )
    return "only shows routing" if shows and known and not call.arguments.positionals else None


def exim(call: Call) -> None:
    """exim -Mrm throws messages away."""
    texts = _texts(call)
    if texts[:1] in (["-Mrm"], ["-Mg"], ["-Mmad"], ["-Mes"]):
        say = "throws messages of the queue away" if texts[0] == "-Mrm" else "changes messages of the queue"
        call.say(
            DANGEROUS,
            "service.exim-remove",
            say,
            resources=texts[1:],
            reversibility=Reversibility.IRREVERSIBLE,
        )


def _exim_shows(call: Call) -> str | None:
    texts = _texts(call)
    shows = re.fullmatch(r"-bpc|-bp[ru]?|-bV|-bt \S+|-Mv[hlb] \S+|-bv \S+", " ".join(texts))
    return "only shows mail" if shows else None


def inner_tool(call: Call) -> None:
    """`minikube kubectl -- delete ns x`, `minikube ssh 'ls'`: the command behind the verb."""
    rest = [word for word in call.words[2:] if word.text != "--"]
    if call.path[-1:] == ("ssh",):
        text = " ".join(word.text for word in rest if not word.text.startswith("-"))
        if text:
            call.judge.inner(text, call.start, call.end, "platform.inner")
        return
    if rest:
        call.judge.words([Word("kubectl", call.start, call.end), *rest], call.place)
    else:
        call.say(UNKNOWN, "tool.unknown-verb", "runs kubectl with words that are not shown")


HANDLERS: Final[dict[str, Handler]] = {"exim": exim, "inner_tool": inner_tool}
READERS: Final[dict[str, Reader]] = {
    "web_check": _checks,
    "jcmd": _jcmd_shows,
    "pacemaker": _pacemaker_shows,
    "vtysh": _vtysh_shows,
    "exim": _exim_shows,
}
