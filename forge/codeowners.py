"""CODEOWNERS as GitHub reads it: who is asked to look at a change of which path. Pure, and bounded.

Patterns are those of .gitignore without `!` and `[ ]`, which GitHub does not take here, either; the last line
that matches a path decides, and one without owners means nobody. A line that can't be read says nothing.
https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

CODEOWNERS_PATHS: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where it may be: the first that is there counts, as on GitHub."""

CODEOWNERS_MAX_BYTES: Final = 256 * 1024
"""GitHub takes 3 MB; a file beyond this names nobody here."""
RULES_MAX: Final = 1_000
PATHS_MAX: Final = 100
"""Paths of one change that are looked up; who owns a later one is not asked because of it."""
WORK_MAX: Final = 20_000_000
"""Characters of all patterns times characters of all paths: seconds at the very worst, in a thread."""
OWNERS_MAX: Final = 15
"""As many reviewers as GitHub takes for a pull request."""

_PATTERN_MAX_CHARACTERS: Final = 512
_OWNER: Final = re.compile(
    r"@[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9_.-]{0,99})?|[^@\s]{1,64}@[^@\s]{1,190}"
)


@dataclass(frozen=True)
class Rule:
    """One line: `segments` of its pattern from the root (`**` is any number of folders), and its owners.

    `inside`: what lies below a folder of that name, too; `folder`: only that.
    """

    segments: tuple[str, ...]
    owners: tuple[str, ...]
    inside: bool
    folder: bool


def read_codeowners(read: Callable[[str], bytes | None]) -> tuple[Rule, ...]:
    """The rules of the first file that is there. `read`: the content of a path, or None."""
    for path in CODEOWNERS_PATHS:
        content = read(path)
        if content is not None:
            return parse_codeowners(content)
    return ()


def parse_codeowners(content: bytes) -> tuple[Rule, ...]:
    """Its rules in order. Total: what is no rule, or beyond a bound, is left out."""
    if len(content) > CODEOWNERS_MAX_BYTES:
        return ()
    lines = content.decode("utf-8", "replace").splitlines()
    rules = (_rule(line) for line in lines[: 10 * RULES_MAX])
    return tuple(rule for rule in rules if rule is not None)[:RULES_MAX]


def owners_of(rules: Sequence[Rule], paths: Iterable[str]) -> tuple[str, ...]:
    """Who owns any of these paths, in order of the paths, each once; OWNERS_MAX at most."""
    found: dict[str, None] = {}
    weight, work = sum(len("/".join(rule.segments)) for rule in rules), 0
    for path, _ in zip(paths, range(PATHS_MAX), strict=False):
        work += weight * len(path)
        if work > WORK_MAX:
            break
        parts = path.split("/")
        rule = next((each for each in reversed(rules) if _matches(each, parts)), None)
        found.update(dict.fromkeys(rule.owners if rule is not None else ()))
    return tuple(found)[:OWNERS_MAX]


def _rule(line: str) -> Rule | None:
    words = _words(line)
    if not words:
        return None
    pattern, owners = words[0], words[1:]
    if len(pattern) > _PATTERN_MAX_CHARACTERS or pattern.startswith("!") or set("[]") & set(pattern):
        return None
    if not all(_OWNER.fullmatch(owner) for owner in owners):
        return None
    folder, anchored = pattern.endswith("/"), "/" in pattern.rstrip("/")
    segments = tuple(part for part in pattern.split("/") if part)
    if not segments:
        return None
    if not anchored:
        segments = ("**", *segments)
    # `docs/*` is the files of a folder and no more, as GitHub has it; a name or `**` goes on below.
    inside = folder or not (anchored and segments[-1] != "**" and "*" in segments[-1])
    return Rule(segments, tuple(owners), inside, folder)


def _words(line: str) -> list[str]:
    """Pattern and owners: `#` at a word's beginning ends the line, `\\ ` is a space of a name."""
    words = []
    for word in line.replace("\\ ", "\0").split():
        if word.startswith("#"):
            break
        words.append(word.replace("\0", " "))
    return words


def _matches(rule: Rule, parts: Sequence[str]) -> bool:
    if not rule.inside:
        return _match(rule.segments, parts)
    below = rule.segments if rule.segments[-1] == "**" else (*rule.segments, "**")
    return _match(below, parts[:-1] if rule.folder else parts)  # a folder is not the path's last part


def _match(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Segments against a path's parts; `**` is none or more. In steps of their product, whatever they are."""
    return _glob(pattern, parts, "**", lambda want, part: _glob(want, part, "*", _same))


def _same(want: str, character: str) -> bool:
    return want in {character, "?"}


def _glob(pattern: Sequence[str], text: Sequence[str], star: str, fits: Callable[[str, str], bool]) -> bool:
    at, place, resume, begun = 0, 0, -1, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == star:
            resume, begun = at, place
            at += 1
        elif at < len(pattern) and fits(pattern[at], text[place]):
            at, place = at + 1, place + 1
        elif resume >= 0:
            begun += 1
            at, place = resume + 1, begun
        else:
            return False
    return all(part == star for part in pattern[at:])
