"""Reviews of the built-in forge: asked for, given at one head, and folded from a pull request's events.

Words are appended and never changed, so what was said of an older head stays to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

from forge.errors import ForgeRefused
from forge.pull_requests import Actor, Oid, Review, ReviewState, Verdict
from forge.pull_rows import PullEvent, PullRow, PullRows

BODY_MAX_CHARACTERS: Final = 8_000
_STATES: Final = frozenset({"requested", "approved", "refused"})


def ask_reviews(rows: PullRows, number: int, reviewers: Sequence[str], now: datetime) -> None:
    """Ask for reviews; asking twice is asking once."""
    asked = {event.key for event in rows.events(number) if event.kind == "review"}
    for reviewer in dict.fromkeys(reviewers):
        if reviewer not in asked:
            event = PullEvent("review", "system:forge", now, key=reviewer, data={"state": "requested"})
            rows.put_event(number, event)


def give_review(
    rows: PullRows, row: PullRow, head: Oid, verdict: Verdict, body: str, actor: Actor, now: datetime
) -> None:
    """Append somebody's word about a head; the same word again is no second one. Under the writer lock.

    Raises ForgeRefused for somebody who opened it or pushed to it, and for a text that is too long.
    """
    events = rows.events(row.number)
    if actor.id in contributors(row.author, events):
        raise ForgeRefused(
            "nobody reviews what they proposed or pushed to themselves",
            hint="Ask somebody else to look at it.",
        )
    if len(body) > BODY_MAX_CHARACTERS:
        raise ForgeRefused(f"a review is at most {BODY_MAX_CHARACTERS} characters")
    last = next((each for each in reviews_of(events) if each.reviewer == actor.id), None)
    if last is not None and (last.state, last.commit, last.body) == (verdict, head, body):
        return
    event = PullEvent("review", actor.id, now, commit=head, body=body, data={"state": verdict})
    rows.put_event(row.number, event)


def contributors(author: str, events: Sequence[PullEvent]) -> frozenset[str]:
    """Whoever opened it, opened it again, or pushed to its branch."""
    return frozenset({author, *(event.actor for event in events if event.kind in {"opened", "pushed"})})


def reviews_of(events: Sequence[PullEvent]) -> tuple[Review, ...]:
    """Who was asked and has not answered, then the newest word of each who has."""
    asked: dict[str, Review] = {}
    given: dict[str, Review] = {}
    for event in events:
        if event.kind != "review":
            continue
        state = event.data.get("state")
        # What can't be read is a request: it lets nothing in.
        known = cast("ReviewState", state) if state in _STATES else "requested"
        if known == "requested":
            name = event.key or event.actor
            asked.setdefault(name, Review(name, known, event.at))
        else:
            given[event.actor] = Review(event.actor, known, event.at, event.commit, event.body)
    return (*(each for name, each in asked.items() if name not in given), *given.values())
