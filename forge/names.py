"""Which names of a git tree may be used at all, and which two names are too alike. Pure.

A name that is refused is never opened, written or shown as a path: it is reported and skipped (R40).
Sources: git's `verify_path` and `fsck` (dot-git on NTFS and HFS+, CVE-2014-9390, CVE-2019-1353), Windows'
reserved names, and Unicode TR39 in its narrow form: mixed scripts and look-alike letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from base import limits

_RESERVED: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)
_FORBIDDEN: Final = frozenset('\\:*?"<>|')
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN")
_LOOK_ALIKES: Final = str.maketrans("аеорсухіјѕԁԛԝһӏορν", "aeopcyxijsdqwhlopv")
"""Lower-case Cyrillic and Greek letters that are drawn as a Latin one (TR39 confusables, the common ones)."""


def refuse_segment(raw: bytes) -> str | None:
    """Why one name of a tree can't be used; None if it can."""
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        return "the name is not UTF-8"
    return _refuse_structure(name) or _refuse_windows(name) or _refuse_unicode(name)


def _refuse_structure(name: str) -> str | None:
    if name in {"", ".", ".."}:
        return "the name is empty, . or .."
    if "/" in name or "\x00" in name:
        return "the name holds a separator"
    if is_dot_git(name):
        return "the name is one that git itself uses"
    if len(name.encode("utf-8")) > 255:
        return "the name is longer than 255 bytes"
    return None


def _refuse_windows(name: str) -> str | None:
    if _FORBIDDEN.intersection(name):
        return "the name holds a character that Windows gives a meaning"
    if name[-1] in " .":
        return "the name ends in a dot or a blank, which Windows drops"
    if name.split(".", 1)[0].rstrip().casefold() in _RESERVED:
        return "the name is a device on Windows"
    return None


def _refuse_unicode(name: str) -> str | None:
    if name.isascii():
        return "the name holds a control character" if not name.isprintable() else None
    if any(
        unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"} for character in name
    ):
        return "the name holds an invisible or control character"
    if unicodedata.normalize("NFKC", name) != name:
        return "the name has another form after Unicode normalisation"
    words = "".join(character if character.isalpha() else " " for character in name).split()
    if any(len(_scripts(word)) > 1 for word in words):
        return "the name mixes letters of scripts that look alike"
    return None


def _scripts(word: str) -> set[str]:
    names = (unicodedata.name(character, "").split(" ", 1)[0] for character in word)
    return {name for name in names if name in _SCRIPTS}


def is_dot_git(name: str) -> bool:
    """Whether a file system could take this name for `.git` (case, NTFS short names, HFS+ ignorables)."""
    visible = name if name.isascii() else "".join(c for c in name if unicodedata.category(c) != "Cf")
    trimmed = visible.casefold().split(":", 1)[0].rstrip(" .")
    return trimmed in {".git", "git~1"}


def refuse_path(raw: bytes) -> str | None:
    """Why a whole path, relative to the root of the tree, can't be used; None if it can."""
    if len(raw) > limits.GIT_PATH_MAX_CHARACTERS:
        return f"the path is longer than {limits.GIT_PATH_MAX_CHARACTERS} bytes"
    for segment in raw.split(b"/"):
        reason = refuse_segment(segment)
        if reason is not None:
            return reason
    return None


def likeness(path: str) -> str:
    """Two paths with the same likeness are one file on some file system, or one to a reader's eye."""
    folded = unicodedata.normalize("NFKC", path).casefold()
    return unicodedata.normalize("NFKC", folded).translate(_LOOK_ALIKES)


def colliding(paths: Iterable[str]) -> frozenset[str]:
    """Every path that another of the same tree could be taken for, folders included.

    All of them are named, not all but one: a later file must not be able to push an earlier one aside.
    """
    seen: dict[str, set[str]] = {}
    owners: dict[str, set[str]] = {}
    for path in paths:
        segments = path.split("/")
        for depth in range(1, len(segments) + 1):
            head = "/".join(segments[:depth])
            key = likeness(head)
            seen.setdefault(key, set()).add(head)
            owners.setdefault(key, set()).add(path)
    clashes = (owners[key] for key, heads in seen.items() if len(heads) > 1)
    return frozenset(path for group in clashes for path in group)


def printable(raw: bytes) -> str:
    """A refused name as a text that is safe to show: what can't be read is escaped."""
    text = raw[: limits.GIT_PATH_MAX_CHARACTERS].decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
