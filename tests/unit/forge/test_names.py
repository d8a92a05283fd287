"""Which names of a tree are refused (R40), and which two are too alike."""

from __future__ import annotations

import pytest

from forge.names import colliding, is_dot_git, printable, refuse_path, refuse_segment


@pytest.mark.parametrize(
    "name",
    [
        "runbook.yaml",
        "disk-full.yml",
        ".gitignore",
        "git~2",
        "базы.yaml",
        "日本語.yaml",
        "naïve.yaml",
        "auxiliary",
    ],
)
def test_ordinary_names_pass(name: str) -> None:
    assert refuse_segment(name.encode()) is None


DECEPTIVE = [
    *[b"", b".", b"..", b".git", b".GIT", b".Git ", b"git~1", b"GIT~1", b".git.", b".git::$INDEX_ALLOCATION"],
    *[b"a/b", b"a\0b", b"con", b"CON.yaml", b"nul.txt", b"com1", b"lpt9.yaml", b"a:b", b"a\\b", b"a?b"],
    *[b"a*", b"trailing.", b"trailing ", b"\xff\xfe", b"a\x1b[31m", b"a\nb", b"x" * 256],
    *["zero\u200bwidth".encode(), "\u202egnp.yaml".encode(), "ｆｕｌｌ".encode(), "e\u0301".encode()],
    *["pаyments".encode(), ".g\u200cit".encode()],
]


@pytest.mark.parametrize("raw", DECEPTIVE)
def test_r40_deceptive_names_are_refused(raw: bytes) -> None:
    assert refuse_segment(raw) is not None


@pytest.mark.parametrize("path", ["/etc/passwd", "a//b", "../x", "a/../b", "a/", "a/.git/b", "x" * 600])
def test_r40_paths_that_leave_the_tree_are_refused(path: str) -> None:
    assert refuse_path(path.encode()) is not None


def test_dot_git_in_every_disguise() -> None:
    assert all(is_dot_git(name) for name in [".git", ".GIT", "git~1", ".git ", ".git...", ".g\u200dit"])
    assert not any(is_dot_git(name) for name in ["git", ".gitignore", ".github", "git~10"])


def test_everyone_who_collides_is_named() -> None:
    assert colliding(["a/x", "A/y", "b"]) == {"a/x", "A/y"}
    assert colliding(["copy.yaml", "сору.yaml", "other"]) == {"copy.yaml", "сору.yaml"}
    assert colliding(["web-0.yaml", "web-o.yaml", "web-1", "web-l"]) == set()


def test_refused_names_are_shown_without_harm() -> None:
    assert printable(b"a\x1b[31m\n\xff") == "a\\x1b[31m\\n\\xff"
    assert printable("\u202e".encode()) == "\\u202e"
