"""Where a person sees a file's line as git has it: on the forge, or on a page of ours. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from base.ids import show_id


@dataclass(frozen=True)
class Linked:
    """A repository as links need it. `url` is this server's public address."""

    repository_id: UUID
    forge: str
    remote: str
    url: str


def line_link(repository: Linked, path: str, commit: str | None, line: int | None) -> str | None:
    """The address of a line at a commit; None where the forge has no page that we know."""
    if repository.forge == "github":
        if commit is None or not repository.remote.startswith(("https://", "http://")):
            return None
        page = repository.remote.removesuffix("/").removesuffix(".git")
        return f"{page}/blob/{commit}/{quote(path)}{f'#L{line}' if line else ''}"
    place = (
        f"{repository.url}/sync/{show_id('rpo', repository.repository_id)}/file?path={quote(path, safe='')}"
    )
    return f"{place}&line={line}" if line else place
