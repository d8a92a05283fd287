"""curl: the method, what is sent, where the answer goes, and what the address and its options carry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from scanner.call import Call, Handler
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, UNKNOWN
from scanner.options import Option
from scanner.paths import is_sensitive, normal_path
from scanner.rules.network import carries_secret, judge_method, judge_sent, judge_written
from scanner.rules.requests import URL_MAX, asks_metadata, is_search, judge_request
from scanner.word import Word

_DATA: Final = (
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "--data-ascii",
    "-F",
    "--form",
    "--form-string",
    "--json",
)
_SCHEME: Final = re.compile(r"(?i)([a-z][a-z0-9+.-]*):(?://|(?=/))|(file|dict|gopher|telnet):")
_GUESSED: Final = re.compile(r"(?i)(?:[^/?#]*@)?(?:ftp|dict|ldap|imap|smtp|pop3)\.[^/]")
"""Hosts from whose name curl guesses another protocol where none is written (curl(1))."""


def curl(call: Call) -> None:
    """curl: 1. the method and what is sent; 2. where the answer is written; 3. what the address asks."""
    sends = [option for option in call.arguments.options if option.name in _DATA]
    in_query = call.arguments.has("-G", "--get")
    searches = bool(sends) and not in_query and _searches(call, sends)
    if not searches:  # 1
        judge_method(call, call.arguments.value_of("-X", "--request"), sends=bool(sends) and not in_query)
    for option in call.arguments.options:
        if option.name in _ENCODED and option.value is not None:
            judge_sent(call, _encoded_file(option.value))
        elif option.name in _DATA:
            judge_sent(call, None if searches else option.value)
        elif option.value is not None:
            _option_of_curl(call, option.name, option.value)  # 2
    _carries_output(call)
    asks_metadata(call)
    _asks_by_url(call, with_body=not searches)  # 3
    for word in [*call.arguments.positionals, *_values(call, ("--url",))]:
        if OPAQUE in word.text:
            call.judge.shared.network = call.judge.judgements[-1]
        if _other_protocol(word.text):
            call.say(CAUTION, "http.scheme", "speaks another protocol than HTTP", word=word)
        elif len(word.text) <= URL_MAX and any(
            is_sensitive(normal_path(part)) for part in word.text.split("@")
        ):
            call.say(CAUTION, "secrets.read", f"{word.text} holds secrets", word=word)


def _other_protocol(url: str) -> bool:
    """Only HTTP is known to read with a GET; curl speaks 25 more."""
    match = _SCHEME.match(url)
    if match is None:
        return _GUESSED.match(url) is not None
    return (match.group(1) or match.group(2)).lower() not in ("http", "https")


def _values(call: Call, names: Iterable[str]) -> list[Word]:
    return [o.value for o in call.arguments.options if o.name in names and o.value is not None]


def _searches(call: Call, sends: list[Option]) -> bool:
    """Whether what is sent is a query in full, to one address where bodies are nothing else."""
    urls = [word.text for word in call.arguments.positionals]
    urls += [value.text for name, value in _valued(call) if name == "--url"]
    method = call.arguments.value_of("-X", "--request")
    asked = method.text.upper() if method is not None else "POST"
    bodies = [option.value for option in sends if option.name in _TEXTS and option.value is not None]
    in_full = all(body.literal and not body.text.startswith("@") for body in bodies)
    return len(bodies) == len(sends) and in_full and len(urls) == 1 and is_search(urls[0], asked)


def _given_headers(call: Call) -> list[str]:
    return [value.text for name, value in _valued(call) if name in ("-H", "--header")]


def _valued(call: Call) -> list[tuple[str, Word]]:
    return [(option.name, option.value) for option in call.arguments.options if option.value is not None]


_TEXTS: Final = frozenset({"-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"})
_ENCODED: Final = frozenset({"--data-urlencode", "--url-query"})
_IN_QUERY: Final = frozenset({"-d", "--data", "--data-raw", "--data-binary", "--data-ascii", *_ENCODED})
"""Options of curl whose values stand in the query of a GET."""


def _asks_by_url(call: Call, *, with_body: bool) -> None:
    given = _valued(call)
    urls = [word.text for word in call.arguments.positionals]
    urls += [value.text for name, value in given if name == "--url"]
    bodies = [
        value.text for name, value in given if name == "--url-query" or (name in _IN_QUERY and with_body)
    ]
    pairs = [part for body in bodies for part in body.split("&")]
    judge_request(call, urls, pairs, _given_headers(call))


def _encoded_file(value: Word) -> Word:
    """`name@file` reads a file, `name=text` does not."""
    match = re.match(r"[^=@]*(@.*)", value.text, re.DOTALL)
    return value._replace(text=match.group(1)) if match is not None else value._replace(text="")


def _option_of_curl(call: Call, name: str, value: Word) -> None:
    if name in ("-o", "--output"):
        judge_written(call, value)
    elif name in ("-w", "--write-out") and OPAQUE in value.text:
        call.say(UNKNOWN, "http.save", "what it writes out is known only when it runs, and may be a file")
    elif name in ("-w", "--write-out") and ("%output" in value.text or value.text.startswith("@")):
        call.say(CAUTION, "http.save", "writes a file, or prints in a form that is not shown")
    elif name in ("-H", "--header", "--url") and value.text.startswith("@"):
        judge_sent(call, value)
    elif name in ("-b", "--cookie") and "=" not in value.text and OPAQUE not in value.text:
        call.say(CAUTION, "http.cookies", "sends the cookies of a file", word=value)


_ADDRESS_ONLY: Final = re.compile(r"[\"']?(?:https?://)?(?:\$\([^)]*\)|`[^`]*`)(?::\d+)?(?:/[^$`]*)?[\"']?")
_SIGNS_IN: Final = re.compile(
    r"(?i)[\"']?(?:authorization|cookie|[a-z-]*(?:token|key|auth|secret)[a-z-]*)\s*:"
)


_CARRIERS: Final = frozenset(
    "-H --header -A --user-agent -b --cookie -e --referer --url --url-query -u --user -U --proxy-user -r "
    "--range --oauth2-bearer --proxy-header".split()
)
"""Options of curl whose value is sent, or is the address."""
_NAMES_FILE: Final = frozenset({*_DATA, *_ENCODED, "-H", "--header", "-b", "--cookie", "--proxy-header"})
"""Options whose value is a file behind an `@`, or by itself (cookies)."""
_SENT_ALONE: Final = frozenset({"-u", "--user", "-U", "--proxy-user", "-r", "--range", "--oauth2-bearer"})


def _carries_output(call: Call) -> None:
    """What another command prints, inside the address, a header or a name: it leaves the host that way."""
    for word in _values(call, _NAMES_FILE):
        if word.text.startswith(OPAQUE) and (word.read or word.data):
            call.say(UNKNOWN, "http.upload", "data may name a file here, which is sent", word=word)
    for word in _values(call, _SENT_ALONE):
        if word.read or word.data:
            call.say(CAUTION, "http.carries", "sends data to another host", word=word)
    for word in [*call.arguments.positionals, *_values(call, _CARRIERS)]:
        if OPAQUE not in word.text:
            continue
        raw = call.judge.source[word.start : word.end].decode("utf-8", "replace")
        if _SIGNS_IN.match(raw) is None and carries_secret(raw):
            call.say(CAUTION, "http.carries", "sends a variable that by its name is a secret", word=word)
        if "$(" not in raw and "`" not in raw:
            continue
        address = word in call.arguments.positionals and _ADDRESS_ONLY.fullmatch(raw) is not None
        if not address and _SIGNS_IN.match(raw) is None:
            call.say(CAUTION, "http.carries", "sends what another command prints to another host", word=word)


HANDLERS: Final[dict[str, Handler]] = {"curl": curl}
