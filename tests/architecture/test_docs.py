"""The documentation names what exists: settings, files, make targets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.config import flags
from controller.config import CLIENT_VARIABLES, Settings
from tests.architecture.tree import ROOT, tracked

PAGES = [
    path
    for path in tracked()
    if path.endswith(".md") and not path.startswith(("tests/", "runbooks-example/"))
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SETTING = re.compile(r"^\| `(DD0C_[A-Z0-9_]+)` \|", re.MULTILINE)
TARGET = re.compile(r"`make ([a-z]+(?:-[a-z]+)*)\b")


def dead_links(path: Path, text: str) -> list[str]:
    """Relative links of a page to files that do not exist."""
    targets = [target.partition("#")[0] for target in LINK.findall(text) if "://" not in target]
    return [target for target in targets if target and not (path.parent / target).exists()]


def targets(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    assert dead_links(ROOT / page, (ROOT / page).read_text(encoding="utf-8")) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("")
    text = "[a](there.md#x) [b](gone.md) [c](https://example.invalid/x) [d](#here)"
    assert dead_links(tmp_path / "page.md", text) == ["gone.md"]


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_that_are_named_exist(page: str) -> None:
    named = set(TARGET.findall((ROOT / page).read_text(encoding="utf-8")))
    assert named <= targets((ROOT / "Makefile").read_text(encoding="utf-8"))


def test_the_settings_that_are_listed_are_those_that_are_read() -> None:
    listed = SETTING.findall((ROOT / "docs" / "operating.md").read_text(encoding="utf-8"))
    of_controller = {f"DD0C_{name.upper()}" for name in Settings.model_fields}
    of_agent = {f"DD0C_AGENT_{name.upper()}" for name in (*flags(), "token")}
    shared = {name for name in of_agent if name.replace("_AGENT", "") in of_controller} - {
        "DD0C_AGENT_STATE_DIR"
    }
    assert len(listed) == len(set(listed))
    assert set(listed) == of_controller | (of_agent - shared) | (CLIENT_VARIABLES - {"DD0C_TOKEN_FILE"})


def test_every_target_has_its_line_in_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert rules == targets(makefile)
