"""A Confluence space export: the pages of `entities.xml`, and the page inside one of its HTML files.

`entities.xml` is a flat list of objects. A `Page` has a title, a parent, a status and the ids of its
`BodyContent`; older versions of it are pages, too, with an `originalVersion`. Bodies are storage format (body
type 2) or, from before Confluence 4, wiki markup (0). CDATA inside a body ends as `]] >` in older exports.
Shapes as public exports and their readers show them (Confluence 3 to 9, Data Center and Cloud).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from selectolax.lexbor import LexborHTMLParser

from base import limits
from schemas.errors import Unprocessable

_KEPT: Final = frozenset({"Page", "BodyContent"})
_FIELDS: Final = frozenset({"title", "contentStatus", "body", "bodyType"})
_REFERENCES: Final = frozenset({"parent", "originalVersion", "content", "historicalVersions"})
_SPACE: Final = re.compile(r"^[^:]{1,100} : ")
_LATE_END: Final = "]] >"
_STORAGE: Final = 2
_ANCESTORS: Final = 20
_TITLE_CHARACTERS: Final = 300


@dataclass(frozen=True)
class ExportedPage:
    """A page that is current: its place in the tree of titles, and its text."""

    path: tuple[str, ...]
    text: str
    form: str | None
    too_large: bool = False


@dataclass
class _Object:
    """One object of the list as it is read."""

    kind: str
    id: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    too_large: bool = False


@dataclass
class _Page:
    title: str
    parent: str


class _Reader:
    """Feeds expat and hands over each object of interest; nothing of a DTD is taken."""

    def __init__(self, done: Callable[[_Object], None]) -> None:
        self._done = done
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._open: list[str] = []
        self._object: _Object | None = None
        self._field = ""
        self._parts: list[str] = []
        self._length = 0

    def read(self, chunks: Iterable[bytes]) -> None:
        """All of the file. Raises Unprocessable for what is no such list, or larger than the bound."""
        count = 0
        try:
            for chunk in chunks:
                count += len(chunk)
                if count > limits.EXPORT_XML_MAX_BYTES:
                    raise Unprocessable("entities.xml is larger than what is read of an export.")
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Unprocessable(
                f"entities.xml is not well formed (line {error.lineno}).",
                hint="Export the space again; a download may have been cut off.",
            ) from error

    def _refuse(self, *_: object) -> None:
        raise Unprocessable("entities.xml declares a document type, which no space export does.")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open.append(tag)
        if len(self._open) > limits.EXPORT_XML_MAX_DEPTH:
            raise Unprocessable("entities.xml is nested more deeply than any space export.")
        if tag == "object" and self._object is None:
            kind = attributes.get("class", "")
            self._object = _Object(kind) if kind in _KEPT else None
            self._field = ""
        elif tag in ("property", "collection") and len(self._open) == _DEPTH_OF_PROPERTIES:
            self._field = attributes.get("name", "")
        if tag in ("id", "property"):
            self._parts, self._length = [], 0

    def _text(self, data: str) -> None:
        if self._object is None:
            return
        self._length += len(data)
        if self._length > limits.PASTE_MAX_BYTES:
            self._parts = []
            self._object.too_large = self._object.too_large or self._field == "body"
            return
        self._parts.append(data)

    def _end(self, tag: str) -> None:
        depth = len(self._open)
        self._open.pop()
        found = self._object
        if found is None:
            return
        text = "".join(self._parts)
        if tag == "id" and depth == _DEPTH_OF_PROPERTIES:
            found.id = text.strip()
        elif tag == "id" and self._field in _REFERENCES:
            found.references.setdefault(self._field, text.strip())
        elif tag == "property" and depth == _DEPTH_OF_PROPERTIES and self._field in _FIELDS:
            found.fields.setdefault(self._field, text)
        elif tag == "object" and depth == _DEPTH_OF_PROPERTIES - 1:
            self._object = None
            self._done(found)
        if tag in ("property", "collection") and depth == _DEPTH_OF_PROPERTIES:
            self._field = ""


_DEPTH_OF_PROPERTIES: Final = 3
"""hibernate-generic, object, property."""


def exported_pages(read: Callable[[], Iterable[bytes]]) -> Iterator[ExportedPage]:
    """The current pages of `entities.xml`, by path; `read` gives the file from its beginning, and is called
    twice: first for the pages, then for the bodies of those that are current. Raises Unprocessable.
    """
    pages: dict[str, _Page] = {}

    def keep_page(found: _Object) -> None:
        if found.kind != "Page" or found.references.get("originalVersion"):
            return
        if found.fields.get("contentStatus", "current").strip() != "current":
            return
        title = " ".join(found.fields.get("title", "").split())[:_TITLE_CHARACTERS]
        pages[found.id] = _Page(title or "Untitled", found.references.get("parent", ""))
        if len(pages) > limits.IMPORT_MAX_DOCUMENTS:
            raise Unprocessable(f"The space has more than {limits.IMPORT_MAX_DOCUMENTS:,} pages.")

    _Reader(keep_page).read(read())
    bodies: dict[str, _Object] = {}
    total = 0

    def keep_body(found: _Object) -> None:
        nonlocal total
        if found.kind != "BodyContent" or found.references.get("content") not in pages:
            return
        total += len(found.fields.get("body", ""))
        if total > limits.IMPORT_MAX_BYTES:
            raise Unprocessable("The pages of the space are larger together than one import reads.")
        bodies[found.references["content"]] = found

    _Reader(keep_body).read(read())
    paths = {page_id: _path(page_id, pages) for page_id in pages}
    for page_id in sorted(pages, key=lambda each: (paths[each], each)):
        body = bodies.get(page_id)
        if body is not None and (body.too_large or body.fields.get("body", "").strip()):
            yield _exported(paths[page_id], body)


def _exported(path: tuple[str, ...], body: _Object) -> ExportedPage:
    text = body.fields.get("body", "").replace(_LATE_END, "]]>")
    is_wiki = body.fields.get("bodyType", str(_STORAGE)).strip() == "0" or not re.search(r"<\w", text)
    if is_wiki:
        return ExportedPage(path, f"h1. {path[-1]}\n\n{text}", None, body.too_large)
    return ExportedPage(path, f"<h1>{html.escape(path[-1])}</h1>\n{text}", "html", body.too_large)


def _path(page_id: str, pages: dict[str, _Page]) -> tuple[str, ...]:
    titles: list[str] = []
    seen: set[str] = set()
    while page_id in pages and page_id not in seen and len(titles) < _ANCESTORS:
        seen.add(page_id)
        titles.append(pages[page_id].title)
        page_id = pages[page_id].parent
    return tuple(reversed(titles))


def page_of_export(text: str) -> str | None:
    """The page inside an HTML file of a space export: its title and its content, without breadcrumbs, who
    wrote it, and attachments. None for an HTML file that is no such page.
    """
    if 'id="main-content"' not in text and "id='main-content'" not in text:
        return None
    tree = LexborHTMLParser(text)
    content = tree.css_first("#main-content")
    if content is None or content.html is None:
        return None
    heading = tree.css_first("#title-text") or tree.css_first("title")
    title = " ".join((heading.text() if heading is not None else "").split())
    title = _SPACE.sub("", title)
    shown = f"<h1>{html.escape(title)}</h1>\n" if title else ""
    return f"{shown}{content.html}\n"
