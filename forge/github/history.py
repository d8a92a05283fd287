"""What happened to a pull request on GitHub, told as the built-in forge tells it. Pure."""

from __future__ import annotations

from forge.pull_requests import PullRequest
from forge.pull_rows import PullEvent


def history(pull: PullRequest) -> list[PullEvent]:
    """Its events in order of time; GitHub keeps no time of what our checks said."""
    found = [PullEvent("opened", pull.author, pull.created_at, commit=pull.head)]
    found += [
        PullEvent(
            "comment",
            "system:forge",
            comment.created_at,
            key=comment.key,
            body=comment.body,
            data={} if comment.at is None else {"path": comment.at.path, "line": comment.at.line},
        )
        for comment in pull.comments
    ]
    found += [
        PullEvent(
            "review",
            review.reviewer,
            review.at,
            key=review.reviewer,
            commit=review.commit,
            body=review.body,
            data={"state": review.state},
        )
        for review in pull.reviews
    ]
    found += [
        PullEvent(
            "check",
            "system:review",
            pull.updated_at,
            key=check.name,
            commit=pull.head,
            body=check.summary,
            data={"status": check.status, "title": check.title},
        )
        for check in pull.checks
    ]
    if pull.state == "merged" and pull.merged_at is not None:
        found.append(
            PullEvent("merged", pull.merged_by or "github:ghost", pull.merged_at, commit=pull.merge_commit)
        )
    elif pull.state == "closed":
        found.append(PullEvent("closed", "github:ghost", pull.updated_at))
    return sorted(found, key=lambda event: event.at)
