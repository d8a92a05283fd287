"""Comments of a pull request: those in the conversation, and those on a line of its files.

Ours are found again by their marker and replaced; what people wrote is shown and never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.errors import ForgeDown
from forge.github.address import GitHubAddress
from forge.github.answers import Document, Invalid, at, instant_at, number_at, text_at
from forge.github.client import GitHubClient, Unsure
from forge.github.markers import Marker, mark, read
from forge.pull_requests import Annotation, Comment, LineRef, Oid

COMMENT: Final = "comment"
COLLABORATORS: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""What GitHub says of an author who belongs to the repository or its organisation, read-only or not."""
NOTE: Final = "note"
_ATTEMPTS: Final = 3


@dataclass(frozen=True)
class Written:
    """A comment as GitHub has it; `marker` where it is ours. `path` is where its API resource lies."""

    id: int
    path: str
    marker: Marker | None
    comment: Comment


class Comments:
    """Those of one repository's pull requests."""

    def __init__(self, client: GitHubClient, address: GitHubAddress) -> None:
        self._client = client
        self._repository = address.path

    def all(self, number: int) -> list[Written]:
        """Everything that was said, oldest first: what is on a line after what is not, of one second."""
        found = self._listed(f"{self._repository}/issues/{number}/comments", "issues")
        found += self._listed(f"{self._repository}/pulls/{number}/comments", "pulls")
        return sorted(found, key=lambda each: (each.comment.created_at, "/pulls/" in each.path, each.id))

    def _listed(self, path: str, kind: str) -> list[Written]:
        return [
            self._written(item, kind)
            for page in self._client.pages(path, "read the comments")
            for item in page
        ]

    def _written(self, item: Document, kind: str) -> Written:
        number = number_at(item, "id")
        found = read(item.get("body")) if at(item, "user", "login") == self._client.login() else None
        path = f"{self._repository}/{kind}/comments/{number}"
        at_line = _line(item)
        if found is None:
            key = f"github:{number}"
            body = item.get("body") if isinstance(item.get("body"), str) else ""
            author = at(item, "user", "login") or "somebody"
            login = author if item.get("author_association") in COLLABORATORS else None
            comment = Comment(key, f"{author}: {body}", at_line, instant_at(item, "created_at"), login)
            return Written(number, path, None, comment)
        marker, body = found
        place = at_line
        if place is None and marker.path is not None and marker.line is not None:
            place = LineRef(marker.path, marker.line)
        return Written(number, path, marker, Comment(marker.key, body, place, instant_at(item, "created_at")))

    def put(
        self, number: int, head: Oid, marker: Marker, body: str, said: Sequence[Written] | None = None
    ) -> None:
        """Write a comment of ours, or replace the one of the same kind and key. `said`: what was read just
        now of all that was said, else it is read.

        A comment on a line that the pull request does not show is written into the conversation.
        """
        for attempt in range(_ATTEMPTS):
            try:
                self._put(number, head, marker, body, self.all(number) if said is None else said)
                return
            except Unsure:  # it may have been written: look again before it is written twice
                said = None
                if attempt == _ATTEMPTS - 1:
                    raise
        raise ForgeDown("the comment could not be written")

    def annotate(self, number: int, head: Oid, notes: Sequence[Annotation]) -> list[Written]:
        """Comments on lines under their keys, written or replaced; a line that the diff lacks gets none. What
        was said before.
        """
        said = self.all(number)
        ours = ((each.marker, each) for each in said)
        known = {marker.key: each for marker, each in ours if marker is not None and marker.kind == NOTE}
        for note in notes:
            marker = Marker(NOTE, note.key, path=note.at.path, line=note.at.line)
            text, there = mark(marker, note.body), known.get(note.key)
            if there is None:
                self._on_line(number, head, marker, text)
            elif there.comment.body != text.partition("\n")[2]:
                self._client.call("PATCH", there.path, "change a comment", body={"body": text})
        return said

    def _put(self, number: int, head: Oid, marker: Marker, body: str, said: Sequence[Written]) -> None:
        text = mark(marker, body)
        spoken = mark(marker, _with_place(marker, body))
        known = next((each for each in said if _same(each.marker, marker)), None)
        if known is not None:
            text = spoken if "/issues/" in known.path else text
            if known.marker != marker or known.comment.body != text.partition("\n")[2]:
                self._client.call("PATCH", known.path, "change a comment", body={"body": text})
            return
        if marker.path is None or marker.line is None or not self._on_line(number, head, marker, text):
            path = f"{self._repository}/issues/{number}/comments"
            self._client.call("POST", path, "comment", body={"body": spoken}, repeat=False)

    def _on_line(self, number: int, head: Oid, marker: Marker, text: str) -> bool:
        """Whether it could be written there: only lines that the diff shows take comments."""
        body: Document = {
            "body": text,
            "commit_id": head,
            "path": marker.path,
            "line": marker.line,
            "side": "RIGHT",
        }
        path = f"{self._repository}/pulls/{number}/comments"
        try:
            self._client.call("POST", path, "comment on a line", body=body, repeat=False)
        except Invalid:
            return False
        return True


def _with_place(marker: Marker, body: str) -> str:
    if marker.path is None or marker.line is None:
        return body
    return f"`{marker.path}` line {marker.line}:\n\n{body}"


def _same(one: Marker | None, other: Marker) -> bool:
    return one is not None and (one.kind, one.key) == (other.kind, other.key)


def _line(item: Document) -> LineRef | None:
    path = item.get("path")
    line = item.get("line") or item.get("original_line")
    if isinstance(path, str) and isinstance(line, int) and line > 0:
        return LineRef(text_at(item, "path"), line)
    return None
