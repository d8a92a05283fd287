"""Cursors, streams, problem documents, rates, and the words of events."""

from __future__ import annotations

import asyncio
import json
import pickle
from uuid import UUID

import pytest
from fastapi import Request
from fastapi.responses import Response

from base.ids import new_id
from controller.api import problems
from controller.api.execution_view import event_word
from controller.api.paging import decode_cursor, encode_cursor
from controller.api.rates import SIGN_INS, Rates
from controller.api.routes.executions import EVENT_ROUTES, event_key
from controller.api.shapes.executions import BindBody
from controller.api.sse import Reading, Source, StreamItem, Streams, events, last_event_id
from controller.db.bus import MemoryBus
from controller.engine import events as ev
from controller.tenants.principal import Principal
from controller.tenants.roles import Role
from schemas.errors import (
    ALL,
    BadRequest,
    DocumentInvalid,
    Place,
    TooManyRequests,
    Unavailable,
    Unprocessable,
)


def test_a_cursor_comes_back_as_it_went() -> None:
    for wanted in (UUID(int=0), UUID(int=2**128 - 1), new_id()):
        assert decode_cursor(encode_cursor(wanted)) == wanted
    assert decode_cursor(None) is None


@pytest.mark.parametrize("text", ["", "AAAA", "!", "é" * 22, "A" * 21, "A" * 23, "A" * 60])
def test_a_cursor_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        decode_cursor(text)


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "query_string": b""})


def test_a_stream_is_resumed_by_a_whole_number_only() -> None:
    assert last_event_id(request()) == 0
    assert last_event_id(request(last_event_id="12")) == 12
    for text in ("-1", "1.5", "x", "٣", "9" * 12):
        with pytest.raises(BadRequest):
            last_event_id(request(last_event_id=text))


async def test_a_stream_gives_what_is_there_what_comes_and_ends_with_it() -> None:
    bus, written = MemoryBus(), [1, 2]

    async def read(position: int) -> Reading:
        found = [StreamItem(number, "e", {"n": number}) for number in written if number > position]
        return Reading(found, ended=bool(found) and found[-1].position == 4)

    seen = []
    async for event in events(Source(bus, "c", read), 1, poll_seconds=5):
        seen.append((event.id, json.loads(str(event.data))["n"]))
        if written[-1] < 4:
            written.append(written[-1] + 1)
            await bus.publish("c", b"wake")
    assert seen == [("2", 2), ("3", 3), ("4", 4)]
    assert bus.subscriber_count() == 0


async def test_a_stream_finds_what_nobody_woke_it_for_and_ends_in_time() -> None:
    bus, written = MemoryBus(), [1]

    async def read(position: int) -> Reading:
        if position == 1 and written == [1]:
            written.append(2)
            return Reading([])
        return Reading([StreamItem(number, "e", {}) for number in written if number > position])

    async with asyncio.timeout(5):
        seen = [
            event.id async for event in events(Source(bus, "c", read), 0, seconds=0.05, poll_seconds=0.001)
        ]
    assert seen == ["1", "2"]


def test_a_member_has_so_many_streams_and_no_more() -> None:
    streams, ada, bob = Streams(most=1), new_id(), new_id()
    with streams.hold(ada):
        with pytest.raises(TooManyRequests):
            streams.check(ada)
        streams.check(bob)
    streams.check(ada)
    assert streams.count() == 0


async def test_the_window_of_a_rate_slides() -> None:
    rates = Rates()
    for _ in range(SIGN_INS.amount):
        await rates.take(SIGN_INS, "a", "one")
    with pytest.raises(TooManyRequests) as refused:
        await rates.take(SIGN_INS, "a", "one")
    assert 1 <= refused.value.retry_after_seconds <= 60
    await rates.take(SIGN_INS, "a", "another")


def test_every_refusal_is_a_problem_document() -> None:
    for kind in ALL:
        if kind in (TooManyRequests, DocumentInvalid):
            continue
        answer = problems.from_error(kind("Because."))
        body = json.loads(bytes(answer.body))
        assert answer.media_type == "application/problem+json"
        assert (answer.status_code, body["status"], body["code"]) == (kind.status, kind.status, kind.code)
        assert body["detail"] == "Because."


def test_a_refusal_comes_back_whole_from_another_process() -> None:
    place = Place(3, 4, "spec", "is wrong", "write y")
    for sent in (
        Unprocessable("No.", hint="Try.", code="a", extra={"b": 1}, places=[place]),
        DocumentInvalid([place], path="x.yaml"),
        TooManyRequests("Slow.", retry_after_seconds=7),
    ):
        got = pickle.loads(pickle.dumps(sent))
        assert (type(got), str(got), got.problem()) == (type(sent), str(sent), sent.problem())


def test_what_may_be_tried_again_says_when() -> None:
    limited: Response = problems.from_error(TooManyRequests("Slow.", retry_after_seconds=7))
    assert limited.headers["retry-after"] == "7"
    assert int(problems.from_error(Unavailable("Later.")).headers["retry-after"]) > 0
    assert "retry-after" not in problems.from_error(Unprocessable("Never.")).headers


def test_every_human_event_has_its_route() -> None:
    assert [route.kind for route in EVENT_ROUTES] == list(ev.HUMAN)
    assert [event_word(kind.__name__) for kind in ev.HUMAN] == [
        "start", "bind", "tick", "approve", "refuse", "ask-again", "edit", "skip", "done-by-hand", "report",
        "request-rollback", "decline-rollback", "retry", "stop", "pause", "resume", "resolve", "abort",
    ]  # fmt: skip


def test_a_request_is_known_again_by_everything_that_it_asks_for() -> None:
    ada, bob = (Principal(new_id(), new_id(), "a@b", Role.OWNER, "token") for _ in range(2))
    body = BindBody(name="host", value="web-1")
    first = event_key(ada, None, "Bind", 3, body)
    assert event_key(ada, None, "Bind", 3, BindBody(name="host", value="web-1")) == first
    others = [
        event_key(bob, None, "Bind", 3, body),
        event_key(ada, "k", "Bind", 3, body),
        event_key(ada, None, "Tick", 3, body),
        event_key(ada, None, "Bind", 4, body),
        event_key(ada, None, "Bind", 3, BindBody(name="host", value="web-2")),
        event_key(ada, None, "Bind", 3, None),
    ]
    assert len({first, *others}) == 7
