"""An alert as every source is normalised to, and whether a runbook's matcher fits it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from schemas.model import Instant, Model
from schemas.patterns import fullmatch
from schemas.runbook import AlertMatcher, LabelPattern

AlertSource = Literal["alertmanager", "grafana", "pagerduty", "opsgenie"]
_Text = Annotated[str, Field(strict=True, max_length=8192)]


class Alert(Model):
    """What an alert says. All of it is untrusted: data, never obeyed, never rendered unescaped."""

    source: AlertSource
    external_id: Annotated[str, Field(strict=True, min_length=1, max_length=512)]
    status: Literal["firing", "resolved"]
    title: _Text = ""
    labels: Annotated[dict[str, _Text], Field(max_length=256)] = Field(default_factory=dict)
    annotations: Annotated[dict[str, _Text], Field(max_length=256)] = Field(default_factory=dict)
    started_at: Instant | None = None
    url: Annotated[str, Field(strict=True, max_length=2048)] | None = None

    def lookup(self, source: str) -> str | None:
        """The value that a variable's `source` names (`alert.labels.pod`); None where the alert has none."""
        for prefix, values in (("alert.labels.", self.labels), ("alert.annotations.", self.annotations)):
            if source.startswith(prefix):
                return values.get(source.removeprefix(prefix))
        return None


def matches(matcher: AlertMatcher, source: str, labels: Mapping[str, str]) -> bool:
    """Whether one entry of a runbook's `alerts` fits: its source, and all of its labels."""
    if matcher.source not in ("any", source):
        return False
    return all(
        key in labels and _label_matches(wanted, labels[key]) for key, wanted in matcher.labels.items()
    )


def _label_matches(wanted: str | tuple[str, ...] | LabelPattern, value: str) -> bool:
    if isinstance(wanted, str):
        return value == wanted
    if isinstance(wanted, tuple):
        return value in wanted
    return fullmatch(wanted.pattern, value)
