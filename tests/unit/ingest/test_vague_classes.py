"""What is looked for first in a folded sentence never hides what a class would find."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.extract.vocabulary import sentences
from ingest.vague_classes import CLASSES, fold, folded
from ingest.vagueness import _TO_BE_DONE

PATTERNS = [(one, folded(one)) for one in (*(item.pattern for item in CLASSES), *_TO_BE_DONE)]
TOLD = sorted((Path(__file__).parent / "told").glob("*.txt"))
ODD = str.maketrans({"s": "\u017f", "k": "\u212a", "i": "\u0130"})


def _hidden(text: str) -> list[str]:
    low = fold(text)
    return [one.pattern[:40] for one, quick in PATTERNS if one.search(text) and not quick.search(low)]


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.stem)
def test_the_sentences_of_a_document_in_each_case(path: Path) -> None:
    found = 0
    for text in sentences(path.read_text(encoding="utf-8")):
        for said in (text, text.upper(), text.title(), text.translate(ODD)):
            found += any(one.search(said) for one, _ in PATTERNS)
            assert _hidden(said) == []
    assert found


@pytest.mark.parametrize(
    "text", ["Use your own \u0130 tool.", "TODO", "Call the DBA, ASAP: this may be the CDN"]
)
def test_letters_that_grow_where_they_are_folded(text: str) -> None:
    assert _hidden(text) == []
