"""Generated files are what their generator writes now; `make generate` brings them up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.generate import GENERATORS, Generator, compare, regenerate
from tests.architecture.tree import ROOT


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.title)
def test_generated_files_are_up_to_date_and_owned(generator: Generator) -> None:
    """A written file that no pattern owns would be told as missing; a pattern that owns nothing is a slip."""
    assert compare(generator, ROOT) == []
    assert [path for pattern in generator.owns for path in ROOT.glob(pattern)]


def letters(*names: str) -> Generator:
    def write(folder: Path) -> None:
        (folder / "out").mkdir()
        for name in names:
            (folder / "out" / name).write_text(f"generated {name}\n")

    return Generator("letters", write, ("out/*",))


def test_a_changed_a_missing_and_a_left_over_file_are_found(tmp_path: Path) -> None:
    regenerate(letters("a", "b", "c"), tmp_path)
    assert compare(letters("a", "b", "c"), tmp_path) == []
    (tmp_path / "out" / "a").write_text("written by hand\n")
    (tmp_path / "out" / "b").unlink()
    assert compare(letters("a", "b"), tmp_path) == [
        "out/a is out of date; run make generate",
        "out/b is missing; run make generate",
        "out/c is written by no generator any more; run make generate",
    ]
    regenerate(letters("a", "b"), tmp_path)
    assert compare(letters("a", "b"), tmp_path) == []
    assert not (tmp_path / "out" / "c").exists()
