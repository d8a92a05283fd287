"""Fences that their author closed, and Markdown would not."""

from __future__ import annotations

from ingest.fences import mended_fences
from ingest.pipeline import preview


def written(text: str) -> list[str | None]:
    """The commands of a preview, None for what a person does."""
    return [item.written for item in preview(text, "markdown").built.steps]


def test_a_fence_deeper_than_its_code_keeps_to_its_code() -> None:
    text = "# A\n\n* Look\n\n  ```cmd\nuptime\ndf -h\n  ```\n\n* Check it\n\n  ```cmd\nfree -m\n  ```\n"
    assert written(text) == ["uptime", "df -h", "free -m"]
    made = preview(text, "markdown")
    assert made.normalized.text == text
    place = made.built.steps[-1].command_span
    assert place is not None
    assert text[place.start : place.end] == "free -m"


def test_what_markdown_reads_as_meant_is_left_alone() -> None:
    assert mended_fences("* a\n\n  ```\n  uptime\n  ```\n\n```\ndf -h\n```\n") == []
    assert mended_fences("~~~\na```\n~~~\n") == []
    assert mended_fences("````\n```\nuptime```\n````\n") == []
