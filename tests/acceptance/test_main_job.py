"""The whole story from outside: import, review, merge, sync, run with approvals, roll back, audit."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import pexpect
import pytest

from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import CLI, Product, wait_for

DOCUMENT = Path(__file__).parent / "documents" / "node-filesystem-space-filling-up.md"
RUNBOOK = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata:
  name: acceptance-walk
  title: Leave a note and take it back
spec:
  target: {{labels: {{role: home}}}}
  variables:
    - {{name: note, pattern: "[a-z][a-z0-9-]{{0,39}}", example: first}}
  prerequisites:
    - {{id: ready, text: Somebody watches}}
  steps:
    - {{id: kernel, title: Which system, command: uname -a}}
    - {{id: disks, title: Free space, command: df -h}}
    - {{id: processes, title: What runs, command: ps -ef}}
    - id: look
      title: Say what you saw
      manual: Is the host healthy?
      answers: ["yes", "no"]
    - id: note
      title: Leave a note
      command: touch {folder}/note-{{{{ note }}}}
      rollback: {{command: "rm {folder}/note-{{{{ note }}}}"}}
    - id: clear
      title: Clear the folder of old notes
      risk: dangerous
      confirm: old-notes
      command: rm -r {folder}/old-notes
      rollback: {{impossible: old notes are gone}}
    - {{id: fails, title: This one fails, command: ls {folder}/not-there}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runbook under test writes."""
    return tmp_path_factory.mktemp("host")


def merge_pull(product: Product, number: int) -> dict[str, Any]:
    """Merge as the command line does, and give what it said."""
    merged: dict[str, Any] = product.ok("pr", "merge", str(number), "--yes")
    return merged


def test_ready_means_that_the_demo_runbooks_are_there(product: Product) -> None:
    assert "host-health" in {item["name"] for item in product.ok("runbooks")["items"]}


def test_the_url_signs_in_once(product: Product) -> None:
    with httpx.Client(base_url=product.url, follow_redirects=False) as browser:
        first = browser.get(product.sign_in_url)
        assert first.status_code == 303
        assert first.headers["location"] == "/"
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        me = browser.get("/api/v1/me")
        assert me.status_code == 200
        assert me.json()["role"] == "owner"
        assert "dd0c/run" in browser.get("/").text
    with httpx.Client(base_url=product.url, follow_redirects=False) as other:
        again = other.get(product.sign_in_url)
        assert again.status_code == 303
        assert "set-cookie" not in again.headers


def test_import_review_merge_sync(product: Product) -> None:
    preview = product.ok("import", str(DOCUMENT), "--dry-run")
    assert preview["title"] == "Node Filesystem Space Filling Up"
    assert [step["command"] for step in preview["steps"] if step["kind"] == "command"][1] == (
        "kubectl -n default debug node/$NODE_NAME"
    )
    assert product.ok("pr", "list")["items"] == []

    opened = product.ok("pr", "open", str(DOCUMENT))
    number = opened["pull"]["number"]
    shown = product.ok("pr", "show", str(number))
    assert shown["mergeable"] is True
    assert "runs by itself" in shown["body"]
    assert product.ok("pr", "open", str(DOCUMENT))["pull"]["number"] == number, (
        "the same paste, the same pull"
    )
    paths = [file["path"] for file in product.ok("pr", "diff", str(number))["items"]]
    assert f"runbooks/{preview['name']}.yaml" in paths
    assert any(path.startswith(f"decisions/{preview['name']}/") for path in paths)

    refused = product.cli("pr", "merge", str(number))
    assert refused.code == 5, "without a terminal nobody says yes"
    merged = merge_pull(product, number)
    assert merged["sync"]["outcome"] == "synced"
    found = [item for item in product.ok("runbooks")["items"] if item["name"] == preview["name"]]
    assert found[0]["commit"] == merged["commit"]
    assert found[0]["state"] == "ok"


def test_walk_in_a_terminal(product: Product, folder: Path) -> None:
    (folder / "old-notes").mkdir()
    (folder / "old-notes" / "one").write_text("old")
    push_runbook(product, "acceptance-walk", RUNBOOK.format(folder=folder))
    terminal = pexpect.spawn(
        str(CLI), ["run", "acceptance-walk"], env=product.environment(), encoding="utf-8", timeout=90,
        dimensions=(50, 160), cwd=str(product.state),
    )  # fmt: skip
    terminal.logfile_read = sys.stdout
    terminal.expect("note .*first")
    terminal.sendline("x; id")
    terminal.expect("(?i)pattern|match")
    terminal.expect("note .*first")
    terminal.sendline("alpha")
    terminal.expect("Somebody watches")
    terminal.sendline("y")
    for step in ("uname -a", "df -h", "ps -ef"):
        terminal.expect_exact(step)
        terminal.expect("approve")
        terminal.sendline("a")
    terminal.expect("Is the host healthy")
    terminal.sendline("d")
    terminal.expect("Which one")
    terminal.sendline("yes")
    terminal.expect_exact(f"touch {folder}/note-alpha")
    terminal.sendline("a")
    terminal.expect("dangerous")
    terminal.expect("approve")
    wait_for("the note", (folder / "note-alpha").exists)
    terminal.sendline("a")
    terminal.expect("Type old-notes")
    terminal.sendline("old notes")
    terminal.expect("approve")
    assert (folder / "old-notes").exists(), "another text is no approval"
    terminal.sendline("a")
    terminal.expect("Type old-notes")
    terminal.sendline("old-notes")
    terminal.expect_exact(f"ls {folder}/not-there")
    assert not (folder / "old-notes").exists()
    terminal.expect("approve")
    terminal.sendline("a")
    terminal.expect("roll back")
    terminal.sendline("r")
    terminal.expect_exact(f"rm {folder}/note-alpha")
    terminal.expect("approve")
    terminal.sendline("a")
    wait_for("the note to be gone", lambda: not (folder / "note-alpha").exists())
    terminal.expect_exact(f"touch {folder}/note-alpha")
    terminal.expect("abort")
    terminal.sendline("x")
    terminal.expect("Why does it end")
    terminal.sendline("seen enough")
    terminal.expect("aborted")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 6


def test_a_run_without_a_terminal_stops_at_its_gate(product: Product) -> None:
    result = product.cli("run", "host-health", "--var", "incident=inc-1")
    assert result.code == 5, result.err
    assert "dd0c run --attach" in result.err
    waiting = product.ok("executions")["items"][0]
    assert waiting["state"] == "await_approval"
    shown = product.ok("executions", "show", waiting["id"])
    assert shown["gate"]["intent"]["command"] == "uname -a"
    wrong = product.cli("executions", "approve", waiting["id"], "--intent", "sha256:" + "0" * 64)
    assert wrong.code == 1
    product.ok("executions", "approve", waiting["id"], "--intent", shown["gate"]["intentSha256"])

    def second_gate() -> dict[str, Any] | None:
        found: dict[str, Any] = product.ok("executions", "show", waiting["id"])
        return found if found["cursor"] == "disks" and found.get("gate") else None

    after = wait_for("the second gate", second_gate)
    attempt = after["steps"][0]["attempts"][0]
    assert attempt["exitCode"] == 0
    output = product.cli("executions", "output", waiting["id"], attempt["id"])
    assert output.out.startswith("Linux ")
    product.ok("executions", "abort", waiting["id"], "--reason", "enough")


def test_the_audit_trail_verifies_offline(product: Product) -> None:
    types = {item["eventType"] for item in product.ok("audit", "list", "--limit", "1000")["items"]}
    wanted = {
        "runbook.parsed", "runbook.proposed", "runbook.synced", "runbook.reviewed", "execution.started",
        "step.approval_requested", "step.approved", "step.dispatched", "step.executed", "step.failed",
        "step.rolled_back", "execution.aborted", "agent.enrolled", "agent.connected", "tenant.created",
    }  # fmt: skip
    assert wanted <= types, wanted - types
    verified = product.ok("audit", "verify")
    assert verified["verified"] is True


def test_ctrl_c_leaves_no_process_and_a_second_start_finds_everything(product: Product) -> None:
    before = product.ok("executions", "--limit", "100")["items"]
    assert product.interrupt() in (0, 130, -signal.SIGINT), "make itself dies by the Ctrl-C, after us"
    assert "Stopping PostgreSQL" in product.log()
    assert product.processes() == []
    product.start()
    assert product.ready_seconds < 30
    after = product.ok("executions", "--limit", "100")["items"]
    assert [item["id"] for item in after] == [item["id"] for item in before]
    assert product.ok("audit", "verify")["verified"] is True
