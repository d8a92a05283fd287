"""Services on the network whose GETs act, cost money, or show secrets: known by host, port and path.

Sources: the references of ActiveMQ 6 (REST), NGINX Plus R12, Slack's Web API, Vonage and Clickatell SMS,
Telegram's bots, healthchecks.io, Cronitor, dynamic DNS of freedns.afraid.org, Envoy, Google's Maps, Nomad
1.9, Jolokia 2, Hadoop 3, Spring Boot 1.5, Caddy 2.
"""

from __future__ import annotations

import re
from typing import Final

_HOST: Final = re.compile(r"(?:[^/?#@]*@)*(?P<name>\[[^\]]*\]|[^:/]*)(?::(?P<port>\d+))?")
_ACTING_HOSTS: Final = re.compile(
    r"(?:hooks?|webhooks?)\.[\w.-]+|[\w-]+\.webhook\.office\.com|maker\.ifttt\.com|hc-ping\.com|hchk\.io"
    r"|cronitor\.link|rest\.nexmo\.com|(?:api|platform)\.clickatell\.com|freedns\.afraid\.org"
    r"|(?:dynupdate|dyndns)\.[\w.-]+|deadmanssnitch\.com|nosnch\.in|push\.statuscake\.com"
)
"""Hosts to which a GET is a message: web hooks, pings of monitors, SMS, addresses of dynamic DNS."""
_MESSAGE_HOSTS: Final = re.compile(
    r"(?:[\w.-]*[.-])?(?:sms\w*|callmebot|heartbeats?|push|pushover|dyndns|ddns|dynv6|duckdns)(?:[.-][\w.-]*)?"
    r"|(?:[\w-]+\.)*(?:afraid\.org|betteruptime\.com)|uptime\.betterstack\.com|api\.day\.app"
)
"""Hosts that by a word of their name send messages, take signs of life or set addresses."""
_STATE: Final = re.compile(
    r"/(?:(?:api|v\d+)/)*(?:healthz?|status|readyz?|livez?|metrics|ping|version|info)?/?"
)
"""What such a host is asked for about itself."""
_ADDRESS: Final = re.compile(r"^\[[0-9A-Fa-f:.%\w]*:[0-9A-Fa-f:.%\w]*\]")
_COUNTED: Final = re.compile(r"\[\d+-\d+(?::\d+)?\]")
_PAID_HOSTS: Final = re.compile(r"maps\.googleapis\.com|api\.openai\.com")
_READING: Final = {
    "slack.com": re.compile(
        r"/api/?|/api/(?:[\w.]+\.)?(?:list|info|history|replies|members|getPresence|getPermalink|test|messages"
        r"|files|all|identity)/?|(?!/api/).*"
    ),
    "api.telegram.org": re.compile(r"/?|/(?:file/)?bot[^/]*/(?:get(?!Updates)\w+)/?"),
}
"""What may be asked of services whose every method takes a GET; getUpdates takes the updates away."""
_ACTING_PATHS: Final = re.compile(
    r"(?i)/api/message/.*|/(?:.*/)?(?:upstream_conf|runtime_modify)/?|/(?:.*/)?(?:nic/update|update\.php)/?"
)
_SECRET_PATHS: Final = re.compile(
    r"(?i)/v1/client/fs/(?:cat|readat|stream|logs)(?:/.*)?|/(?:.*/)?jolokia/read/.*(?:runtime|[*?]).*"
    r"|/jmx/?|/(?:manage(?:ment)?/)?trace/?"
)
_JMX_PART: Final = re.compile(r"(?i)(?:qry|get)=(?![^&]*runtime)[^&:*?]+:[^&*?]+")
"""One bean of /jmx that is not the Runtime, whose properties and arguments hold passwords."""


def acts_by_service(host: str, path: str) -> bool:
    """Whether a GET there does something, or costs money, by what the service is."""
    match = _HOST.match(host)
    name = match["name"].lower().rstrip(".") if match is not None else ""
    reads = _READING.get("slack.com" if name.endswith(".slack.com") else name)
    if reads is not None and reads.fullmatch(path) is None:
        return True
    if _ACTING_HOSTS.fullmatch(name) is not None or _PAID_HOSTS.fullmatch(name) is not None:
        return True
    if _MESSAGE_HOSTS.fullmatch(name) is not None and _STATE.fullmatch(path) is None:
        return True
    return _ACTING_PATHS.fullmatch(path) is not None


def alternatives_in_host(host: str) -> bool:
    """Whether curl puts the host together itself (`hc-ping.co[m-m]`): then it is not the one that is written.

    Numbers in the name of a host (`web[1-3]`) only count it up; an address in brackets is one.
    """
    match = _HOST.match(host)
    bare = _ADDRESS.sub("", host.rsplit("@", 1)[-1]) if match is not None else host
    counted = _COUNTED.sub("0", bare)
    return any(sign in counted for sign in "{[") or (counted != bare and re.search("[a-z]", counted) is None)


def shows_by_service(host: str, path: str, query: str) -> bool:
    """Whether an answer holds files, settings or arguments in which secrets stand."""
    match = _HOST.match(host)
    port = match["port"] if match is not None else None
    if port is not None and port.lstrip("0") == "2019" and path.lower().startswith("/config"):
        return True
    if _SECRET_PATHS.fullmatch(path) is None:
        return False
    return "/jmx" not in path.lower() or not _one_bean(query)


def _one_bean(query: str) -> bool:
    if any(sign in query for sign in "{[@"):
        return False  # curl puts it together itself, or sends what a file holds
    asked = [pair for pair in query.split("&") if pair.lower().startswith(("qry=", "get="))]
    return bool(asked) and all(_JMX_PART.fullmatch(pair) is not None for pair in asked)
