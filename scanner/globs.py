"""Paths that are not literal: whether a pattern, a brace expansion or a half-known path may name a secret.

A pattern is asked against samples of secret paths (`secret_samples` of the tables), each of which is known as
secret by the patterns of the tables: so the list is matched in both directions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final

import re2

from scanner.escapes import OPAQUE
from scanner.paths import is_raw_storage, is_sensitive, normal_path
from scanner.tables import names
from scanner.word import Word

MAX_PATTERN: Final = 300
"""Characters; a longer pattern counts as one that may fit anything."""
_HOMES: Final = ("~", "/root", "/home/x")
_ANY_HOME: Final = re.compile(r"^(?:~[A-Za-z_][\w.-]*|/home/[^/]+)(?=/|$)")
"""A home by its account, known or not: it is like every other."""
_SHELL_PATTERN: Final = re.compile(r"[*?\[{]|[@!+]\(")
_QUIET_FOLDERS: Final = re.compile(r"/(?:etc|proc|sys|usr|var/log|dev|boot|lib|bin|sbin)(?:/.*)?")
"""Folders in which only what the samples name in full holds secrets."""
_COMMON_ENDINGS: Final = re.compile(r"[*?]+\.(?:ya?ml|json|txt)")
_DEVICES: Final = (
    "/dev/sda",
    "/dev/sda1",
    "/dev/mapper/root",
    "/dev/disk/by-id/x",
    "/dev/loop0",
    "/dev/nvme0n1",
    "/dev/vda",
    "/dev/mem",
    "/dev/dm-0",
    "/dev/rbd0",
    "/dev/nbd0",
    "/dev/watchdog",
    "/dev/watchdog0",
)
_DEVICE_LINES: Final = "\n".join(_DEVICES)
_OTHER_ROOT: Final = re.compile(
    r"/?(?:host(?:-?fs|-?root)?|root-?fs|mnt(?:/host|/root|/sysimage)?|sysroot|proc/[^/]+/root)"
)
"""Where the files of a host are seen from a container, or from a system that repairs it."""
_KNOWN: Final = ("/", "~")
"""How paths begin that are the same wherever they are read."""
_SHARED_NAMES: Final = frozenset({"config", "config.json"})
"""Names of secret files that other folders have without secrets."""


@cache
def _samples() -> str:
    """One secret path a line; those of a home in each form of a home."""
    listed = names("secret_samples")
    absolute = {path for path in listed if path.startswith("/")}
    return "\n".join(
        sorted([*absolute, *(f"{home}/{path}" for home in _HOMES for path in listed - absolute)])
    )


@cache
def _relative() -> str:
    return "\n".join(sorted(path for path in names("secret_samples") if not path.startswith("/")))


def _fitting(pattern: str, lines: str) -> Iterator[str]:
    """The lines that a pattern fits as a whole, one by one: most are asked for the first only."""
    return (match.group() for match in _compiled(f"(?m)^(?:{pattern})$").finditer(lines))


def _fits_any(pattern: str, lines: str) -> bool:
    """Whether it fits one of them; one linear search."""
    return _compiled(f"(?m)^(?:{pattern})$").search(lines) is not None


def fits(pattern: str, text: str) -> bool:
    """Whether a shell pattern fits a text as a whole, or one of several, one a line; a very long one may."""
    return len(pattern) > MAX_PATTERN or _fits_any(_regex(pattern), text)


def may_be_secret(word: Word) -> bool:
    """Whether a word that is no literal path may name a secret file; a wholly unknown one does not count."""
    text = word.text
    if len(text) > MAX_PATTERN:
        return True
    if not word.pattern and OPAQUE not in text and _SHELL_PATTERN.search(text) is None:
        return is_sensitive(text)
    return _through_proc(text) or _may_be_secret(_ANY_HOME.sub("~", re.sub("/+", "/", text)))


def _through_proc(text: str) -> bool:
    """Whether a pattern may lead through the root or the folder of a process: to any file."""
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not text.startswith("/") or len(parts) < 4 or OPAQUE in parts[0] or not fits(parts[0], "proc"):
        return False
    return any(fits(part, name) for part in (parts[2], *parts[4:5]) for name in ("root", "cwd"))


@lru_cache(maxsize=2048)
def _may_be_secret(text: str) -> bool:
    base = text.rsplit("/", 1)[-1]
    if OPAQUE in text and re.search(r"^~/|\w", text.replace(OPAQUE, "")) is None:
        return False
    if any(_tells(text, base, sample) for sample in _fitting(_regex(text), _samples())):
        return True
    if _QUIET_FOLDERS.fullmatch(text) is not None or text.startswith(OPAQUE):
        return False
    if text.startswith(("/", "~")):
        return re.search(r"\w", base) is not None and _fits_name(base, base)
    return _fits_name(text, base) or _fits_name(base, base)


def _tells(text: str, base: str, sample: str) -> bool:
    """An unknown folder with a name that other folders have too says nothing; a wholly unknown name counts as
    any of its folder, where that is known.
    """
    folder, _, name = sample.rpartition("/")
    if OPAQUE in base and re.search(r"\w", base.replace(OPAQUE, "")) is None and text.startswith(_KNOWN):
        return text.rpartition("/")[0] == folder or text.startswith("/proc/")
    if OPAQUE not in text or name not in _SHARED_NAMES:
        return OPAQUE not in text or re.search(r"\w", base.replace(OPAQUE, "")) is not None or "/." in text
    return sample.rsplit("/", 2)[-2] in text


def _fits_name(text: str, base: str) -> bool:
    common = _COMMON_ENDINGS.fullmatch(base) is not None
    return any(
        not (common and sample.endswith((".yaml", ".yml", ".json", ".txt")))
        for sample in _fitting(_regex(text), _relative())
    )


def _quiet() -> Any:
    """A pattern made of a command's text is not told on standard error where it can't be read."""
    options = re2.Options()
    options.log_errors = False
    return options


_QUIET: Final = _quiet()


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, _QUIET)


_TOKEN: Final = re.compile(
    r"[@!+*?]\([^()]*\)|\*+|\?|\[[!^]?\]?(?:\[[:.=][^]/]*[:.=]\]|[^]\[/])*\]|"
    r"\{[^{}]*\.\.[^{}]*\}|[{},]|[^@!+*?\[{},]+|.",
    re.DOTALL,
)


_NESTED_BRACKETS: Final = re.compile(r"\[[^/\[\]]*\[[^/]*\]|\[[^/\[\]]*\][^/\[\]]*\]")
"""Brackets in brackets: where the class ends is up to what stands quoted in it; any letters may be meant."""


def _regex(text: str, *, fresh: bool = True) -> str:
    """A shell pattern as a regular expression that fits at least what the pattern fits; to find no name is
    hidden, so there nothing is `fresh`.
    """
    if _NESTED_BRACKETS.search(text) is not None:
        text = _NESTED_BRACKETS.sub(lambda match: "**" if OPAQUE in match.group() else "*", text)
    out: list[str] = []
    depth = text.count("{") if text.count("{") == text.count("}") else 0
    for token in _TOKEN.findall(text):
        out.append(_piece(token, braces=depth > 0, fresh=fresh))
        fresh = token.endswith("/")
    pattern = "".join(out)
    if depth == 0 and len(pattern) < _SURE:
        return pattern
    try:
        _compiled(pattern)
    except re2.error:
        return ".*"
    return pattern


def _piece(part: str, *, braces: bool, fresh: bool) -> str:
    if part.startswith("**"):
        return ".*"
    if part == "*":
        return "(?:[^./\n][^/\n]*)?" if fresh else "[^/\n]*"
    if part == "?":
        return "[^./\n]" if fresh else "[^/\n]"
    if part[1:2] == "(" and len(part) > 2:
        return "[^/\n]*" if part[0] == "!" or "/" not in part else ".*"
    if part.startswith("[") and len(part) > 2:
        return "[^/\n]"
    if part.startswith("{") and len(part) > 1:
        return "[^/\n]*"
    if part in "{},":
        return {"{": "(?:", "}": ")", ",": "|"}[part] if braces else re.escape(part)
    return part.translate(_SIGNS)


_SIGNS: Final = str.maketrans(
    {chr(code): re.escape(chr(code)) for code in range(128)} | {OPAQUE: ".*", "\\": r"\\?"}
)
"""What is not known; a backslash, which `find -name` takes for an escape."""
_SURE: Final = 2_000
"""Characters of a regular expression of pieces that RE2 surely takes where no braces nest in it."""


def _folder(path: str) -> str:
    """A folder as a regular expression: every home is `~`, every process the first, `..` may be the root."""
    path = _ANY_HOME.sub("~", normal_path(path)).rstrip("/")
    path = re.sub(r"^/proc/\d+(?=/|$)", "/proc/1", path)
    path = re.sub(r"^(?:\.\./)*\.\.(?=/|$)", "", path)
    return _regex(path)


def _of_an_account(path: str) -> str | None:
    """What a folder ends in from its first hidden part on: `.ssh`, `.kube/cache`."""
    match = re.search(r"(?:^|/)(\.[A-Za-z].*)$", normal_path(path).rstrip("/"))
    return match.group(1) if match is not None else None


@cache
def _lowered() -> tuple[str, ...]:
    return tuple(sorted(sample.lower() for sample in names("secret_samples")))


def secret_part(text: str) -> str | None:
    """The first of the samples that stands in a text, which may be cut out of it."""
    return next((sample for sample in _lowered() if sample in text), None)


def folder_with_secrets(path: str) -> bool:
    """Whether something below a folder is one of the secret files; for searches of whole trees.

    A folder may be a pattern, the home of any account, or one above where the script is.
    """
    if normal_path(path) in (".", ""):
        return False
    if len(path) > MAX_PATTERN:
        return True
    below = _folder(path) + "/.+"
    hidden = _of_an_account(path)
    return _fits_any(below, _samples()) or (
        hidden is not None and _fits_any(_regex(hidden) + "/.+", _relative())
    )


def may_be_found(folder: str, name: str | None) -> bool:
    """Whether a search below a folder, for a name or for all, may come upon a secret file or raw storage."""
    if name is None or len(name) > MAX_PATTERN or len(folder) > MAX_PATTERN:
        return folder_with_secrets(folder) or may_be_device(folder, "*")
    return _may_be_found(folder, name)


@lru_cache(maxsize=1024)
def _may_be_found(folder: str, name: str) -> bool:
    file = _regex(name, fresh=False)
    whole = f"{_folder(folder)}(?:/(?:.*/)?{file})?"
    bare = normal_path(folder)
    return (
        (bare != "." and _fits_any(whole, _samples()))
        or may_be_device(folder, name)
        or (
            _QUIET_FOLDERS.fullmatch(bare) is None
            and re.search(r"\w", name) is not None
            and _fits_name(name, name)
        )
    )


def may_be_device(folder: str, name: str) -> bool:
    """Whether a search may come upon a block device; the root alone says nothing of that."""
    if not fits(re.sub("/.*", "", folder.strip("/")) or "-", "dev"):
        return False
    return _fits_any(f"{_folder(folder)}(?:/(?:.*/)?{_regex(name, fresh=False)})?", _DEVICE_LINES)


def path_may_be_secret(pattern: str) -> bool:
    """Whether a pattern of a whole path, in which `*` crosses folders, fits a secret file somewhere."""
    if re.search(r"\w", pattern) is None:
        return False
    crossing = re.sub(r"\*+", "**", pattern)
    below = "\n".join(f"/x/x/{line}" for line in _relative().split("\n"))
    common = _COMMON_ENDINGS.fullmatch(pattern.rsplit("/", 1)[-1]) is not None
    found = chain(_fitting(_regex(crossing), below), _fitting(_regex(crossing), _samples()))
    return any(not (common and path.endswith((".yaml", ".yml", ".json", ".txt"))) for path in found)


def may_be_raw(word: Word) -> bool:
    """Whether a pattern may name a device: one of the samples, or any in a folder that may be /dev."""
    text = word.text
    if not word.pattern or "/" not in text or len(text) > MAX_PATTERN:
        return False
    first, _, rest = text.lstrip("/").partition("/")
    if not text.startswith("/") or not rest or not fits(first, "dev"):
        return _raw_elsewhere(text)
    glob = _compiled(_regex(text))
    return first != "dev" or any(glob.fullmatch(device) and is_raw_storage(device) for device in _DEVICES)


def _raw_elsewhere(text: str) -> bool:
    """Whether a pattern may name a device below another root, as a container or rescue system has it: by a
    letter of its name, or by all of a `dev` right below a root that is known for it.
    """
    parts = text.split("/")
    for at, part in enumerate(parts[:-1]):
        if "d" not in part and not _SHELL_PATTERN.search(part):
            continue
        rest = "/dev/" + "/".join(parts[at + 1 :])
        named = re.search(r"\w", rest[5:]) is not None and re.search(r"\w", part) is not None
        if not named and _OTHER_ROOT.fullmatch("/".join(parts[:at])) is None:
            continue
        if fits(part, "dev") and _fits_any(_regex(rest), _DEVICE_LINES):
            return True
    return False


def may_be_watchdog(path: str, *, pattern: bool) -> bool:
    """Whether a device restarts the host when it was opened and closed, or may by its pattern."""
    name = path.rsplit("/", 1)[-1]
    return name.startswith("watchdog") or (pattern and (fits(name, "watchdog") or fits(name, "watchdog0")))
