"""Nothing checked in knows this machine; lock files carry hashes and no host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.portable import REGISTRY_HOSTS, foreign_places
from tests.architecture.tree import ROOT, report, tracked

ELSEWHERE = Path("/srv/checkouts/run")


def test_no_file_names_this_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        data = (ROOT / path).read_bytes()
        if b"\0" not in data[:8192]:
            found += foreign_places(path, data.decode("utf-8", "replace"), ROOT)
    assert not found, report(found)


@pytest.mark.parametrize("name", ["bootstrap", "agent", "server", "dev"])
def test_locks_pin_every_package_with_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry and entry[0] not in " #"]
    assert entries
    loose = [entry[:60] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert not loose


@pytest.mark.parametrize(
    "line",
    [
        *(f"see https://{host}/simple" for host in REGISTRY_HOSTS),
        "cd /srv/checkouts/run && make",
        "python /srv/checkouts/shared/corpus/score.py",
        "/".join(["", "home", "somebody", "work"]),
        "/".join(["open ", "Users", "somebody", "x"]),
    ],
)
def test_a_foreign_place_is_found(line: str) -> None:
    assert foreign_places("docs/x.md", line + "\n", ELSEWHERE)


@pytest.mark.parametrize(
    "line", ["--index-url https://example.invalid/simple", "-f wheels", "  --find-links x"]
)
def test_an_index_in_a_lock_is_found(line: str) -> None:
    assert foreign_places("requirements/dev.txt", line + "\n", ELSEWHERE)
    assert not foreign_places("docs/x.md", line + "\n", ELSEWHERE)


@pytest.mark.parametrize(
    "line", ["rm -rf /home/deploy/x", "~/.local/state/dd0c", "/var/lib/dd0c", "/srv/app"]
)
def test_a_path_of_nobody_passes(line: str) -> None:
    assert not foreign_places("docs/x.md", line + "\n", ELSEWHERE)
