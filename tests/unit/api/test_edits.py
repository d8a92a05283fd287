"""The decision log of an edit or a retirement: beside the change, with what changed and every verdict."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from controller.api.checking import check_text, judged_commands
from ingest.advisor.advising import LOCAL, ONE_KEY
from ingest.propose import Edit, Proposed, edit_proposal, retire_proposal
from schemas.decision import DecisionLog
from schemas.errors import Conflict

OLD = """apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: disk, title: Disk}
spec:
  target: {labels: {role: host}}
  steps:
    - id: look
      title: Look
      # how full it is
      command: df -h
    - id: ask
      title: Ask
      manual: Ask somebody
"""
NEW = OLD.replace("df -h", "rm -rf /var/log/app").replace("title: Disk", "title: Disk is full") + (
    "    - {id: after, title: Look again, command: uptime}\n"
)
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def edit(yaml: str, before: str | None = OLD, prefix: str = "") -> Edit:
    return Edit(
        "disk", f"{prefix}runbooks/disk.yaml", "base", prefix, "member:ada", AT,
        None if before is None else before.encode(), yaml.encode(),
    )  # fmt: skip


def proposed(change: Edit) -> Proposed:
    return edit_proposal(change, lambda yaml: judged_commands(yaml, LOCAL))


def log_of(found: Proposed) -> tuple[str, DecisionLog]:
    (file,) = [file for file in found.files if file.path.endswith(f"{found.key[:16]}.json")]
    assert file.content is not None
    return file.path, DecisionLog.model_validate_json(file.content)


def test_an_edit_brings_the_log_of_what_changed_and_the_verdicts() -> None:
    found = proposed(edit(NEW, prefix="ops/"))
    path, log = log_of(found)
    assert path == f"ops/decisions/disk/{found.key[:16]}.json"
    assert (log.author, log.timestamp) == ("member:ada", AT)
    assert "Step after is new." in log.reasoning
    assert "Step look changes: command." in log.reasoning
    assert "Outside the steps: title." in log.reasoning
    assert "look (line 10): dangerous" in log.reasoning
    content = next(file.content for file in found.files if file.path.endswith(".verdicts.json"))
    assert content is not None
    rows = json.loads(content)
    assert [(row["step"], row["risk"]) for row in rows] == [("look", "dangerous"), ("after", "safe")]
    assert all(row["scannerVersion"] and row["knowledgeVersion"] for row in rows)
    assert next(file.content for file in found.files if file.path.endswith(".yaml")) == NEW.encode()


def test_what_cannot_be_compared_and_what_changes_no_step_is_said() -> None:
    assert "could not be read" in log_of(proposed(edit(NEW, before=None)))[1].reasoning
    assert "could not be read" in log_of(proposed(edit(NEW, before="steps: 1")))[1].reasoning
    comments = log_of(proposed(edit(OLD.replace("# how full it is", "# how full"))))[1]
    assert "Only comments or the layout change." in comments.reasoning
    with pytest.raises(Conflict):
        proposed(edit(OLD))


def test_the_same_edit_is_the_same_proposal_and_a_retirement_has_its_log() -> None:
    assert proposed(edit(NEW)).key == proposed(edit(NEW)).key
    gone = retire_proposal(edit(""))
    assert gone.files[0].path == "runbooks/disk.yaml"
    assert gone.files[0].content is None
    assert "Take the runbook disk out of service." in log_of(gone)[1].prompt


def test_a_text_that_is_being_written_is_checked_line_by_line() -> None:
    sound = check_text(NEW, ONE_KEY)
    assert (sound.ok, sound.places) == (True, [])
    assert [(step.id, step.line, step.manual) for step in sound.steps] == [
        ("look", 10, False), ("ask", 13, True), ("after", 14, False),
    ]  # fmt: skip
    low = check_text(OLD.replace("df -h", "rm -rf /srv\n      risk: safe"), ONE_KEY)
    assert (low.ok, low.places[0].line, low.steps[0].risk) == (False, 11, "dangerous")
    assert "is declared safe" in low.places[0].message
    broken = check_text("kind: Runbook\nmetadata: [", ONE_KEY)
    assert (broken.ok, broken.steps) == (False, [])
    assert broken.places[0].severity == "error"
    assert check_text("\ud800", ONE_KEY).ok is False
