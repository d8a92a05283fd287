"""Documents of a ZIP archive, also of a Confluence space export: nothing is unpacked to a disk, links are not
followed, and every entry is read no further than its bounds, whatever its header says.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from base import limits
from base.limits import KIB
from controller.cli.errors import CliError, ExitCode
from controller.cli.gathered import Budget, Document, as_document, is_ours, suffix_of
from controller.cli.output import inert
from controller.cli.reading import size
from ingest.sources.space_export import exported_pages, page_of_export
from schemas.errors import Unprocessable

_EXPORT: Final = "entities.xml"
_ROOT: Final = b"<hibernate-generic"
"""The element that every space export begins with, since Confluence 2."""
_HEAD: Final = 4 * KIB
"""In which it stands: an XML declaration is all that comes before it."""
_CHUNK: Final = 64 * KIB
_PACKED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_SMALL: Final = 64 * KIB
"""Up to here no ratio is asked of an entry: a short text of one letter packs very well."""
_SIZE_OF_DIRECTORY: Final = 5
"""In what `zipfile` reads of the end of an archive."""
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
"""What `zipfile` raises for an entry that is damaged, cut off, encrypted or packed in an unknown way."""


def archive_documents(name: str, budget: Budget) -> Iterator[Document]:
    """The documents of an archive, by name; what can't be read comes with its reason.

    Raises CliError for what is no archive, is larger than the bounds, or holds more than them.
    """
    with _open(name) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
        for _ in entries:
            budget.look()
        export = next((entry for entry in entries if _is_export(archive, entry)), None)
        if export is not None:
            yield from _pages(archive, export, budget)
            return
        for entry in entries:
            yield from _entry(archive, entry, budget)


def export_documents(file: Path, budget: Budget) -> Iterator[Document]:
    """The pages of an `entities.xml` that was unpacked."""

    def chunks() -> Iterator[bytes]:
        with file.open("rb") as opened:
            yield from iter(lambda: opened.read(_CHUNK), b"")

    yield from _exported(chunks, budget)


def _open(name: str) -> zipfile.ZipFile:
    shown = inert(name)
    try:
        with Path(name).open("rb") as file:
            if file.seek(0, 2) > limits.ARCHIVE_MAX_BYTES:
                raise CliError(
                    f"{shown} is larger than {size(limits.ARCHIVE_MAX_BYTES)}.",
                    ExitCode.USAGE,
                    "Export it without attachments.",
                )
            # The record that ZipFile goes by. Its public names have read the whole table of contents before
            # anybody can ask how large that is, which is what is bounded here.
            end: Any = zipfile._EndRecData(file)  # type: ignore[attr-defined]
        if end is None:
            raise CliError(f"{shown} is no ZIP archive.", ExitCode.USAGE)
        if end[_SIZE_OF_DIRECTORY] > limits.ARCHIVE_DIRECTORY_MAX_BYTES:
            raise CliError(f"{shown} holds more files than an import reads.", ExitCode.USAGE)
        return zipfile.ZipFile(name)
    except UnicodeDecodeError as error:
        raise CliError(
            f"{shown} has a name in it that says it is UTF-8 and is not.",
            ExitCode.USAGE,
            "Unpack it, and import the folder.",
        ) from error
    except zipfile.BadZipFile as error:
        raise CliError(f"{shown} is a broken ZIP archive: {inert(error)}.", ExitCode.USAGE) from error


def _is_export(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """`entities.xml` at the top, or in the one folder that some tools pack around it, with Confluence's list
    of objects in it. One at the top that can't be read is taken for it, and refused.
    """
    parts = PurePosixPath(entry.filename).parts
    if len(parts) > 2 or parts[-1:] != (_EXPORT,):
        return False
    if _refusal(entry) is not None:
        return len(parts) == 1
    try:
        with archive.open(entry) as opened:
            return _ROOT in opened.read(_HEAD)
    except _BROKEN:
        return len(parts) == 1


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> Iterator[Document]:
    if entry.is_dir():
        return
    file, refusal = _name(entry)
    parts = PurePosixPath(file).parts
    if not all(is_ours(part) for part in parts[:-1]):
        return
    if suffix_of(file) is None:
        if file.lower().endswith(".zip"):
            yield Document(file, problem="it is an archive inside the archive, which is not opened")
        else:
            budget.others += 1
        return
    refusal = refusal or _refusal(entry)
    if refusal is not None:
        yield Document(file, problem=refusal)
        return
    try:
        data = _data(archive, entry)
    except _BROKEN as error:
        yield Document(file, problem=f"it can't be unpacked: {inert(error)}")
        return
    if data is None:
        budget.take(limits.PASTE_MAX_BYTES)  # that much was unpacked before it was known
        yield Document(file, problem="it unpacks to far more than it says or than a text does")
        return
    budget.take(len(data))
    yield from _as_documents(file, data, budget)


def _as_documents(file: str, data: bytes, budget: Budget) -> Iterator[Document]:
    found = as_document(file, data)
    if found is None or _is_index(file, found):
        budget.others += 1
        return
    page = page_of_export(found.text) if found.text is not None and found.form == "html" else None
    yield found if page is None else Document(file, page, "html")


def _is_index(file: str, found: Document) -> bool:
    """The list of pages of a space export."""
    return PurePosixPath(file).name == "index.html" and "Available Pages" in (found.text or "")


def _name(entry: zipfile.ZipInfo) -> tuple[str, str | None]:
    """The name to show, and why the entry is not read for it.

    Many tools write UTF-8 and do not say so; what is none keeps the letters of the oldest standard.
    """
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    parts = name.replace("\\", "/").split("/")
    shown = inert(name)
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        return shown.lstrip("/\\") or "root", "its name leads out of the archive (an absolute path)"
    if ".." in parts:
        return "/".join(
            part for part in shown.split("/") if part != ".."
        ), "its name leads out of the archive (..)"
    return shown, None


def _refusal(entry: zipfile.ZipInfo) -> str | None:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link, which is not followed"
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if entry.compress_type not in _PACKED:
        return "it is packed in a way that is not read"
    return None


def _data(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    """Its bytes, one more than the bound at the most; None for what packs better than any text does."""
    with archive.open(entry) as opened:
        data = opened.read(limits.PASTE_MAX_BYTES + 1)
    packed = max(1, entry.compress_size)
    return None if len(data) > _SMALL and len(data) > packed * limits.ARCHIVE_MAX_RATIO else data


def _pages(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> Iterator[Document]:
    refusal = _refusal(entry)
    if refusal is not None:
        raise CliError(f"{_EXPORT} can't be read: {refusal}.", ExitCode.USAGE)
    most = max(entry.compress_size, _SMALL) * limits.ARCHIVE_MAX_RATIO

    def chunks() -> Iterator[bytes]:
        count = 0
        with archive.open(entry) as opened:
            while chunk := opened.read(_CHUNK):
                count += len(chunk)
                if count > most:
                    raise CliError(f"{_EXPORT} unpacks to far more than a text does.", ExitCode.USAGE)
                yield chunk

    yield from _exported(chunks, budget)


def _exported(chunks: Any, budget: Budget) -> Iterator[Document]:
    try:
        for page in exported_pages(chunks):
            file = "/".join(inert(title).replace("/", "∕") for title in page.path)
            budget.take(len(page.text))
            problem = f"it is larger than {size(limits.PASTE_MAX_BYTES)}" if page.too_large else None
            yield Document(file, None if problem else page.text, page.form, problem)
    except Unprocessable as refusal:
        raise CliError(refusal.detail, ExitCode.USAGE, refusal.hint) from refusal
    except _BROKEN as error:
        raise CliError(f"{_EXPORT} can't be unpacked: {inert(error)}.", ExitCode.USAGE) from error
