"""The web app's sources keep the bounds of the rest: short files, nothing that the policy forbids."""

from __future__ import annotations

import re

from tests.architecture.sizes import FILE_MAX_LINES
from tests.architecture.tree import ROOT

WEB = ROOT / "web"
GENERATED = {"src/api/schema.d.ts"}


def sources() -> dict[str, str]:
    files = [path for folder in ("src", "tests") for path in (WEB / folder).rglob("*.ts*")]
    return {
        str(path.relative_to(WEB)): path.read_text(encoding="utf-8")
        for path in files
        if str(path.relative_to(WEB)) not in GENERATED
    }


def test_files_have_a_length_that_a_reader_can_hold() -> None:
    found = sources()
    assert len(found) > 30
    assert {name: text.count("\n") for name, text in found.items() if text.count("\n") > FILE_MAX_LINES} == {}


def test_nothing_is_loaded_from_elsewhere_and_no_markup_is_made_of_text() -> None:
    forbidden = re.compile(
        r"dangerouslySetInnerHTML|\.innerHTML\b|insertAdjacentHTML|document\.write|\beval\("
    )
    elsewhere = re.compile(r"""(?:src|href|import|fetch|url)\s*[=(]\s*["'`{]*https?://""")
    for name, text in sources().items():
        assert forbidden.search(text) is None, name
        assert elsewhere.search(text) is None, name


def test_the_lock_file_names_no_host() -> None:
    lock = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 100


def test_colours_stand_in_the_tokens_alone() -> None:
    colour = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsl\(", re.IGNORECASE)
    allowed = {"tokens.css", "overlay.css"}  # the veil behind a dialog is black in both themes
    for path in (WEB / "src" / "theme").glob("*.css"):
        if path.name not in allowed:
            assert colour.search(path.read_text(encoding="utf-8")) is None, path.name
