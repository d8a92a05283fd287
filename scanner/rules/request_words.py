"""What the words of a URL say: that a GET acts, mints credentials, or shows what holds secrets.

Words: the HTTP interfaces of Elasticsearch 8, OpenSearch 2, InfluxDB 1.8, ClickHouse 24, Jolokia 2, Solr 9,
Tomcat 10, Spring Boot 3, Prometheus 2, Nagios 4, Orchestrator 3 (all of its API is GET), Vault 1.18, Consul
1.20, Nomad 1.9, CouchDB 3, RabbitMQ 4, Kafka Connect 3, Kong 3, Meilisearch 1, Hadoop 3, Jenkins 2,
VictoriaMetrics 1, Telegram's and Slack's bots, the query API of AWS, Grafana 11,
Keycloak 26, Gitea 1.22.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_ACTS: Final = frozenset(
    "delete drop remove stop kill restart reload shutdown unload undeploy deploy redeploy exec execute write "
    "flush flushall flushdb purge terminate reset clear reboot quit quitquitquit abort abortabortabort "
    "cancel evict drain truncate destroy revoke rollback promote failover forcemerge halt poweroff uninstall "
    "invoke expire rename insert overwrite heapdump del rm takeover switchover rotate logout signout logoff "
    "approve toggle unsubscribe forget relocate repoint regroup detach reattach recover inject yield enslave "
    "buildwithparameters notifycommit untag unseal rekey".split()
)
"""Words that act wherever they stand in a path, a key or a value."""
_SEGMENTS: Final = frozenset(
    "start run create update enable disable pause resume install trigger refresh build set add put exit "
    "expunge quietdown fail restore import upload switch move attach portforward discover leave gc polling "
    "cron cron.php wp-cron.php xmlrpc.php send publish notify ack scripttext".split()
)
"""Words that act as a whole segment of a path, since parts of names are called so too."""
_LEADS: Final = frozenset(
    "set unset add create update enable disable start run "
    "trigger pause resume begin end make take move match "
    "submit register unregister delay change ack acknowledge async force graceful send post publish notify "
    "skip turn assign unassign apply save put lock unlock ban unban mark rerun retry resend replay requeue "
    "rebuild reindex renew generate regenerate snapshot install "
    "upload switch import grant deny accept reject "
    "confirm dismiss close reopen merge join leave".split()
)
"""Verbs that act as the first word of a segment with an object behind it: `set-read-only`, `sendMessage`."""
_NOUNS: Final = frozenset("time date log logs point points page".split())
"""Objects that make a name of it: `start-time`, `change-log`."""
_DOCUMENT: Final = re.compile(
    r"(?i).*\.(?:sh|ya?ml|html?|txt|md|tgz|gz|xz|bz2|zip|zst|deb|rpm|css|js|png|svg)"
)
"""Segments that name a document: their words say what is in it."""

_SECRET: Final = re.compile(
    r"(?i)/(?:actuator/(?:env|configprops|heapdump|httptrace|httpexchanges|sessions)|(?:env|configprops|heapdump)$"
    r"|v1/kv(?:/|$)|v2/keys(?:/|$)|v1/acl/tokens?|api/definitions"
    r"|(?:[^?]*/)?(?:secrets?|credentials?|passwords?|(?:static-)?creds|cubbyhole|internalusers|phpinfo(?:\.php)?"
    r"|(?:key|basic|hmac)-auths?|jwts|oauth2_tokens)(?:/|$)"
    r"|(?:[^?]*/)?\.(?:env|git|aws|ssh)(?:/|$)"
    r"|v1/(?:[^?]*/)?(?:sts|keys?|token|roleset|impersonated-account|totp/code|code|transit/export|export)/[^?]+"
    r"|v1/auth/token/lookup|v1/sys/(?:raw|wrapping|storage/raft/snapshot|config/state)(?:[/-]|$)"
    r"|v1/(?:agent/connect/ca/leaf|connect/ca/configuration|snapshot|vars?|operator/(?:keyring|snapshot))(?:/|$)"
    r"|(?:[^?]*/)?_users/|(?:[^?]*/)?_config(?:/|$)|keys(?:/|$)|connectors/[^/]+(?:/(?:config|tasks))?/?$"
    r"|(?:[^?]*[/,])?\.(?:security|opendistro_security|opensearch_security|[so][a-z_]*\*|\*)[^/]*/_)"
)
"""Paths that show settings or keys, or make new ones: Vault makes dynamic secrets by a GET."""
_ADMIN: Final = re.compile(
    r"(?i)(?:/[^?]*)?/(?:api/(?:v\d+/)?admin(?:/(?!(?:health|stats|status|ping|ready|metrics|version)/?$)|$)"
    r"|admin/(?:realms|(?:users?|accounts?|members|clients|settings|config(?:uration)?|sessions?|tokens?|keys"
    r"|auth-tokens|api-?keys|ldap)(?:\.\w+)?(?:/|$))|api/auth/keys(?:/|$)"
    r"|api/v4/(?:[^?]*/)?(?:variables|triggers|deploy_tokens|hooks|pipeline_schedules/\d+|secure_files)(?:/|$))"
)
"""An interface for administrators: its accounts, settings and clients come with tokens, hashes or sessions
(Grafana's Admin API, Gitea's, Keycloak's); states of it do not. GitLab's variables hold the secrets of
pipelines.
"""
_RABBIT: Final = re.compile(r"(?i)(?:[a-z]+://)?[^/?#]*:0*15672(?=[/?#]|$)")
_RABBIT_ACCOUNTS: Final = re.compile(r"(?i)/api/users(?:/|$)")
"""RabbitMQ's accounts come with the hashes of their passwords."""
_VAULT: Final = re.compile(r"(?i)(?:[a-z]+://)?(?:[^/?#]*@)?(?:[^/?#]*:0*8200|vault[^/?#]*)(?=[/?#]|$)")
_VAULT_STATES: Final = re.compile(
    r"/?|/(?:ui/.*|v1/sys/(?:health|seal-status|leader|ha-status|metrics|host-info|version-history|init"
    r"|mounts|auth|policies/acl(?:/[\w.-]+)?|policy(?:/[\w.-]+)?|audit|replication/(?:\w+/)?status"
    r"|storage/raft/(?:configuration|autopilot/(?:state|configuration))))/?"
)
"""What a Vault server is asked for without a secret in the answer (its API, /sys/…)."""


def acting_word(path: str) -> str | None:
    """The first word of a path by which a GET of it acts."""
    return next((word for part in path.split("/") for word in _acting(part)), None)


def acting_words(text: str) -> Iterable[str]:
    """The acting words in a text: parted by signs, or by capitals (`safeRestart`)."""
    return (part for part in [*_parted(text, camel=False), *_parted(text, camel=True)] if part in _ACTS)


def secret_path(url: str, path: str) -> bool:
    """Whether what is got there may hold a secret; the path is decoded and has no doubled slashes."""
    vault = _VAULT.match(url) is not None and _VAULT_STATES.fullmatch(path) is None
    accounts = _RABBIT.match(url) is not None and _RABBIT_ACCOUNTS.match(path) is not None
    return (
        vault
        or accounts
        or _ADMIN.match(path) is not None
        or _SECRET.match(path) is not None
        or _SECRET.search("/" + path.rsplit("/actuator/", 1)[-1]) is not None
    )


def _acting(segment: str) -> Iterable[str]:
    whole = segment.strip("_-").lower()
    if whole in _SEGMENTS:
        yield whole
    yield from acting_words(segment)
    if _DOCUMENT.fullmatch(segment) is not None:
        return
    for piece in segment.split("."):
        words = _parted(piece, camel=True)
        if len(words) > 1 and words[0] in _LEADS and words[-1] not in _NOUNS:
            yield "-".join(words)


def _parted(text: str, *, camel: bool) -> list[str]:
    spread = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text) if camel else text
    return [part.lower() for part in re.split(r"[^A-Za-z]+", spread) if part]
