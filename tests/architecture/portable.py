"""Files that work on another machine: no path of this one, no host of a package registry."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.tree import Violation

REGISTRY_HOSTS = (
    "py" + "pi.org",
    "pythonhosted" + ".org",
    "registry." + "npmjs.org",
    "registry." + "yarnpkg.com",
    "proxy." + "golang.org",
    "crates" + ".io/api",
)
"""Written in two halves, so that this file does not find itself."""

_INDEX_OPTION = re.compile(r"^\s*--?(?:index-url|extra-index-url|find-links|trusted-host|i|f)\b")
_HOME = re.compile(
    r"(?<![\w.])/(?:Users|home)/(?!(?:user|me|you|app|deploy|alice|bob|dd0c|agent|runner)\b)\w+/"
)


def machine_paths(root: Path) -> tuple[str, ...]:
    """Texts that only this checkout has: its own folder, and the one beside it."""
    here = str(root)
    beside = str(root.parent / "shared")
    return tuple(text for text in (here, beside) if len(Path(text).parts) > 2)


def foreign_places(path: str, text: str, root: Path) -> list[Violation]:
    """Each line that names a registry's host or a place on this machine."""
    words = (*REGISTRY_HOSTS, *machine_paths(root))
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        named = [word for word in words if word in line]
        if named or _HOME.search(line):
            found.append(
                Violation(path, number, f"names a place of one machine or registry: {named or 'home'}")
            )
        elif path.startswith("requirements/") and _INDEX_OPTION.match(line):
            found.append(Violation(path, number, "a locked file names no index"))
    return found
