"""What a URL asks for: a GET may act as well, where a word of it says so, or show what holds secrets.

By RFC 9110, 9.2.1, a GET only reads; many services don't keep to it. Words: the HTTP interfaces of
Elasticsearch 8, InfluxDB 1.8, ClickHouse 24, Jolokia 2, Solr 9, Tomcat 10, Spring Boot 3, Prometheus 2,
Nagios 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import unquote_plus

from scanner.call import Call
from scanner.judgement import CAUTION

_ACTS: Final = frozenset(
    "delete drop remove stop kill restart reload shutdown unload undeploy deploy redeploy exec execute write "
    "flush flushall flushdb purge terminate reset clear reboot quit quitquitquit abort abortabortabort "
    "cancel evict drain truncate destroy revoke rollback promote failover forcemerge halt poweroff uninstall "
    "invoke expire rename insert overwrite heapdump del rm".split()
)
"""Words that act wherever they stand in a path, a key or a value."""
_SEGMENTS: Final = frozenset(
    "start run create update enable disable pause resume install trigger refresh build set add put exit "
    "expunge quietdown fail restore import upload switch move".split()
)
"""Words that act as a whole segment of a path, since parts of names are called so too."""
_KEYS: Final = frozenset(
    {"action", "_method", "cmd", "command", "cmd_typ", "stream.body", "stream.url", "do"}
)
_READS: Final = re.compile(
    r"(?i)(?:status|clusterstatus|overseerstatus|requeststatus|list|get|show|view|describe|ping|health|info|read)"
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
_SECRETS: Final = re.compile(
    r"(?i)/(?:actuator/(?:env|configprops|heapdump|httptrace|httpexchanges|sessions)|(?:env|configprops|heapdump)$"
    r"|v1/kv(?:/|$)|v2/keys(?:/|$)|v1/acl/tokens?|api/definitions|(?:[^?]*/)?(?:secrets?|credentials?|passwords?)(?:/|$)"
    r"|(?:[^?]*/)?\.(?:env|git|aws|ssh)(?:/|$))"
)
_DOCKER: Final = re.compile(r"(?i)(?:[a-z]+://)?[^/?#]*:237[56](?:[/?#]|$)")
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


def is_search(url: str, method: str) -> bool:
    """Whether a body that is sent there is a query of a search."""
    return method in ("GET", "POST") and _SEARCH_URL.fullmatch(url) is not None


def judge_request(
    call: Call, urls: Iterable[str], pairs: Sequence[str] = (), headers: Iterable[str] = ()
) -> None:
    """Raise a call to caution for what its URLs, the `key=value` pairs added to them or its headers ask."""
    why = asks_more(urls, pairs) or overrides(headers)
    if why is not None:
        call.say(CAUTION, "http.acts", why)


def asks_more(urls: Iterable[str], pairs: Sequence[str] = ()) -> str | None:
    """Why a GET of these URLs does more than read what is public; None where it does not."""
    return next((why for url in urls if (why := _of_url(url, pairs)) is not None), None)


def overrides(headers: Iterable[str]) -> str | None:
    """Why one of the headers makes something else of the request; None where none does."""
    found = any(_OVERRIDES.match(header) is not None for header in headers)
    return "a header asks for another method or address than is shown" if found else None


def _of_url(url: str, pairs: Sequence[str]) -> str | None:
    match = _URL.match(url)
    if match is None:
        return None
    path, query = _decoded(match["path"]), match["query"] or ""
    if _DOCKER.match(url) is not None:
        return "asks the Docker API, which shows what containers are given"
    plain = re.sub("/+", "/", re.sub(r";[^/]*", "", path))
    if (
        _SECRETS.match(plain) is not None
        or _SECRETS.search("/" + plain.rsplit("/actuator/", 1)[-1]) is not None
    ):
        return f"{plain[:80]} shows settings or values that may be secrets"
    if _ALTERNATIVES.search(path) is not None:
        return "the path is put together from alternatives"
    acting = next((word for part in plain.split("/") for word in _acting(part)), None)
    if acting is not None:
        return f"the URL asks to {acting[:40]}: a GET may act"
    given = [pair for pair in re.split("[&;]", query) if pair] + list(pairs)
    return next((why for pair in given if (why := _of_pair(plain, pair)) is not None), None)


def _decoded(text: str) -> str:
    """Percent signs read twice: what is passed on is often decoded again."""
    return unquote_plus(unquote_plus(text))


def _acting(segment: str) -> Iterable[str]:
    whole = segment.strip("_-").lower()
    if whole in _SEGMENTS:
        yield whole
    yield from _words(segment)


def _words(text: str) -> Iterable[str]:
    """The acting words in a text: parted by signs, or by capitals (`safeRestart`)."""
    parts = re.split(r"[^A-Za-z]+", text)
    parts += re.split(r"[^A-Za-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))
    return (part.lower() for part in parts if part.lower() in _ACTS)


def _of_pair(path: str, pair: str) -> str | None:
    key, _, value = (_decoded(part) for part in pair.partition("="))
    name = key.strip().lower()
    if name in _KEYS and _READS.fullmatch(value.strip()) is None:
        return f"{name}={value[:40]} may be something that the service does"
    searches = _SEARCHES.fullmatch(path) is not None
    if (
        name in _QUERIES
        and path.strip("/").lower() in ("", "query", "sql", "exec")
        and _ASKS.match(value) is None
    ):
        return f"{name}= holds a statement that does not only read"
    if (name in _QUERIES and searches) or name == "match[]":
        return None
    acting = next(iter([*_words(key), *_words(value)]), None)
    return None if acting is None else f"the URL asks to {acting[:40]}: a GET may act"
