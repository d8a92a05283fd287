"""What a check says about a commit: a check run where we are a GitHub App, else a commit status.

A status has room for one short line, so that what it found stands in a comment beside it. Only what our own
account or app wrote counts: anybody who may push can set a status of any name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from forge.github.address import GitHubAddress
from forge.github.answers import Document, at, items, number_at, oid_at, text_at
from forge.github.client import PAGE, GitHubClient
from forge.github.comments import Comments, Written
from forge.github.markers import Marker, cut
from forge.pull_requests import Check, CheckStatus, Oid

CHECK: Final = "check"
DESCRIPTION_MAX: Final = 140
"""GitHub's bound of a status's description, in characters."""

_ATTENTION: Final = "⚠ "
_CONCLUSIONS: Final[dict[CheckStatus, str]] = {"pass": "success", "fail": "failure", "attention": "neutral"}
_FOR_OWNER: Final = "action_required"
"""The conclusion with which GitHub keeps a required check from passing; ours reads it as a look to take."""
_SUMMARY_MAX: Final = 65_000


@dataclass(frozen=True)
class About:
    """The pull request that a check is about; `said`: what was read just now of its comments."""

    number: int
    said: Sequence[Written] | None = None


class Checks:
    """Those of one repository."""

    def __init__(self, client: GitHubClient, address: GitHubAddress, comments: Comments) -> None:
        self._client = client
        self._repository = address.path
        self._comments = comments

    def put(self, commit: Oid, check: Check, about: About | None = None) -> None:
        """Say it; saying the same twice is saying it once. `about`: of which pull request, where one is
        known; else each that the commit heads is looked for.
        """
        if self._client.credential.app_id is not None:
            self._put_run(commit, check)
        else:
            self._put_status(commit, check, about)

    def found(self, commit: Oid, comments: Iterable[Written] = ()) -> tuple[Check, ...]:
        """What our checks last said about a commit; `comments` are those of its pull request."""
        if self._client.credential.app_id is not None:
            return tuple(_run(item) for item in self._runs(commit))
        summaries = {
            each.marker.key: each.comment.body.partition("\n\n")[2]
            for each in comments
            if each.marker is not None and (each.marker.kind, each.marker.commit) == (CHECK, commit)
        }
        return tuple(_status(item, summaries) for item in self._statuses(commit))

    # ------------------------------------------------------------ check runs

    def _runs(self, commit: Oid) -> list[Document]:
        """The newest run of ours for each name."""
        path = f"{self._repository}/commits/{commit}/check-runs"
        app_id = self._client.credential.app_id or 0
        document = self._client.get(path, "read the checks", filter="latest", app_id=app_id, per_page=PAGE)
        mine: dict[str, Document] = {}
        for item in items(at(document, "check_runs")):
            if at(item, "app", "id") == self._client.credential.app_id:
                name = text_at(item, "name")
                if name not in mine or number_at(item, "id") > number_at(mine[name], "id"):
                    mine[name] = item
        return list(mine.values())

    def _put_run(self, commit: Oid, check: Check) -> None:
        body: Document = {
            "name": check.name,
            "status": "completed",
            "conclusion": _FOR_OWNER if check.for_owner else _CONCLUSIONS[check.status],
            "output": {"title": check.title or check.status, "summary": cut(check.summary, _SUMMARY_MAX)},
        }
        if check.url is not None:
            body["details_url"] = check.url
        known = next((item for item in self._runs(commit) if item.get("name") == check.name), None)
        path = f"{self._repository}/check-runs"
        if known is None:
            body["head_sha"] = commit
            self._client.call("POST", path, "write a check run", body=body)
        elif _run(known) != check or check.url not in {None, known.get("details_url")}:
            path = f"{path}/{number_at(known, 'id')}"
            self._client.call("PATCH", path, "change a check run", body=body)

    # -------------------------------------------------------- commit statuses

    def _statuses(self, commit: Oid) -> list[Document]:
        """The newest status of ours for each name; GitHub lists the newest first."""
        path = f"{self._repository}/commits/{commit}/statuses"
        mine: dict[str, Document] = {}
        for page in self._client.pages(path, "read the statuses"):
            for item in page:
                if at(item, "creator", "login") == self._client.login():
                    mine.setdefault(text_at(item, "context"), item)
        return list(mine.values())

    def _put_status(self, commit: Oid, check: Check, about: About | None) -> None:
        """The comment first: what lets a merge through is written last."""
        of = [about] if about is not None else [About(number) for number in self._headed_by(commit)]
        for each in of:
            body = f"**{check.name}: {check.title}** ({check.status}) on {commit[:12]}\n\n{check.summary}"
            marker = Marker(CHECK, check.name, commit=commit)
            self._comments.put(each.number, commit, marker, body, each.said)
        description = (_ATTENTION if check.status == "attention" else "") + check.title
        body_document: Document = {
            "state": "failure" if check.status == "fail" or check.for_owner else "success",
            "context": check.name,
            "description": description[:DESCRIPTION_MAX],
        }
        if check.url is not None:
            body_document["target_url"] = check.url
        known = next((item for item in self._statuses(commit) if item.get("context") == check.name), None)
        if known is not None and all(known.get(key) == value for key, value in body_document.items()):
            return
        path = f"{self._repository}/statuses/{commit}"
        self._client.call("POST", path, "set a status", body=body_document)

    def _headed_by(self, commit: Oid) -> list[int]:
        """The open pull requests whose head this commit is."""
        path = f"{self._repository}/commits/{commit}/pulls"
        answer = self._client.call(
            "GET", path, "find a commit's pull requests", params={"per_page": PAGE}, allow=(404, 422)
        )
        if answer.status != 200:
            return []
        return [
            number_at(item, "number")
            for item in items(answer.document)
            if item.get("state") == "open" and oid_at(item, "head", "sha") == commit
        ]


def _run(item: Document) -> Check:
    """A check run; anything but a known success is a failure."""
    known: dict[object, CheckStatus] = {word: status for status, word in _CONCLUSIONS.items()}
    for_owner = item.get("conclusion") == _FOR_OWNER
    status: CheckStatus = "attention" if for_owner else known.get(item.get("conclusion"), "fail")
    title, summary = at(item, "output", "title"), at(item, "output", "summary")
    return Check(text_at(item, "name"), status, str(title or ""), str(summary or ""), for_owner)


def _status(item: Document, summaries: dict[str, str]) -> Check:
    name, description = text_at(item, "context"), str(item.get("description") or "")
    status: CheckStatus = "pass" if item.get("state") == "success" else "fail"
    marked = description.startswith(_ATTENTION)
    for_owner = marked and item.get("state") == "failure"
    if (status == "pass" and marked) or for_owner:
        status = "attention"
    return Check(name, status, description.removeprefix(_ATTENTION), summaries.get(name, ""), for_owner)
