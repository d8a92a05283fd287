"""Reviews of the built-in forge: asked for, given at one head, and folded from a pull request's events.

Of each reviewer one word a head is kept, the newest; what was said of an older head stays to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

from forge.errors import ForgeRefused, NotMergeable, ReviewsMoved
from forge.pull_requests import Actor, Oid, Review, ReviewState, Verdict
from forge.pull_rows import EVENTS_MAX, PullEvent, PullRow, PullRows

BODY_MAX_CHARACTERS: Final = 8_000
_STATES: Final = frozenset({"requested", "approved", "refused"})
WITHDRAWN: Final = "withdrawn"
"""In the `data` of a review: who asked for changes, and may not approve them, takes that back."""


def ask_reviews(rows: PullRows, number: int, reviewers: Sequence[str], now: datetime) -> None:
    """Ask for reviews; asking twice is asking once."""
    asked = {
        event.key
        for event in rows.events(number)
        if event.kind == "review" and event.data.get("state") == "requested"
    }
    for reviewer in dict.fromkeys(reviewers):
        if reviewer not in asked:
            event = PullEvent("review", "system:forge", now, key=reviewer, data={"state": "requested"})
            rows.put_event(number, event)


def give_review(
    rows: PullRows, row: PullRow, head: Oid, verdict: Verdict, body: str, actor: Actor, now: datetime
) -> None:
    """Keep somebody's word about a head; the same word again is no second one. Under the writer lock.

    Raises ForgeRefused for a text that is too long, and for somebody who opened it or pushed to it: they may
    only take back that they asked for changes, by approving; NotMergeable with too long a history.
    """
    events = rows.events(row.number)
    require_short(events)
    last = next((each for each in reviews_of(events) if each.reviewer == actor.id), None)
    state: str = verdict
    if actor.id in contributors(row.author, events):
        if verdict != "approved" or last is None or last.state != "refused" or not last.is_of(head):
            raise ForgeRefused(
                "nobody reviews what they proposed or pushed to themselves",
                hint="Ask somebody else to look at it.",
            )
        state = WITHDRAWN
    if len(body) > BODY_MAX_CHARACTERS:
        raise ForgeRefused(f"a review is at most {BODY_MAX_CHARACTERS} characters")
    if last is not None and (last.state, last.commit, last.body) == (state, head, body):
        return
    event = PullEvent("review", actor.id, now, key=actor.id, commit=head, body=body, data={"state": state})
    rows.put_event(row.number, event)


def require_short(events: Sequence[PullEvent]) -> None:
    """Raises NotMergeable where not all that happened to a pull request is known."""
    if len(events) >= EVENTS_MAX:
        raise NotMergeable(
            "its history is too long to tell what its reviewers say",
            hint="Close it, and push its commits under another branch name.",
        )


def require_judged(events: Sequence[PullEvent], head: Oid, judged: Sequence[Review] | None) -> None:
    """Raises ReviewsMoved where what is said of a head is not what was judged; None: nobody judged it."""
    require_short(events)
    if judged is not None and _said_of(head, reviews_of(events)) != _said_of(head, judged):
        raise ReviewsMoved("somebody reviewed it meanwhile", hint="Look at it again, then merge it.")


def _said_of(head: Oid, reviews: Sequence[Review]) -> set[tuple[str, ReviewState]]:
    return {(each.reviewer, each.state) for each in reviews if each.is_of(head)}


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
        if state == WITHDRAWN:
            given.pop(event.actor, None)
            continue
        # What can't be read is a request: it lets nothing in.
        known = cast("ReviewState", state) if state in _STATES else "requested"
        if known == "requested":
            name = event.key or event.actor
            asked.setdefault(name, Review(name, known, event.at))
        else:
            given.pop(event.actor, None)
            given[event.actor] = Review(event.actor, known, event.at, event.commit, event.body)
    return (*(each for name, each in asked.items() if name not in given), *given.values())
