"""Hostile repositories, made of raw git objects that no git client would make: names, trees, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pygit2

from tests.integration.sync.world import World, runbook

TREE: Final = pygit2.enums.ObjectType.TREE
FILE, FOLDER, LINK, MODULE = b"100644", b"40000", b"120000", b"160000"
MISSING: Final = "12" * 20


@dataclass(frozen=True)
class Line:
    """One line of a tree object."""

    mode: bytes
    name: bytes
    oid: str


DECEPTIVE: Final[dict[bytes, str]] = {
    b"CON": "a device on Windows",
    b"con.yaml": "a device on Windows",
    b"COM7.yaml": "a device on Windows",
    b"dot.yaml.": "ends in a dot or a blank",
    b"blank.yaml ": "ends in a dot or a blank",
    b"back\\slash.yaml": "a character that Windows gives a meaning",
    b"..\\..\\etc.yaml": "a character that Windows gives a meaning",
    b"ads.yaml:stream": "a character that Windows gives a meaning",
    b"C:drive.yaml": "a character that Windows gives a meaning",
    b"<!channel>.yaml": "a character that Windows gives a meaning",
    b"\x1b[31mred.yaml": "a control character",
    b"latin-\xff.yaml": "not UTF-8",
    "zero\u200bwidth.yaml".encode(): "an invisible or control character",
    "turned\u202elmay.yaml".encode(): "an invisible or control character",
    "p\u0430yments.yaml".encode(): "mixes letters of scripts",
    "\uff46ull.yaml".encode(): "another form after Unicode normalisation",
    b"Case.yaml": "can be taken for",
    b"case.yaml": "can be taken for",
    b"n" * 300 + b".yaml": "longer than 255 bytes",
}
"""Names that pass git's own check of a push: the sync skips them, each with its reason."""

DANGEROUS: Final[dict[bytes, str]] = {
    b"..": "empty, . or ..",
    b".": "empty, . or ..",
    b"": "empty, . or ..",
    b"/etc/passwd": "a separator",
    b"../../etc/passwd": "a separator",
    b".git": "one that git itself uses",
    b".GIT": "one that git itself uses",
    b"git~1": "one that git itself uses",
    b".git::$INDEX_ALLOCATION": "one that git itself uses",
    b".git. .": "one that git itself uses",
    ".g\u200cit".encode(): "one that git itself uses",
}
"""Names that hurt whoever clones: a push that brings one is refused, a fetched one is skipped."""

ACTIVE: Final = (b"$(id).yaml", b"`id`.yaml", b"${{ x }}.yaml", b"[a](b).yaml", b"--upload-pack=id.yaml")
"""Names that mean something to a shell, an expression, a page or git: just names of files here."""


def write_tree(git: pygit2.Repository, lines: list[Line]) -> str:
    """A tree of exactly these lines, sorted as git sorts (a folder as if `/` followed its name)."""
    ordered = sorted(lines, key=lambda line: line.name + (b"/" if line.mode == FOLDER else b""))
    raw = b"".join(line.mode + b" " + line.name + b"\0" + bytes.fromhex(line.oid) for line in ordered)
    return str(git.odb.write(TREE, raw))


def write_commit(git: pygit2.Repository, tree: str, parent: str | None) -> str:
    """A commit that no ref points at; its encoding is unknown, and its time is in no calendar."""
    before = "" if parent is None else f"parent {parent}\n"
    who = "Mallory $(id) `id` ${{ x }} <mallory@example.com>"
    head = f"tree {tree}\n{before}author {who} 0 +0000\ncommitter {who} 253402300800 +0000\nencoding bogus\n"
    return str(
        git.odb.write(pygit2.enums.ObjectType.COMMIT, f"{head}\nHostile ${{{{ x }}}} \x1b[31m\n".encode())
    )


def below(git: pygit2.Repository, folder: str, parent: str | None) -> str:
    """A commit whose only folder is `runbooks`."""
    return write_commit(git, write_tree(git, [Line(FOLDER, b"runbooks", folder)]), parent)


def named(git: pygit2.Repository, parent: str | None, *names: bytes) -> str:
    """A commit with a sound runbook under each of these names, beside a good one, a link and a module."""
    lines = [
        Line(FILE, name, str(git.create_blob(runbook(f"n{number}").encode())))
        for number, name in enumerate(names)
    ]
    lines.append(Line(FILE, b"good.yaml", str(git.create_blob(runbook("good").encode()))))
    return below(git, write_tree(git, lines), parent)


def linked(git: pygit2.Repository, parent: str | None, target: Path) -> str:
    """A commit with links to a file outside and to a folder above, and a module whose commit is nowhere."""
    lines = [
        Line(FILE, b"good.yaml", str(git.create_blob(runbook("good").encode()))),
        Line(LINK, b"link.yaml", str(git.create_blob(str(target).encode()))),
        Line(LINK, b"up", str(git.create_blob(b"../../.."))),
        Line(MODULE, b"module", MISSING),
        Line(b"100000", b"odd.yaml", str(git.create_blob(runbook("odd").encode()))),
    ]
    return below(git, write_tree(git, lines), parent)


def instead(git: pygit2.Repository, parent: str, folder: str, mode: bytes | None) -> str:
    """A commit where a folder of the root is a link, a module or a file; mode None: it is gone."""
    here = git[pygit2.Oid(hex=parent)].peel(pygit2.Tree)
    lines = [
        Line(FOLDER if isinstance(each, pygit2.Tree) else FILE, (each.name or "").encode(), str(each.id))
        for each in here
        if each.name != folder
    ]
    if mode is not None:
        target = MISSING if mode == MODULE else str(git.create_blob(b"elsewhere"))
        lines.append(Line(mode, folder.encode(), target))
    return write_commit(git, write_tree(git, lines), parent)


def crowd(git: pygit2.Repository, parent: str | None, files: int, folders: int = 1) -> str:
    """A commit of so many files, in one folder or in as many; a few objects, however many files."""
    blob = str(git.create_blob(runbook("one").encode()))
    names = (f"{number:06}.yaml".encode() for number in range(files // folders))
    full = write_tree(git, [Line(FILE, name, blob) for name in names])
    if folders == 1:
        return below(git, full, parent)
    return below(git, write_tree(git, [Line(FOLDER, b"f%05d" % n, full) for n in range(folders)]), parent)


def nested(git: pygit2.Repository, parent: str | None, depth: int) -> str:
    """A commit with a runbook below so many folders."""
    tree = write_tree(git, [Line(FILE, b"deep.yaml", str(git.create_blob(runbook("deep").encode())))])
    for _ in range(depth):
        tree = write_tree(git, [Line(FOLDER, b"d", tree)])
    return below(git, tree, parent)


def point(world: World, commit: str) -> str:
    """Move main there, whatever it was: as a fetch does, which asks nobody."""
    world.repository.git().references.create("refs/heads/main", pygit2.Oid(hex=commit), force=True)
    return commit


def main_of(world: World) -> str | None:
    """Where main is."""
    return world.repository.ref("refs/heads/main")
