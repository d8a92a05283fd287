"""What an author reads: every message class in one golden file, each with place and advice.

`DD0C_GOLDEN=write pytest tests/unit/schemas/test_messages.py` writes it anew; read the difference before
committing.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from schemas.errors import DocumentInvalid, Place
from schemas.messages import told_types
from schemas.yaml_codec import check_document, load_runbook
from tests.unit.schemas.broken import CASES, HEAD, STEP

GOLDEN = Path(__file__).parent / "golden" / "messages.txt"


@cache
def _places(name: str) -> tuple[Place, ...]:
    return check_document(CASES[name].encode("utf-8", "surrogatepass")).places


def _told() -> str:
    blocks = []
    for name in CASES:
        blocks.append("\n".join([f"== {name}", *(f"{p.severity} [{p.code}] {p}" for p in _places(name))]))
    return "\n\n".join(blocks) + "\n"


def test_messages_are_the_golden_ones() -> None:
    if os.environ.get("DD0C_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(_told(), "utf-8")
    assert _told() == GOLDEN.read_text("utf-8")


def test_the_template_itself_is_good() -> None:
    assert check_document((HEAD + STEP).encode()).places == ()


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_case_is_told_with_a_place(name: str) -> None:
    places = _places(name)
    assert places
    for place in places:
        assert place.line >= 1
        assert place.column >= 1
        assert place.message
        assert "Error" not in place.message


def test_every_message_class_has_a_case() -> None:
    told = {place.code for name in CASES for place in _places(name)}
    assert told_types() - told == set()


def test_the_exception_has_them_all() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        load_runbook(CASES["several-at-once"].encode(), path="runbooks/a.yaml")
    error = caught.value
    assert len(error.places) == 5
    assert [place.line for place in error.places] == sorted(place.line for place in error.places)
    assert error.status == 422
    assert error.detail.startswith("runbooks/a.yaml: line 4, column 3: metadata.title: ")
    assert error.detail.endswith("(and 4 more)")
    problem = error.problem()
    assert problem["code"] == "document_invalid"
    assert problem["places"][0]["path"] == "metadata.title"
    assert set(problem["places"][1]) == {"line", "column", "path", "message", "code", "severity", "hint"}


def test_bytes_that_are_no_text() -> None:
    places = check_document(b"a: 1\nb: \xff\n").places
    assert [(place.line, place.column, place.code) for place in places] == [(2, 4, "encoding")]


def test_problems_are_bounded() -> None:
    text = HEAD + "  steps:\n" + "    - {id: A, title: A, command: a}\n" * 200
    assert len(check_document(text.encode()).places) == 50
