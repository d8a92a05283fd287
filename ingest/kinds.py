"""What a variable holds, told by its name: a type, a pattern, an example, an alert's label."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NAME: Final = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_DOTTED: Final = "[A-Za-z0-9][A-Za-z0-9-]{0,62}(\\.[A-Za-z0-9][A-Za-z0-9-]{0,62}){0,9}"

_SEGMENT: Final = "[A-Za-z0-9_][A-Za-z0-9._-]{0,60}"
_PATH: Final = f"/?{_SEGMENT}(/{_SEGMENT}){{0,15}}/?"
_URL: Final = f"(https?://)?[A-Za-z0-9][A-Za-z0-9.-]{{0,100}}(:[0-9]{{1,5}})?(/{_SEGMENT}){{0,15}}/?"
_ARN: Final = (
    "arn:[a-z0-9-]{1,20}:[A-Za-z0-9-]{1,40}:[A-Za-z0-9-]{0,30}:[0-9]{0,12}:[A-Za-z0-9_][A-Za-z0-9:/_-]{0,200}"
)


@dataclass(frozen=True)
class Kind:
    """One type; an empty pattern is the default one."""

    type: str
    pattern: str = ""
    example: str | None = None
    label: str | None = None


TEXT: Final = Kind("text")

_COUNTED: Final = r"(?:^|_)(?:count|number|replicas|size|limit|lines|seconds|minutes|pid)$"
_KINDS: Final = (
    (r"(?:^|_)ips?(?:_?addr(?:ess)?)?$", Kind("ip", r"[0-9]{1,3}(\.[0-9]{1,3}){3}", "10.0.0.1")),
    (r"(?:^|_)port$", Kind("port", r"[0-9]{1,5}", "5432")),
    (r"(?:^|_)instance_ids?$", Kind("instance_id", r"i-[0-9a-f]{8,17}", "i-0abc1234567890def")),
    (r"(?:^|_)arn$", Kind("arn", _ARN)),
    (r"(?:^|_)(?:aws_)?region$", Kind("region", r"[a-z]{2}(-[a-z]{2,12}){1,3}-?[0-9]{1,2}", "eu-west-1")),
    (r"(?:^|_)yyyy_?mm_?dd$", Kind("date", r"[0-9]{4}[-._]?[0-9]{2}[-._]?[0-9]{2}", "2026-01-31")),
    (r"(?:^|_)offset(?:_[0-9]+)?$", Kind("integer", r"[0-9]{1,18}", "3")),
    (_COUNTED, Kind("integer", r"[0-9]{1,9}", "3")),
    (r"(?:^|_)(?:date|day)$", Kind("date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-01-31")),
    (r"(?:^|_)(?:namespace|ns)$", Kind("namespace", _NAME, "payments", "namespace")),
    (r"(?:^|_)pod(?:_?name)?$", Kind("pod", _NAME, "web-0", "pod")),
    (r"(?:^|_)node(?:_?name)?$", Kind("node", _DOTTED, "node-1", "node")),
    (r"(?:^|_)(?:host|hostname|server|fqdn|domain)$", Kind("host", _DOTTED, "db1.example.net", "instance")),
    (r"(?:^|_)(?:url|uri|endpoint)$", Kind("url", _URL, "https://example.net/status")),
    (r"(?:^|_)(?:path|file|dir|directory|folder)$", Kind("path", _PATH, "/var/log/app.log")),
)  # fmt: skip
_COMPILED: Final = tuple((re.compile(pattern), kind) for pattern, kind in _KINDS)


def kind_of(name: str) -> Kind:
    """The kind of a variable by the end of its name."""
    return next((kind for pattern, kind in _COMPILED if pattern.search(name)), TEXT)
