"""What a simple command calls: wrappers taken off, code in an argument handed on, names brought to one
form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.advisor.words import UNKNOWN, Simple, Unlike, Word, split

_DEPTH: Final = 4
_HARMLESS_NAMES: Final = re.compile(
    r"LANG|LC_[A-Z]+|TZ|TERM|COLUMNS|LINES|NO_COLOR|AWS_PROFILE|AWS_REGION|AWS_DEFAULT_REGION|NS|"
    r"NAMESPACE|PGPASSWORD|PGUSER|PGHOST|PGPORT|PGDATABASE|MYSQL_PWD|REDISCLI_AUTH|VAULT_ADDR|CLOUDSDK_CORE_PROJECT|"
    r"(?!\w*_proxy)[a-z][a-z0-9_]{0,30}"
)
"""Variables that change what is shown, or where it is asked, but not what is run: a KUBECONFIG may name a
program that gives the password (kubernetes.io, client-go credential plugins)."""

READ_BY_SOMETHING: Final = re.compile(
    r"PATH|HOME|IFS|ENV|EDITOR|VISUAL|PAGER|BROWSER|SHELL|SHELLOPTS|PROMPT_COMMAND|GLOBIGNORE|KUBECONFIG|DISPLAY|"
    r"PS[0-4]|LESS\w*|LD_\w+|DYLD_\w+|BASH\w*|GIT_\w+|SSH_\w+|PYTHON\w*|PERL\w*|RUBY\w*|NODE_\w+|JAVA_\w+|JDK_\w+|\w*PATH|"
    r"\w*(?:OPTS?|OPTIONS?|FLAGS|ARGS|COMMAND|CMD|ASKPASS|EDITOR|PAGER|OPEN|CLOSE|HELPER|PROXY|PRELOAD)"
)
"""The shell reads some of these itself. The others are read by programs, if they are exported: who sets one
where it may have been exported before changes what runs.
"""

_WRAPPERS: Final = {
    "sudo": ("ugpChT", 0), "doas": ("u", 0), "env": ("uC", 0), "nice": ("n", 0), "ionice": ("cn", 0),
    "nohup": ("", 0), "timeout": ("ks", 1), "stdbuf": ("ioe", 0), "time": ("", 0), "watch": ("n", 0),
    "command": ("", 0), "builtin": ("", 0), "setsid": ("", 0), "xargs": ("nLPIdsE", 0), "chronic": ("", 0),
}  # fmt: skip
"""Tools that run the command behind them: options with a value, and words before the command."""

_SHELLS: Final = frozenset({"bash", "sh", "dash", "zsh", "ksh"})
_SQL_OPTIONS: Final = {
    "psql": ("c", "--command"), "mysql": ("e", "--execute"), "mariadb": ("e", "--execute"),
    "clickhouse-client": ("q", "--query"),
}  # fmt: skip
_SQLITE_OPTIONS: Final = frozenset({"-readonly", "-header", "-column", "-json", "-csv", "-line"})
_VERSIONED: Final = re.compile(r"(kubectl|python|pip|node|gawk)[-.]?[0-9][0-9.]*|(.+)\.exe")
_SED: Final = re.compile(
    r"(?:(?:[0-9$]+(?:[,~][0-9$]+)?|/[^/]*/(?:,/[^/]*/)?)?\s*"
    r"(?:!?[pdq=]|s([/|#,:@])(?:(?!\1)[^\\]|\\.)*\1(?:(?!\1)[^\\]|\\.)*\1[gpiI0-9]*)\s*(?:;\s*|$))+"
)
_AWK: Final = re.compile(r"system|getline|close|@|(?<!\|)\|(?!\|)|\bprintf?\b[^;}]*>|ENVIRON", re.IGNORECASE)

_JQ_OPTION: Final = re.compile(r"-[A-Za-z]*[fL]|--(?:from-file|rawfile|slurpfile|argfile|library-path)")
_JQ: Final = re.compile(r"\benv\b|\$ENV\b|\bimport\b|\binclude\b|\binput_filename\b|\bget_search_list\b")


PRINTERS: Final = frozenset({"echo", "printf", "true", "false", ":"})
"""Their words are data, whatever they look like."""
PROGRAMS: Final = frozenset({"awk", "gawk", "mawk", "nawk", "sed", "jq"})
"""Text tools with a program in an argument, which `calls` has found to be one that only prints."""


@dataclass(frozen=True)
class Call:
    """A tool with its words; `sql` instead where the words are a database's code."""

    tool: str
    words: tuple[Word, ...] = ()
    fed: bool = False
    sql: str | None = None


def calls(simple: Simple, depth: int = 0) -> Iterator[Call]:
    """What the command runs. Raises Unlike where that can't be told."""
    if depth > _DEPTH:
        raise Unlike("it nests commands too deeply")
    for name in simple.assigns:
        if not _HARMLESS_NAMES.fullmatch(name) and (simple.words or READ_BY_SOMETHING.fullmatch(name)):
            raise Unlike(f"it sets the variable {name[:40]}, and the model has not learned what that does")
    if not simple.words:
        return
    first, *rest = simple.words
    if first.opaque:
        raise Unlike("the name of the command is known only when it runs")
    tool = plain_name(first.text)
    inner = Simple(rest, [], [], simple.fed)
    if tool in _WRAPPERS:
        yield from _unwrapped(tool, inner, depth)
    elif tool in _SHELLS:
        yield from _shell(inner, depth)
    elif tool in _SQL_OPTIONS or tool in ("sqlite3", "bq"):
        yield from _database(tool, inner)
    else:
        _check_program(tool, inner)
        yield Call(tool, tuple(rest), simple.fed)


def plain_name(text: str) -> str:
    """`/usr/bin/kubectl`, `kubectl.exe` and `kubectl-1.28` are kubectl."""
    name = text.rpartition("/")[2]
    found = _VERSIONED.fullmatch(name)
    return (found[1] or found[2]) if found is not None else name


def _unwrapped(tool: str, inner: Simple, depth: int) -> Iterator[Call]:
    """The command behind a wrapper; the wrapper itself where nothing stands behind it."""
    _, before = _WRAPPERS[tool]
    words = list(inner.words)
    if not _step_over_options(tool, words):
        return
    assigns = []
    while tool in ("env", "sudo") and words and re.match(r"[A-Za-z_][A-Za-z0-9_]*=", words[0].text):
        assigns.append(_whole(words.pop(0), tool).text.partition("=")[0])
    for word in words[:before]:
        _whole(word, tool)
    words = words[before:]
    if not words:
        yield Call(tool, tuple(inner.words), inner.fed)
        return
    if tool == "watch" and len(words) == 1:
        for each in split(words[0].text, depth + 1):
            yield from calls(each, depth + 1)
        return
    if tool == "xargs":
        words.append(Word(UNKNOWN, opaque=True, leads=True, splits=True))
    yield from calls(Simple(words, assigns, [], inner.fed), depth + 1)


def _step_over_options(tool: str, words: list[Word]) -> bool:
    """Take a wrapper's options off its words; False where it then runs nothing (`command -v`)."""
    with_value, _ = _WRAPPERS[tool]
    while words and words[0].text.startswith("-") and len(words[0].text) > 1:
        option = words.pop(0)
        if option.opaque:
            raise Unlike(f"an option of {tool} is known only when it runs")
        if option.text == "--":
            break
        if tool == "command" and option.text in ("-v", "-V"):
            return False
        if not option.text.startswith("--") and option.text[-1] in with_value and words:
            _whole(words.pop(0), tool)
    return True


def _whole(word: Word, tool: str) -> Word:
    """The word, where it is one word. Raises Unlike where it may be none or several, and so decide what the
    wrapper runs: `timeout $T x`."""
    if word.splits:
        raise Unlike(f"how many words stand before the command of {tool} is known only when it runs")
    return word


def _shell(inner: Simple, depth: int) -> Iterator[Call]:
    words = inner.words
    if len(words) != 2 or words[0].text != "-c" or words[1].opaque:
        raise Unlike("it hands a program to a shell")
    for each in split(words[1].text, depth + 1):
        if each.writes:
            raise Unlike("it hands a program to a shell")
        yield from calls(each, depth + 1)


def _database(tool: str, inner: Simple) -> Iterator[Call]:
    """The SQL in an argument of a database's client."""
    if any(word.opaque for word in inner.words):
        raise Unlike("what is sent to the database is known only when it runs")
    texts = [word.text for word in inner.words]
    if tool in ("sqlite3", "bq"):
        plain = [text for text in texts if not text.startswith("-")]
        options = [text for text in texts if text.startswith("-")]
        if tool == "bq":
            if plain[:1] == ["query"] and len(plain) == 2 and set(options) <= {"--nouse_legacy_sql"}:
                yield Call(tool, sql=plain[1])
            else:
                yield Call(tool, tuple(inner.words))
            return
        if len(plain) == 2 and plain[1].startswith("."):
            yield Call(tool, tuple(inner.words))
            return
        if len(plain) != 2 or not set(options) <= _SQLITE_OPTIONS:
            raise Unlike("it talks to a database in a way that the model does not read")
        yield Call(tool, sql=plain[1])
        return
    for statement in _statement_arguments(tool, texts):
        yield Call(tool, sql=statement)


def _statement_arguments(tool: str, texts: list[str]) -> list[str]:
    """The statements on a client's command line, each of which is run."""
    short, long = _SQL_OPTIONS[tool]
    found: list[str] = []
    for at, text in enumerate(texts):
        if re.fullmatch(rf"-[A-Za-z]*{short}", text) or text == long:
            found += texts[at + 1 : at + 2]
        elif text.startswith(long + "="):
            found.append(text.partition("=")[2])
        elif re.match(r"-[a-zA-Z]*[fovL]|--(?:file|output|set|variable|log-file|init-command)", text):
            raise Unlike("it talks to a database in a way that the model does not read")
    if not found:
        raise Unlike("what is sent to the database is not on the command line")
    return found


def _check_program(tool: str, inner: Simple) -> None:
    """Text tools carry a program; one that could write or run something is unlike what was learned."""
    texts = [word.text for word in inner.words]
    if tool in ("awk", "gawk", "mawk", "nawk"):
        program = next((word for word in inner.words if not word.text.startswith("-")), None)
        refused = any(re.match(r"-(?!$|[vF])", text) for text in texts)
        if refused or (program is not None and program.loose) or any(_AWK.search(text) for text in texts):
            raise Unlike("its awk program may do more than print")
    elif tool == "jq":
        if any(_JQ_OPTION.match(text) or _JQ.search(text) for text in texts):
            raise Unlike("its jq program may read more than what it is given")
    elif tool == "sed":
        scripts = [text for at, text in enumerate(texts) if at and texts[at - 1] in ("-e", "--expression")]
        scripts = scripts or [text for text in texts if not text.startswith("-")][:1]
        known = {"-n", "-e", "-E", "-r", "-u", "--quiet", "--silent", "--expression"}
        if {text for text in texts if text.startswith("-")} - known or not scripts:
            raise Unlike("the model does not know these options of sed")
        if any(_SED.fullmatch(script) is None for script in scripts) or any(w.loose for w in inner.words):
            raise Unlike("its sed program may do more than print")
