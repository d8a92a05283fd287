"""Panic on the home tenant, which has one owner: everything halts, and the command line ends the halt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import Product, wait_for

RUNBOOK = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata:
  name: panics
  title: Count until told to stop
spec:
  target: {{labels: {{role: home}}}}
  steps:
    - id: count
      title: Count
      command: |-
        for i in $(seq 1000); do test -e {file}.go && break; echo $i >> {file}; sleep 0.1; done
        echo ended >> {file}
      timeout: 120s
    - {{id: after, title: After it, command: "true"}}
"""


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    """The file that the command itself writes."""
    return tmp_path / "count"


def show(product: Product, execution: str) -> dict[str, Any]:
    shown: dict[str, Any] = product.ok("executions", "show", execution)
    return shown


def begin(product: Product) -> tuple[str, dict[str, Any]]:
    """A new execution at its first gate: its id and the gate."""
    assert product.cli("run", "panics").code == 5
    execution = str(product.ok("executions")["items"][0]["id"])
    gate: dict[str, Any] = show(product, execution)["gate"]
    return execution, gate


def frozen(product: Product) -> bool:
    """Whether something that the agent started is stopped by SIGSTOP."""
    for process in product.find("agent.main", "run").children(recursive=True):
        try:
            if process.status() == psutil.STATUS_STOPPED:
                return True
        except psutil.NoSuchProcess:
            continue
    return False


def test_r74_panic_freezes_and_one_owner_clears_it_on_the_host(product: Product, counter: Path) -> None:
    push_runbook(product, "panics", RUNBOOK.format(file=counter))
    waiting, other_gate = begin(product)
    execution, gate = begin(product)
    product.ok("executions", "approve", execution, "--intent", gate["intentSha256"])
    wait_for("the command to count", lambda: counter.exists() and len(counter.read_text().split()) > 3)

    product.ok("panic", "on", "--reason", "an exercise")
    wait_for("the command to be frozen", lambda: frozen(product))
    before = counter.read_text()
    Path(f"{counter}.go").touch()

    # What the command would have done at once had it been running, it has not done after all of this.
    approved = product.cli("executions", "approve", waiting, "--intent", other_gate["intentSha256"])
    assert approved.code == 1, approved.err
    started = product.cli("run", "panics")
    assert started.code != 0
    assert show(product, waiting)["steps"][0].get("attempts", []) == []
    assert counter.read_text() == before
    assert frozen(product)

    with product.http() as by_token:
        refused = by_token.post("/panic/clear", json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "needs_host")
    assert product.ok("panic")["on"] is True
    assert product.cli("panic", "off", "--on-host").code == 5, "without a terminal nobody says yes"
    cleared = product.ok("panic", "off", "--on-host", "--yes")
    assert cleared["on"] is False
    assert counter.read_text() == before, "nothing goes on by itself"

    product.ok("executions", "resume", execution)

    def at_next_gate() -> bool:
        shown = show(product, execution)
        return shown.get("cursor") == "after" and bool(shown.get("gate"))

    wait_for("the command to end", at_next_gate)
    assert counter.read_text().split() == [*before.split(), "ended"]
    assert [a["status"] for a in show(product, execution)["steps"][0]["attempts"]] == ["succeeded"]
    assert product.ok("audit", "verify")["verified"] is True


def test_r74_panic_off_finds_the_host_by_itself(product: Product) -> None:
    product.ok("panic", "on")
    assert product.ok("panic", "off", "--yes")["on"] is False
    assert product.ok("audit", "verify")["verified"] is True
