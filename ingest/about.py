"""What a runbook is about, where its text says so: its service, and the alerts that it is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.blocks import Block, Normalized

_LABELLED: Final = re.compile(
    r"(?im)^\W{0,4}(service|alert(?:\s?name)?s?|alerts? names?)\W{0,3}[:=]\W{0,4}\s*"
    r"([A-Za-z][\w.-]{1,80})\W{0,4}$"
)
_ALERT_NAME: Final = re.compile(r"(?:[A-Z][a-z0-9]+|[A-Z]{2,8}){3,12}")
_LOOKED_AT: Final = 30
_MOST: Final = 8


@dataclass(frozen=True)
class About:
    """The service and the names of alerts; as found, so it may be neither."""

    service: str | None
    alerts: tuple[str, ...]


def about_text(normalized: Normalized) -> About:
    """Front matter, lines such as `Service: payments`, and a title that is an alert's name."""
    service = normalized.front_matter.get("service")
    alerts = [name for key in ("alert", "alertname") if (name := normalized.front_matter.get(key))]
    for block in normalized.blocks[:_LOOKED_AT]:
        for label, value in _labelled(block):
            if label == "service":
                service = service or value
            else:
                alerts.append(value)
    title = next((block.text for block in normalized.blocks if block.kind == "heading"), "")
    if _ALERT_NAME.fullmatch(title.strip()):
        alerts.append(title.strip())
    names = dict.fromkeys(name for name in alerts if name.isprintable() and len(name) <= 200)
    return About(service if service and service.isprintable() else None, tuple(names)[:_MOST])


def _labelled(block: Block) -> list[tuple[str, str]]:
    if block.kind == "code":
        return []
    return [(match[1].lower(), match[2]) for match in _LABELLED.finditer(block.text)]
