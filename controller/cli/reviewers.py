"""Who reviews a pull request, as a terminal shows it."""

from __future__ import annotations

from typing import Any, Final

from controller.cli.output import Printer, inert, plain

_STATES: Final = {"requested": "asked", "approved": "approved", "refused": "asks for changes"}


def show_reviews(printer: Printer, pull: dict[str, Any]) -> None:
    """Who was asked, what each said, and what a merge still needs of whom."""
    if pull["reviews"]:
        printer.say("\nReviewers", style="bold")
    for review in pull["reviews"]:
        state = _STATES.get(review["state"], review["state"])
        old = ", of an older head" if review["stale"] else ""
        who = review.get("reviewerEmail") or review["reviewer"]
        printer.say(f"  {inert(who)}: {state}{old}")
        if review["body"]:
            printer.say(f"    {plain(review['body'])}")
    approvals = pull["approvals"]
    if approvals.get("missing"):
        printer.say(f"\nNeeded: {plain(approvals['missing'])}. {plain(approvals.get('hint') or '')}".rstrip())
