"""Redis: which settings a pattern may show, and commands that come through standard input."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import Final

from scanner.call import Call, Handler, Reader
from scanner.judgement import CAUTION, DANGEROUS
from scanner.tables import Rule, table_rule, tool
from schemas.risk import Risk
from schemas.verdict import Reversibility

_SECRET_SETTINGS: Final = (
    "requirepass",
    "masterauth",
    "masteruser",
    "primaryauth",
    "primaryuser",
    "tls-key-file-pass",
    "tls-client-key-file-pass",
    "tls-key-file",
    "tls-client-key-file",
    "aclfile",
)
"""Settings of Redis 7.4 and Valkey 8 (redis.conf, valkey.conf) with a password or its file."""
MAX_PATTERN: Final = 100
_MODES: Final = frozenset(
    {
        "--latency",
        "--latency-history",
        "--latency-dist",
        "--stat",
        "--scan",
        "--bigkeys",
        "--memkeys",
        "--hotkeys",
    }
)
_ODD: Final = frozenset(
    {
        "--pipe",
        "--eval",
        "--rdb",
        "--replica",
        "--slave",
        "--cluster",
        "--lru-test",
        "--functions-rdb",
        "-X",
    }
)


def _shows_secret(pattern: str) -> bool:
    """Whether a glob of CONFIG GET could match a setting with a password; asked in both directions."""
    text = pattern.lower()
    if len(text) > MAX_PATTERN or "\\" in text or text.count("*") > 4:
        return True
    glob = re.compile(translate(text.replace("[^", "[!")))
    return any(glob.fullmatch(name) for name in _SECRET_SETTINGS)


def settings(call: Call) -> None:
    """CONFIG GET: a pattern shows whatever it fits."""
    for word in call.arguments.positionals:
        if not word.literal or _shows_secret(word.text):
            call.say(CAUTION, "secrets.read", "shows the passwords among the settings", word=word)
            return


def session(call: Call) -> None:
    """redis-cli without a command: a monitor mode, a text of commands, or a session."""
    if call.arguments.has(*_MODES, "--intrinsic-latency"):
        return
    text = call.place.stdin.text if call.place.stdin.kind == "text" else None
    for line in (text or "").splitlines():
        words = _words(re.sub(r"[\"'\\]", "", line))
        rule = _rule(words)
        if rule is not None and rule.risk is DANGEROUS:
            call.say(
                DANGEROUS,
                "redis.destroy",
                f"{words[0]} empties, stops or reconfigures Redis",
                reversibility=Reversibility.IRREVERSIBLE,
            )


def _reads(call: Call) -> str | None:
    """A watching mode, or commands on standard input that all only read."""
    names = {option.name for option in call.arguments.options}
    if names & _ODD or call.arguments.positionals:
        return None
    if names & _MODES:
        return "only watches"
    text = call.place.stdin.text if call.place.stdin.kind == "text" else None
    lines = [line for line in (text or "").splitlines() if line.strip()]
    return "only reads from Redis" if lines and all(_line_reads(line) for line in lines) else None


def _line_reads(line: str) -> bool:
    """One line that redis-cli would send: its command by the tables, arguments included, nothing quoted."""
    words = _words(line)
    rule = _rule(words)
    if rule is None or rule.risk is not Risk.SAFE or re.search(r"[\"'\\]", line):
        return False
    if any(pattern.fullmatch(word) for pattern, _ in rule.arguments for word in words[1:]):
        return False
    return rule.handler != "redis_settings" or not any(_shows_secret(word) for word in words[2:])


def _words(line: str) -> list[str]:
    return line.lower().split()


def _rule(words: list[str]) -> Rule | None:
    known = tool("redis-cli")
    for path in (tuple(words[:2]), tuple(words[:1])):
        if path and known is not None:
            rule = known.verbs.get(" ".join(path)) or table_rule("redis", path)
            if rule is not None:
                return rule
    return None


HANDLERS: Final[dict[str, Handler]] = {"redis_session": session, "redis_settings": settings}
READERS: Final[dict[str, Reader]] = {"redis_session": _reads}
