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
    r"(?i)/v1/client/fs/(?:cat|readat|stream|logs)(?:/.*)?|/(?:.*/)?jolokia/read/java\.lang:type=Runtime(?:/.*)?"
    r"|/jmx/?|/(?:manage(?:ment)?/)?trace/?"
)
_JMX_PART: Final = re.compile(r"(?i)(?:^|[&?])qry=(?!.*runtime)(?!.*\*:)[^&]*:(?!\*)[^&]+")
"""One bean of /jmx that is not the Runtime, whose properties and arguments hold passwords."""


def acts_by_service(host: str, path: str) -> bool:
    """Whether a GET there does something, or costs money, by what the service is."""
    match = _HOST.match(host)
    name = match["name"].lower().rstrip(".") if match is not None else ""
    reads = _READING.get(name)
    if reads is not None and reads.fullmatch(path) is None:
        return True
    if _ACTING_HOSTS.fullmatch(name) is not None or _PAID_HOSTS.fullmatch(name) is not None:
        return True
    return _ACTING_PATHS.fullmatch(path) is not None


def shows_by_service(host: str, path: str, query: str) -> bool:
    """Whether an answer holds files, settings or arguments in which secrets stand."""
    match = _HOST.match(host)
    port = match["port"] if match is not None else None
    if port == "2019" and path.lower().startswith("/config"):
        return True
    if _SECRET_PATHS.fullmatch(path) is None:
        return False
    return "/jmx" not in path.lower() or _JMX_PART.search(query) is None
