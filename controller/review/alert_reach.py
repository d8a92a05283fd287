"""Whether a runbook is offered for alerts that it was not offered for before. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.runbook import AlertMatcher, LabelPattern


def reaches_further(before: Sequence[AlertMatcher], after: Sequence[AlertMatcher]) -> bool:
    """Whether some alert may fit after and did not fit before. Patterns are compared by their text."""
    return not all(any(_within(new, old) for old in before) for new in after)


def _within(new: AlertMatcher, old: AlertMatcher) -> bool:
    """Whether every alert of one matcher is one of the other: it asks for all of its labels, and no less."""
    if old.source not in ("any", new.source):
        return False
    return all(key in new.labels and _fits(new.labels[key], value) for key, value in old.labels.items())


def _fits(new: str | tuple[str, ...] | LabelPattern, old: str | tuple[str, ...] | LabelPattern) -> bool:
    if isinstance(new, LabelPattern) or isinstance(old, LabelPattern):
        return new == old
    return set(_values(new)) <= set(_values(old))


def _values(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
