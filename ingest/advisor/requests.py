"""What a GET may do beyond reading, for the local model: a list of its own, that the scanner does not share.

By RFC 9110, 9.2.1, a GET is safe; management interfaces act on one all the same (Elasticsearch's `_flush`,
Jolokia's `exec`, Tomcat's `undeploy`, InfluxDB's `q=DROP`), and some show what holds secrets (Spring's `env`,
Consul's `kv`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote_plus

from ingest.advisor.words import Word

CLIENTS: Final = frozenset({"curl", "wget", "http", "https", "httpie", "xh", "xhs"})

_ACTING: Final = re.compile(
    r"(?<![a-z])(?:(?:un|re)?deploy|(?:un|re)load|delete|drop|remove|stop|kill|(?:re)?start(?=$|[/?#&])|restart|"
    r"(?:safe)?restart|shut_?down|halt|reboot|power_?off|exec(?:ute)?|invoke|write|insert|alter|grant|flush[a-z]*|purge|"
    r"clear|reset|truncate|destroy|evict|drain|expire|refresh|terminate|cancel|abort[a-z]*|quit[a-z]*|rollback|"
    r"fail_?over|promote|revoke|disable|enable|pause|resume|trigger|update|create|heap_?dump|exit)(?![a-z])"
)
_STEERS: Final = re.compile(r"[?&\s=](?:action|_method|cmd|cmd_typ|command|do|stream\.(?:body|url))=")
_SHOWS: Final = re.compile(
    r"/(?:env|configprops|heapdump|httptrace|sessions|kv|v2/keys|acl|secrets?|credentials?|definitions|\.env|\.git)"
    r"(?:[/?#\s]|$)|:237[56](?![0-9])|^[^?]*[{\[][^?]*[,-]"
)
_OVERRIDES: Final = re.compile(r"x-(?:http-)?method(?:-override)?|x-http-method|x-original-|x-rewrite-url")
_PROMQL: Final = re.compile(r"/api/v1/(?:query|query_range|series|labels)(?![\w/])")
_ASKS: Final = re.compile(r"(?:^|[?&\s])(?:q|query|sql)=\s*(?!(?:select|show|explain|describe)\b)\S")
_PUTS: Final = re.compile(r"\binto\b|;\s*\w")


def may_act(words: Sequence[Word]) -> bool:
    """Whether a request with these words may act, or show secrets, although it only gets."""
    texts = [unquote_plus(unquote_plus(_parted(word.text))).lower() for word in words]
    joined = " ".join(re.sub(r"^(?:https?://)?[^/?:\s]*(?=[:/?])", "", text) for text in texts)
    if _SHOWS.search(joined) or _STEERS.search(joined) or _OVERRIDES.search(joined):
        return True
    if _PROMQL.search(joined):
        return _ACTING.search(joined.partition("?")[0].replace("/api/v1/query", "")) is not None
    return any(pattern.search(joined) is not None for pattern in (_ACTING, _ASKS, _PUTS))


def _parted(text: str) -> str:
    """`safeRestart` in its words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)
