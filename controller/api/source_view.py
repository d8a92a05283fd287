"""A pasted text as its reviewers see it: secrets blanked, every line with what became of it.

Runs in the parsing processes: foreign text in, plain values out. Imports no server.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ingest.normalize import normalize
from ingest.pipeline import preview
from schemas.errors import Dd0cError

_LINE_END: Final = re.compile("\r\n?|\u2028")


def source_document(text: str, form: str) -> dict[str, Any]:
    """What the import of today reads, secrets blanked as there: some show only once the markup is gone. Of
    HTML it is the page that its reader sees; of all others the text with its line numbers.

    `coverage` and `steps` are left out where the import refuses the text by now, and the text is empty where
    it can't even be read, since nobody then knows what is secret in it.
    """
    try:
        found = preview(text, form).to_json()
    except Dd0cError as refusal:
        return {**_read_only(text, form), "problem": refusal.detail}
    page, coverage, steps = found["sourceText"], found["coverage"], found["steps"]
    if form == "html":
        coverage = {**coverage, "items": [{**item, **_lines(page, [item])} for item in coverage["items"]]}
        places = [_lines(page, step["spans"]) for step in steps]
    else:
        places = [step["source"] for step in steps]
    return {
        **_shown(page, len(found["masked"])),
        "coverage": coverage,
        "steps": [
            {"id": step["id"], "title": step["title"], **place}
            for step, place in zip(steps, places, strict=True)
            if place
        ],
    }


def _read_only(text: str, form: str) -> dict[str, Any]:
    try:
        read = normalize(text, form)
    except Dd0cError:
        return _shown("", 0)
    return _shown(read.text, len(read.masked))


def _shown(text: str, masked: int) -> dict[str, Any]:
    return {"text": _LINE_END.sub("\n", text), "masked": masked}


def _lines(page: str, spans: list[dict[str, Any]]) -> dict[str, int]:
    """The lines of the page that these places are on; none where there is no place."""
    if not spans:
        return {}
    first, last = min(span["start"] for span in spans), max(span["end"] for span in spans)
    return {"line": page.count("\n", 0, first) + 1, "endLine": page.count("\n", 0, max(first, last - 1)) + 1}
