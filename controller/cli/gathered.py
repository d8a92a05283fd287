"""Documents of a folder: what looks like one by its name, read with bounds; links are never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from base import limits
from controller.cli.errors import CliError, ExitCode
from controller.cli.output import inert
from controller.cli.reading import size

FORM_BY_SUFFIX: Final = {
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown", ".mkd": "markdown", ".rst": "rst",
    ".adoc": "asciidoc", ".asciidoc": "asciidoc", ".asc": "asciidoc", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".txt": None, ".text": None, ".wiki": None, ".confluence": None, ".xml": "html",
}  # fmt: skip
"""What a file of an import is by its name; None: its text tells. `.xml` is Confluence's storage format."""

_NOT_OURS: Final = frozenset({"node_modules", "__pycache__", "__MACOSX", "attachments", "styles", "images"})
"""Folders of other things, also those of a space export."""
_EXPORT: Final = "entities.xml"
_STORAGE: Final = ("<ac:", "<ri:", "<p>", "<h1", "<h2", "<table", "<ol>", "<ul>")


@dataclass(frozen=True)
class Document:
    """One document of an import: its text, or why it can't be read."""

    file: str
    text: str | None = None
    form: str | None = None
    problem: str | None = None


@dataclass
class Budget:
    """What an import has looked at and read so far. Raises CliError where it is more than the bounds."""

    entries: int = 0
    documents: int = 0
    read_bytes: int = 0
    others: int = field(default=0)
    """Files of other kinds, which are left alone."""

    def look(self) -> None:
        """Count a file or folder."""
        self.entries += 1
        if self.entries > limits.IMPORT_MAX_ENTRIES:
            raise _too_much(f"more than {limits.IMPORT_MAX_ENTRIES:,} files and folders")

    def take(self, byte_count: int) -> None:
        """Count a document and its bytes."""
        self.documents += 1
        self.read_bytes += byte_count
        if self.documents > limits.IMPORT_MAX_DOCUMENTS:
            raise _too_much(f"more than {limits.IMPORT_MAX_DOCUMENTS:,} documents")
        if self.read_bytes > limits.IMPORT_MAX_BYTES:
            raise _too_much(f"documents of more than {size(limits.IMPORT_MAX_BYTES)} together")


def _too_much(what: str) -> CliError:
    return CliError(f"There are {what}.", ExitCode.USAGE, "Import it in parts, a folder at a time.")


def suffix_of(name: str) -> str | None:
    """The ending of a document's name; None where it is not one of ours."""
    ending = PurePosixPath(name).suffix.lower()
    return ending if ending in FORM_BY_SUFFIX else None


def is_ours(folder: str) -> bool:
    """Whether a folder may hold documents."""
    return not folder.startswith(".") and folder not in _NOT_OURS


def as_document(file: str, data: bytes) -> Document | None:
    """The document of a file's bytes; None for XML that is no page."""
    if len(data) > limits.PASTE_MAX_BYTES:
        return Document(file, problem=f"it is larger than {size(limits.PASTE_MAX_BYTES)}")
    if b"\x00" in data:
        return Document(file, problem="it is no text in UTF-8 (it holds NUL)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Document(file, problem=f"it is no text in UTF-8 (byte {error.start})")
    if not text.strip():
        return Document(file, problem="it is empty")
    ending = suffix_of(file)
    if ending == ".xml" and not any(mark in text for mark in _STORAGE):
        return None
    return Document(file, text, FORM_BY_SUFFIX.get(ending or ""))


def folder_documents(root: str, budget: Budget) -> Iterator[Document]:
    """The documents below a folder, in the order of their names; what can't be read comes with its reason.

    1. Every folder and file is opened by its name below the one that was opened before, without following a
    link, so that nothing outside is read, also where somebody changes it meanwhile; 2. hidden folders are
    left alone; 3. no further than the bounds. Raises CliError where there is too much, OSError for the root.
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield from _walk(descriptor, PurePosixPath(), budget, 0)
    finally:
        os.close(descriptor)


def holds_export(root: str) -> bool:
    """Whether a folder is an unpacked space export in XML."""
    try:
        return stat.S_ISREG((Path(root) / _EXPORT).lstat().st_mode)
    except OSError:
        return False


def _walk(descriptor: int, place: PurePosixPath, budget: Budget, depth: int) -> Iterator[Document]:
    for name in sorted(_names(descriptor, budget)):
        file = str(place / _shown(name))
        try:
            mode = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                if is_ours(name):
                    yield from _below(descriptor, name, place, budget, depth)
                continue
            if suffix_of(name) is None:
                budget.others += 1
            elif stat.S_ISREG(mode):
                yield from _read(descriptor, name, file, budget)
            else:
                kind = "a link, which is not followed" if stat.S_ISLNK(mode) else "no regular file"
                yield Document(file, problem=f"it is {kind}")
        except OSError as error:
            yield Document(file, problem=f"it can't be read: {error.strerror or error}")


def _names(descriptor: int, budget: Budget) -> Iterator[str]:
    with os.scandir(descriptor) as entries:
        for entry in entries:
            budget.look()
            yield entry.name


def _below(
    descriptor: int, name: str, place: PurePosixPath, budget: Budget, depth: int
) -> Iterator[Document]:
    inner = place / _shown(name)
    if depth >= limits.IMPORT_MAX_FOLDERS_DEEP:
        problem = f"folders deeper than {limits.IMPORT_MAX_FOLDERS_DEEP} are not read"
        yield Document(str(inner), problem=problem)
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    below = os.open(name, flags, dir_fd=descriptor)
    try:
        yield from _walk(below, inner, budget, depth + 1)
    finally:
        os.close(below)


def _read(descriptor: int, name: str, file: str, budget: Budget) -> Iterator[Document]:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, dir_fd=descriptor), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            yield Document(file, problem="it is no regular file")
            return
        data = opened.read(limits.PASTE_MAX_BYTES + 1)
    budget.take(len(data))
    found = as_document(file, data)
    if found is None:
        budget.others += 1
    else:
        yield found


def _shown(name: str) -> str:
    """A name that is not UTF-8 has its bytes as escapes, so that it can be printed and sent."""
    return inert(os.fsencode(name).decode("utf-8", "backslashreplace"))
