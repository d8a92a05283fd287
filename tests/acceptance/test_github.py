"""The main job with GitHub as the forge, from outside: pasted, reviewed and merged there, told by a webhook,
run here by an agent, audited; and never a token shown.

GitHub is the imitation, which fills and judges every answer by GitHub's published description, and judges
every request; the webhooks are its published examples.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.github_product import Place, opened
from tests.acceptance.product import CLI, Product, wait_for
from tests.integration.forge.github.imitation import OWNER_TOKEN, TOKEN
from tests.integration.forge.github.published.events import published
from tests.integration.forge.github.server import github_url

__all__ = ["github_url"]

NAME = "old-notes-fill-the-disk"
PASTE = """\
# Old notes fill the disk

## Diagnosis

See which system it is, and how full the disk is.

```sh
uname -a
df -h
```

## Mitigation

```sh
rm -rf /var/lib/dd0c-old-notes
```
"""
DOCUMENT = Path(__file__).parent / "documents" / "node-filesystem-space-filling-up.md"
RUNBOOK = b"""\
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: from-elsewhere, title: Merged on GitHub}
spec:
  target: {labels: {role: home}}
  steps:
    - {id: disks, title: Free space, command: df -h}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, github_url: str) -> Iterator[Place]:
    with opened(tmp_path_factory.mktemp("github"), github_url) as found:
        yield found


def test_what_is_pasted_is_a_pull_request_with_all_that_a_reviewer_needs(
    place: Place, tmp_path: Path
) -> None:
    paste = tmp_path / "paste.md"
    paste.write_text(PASTE)
    opened = place.product.ok("pr", "open", str(paste))
    number = opened["pull"]["number"]
    assert place.product.ok("pr", "open", str(paste))["pull"]["number"] == number
    (listed,) = place.github.api("GET", "/pulls?state=open")
    assert listed["number"] == number
    assert [label["name"] for label in listed["labels"]] == ["dd0c", "runbook"]
    assert [person["login"] for person in listed["requested_reviewers"]] == ["zoe"], "by CODEOWNERS"
    assert "runs by itself" in listed["body"]
    head = listed["head"]["sha"]
    (status,) = place.github.api("GET", f"/commits/{head}/statuses")
    assert (status["context"], status["state"]) == ("dd0c/classification", "success")
    notes = place.github.api("GET", f"/pulls/{number}/comments")
    assert [note["path"] for note in notes] == [f"runbooks/{NAME}.yaml"]
    assert "dangerous" in notes[0]["body"]
    diff = {item["filename"]: item["patch"] for item in place.github.api("GET", f"/pulls/{number}/files")}
    line = diff[f"runbooks/{NAME}.yaml"].splitlines()[notes[0]["line"]]
    assert line.startswith("+    - id: "), "the comment is on the line where the step begins"
    assert any(path.startswith(f"decisions/{NAME}/") for path in diff)


def test_a_merge_waits_for_the_review_that_github_asks_for(place: Place) -> None:
    place.github.set(required_reviews=True)
    refused = place.product.cli("pr", "merge", "1", "--yes")
    assert refused.code != 0
    assert "At least 1 approving review is required" in refused.err
    assert NAME not in place.runbooks()
    place.github.api("POST", "/pulls/1/reviews", {"event": "APPROVE"}, OWNER_TOKEN)
    assert [(each["reviewer"], each["state"]) for each in place.product.ok("pr", "show", "1")["reviews"]] == [
        ("zoe", "approved")
    ]


def test_r49_merged_there_told_by_a_signed_webhook_and_in_service_here(place: Place) -> None:
    shown = place.github.api("GET", "/pulls/1")
    merge = {"merge_method": "squash", "sha": shown["head"]["sha"], "commit_title": "T", "commit_message": ""}
    done = place.github.api("PUT", "/pulls/1/merge", merge, OWNER_TOKEN)
    assert done["merged"] is True
    push = published("push", ref="refs/heads/main", after=done["sha"])
    assert place.deliver("push", push, secret="not the secret of this server") == 401
    assert NAME not in place.runbooks()
    assert place.deliver("pull_request", published("pull_request", "closed")) == 202
    assert place.deliver("push", push) == 202
    assert wait_for("the runbook to serve", lambda: NAME in place.runbooks())
    (found,) = (item for item in place.product.ok("runbooks")["items"] if item["name"] == NAME)
    assert (found["commit"], found["state"]) == (done["sha"], "ok")
    assert wait_for("the merge to be recorded", lambda: place.recorded("runbook.reviewed"))


def test_what_was_merged_on_github_runs_step_by_step_on_an_agent(place: Place) -> None:
    product = place.product
    assert product.cli("run", NAME).code == 5, "nobody at a terminal: it stops at its first gate"
    run = product.ok("executions")["items"][0]["id"]
    ran: list[str] = []
    for _ in range(3):
        shown = wait_for("a gate", lambda: gate_after(product, run, ran))
        ran.append(shown["cursor"])
        if shown["gate"]["intent"]["command"].startswith("rm"):
            break  # nothing of it runs: what is dangerous waits for its own word
        product.ok("executions", "approve", run, "--intent", shown["gate"]["intentSha256"])
    assert len(ran) == 3
    attempts = [step["attempts"] for step in product.ok("executions", "show", run)["steps"]]
    assert [tries[0]["exitCode"] for tries in attempts if tries] == [0, 0]
    product.ok("executions", "abort", run, "--reason", "seen enough")


def gate_after(product: Product, run: str, ran: list[str]) -> dict[str, Any] | None:
    """The execution where a step that did not wait before waits for a person."""
    shown: dict[str, Any] = product.ok("executions", "show", run)
    return shown if shown.get("gate") and shown["cursor"] not in ran else None


def test_the_audit_trail_tells_the_whole_of_it(place: Place) -> None:
    types = {item["eventType"] for item in place.product.ok("audit", "list", "--limit", "1000")["items"]}
    wanted = {
        "runbook.parsed", "runbook.proposed", "runbook.reviewed", "runbook.synced", "execution.started",
        "step.approval_requested", "step.approved", "step.dispatched", "step.executed", "execution.aborted",
    }  # fmt: skip
    assert wanted <= types, wanted - types
    assert place.product.ok("audit", "verify")["verified"] is True


def test_a_merge_here_is_one_on_github(place: Place) -> None:
    place.github.set(required_reviews=False)
    opened = place.product.ok("pr", "open", str(DOCUMENT))
    number, name = opened["pull"]["number"], opened["preview"]["name"]
    merged = place.product.ok("pr", "merge", str(number), "--yes")
    assert merged["sync"]["outcome"] == "synced"
    assert name in place.runbooks()
    assert place.origin.ref("refs/heads/main") == place.github.forge().get(number).merge_commit


def test_a_change_by_somebody_else_is_in_service_after_its_webhook(place: Place) -> None:
    place.commit("runbooks/from-elsewhere.yaml", RUNBOOK)
    assert "from-elsewhere" not in place.runbooks(), "the poll is an hour away"
    assert place.deliver("push", published("push", ref="refs/heads/main")) == 202
    assert wait_for("it to serve", lambda: "from-elsewhere" in place.runbooks())


def test_nothing_was_asked_that_github_does_not_describe(place: Place) -> None:
    assert place.github.complaints() == []


def test_no_token_is_printed_logged_or_kept(place: Place) -> None:
    secret = TOKEN.encode()
    kept = [path for path in place.product.state.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert kept == []
    assert TOKEN not in place.product.log() + json.dumps(place.product.ok("config"))


def test_a_token_that_github_refuses_ends_the_start_with_a_sentence(place: Place) -> None:
    place.product.interrupt()
    environment = place.product.environment() | {"DD0C_GITHUB_TOKEN": "ghp_" + "q" * 36}
    done = subprocess.run(
        [str(CLI), "home"], env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "dd0c: GitHub can't be used: GitHub refused the credential" in done.stderr
    assert "q" * 36 not in done.stdout + done.stderr
