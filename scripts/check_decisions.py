"""A change of what decides or runs commands brings a decision log; every log is valid.

Guarded: `ingest/`, `scanner/` (its knowledge too), `controller/{engine,review,governance}/`, `agent/`.
Compared with: the merge base with `origin/main`, or with a local `main` where there is no such
remote. On `main` itself without a remote the whole tree counts as the change.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parent.parent
LOGS = "docs/decisions/"
GUARDED = re.compile(r"^(?:ingest|scanner|agent|controller/(?:engine|review|governance))/")
NAME = re.compile(r"^docs/decisions/[0-9]{4}-[a-z0-9]+(?:-[a-z0-9]+)*\.json$")
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The id that git gives to a tree without files."""


class NoRepository(Exception):
    """There is no git history here: an unpacked archive."""


def git(root: Path, *arguments: str) -> str | None:
    """The output of a git command, or None where it ended with an error."""
    try:
        ended = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NoRepository from None
    return ended.stdout if ended.returncode == 0 else None


def base_of(root: Path) -> str:
    """The commit or tree that the working tree is compared with."""
    head = git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
        raise NoRepository
    for branch in ("refs/remotes/origin/main", "refs/heads/main"):
        if (
            branch == "refs/heads/main"
            and (git(root, "symbolic-ref", "--quiet", "HEAD") or "").strip() == branch
        ):
            break
        shared = git(root, "merge-base", "HEAD", branch)
        if shared:
            return shared.strip()
    return EMPTY_TREE


def changes(root: Path, base: str) -> tuple[list[str], list[str]]:
    """Paths that differ from the base in the working tree, and those among them that are new."""
    listed = git(root, "diff", "--name-status", "--no-renames", "-z", base) or ""
    words = [word for word in listed.split("\0") if word]
    states = dict(zip(words[1::2], words[::2], strict=True))
    untracked = git(root, "ls-files", "--others", "--exclude-standard", "-z") or ""
    states |= {path: "A" for path in untracked.split("\0") if path}
    return sorted(states), sorted(path for path, state in states.items() if state == "A")


def missing_log(changed: list[str], added: list[str]) -> str | None:
    """The sentence for a guarded change that brings no log, or None."""
    guarded = [path for path in changed if GUARDED.match(path)]
    if not guarded or any(NAME.match(path) for path in added):
        return None
    shown = ", ".join(guarded[:5]) + (" and others" if len(guarded) > 5 else "")
    return f"{shown} changed without a new decision log in {LOGS} (its README says how to write one)"


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"keys given twice: {', '.join(twice)}")
    return dict(pairs)


def invalid_logs(root: Path) -> list[str]:
    """One sentence for each file of the folder that is no valid decision log."""
    folder = root / LOGS
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    found: list[str] = []
    numbers: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        name = LOGS + path.name
        if path.name in {"schema.json", "README.md"}:
            continue
        if not NAME.match(name):
            found.append(f"{name}: a log is called NNNN-some-words.json")
            continue
        if path.name[:4] in numbers:
            found.append(f"{name}: has the number of {numbers[path.name[:4]]}")
        numbers[path.name[:4]] = path.name
        found += [f"{name}: {problem}" for problem in problems(path, validator)]
    return found


def problems(path: Path, validator: jsonschema.Draft202012Validator) -> list[str]:
    """What is wrong with one log."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    except ValueError as error:
        return [f"not JSON: {error}"]
    found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    if not found:
        try:
            datetime.fromisoformat(document["timestamp"])
        except ValueError as error:
            found.append(f"$.timestamp: {error}")
    return found


def check(root: Path) -> list[str]:
    """Everything that is wrong, one sentence each."""
    found = invalid_logs(root)
    try:
        sentence = missing_log(*changes(root, base_of(root)))
    except NoRepository:
        return found
    return [*found, sentence] if sentence else found


if __name__ == "__main__":
    complaints = check(ROOT)
    sys.stdout.write("".join(f"{complaint}\n" for complaint in complaints))
    raise SystemExit(1 if complaints else 0)
