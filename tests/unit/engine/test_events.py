"""Events as they are stored: typed, versioned, their secrets apart."""

from __future__ import annotations

from uuid import UUID

import pytest

from controller.engine import events as ev
from tests.unit.engine.runs import by
from tests.unit.engine.test_replay import strange_events

HAND = by()


@pytest.mark.parametrize("event", strange_events(), ids=ev.kind_of)
def test_every_event_is_read_back_as_it_was_stored(event: ev.Event) -> None:
    public, secret = ev.encode(event)
    assert ev.decode(public, secret) == event
    assert set(secret) == {name for name in event.sealed if getattr(event, name) is not None}
    assert not set(public) & set(event.sealed)


def test_every_event_has_an_example_here() -> None:
    assert {ev.kind_of(event) for event in strange_events()} == set(ev.EVENTS)


def test_what_is_sealed_reads_as_none_after_an_erasure() -> None:
    public, _ = ev.encode(ev.Edit(by=HAND, command="cat /secret", reason="because"))
    assert "secret" not in str(public)
    event = ev.decode(public, None)
    assert isinstance(event, ev.Edit)
    assert (event.command, event.reason) == (None, None)


def test_unknown_fields_are_ignored_and_unknown_kinds_and_versions_are_not() -> None:
    public, _ = ev.encode(ev.Deadline(attempt=UUID(int=1)))
    assert ev.decode(public | {"new": 1}) == ev.Deadline(attempt=UUID(int=1))
    with pytest.raises(ev.UnknownEvent):
        ev.decode(public | {"kind": "Nothing"})
    with pytest.raises(ev.UnknownEvent):
        ev.decode(public | {"v": 2})
    with pytest.raises(ev.UnknownEvent):
        ev.decode({})
