"""kill -9 in the middle of a running command: the execution goes on, and nothing runs twice."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import Product, wait_for

RUNBOOK = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata:
  name: {name}
  title: Count how often it runs
spec:
  target: {{labels: {{role: home}}}}
  steps:
    - id: count
      title: Count
      command: |-
        echo begun >> {file}
        for i in $(seq 450); do test -e {file}.go && break; sleep 0.1; done
        echo ended >> {file}
      timeout: 60s
    - {{id: after, title: After it, command: "true"}}
"""


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    """The file that the command itself writes: the oracle that no claim of the product enters."""
    return tmp_path / "runs"


def begin(product: Product, name: str, counter: Path) -> str:
    """Start the runbook, approve its first step, wait until the command has begun. Gives the execution."""
    push_runbook(product, name, RUNBOOK.format(name=name, file=counter))
    stopped = product.cli("run", name)
    assert stopped.code == 5, stopped.err
    execution = str(product.ok("executions")["items"][0]["id"])
    gate = product.ok("executions", "show", execution)["gate"]
    product.ok("executions", "approve", execution, "--intent", gate["intentSha256"])
    wait_for("the command to begin", lambda: counter.exists() and "begun" in counter.read_text())
    return execution


def finish(product: Product, execution: str, counter: Path) -> None:
    """Let the command end; the execution must reach its next gate with exactly one run behind it."""
    Path(f"{counter}.go").touch()

    def at_next_gate() -> dict[str, Any] | None:
        result = product.cli("executions", "show", execution, "-o", "json")
        shown = result.json() if result.code == 0 else {}
        return shown if shown.get("cursor") == "after" and shown.get("gate") else None

    shown = wait_for("the next gate", at_next_gate, 120)
    first = shown["steps"][0]
    assert first["status"] == "succeeded"
    assert [attempt["status"] for attempt in first["attempts"]] == ["succeeded"]
    assert counter.read_text().split() == ["begun", "ended"]
    product.ok("executions", "abort", execution, "--reason", "seen")
    assert product.ok("audit", "verify")["verified"] is True


def kill(product: Product, *words: str) -> None:
    """SIGKILL the process with these words in its command line, and wait until it is gone."""
    process = product.find(*words)
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def wait_until_up(product: Product) -> None:
    """The supervisor has started the controller again and the agent is online."""

    def up() -> bool:
        result = product.cli("agents", "-o", "json")
        return result.code == 0 and all(agent["online"] for agent in result.json()["items"])

    wait_for("controller and agent to be back", up, 120)


def test_r02_controller_killed_mid_command(product: Product, counter: Path) -> None:
    execution = begin(product, "crash-controller", counter)
    kill(product, "controller.main")
    wait_until_up(product)
    finish(product, execution, counter)


def test_r07_agent_killed_mid_command(product: Product, counter: Path) -> None:
    execution = begin(product, "crash-agent", counter)
    kill(product, "agent.main", "run")
    wait_until_up(product)
    finish(product, execution, counter)


def test_r03_both_killed_mid_command(product: Product, counter: Path) -> None:
    execution = begin(product, "crash-both", counter)
    kill(product, "controller.main")
    kill(product, "agent.main", "run")
    Path(f"{counter}.go").touch()
    wait_until_up(product)
    finish(product, execution, counter)


def test_r04_shim_killed_too_waits_for_a_person(product: Product, counter: Path) -> None:
    execution = begin(product, "crash-shim", counter)
    agent = product.find("agent.main", "run")
    for child in agent.children(recursive=True):
        child.send_signal(signal.SIGKILL)
    agent.send_signal(signal.SIGKILL)
    wait_until_up(product)

    def asks() -> dict[str, Any] | None:
        shown: dict[str, Any] = product.ok("executions", "show", execution)
        return shown if shown["state"] == "manual_intervention" else None

    shown = wait_for("a person to be asked", asks, 120)
    assert shown["unknown"] is True
    product.ok("executions", "resolve", execution, "--outcome", "did_not_run", "--note", "looked")
    again = wait_for("a forced gate", lambda: product.ok("executions", "show", execution).get("gate"))
    assert again["lapsed"] is False
    assert counter.read_text().split() == ["begun"]
    product.ok("executions", "abort", execution, "--reason", "seen")


def test_ctrl_c_names_the_command_that_it_ends(product: Product, counter: Path) -> None:
    execution = begin(product, "interrupted", counter)
    [attempt] = product.ok("executions", "show", execution)["steps"][0]["attempts"]
    product.interrupt()
    said = product.log()
    assert f"{execution}: step count, {attempt['id']}, process " in said
    assert said.index(execution) < said.index("Stopping the agent")
    product.start()
    [ended] = product.ok("executions", "show", execution)["steps"][0]["attempts"]
    assert (ended["status"], ended["signal"]) == ("killed", signal.SIGTERM)
    events = product.ok("audit", "list", "--limit", "1000")["items"]
    assert any(item["eventType"] == "step.failed" and item["executionId"] == execution for item in events)
    product.ok("executions", "abort", execution, "--reason", "it was interrupted")
