"""Trees and commits written straight into the object store: no checkout, no index file, no hook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import pygit2

from base import limits
from forge.commit_facts import message_of
from forge.errors import ForgeRefused
from forge.pull_requests import Actor, Oid, Proposal, ProposedFile, RefUpdate
from forge.storage import move_refs, read_ref
from forge.tree import blob_at, commit_tree, read_commit

PULL_TRAILER: Final = "Dd0c-Pull"
"""Written by a merge, and by nothing else: the number of the pull request that a commit merged."""

PROPOSAL_TRAILER: Final = "Dd0c-Proposal"
"""Written by a publish: the key of the proposal that a commit carries."""

_TRAILER: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*): *(.*)")
_ENTITY: Final = re.compile(r"&#(\d{1,4});")
_ACTIVE: Final = re.compile(r"\$(?=[({])|<(?=[!@#])|\](?=\()")
_JOINER: Final = "\u2060"
_OURS: Final = re.compile(rf"^(\s*)({PULL_TRAILER}|{PROPOSAL_TRAILER})\s*:", re.IGNORECASE | re.MULTILINE)


def write_tree(git: pygit2.Repository, base: Oid | None, files: Sequence[ProposedFile]) -> Oid:
    """The tree `base` with some files written or deleted (content None); folders left empty go away.

    Raises ForgeRefused where a file would have to lie inside another file.
    """
    nested: dict[str, object] = {}
    for file in files:
        _place(nested, file)
    tree = _apply(git, base, nested)
    return tree if tree is not None else str(git.TreeBuilder().write())


def _place(nested: dict[str, object], file: ProposedFile) -> None:
    *folders, name = file.path.split("/")
    place = nested
    for segment in folders:
        below = place.setdefault(segment, {})
        if not isinstance(below, dict):
            raise ForgeRefused(f"{file.path} would lie inside a file")
        place = below
    if isinstance(place.get(name), dict):
        raise ForgeRefused(f"{file.path} is a folder")
    place[name] = file


def _apply(git: pygit2.Repository, base: Oid | None, nested: Mapping[str, object]) -> Oid | None:
    builder = git.TreeBuilder(pygit2.Oid(hex=base)) if base is not None else git.TreeBuilder()
    for name, item in nested.items():
        entry = builder.get(name)
        if isinstance(item, ProposedFile):
            _put(git, builder, name, item, entry)
            continue
        assert isinstance(item, dict)
        if entry is not None and entry.filemode != pygit2.enums.FileMode.TREE:
            raise ForgeRefused(f"{name} is a file, not a folder")
        below = _apply(git, None if entry is None else str(entry.id), item)
        if below is not None:
            builder.insert(name, pygit2.Oid(hex=below), pygit2.enums.FileMode.TREE)
        elif entry is not None:
            builder.remove(name)
    return str(builder.write()) if len(builder) else None


def _put(
    git: pygit2.Repository,
    builder: pygit2.TreeBuilder,
    name: str,
    file: ProposedFile,
    entry: pygit2.Object | None,
) -> None:
    if entry is not None and entry.filemode == pygit2.enums.FileMode.TREE:
        raise ForgeRefused(f"{file.path} is a folder")
    if file.content is not None:
        builder.insert(name, git.create_blob(file.content), pygit2.enums.FileMode.BLOB)
    elif entry is not None:
        builder.remove(name)


def write_commit(
    git: pygit2.Repository,
    *,
    tree: Oid,
    parents: Sequence[Oid],
    message: str,
    author: pygit2.Signature,
    committer: pygit2.Signature,
) -> Oid:
    """A commit that no ref points at yet."""
    ids = [pygit2.Oid(hex=parent) for parent in parents]
    return str(git.create_commit(None, author, committer, message, pygit2.Oid(hex=tree), ids))


def commit_files(
    git: pygit2.Repository,
    *,
    base: Oid | None,
    files: Sequence[ProposedFile],
    message: str,
    author: Actor,
    at: datetime,
) -> Oid:
    """A commit on top of `base` (None: the first one) that changes some files."""
    root = None if base is None else commit_tree(git, base)
    signed = signature(author, at)
    return write_commit(
        git,
        tree=write_tree(git, root, files),
        parents=[] if base is None else [base],
        message=message,
        author=signed,
        committer=signed,
    )


def carries(git: pygit2.Repository, branch: str, proposal: Proposal) -> bool:
    """Whether the open branch has a proposal's content already, or commits of people that stay untouched."""
    head = read_ref(git, f"refs/heads/{branch}")
    if head is None:
        return False
    if read_trailers(message_of(read_commit(git, head))).get(PROPOSAL_TRAILER) != proposal.key:
        return True
    found = {file.path: blob_at(git, head, file.path) for file in proposal.files}
    wanted = {f.path: None if f.content is None else str(pygit2.hash(f.content)) for f in proposal.files}
    return found == wanted


def compare_and_swap(
    git: pygit2.Repository,
    ref: str,
    expected: Oid | None,
    new: Oid | None,
    *,
    by: Actor | None = None,
    how: str = "system",
) -> None:
    """Move one ref if it is where it was seen; the caller holds the writer lock. Raises HeadMoved."""
    move_refs(git, [RefUpdate(ref, expected, new)], by=by, how=how)


def signature(actor: Actor, at: datetime) -> pygit2.Signature:
    """Who and when, as git writes it; characters that end the field early are dropped."""
    name = _plain(actor.name) or _plain(actor.id) or "unknown"
    email = _plain(actor.email) or "unknown@invalid"
    return pygit2.Signature(name[:200], email[:200], int(at.timestamp()), 0)


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and c not in "<>").strip(" .,:;\"'")


def compose_message(title: str, body: str, trailers: Mapping[str, str]) -> str:
    """A commit message: one line, the body, then our trailers, which the body can't fake."""
    title, body = plain(title), plain(body)
    subject = " ".join(title.split())[: limits.TITLE_MAX_CHARACTERS] or "Change"
    text = body.replace("\r\n", "\n").replace("\0", "").strip()[: limits.GIT_MESSAGE_MAX_CHARACTERS]
    text = _OURS.sub(r"\1> \2:", text)
    subject = _OURS.sub(r"\1> \2:", subject)
    tail = "\n".join(f"{key}: {value}" for key, value in trailers.items())
    return "\n\n".join(part for part in (subject, text, tail) if part) + "\n"


def plain(text: str) -> str:
    """What a page shows of a text, for the history: a history renders no markup, so that characters that
    were written as entities (`schemas.markdown.escape`) would be read as such.

    Nothing in it is more than text to a program that takes a message for its own (R53): a word joiner parts
    what begins a substitution of a shell or of an expression, a call in Slack or a link, and backticks
    become apostrophes. The joiners behind @ and # stay, so that a forge finds no mention and closes nothing.
    """
    shown = _ENTITY.sub(_character, text)
    return _ACTIVE.sub(rf"\g<0>{_JOINER}", shown).replace("`", "'")


def _character(entity: re.Match[str]) -> str:
    found = chr(int(entity[1]))
    return found if found.isprintable() or found == _JOINER else entity[0]


def read_trailers(message: str) -> dict[str, str]:
    """The trailers of a commit message: its last paragraph, where every line of it is one."""
    paragraphs = message.replace("\r\n", "\n").rstrip().split("\n\n")
    if len(paragraphs) < 2:
        return {}
    found = {}
    for line in paragraphs[-1].splitlines():
        match = _TRAILER.fullmatch(line.strip())
        if match is None:
            return {}
        found[match.group(1)] = match.group(2).strip()
    return found


def pull_number(message: str) -> int | None:
    """The pull request that a commit says it merged, or None."""
    text = read_trailers(message).get(PULL_TRAILER, "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 10 else None
