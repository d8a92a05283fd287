"""What a URL asks for: a GET may act as well, where a word of it says so, or show what holds secrets.

By RFC 9110, 9.2.1, a GET only reads; many services don't keep to it. The words are in `request_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import unquote_plus

from scanner.addresses import names_metadata
from scanner.call import Call
from scanner.judgement import CAUTION
from scanner.rules.request_hosts import acts_by_service, alternatives_in_host, shows_by_service
from scanner.rules.request_words import acting_word, acting_words, secret_path

_KEYS: Final = frozenset(
    "action _method cmd command cmd_typ cmnd stream.body stream.url do op turn script set".split()
)
"""Keys whose value is what the service does."""
_READS: Final = re.compile(
    r"(?i)(?:status|clusterstatus|overseerstatus|requeststatus|list|get|show|view|describe|ping|health|info|read|open|check)"
    r"(?:[A-Z_-]\w*)?"
)
"""Values of `action=` that ask for a state."""
_QUERIES: Final = frozenset({"q", "query", "sql", "statement", "stmt"})
_SEARCHES: Final = re.compile(
    r"/(?:(?:[\w.-]+/)*api/v\d+/(?:query|query_range|query_exemplars|series|labels|label/[\w:]+/values)"
    r"|loki/api/v1/[\w/]+|(?:[^?]*/)?_(?:search|count|cat/[\w/]+)|select/logsql/\w+)/?"
)
"""Paths whose queries are written in a language that only reads: PromQL, LogQL, Lucene's."""
_ASKS: Final = re.compile(r"(?is)\s*(?:select|show|explain|describe|desc|exists)\b(?!.*(?:;\s*\S|\binto\b))")
_MINTS: Final = re.compile(
    r"(?i).*(?:token|secret|passw|credential|(?:access|session|api|account)_?keys?|login)"
)
"""Values of `action=` whose answer is a credential: `GetSessionToken`, `GETDELEGATIONTOKEN`."""
_LOG_LEVELS: Final = re.compile(r"(?i)(?:.*/)?(?:set)?[\w-]*log(?:gers?|ging|[-_]?levels?)/?")
"""Paths that set how much is logged where a level is given (Hadoop, Envoy)."""
_GRAPHS: Final = re.compile(r"(?i)(?:.*/)?(?:graphi?ql|gql|graph)/?")
_GRAPH_READ: Final = re.compile(r"(?is)\s*(?:query\b|\{)(?!.*\b(?:mutation|subscription)\b)")
_DOCKER: Final = re.compile(r"(?i)(?:[a-z]+://)?[^/?#]*:0*237[56](?:[/?#]|$)")
_URL: Final = re.compile(
    r"(?i)(?:[a-z][a-z0-9+.-]*://)?(?P<host>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?"
)
_ALTERNATIVES: Final = re.compile(r"[{\[][^}\]]*[,-][^}\]]*[}\]]")
_OVERRIDES: Final = re.compile(
    r"(?i)\s*(?:x-http-method(?:-override)?|x-method-override|x-original-(?:url|uri|method)|x-rewrite-url)\s*[:;=]"
)


_SEARCH_URL: Final = re.compile(
    r"(?:https?://)?[^/?#]*(?:(?:/[\w.*,%<>{}-]+)?/_(?:search|count|msearch|field_caps|validate/query)"
    r"|/[\w.-]+/_mget|/_mget|/_cluster/allocation/explain)/?(?:\?(?!.*scroll)[\w.,*&=:%-]*)?"
)
"""Where a body only says what is looked for, by GET and POST alike (REST APIs of Elasticsearch
8, OpenSearch 2). A scroll keeps a context in the cluster.
"""


URL_MAX: Final = 2_000
"""Characters; what stands in a path is looked for from each of its places."""


_HOSTS_MAX: Final = 4
"""Headers that name a host; more say nothing more."""


def is_search(url: str, method: str) -> bool:
    """Whether a body that is sent there is a query of a search."""
    return method in ("GET", "POST") and _SEARCH_URL.fullmatch(url) is not None


def judge_request(
    call: Call, urls: Iterable[str], pairs: Sequence[str] = (), headers: Iterable[str] = ()
) -> None:
    """Raise a call to caution for what its URLs, the `key=value` pairs added to them or its headers ask."""
    given = list(headers)
    addressed = _as_addressed(urls, given)
    if call.judge.shared.work.has_room_for(len(addressed) * (1 + len(pairs))):
        why = asks_more(addressed, pairs) or overrides(given)
    else:
        why = "more addresses, or more values for them, than are read"
    if why is not None:
        call.say(CAUTION, "http.acts", why)


def _as_addressed(urls: Iterable[str], headers: Iterable[str]) -> list[str]:
    """The URLs, and each as the server behind a header `Host:` takes it."""
    hosts = [match.group(1).strip() for header in headers if (match := _HOST_HEADER.match(header))]
    found = list(urls)
    parts = [_URL.match(url) for url in found] if hosts else []
    tails = [url[match.end("host") :] for url, match in zip(found, parts, strict=False) if match is not None]
    return found + [f"http://{host}{tail}" for host in hosts[:_HOSTS_MAX] for tail in tails]


def asks_more(urls: Iterable[str], pairs: Sequence[str] = ()) -> str | None:
    """Why a GET of these URLs does more than read what is public; None where it does not."""
    return next((why for url in urls if (why := _of_url(url, pairs)) is not None), None)


def overrides(headers: Iterable[str]) -> str | None:
    """Why one of the headers makes something else of the request; None where none does."""
    found = any(_OVERRIDES.match(header) is not None for header in headers)
    return "a header asks for another method or address than is shown" if found else None


def _of_url(url: str, pairs: Sequence[str]) -> str | None:
    if len(url) > URL_MAX:
        return f"a URL of more than {URL_MAX:,} characters is not read"
    match = _URL.match(url)
    if match is None:
        return None
    path, query = _decoded(match["path"]), match["query"] or ""
    if alternatives_in_host(match["host"]):
        return "the host is put together from alternatives"
    if _DOCKER.match(url) is not None:
        return "asks the Docker API, which shows what containers are given"
    plain = re.sub("/+", "/", re.sub(r";[^/]*", "", path))
    if secret_path(url, plain) or shows_by_service(match["host"], plain, _decoded("&".join([query, *pairs]))):
        return f"{plain[:80]} shows settings or values that may be secrets, or makes new ones"
    if _ALTERNATIVES.search(path) is not None:
        return "the path is put together from alternatives"
    if acts_by_service(match["host"], plain):
        return f"{match['host'][:60]} is a service that acts on a GET, or lets it be paid"
    acting = acting_word(plain)
    if acting is not None:
        return f"the URL asks to {acting[:40]}: a GET may act"
    given = [pair for pair in re.split("[&;]", query) if pair] + list(pairs)
    return next((why for pair in given if (why := _of_pair(plain, pair)) is not None), None)


def _decoded(text: str) -> str:
    """Percent signs read twice: what is passed on is often decoded again."""
    return unquote_plus(unquote_plus(text))


def _of_pair(path: str, pair: str) -> str | None:
    key, _, value = (_decoded(part) for part in pair.lstrip("+").partition("="))
    name = key.strip().lower()
    if name in _KEYS and (_READS.fullmatch(value.strip()) is None or _MINTS.match(value) is not None):
        return f"{name}={value[:40]} may be something that the service does"
    if name == "scroll":
        return "a scroll keeps a context open in the cluster"
    if name == "level" and _LOG_LEVELS.fullmatch(path) is not None:
        return f"sets what is logged to {value[:40]}"
    if name in _QUERIES and (why := _of_statement(path, value)) is not None:
        return why
    if (name in _QUERIES and _SEARCHES.fullmatch(path) is not None) or name == "match[]":
        return None
    acting = next(iter([*acting_words(key), *acting_words(value)]), None)
    return None if acting is None else f"the URL asks to {acting[:40]}: a GET may act"


def _of_statement(path: str, value: str) -> str | None:
    if _GRAPHS.fullmatch(path) is not None and _GRAPH_READ.match(value) is None:
        return "the query may hold a mutation"
    asked = path.strip("/").lower() in ("", "query", "sql", "exec") and _ASKS.match(value) is None
    return "it holds a statement that does not only read" if asked else None


_PLACES: Final = frozenset(
    {"--url", "-x", "--proxy", "--preproxy", "--connect-to", "--resolve", "--socks4", "--socks4a", "--socks5"}
)
"""Options of curl that name a host."""
_HEADERS: Final = ("-H", "--header")
_HOST_HEADER: Final = re.compile(r"(?i)\s*(?:x-forwarded-)?host\s*:\s*(.*)")


def asks_metadata(call: Call) -> None:
    """The address at which a machine of a cloud gets its credentials."""
    values = [option.value for option in call.arguments.options if option.name in _PLACES and option.value]
    for word in [*call.arguments.positionals, *values]:
        if names_metadata(word.text):
            call.say(CAUTION, "secrets.read", f"{word.text} gives the credentials of this machine", word=word)
            return
    given = [
        option.value.text for option in call.arguments.options if option.value and option.name in _HEADERS
    ]
    hosts = [match.group(1) for header in given if (match := _HOST_HEADER.match(header))]
    if any(names_metadata(host) for host in hosts):
        call.say(CAUTION, "secrets.read", "a header asks for the credentials of this machine")
