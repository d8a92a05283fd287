"""Whether a branch can be squashed onto its base, and the tree that comes out.

Nothing is ever merged inside a file: a path that both sides changed stands in the way, and the author
pushes again. So what lands is content that somebody wrote and a check saw, never a mixture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pygit2

from forge.commit import PROPOSAL_TRAILER, PULL_TRAILER, compose_message, signature, write_commit
from forge.commit_facts import signed_by
from forge.errors import NotMergeable
from forge.pull_requests import Actor, Oid
from forge.pull_rows import PullRow
from forge.tree import commit_tree, read_commit

_SHOWN_PATHS = 5


@dataclass(frozen=True)
class Squash:
    """The tree of a merge, and the commit of the base that it was made for."""

    tree: Oid
    base_head: Oid


def fork_point(git: pygit2.Repository, base: Oid, head: Oid) -> Oid:
    """The commit where a branch left its base. Raises NotMergeable where they share no history, or where one
    of them is no commit that is whole.
    """
    try:
        found = git.merge_base(pygit2.Oid(hex=base), pygit2.Oid(hex=head))
    except (pygit2.GitError, KeyError, ValueError) as fault:
        raise NotMergeable(
            f"the branch can't be compared with its base: {fault}", hint="push it again from a whole clone"
        ) from fault
    if found is None:
        raise NotMergeable("the branch shares no history with its base", hint="start it again from the base")
    return str(found)


def plan_squash(git: pygit2.Repository, base: Oid, head: Oid) -> Squash:
    """The tree after the merge. Raises NotMergeable with what stands in the way."""
    fork = fork_point(git, base, head)
    base_tree, head_tree = commit_tree(git, base), commit_tree(git, head)
    if fork == head or base_tree == head_tree:
        raise NotMergeable("there is nothing to merge: the base has it all")
    if fork == base:
        return Squash(head_tree, base)
    ours, theirs = _changed(git, fork, base), _changed(git, fork, head)
    clashes = sorted(path for path in ours.keys() & theirs.keys() if ours[path] != theirs[path])
    if clashes:
        shown = ", ".join(clashes[:_SHOWN_PATHS]) + (", …" if len(clashes) > _SHOWN_PATHS else "")
        raise NotMergeable(
            f"the base changed the same file: {shown}", hint="bring the branch up to date and push again"
        )
    tree = _combine(git, fork, base, head)
    if tree == base_tree:
        raise NotMergeable("there is nothing to merge: the base has it all")
    return Squash(tree, base)


def write_squash(
    git: pygit2.Repository, row: PullRow, base: Oid, head: Oid, actor: Actor, now: datetime
) -> Oid:
    """The commit that merges a pull request: its author is the head's, its committer who merges."""
    squash = plan_squash(git, base, head)
    trailers = {PROPOSAL_TRAILER: row.key, PULL_TRAILER: str(row.number)}
    return write_commit(
        git,
        tree=squash.tree,
        parents=[base],
        message=compose_message(f"{row.title} (#{row.number})", row.body, trailers),
        author=signed_by(read_commit(git, head)) or signature(actor, now),
        committer=signature(actor, now),
    )


def _changed(git: pygit2.Repository, old: Oid, new: Oid) -> dict[str, tuple[str, int]]:
    """Changed paths with their new blob and mode; a deleted one has the zero id."""
    diff = git.diff(commit_tree(git, old), commit_tree(git, new))
    found = {}
    for delta in diff.deltas:
        found[delta.new_file.path] = (str(delta.new_file.id), int(delta.new_file.mode))
    return found


def _combine(git: pygit2.Repository, fork: Oid, base: Oid, head: Oid) -> Oid:
    ancestor, ours, theirs = (pygit2.Oid(hex=commit_tree(git, commit)) for commit in (fork, base, head))
    try:
        index = git.merge_trees(ancestor, ours, theirs, flags=pygit2.enums.MergeFlag(0))
        if index.conflicts is not None:
            raise NotMergeable(
                "a file and a folder of the same name meet", hint="bring the branch up to date and push again"
            )
        return str(index.write_tree(git))
    except (pygit2.GitError, OSError):
        raise NotMergeable(
            "the two sides can't be combined", hint="bring the branch up to date and push again"
        ) from None
