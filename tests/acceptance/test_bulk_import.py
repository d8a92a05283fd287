"""A folder of documents becomes pull requests: killed, interrupted, called again, and nothing twice."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.acceptance.product import CLI, ROOT, Product, wait_for

DOCUMENTS = 110
TEXT = """\
# {title}

Somebody is told when {service} answers slowly.

1. See whether it runs: `systemctl status {service}`
2. Restart it:

```sh
sudo systemctl restart {service}
```

3. If it does not come back, ask the team that owns it.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of two teams, some of the same title, and some that are none."""
    root = tmp_path_factory.mktemp("wiki")
    for number in range(DOCUMENTS):
        team = root / ("search" if number % 2 else "payments")
        team.mkdir(exist_ok=True)
        service = f"svc-{number:03}"
        title = "The queue is full" if number < 2 else f"{service} is slow"
        (team / f"{service}.md").write_text(TEXT.format(title=title, service=service))
    (root / "copy.md").write_text((root / "payments" / "svc-004.md").read_text())
    (root / "minutes.txt").write_text("We met on Monday. Nobody was late.\n")
    (root / "latin.md").write_bytes(b"# Caf\xe9\n")
    (root / "link.md").symlink_to("/etc/hostname")
    return root


def started(product: Product, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(CLI), *arguments], cwd=ROOT, env=product.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: subprocess.Popen[bytes], how: signal.Signals, when: Callable[[], bool]) -> str:
    """End it in the middle, once `when` holds; on a machine that let us wait it is through by then."""
    wait_for("the import to be under way", when)
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    return err.decode() if process.returncode else ""


def noted(product: Product) -> int:
    """How many documents the client has noted."""
    return sum(path.read_bytes().count(b"\n") for path in (product.state / "imports").glob("*.jsonl"))


def opened(product: Product) -> set[int]:
    """The numbers of open pull requests."""
    with product.http() as http:
        return {pull["number"] for pull in http.get("/pulls?state=open&limit=200").json()["items"]}


def brought(product: Product, pulls: list[int]) -> list[str]:
    """The runbooks that pull requests bring."""
    return [
        file["path"]
        for number in pulls
        for file in product.ok("pr", "diff", str(number))["items"]
        if file["path"].startswith("runbooks/")
    ]


def test_an_import_that_was_killed_goes_on_and_imports_nothing_twice(product: Product, folder: Path) -> None:
    before = opened(product)
    ended(started(product, "import", str(folder), "--dry-run"), signal.SIGKILL, lambda: noted(product) > 0)
    first = noted(product)
    said = ended(
        started(product, "import", str(folder), "--dry-run"), signal.SIGINT, lambda: noted(product) > first
    )
    assert not said or "it goes on where it was" in said
    report = product.ok("import", str(folder), "--sort", "risk")
    outcomes: dict[str, list[dict[str, Any]]] = {}
    for row in report["items"]:
        outcomes.setdefault(row["outcome"], []).append(row)
    assert len(outcomes["ready"]) == DOCUMENTS
    assert {row["file"] for row in outcomes["refused"]} == {"latin.md", "link.md"}
    assert {row["file"] for row in outcomes["left_out"]} == {"minutes.txt", "payments/svc-004.md"}
    assert opened(product) == before

    ended(
        started(product, "pr", "open"),
        signal.SIGKILL,
        lambda: len(opened(product)) > len(before),
    )
    done = product.ok("pr", "open", str(folder))
    pulls = sorted(opened(product) - before)
    assert {row["outcome"] for row in done["items"]} == {"proposed", "imported_before", "refused", "left_out"}
    found = brought(product, pulls)
    assert len(found) == len(set(found)) == DOCUMENTS
    assert {f"runbooks/{name}.yaml" for name in ("the-queue-is-full", "search-the-queue-is-full")} <= set(
        found
    )

    merged = product.ok("pr", "merge", str(pulls[0]), "--yes")
    assert merged["sync"]["outcome"] == "synced"
    again = product.ok("import", str(folder), "--yes")
    assert {row["outcome"] for row in again["items"]} == {"imported_before", "refused", "left_out"}
    assert again["pulls"] == []


def test_a_person_sees_the_report_and_is_asked(product: Product, tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(TEXT.format(title="The relay is slow", service="relay"))
    (tmp_path / "two.md").write_bytes(b"\xff")
    command = f"{CLI} import {tmp_path}"
    terminal = pexpect.spawn(
        command, env={**product.environment(), "TERM": "xterm"}, dimensions=(40, 200), timeout=60
    )
    terminal.expect("1 to propose, 1 not read")
    terminal.expect("Open a pull request with 1 runbook")
    terminal.sendline("n")
    terminal.expect("Next: dd0c pr open")
    terminal.expect(pexpect.EOF)
    opened = product.ok("pr", "open")
    assert [row["outcome"] for row in opened["items"]] == ["proposed", "refused"]
    assert len(opened["pulls"]) == 1
