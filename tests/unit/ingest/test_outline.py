"""Indented lines of a plain text that are steps and cases; what is left out; where nobody goes on."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from schemas.runbook import AmbiguityKind
from tests.unit.ingest.telling import commands
from tests.unit.ingest.test_skips import waits_for

ONCALL = """\
PAGERDUTY: "API latency p95 > 2s"

Step 2 - Which region?
  https://grafana.example.com/d/api-latency
  EU only  -> most likely the search cluster, continue with step 3
  US only  -> most likely redis, continue with step 5

Step 3 - Search cluster health
  curl -s http://es.eu.internal:9200/_cluster/health?pretty
  green/yellow: go to step 5
  red: restart the data nodes one by one (NOT the masters)
       for n in 1 2 3; do ssh es-data-$n sudo systemctl restart elasticsearch; sleep 120; done

Step 5 - Redis
  redis-cli -h redis.us.internal info memory | grep used_memory_human
  if used_memory is close to maxmemory (12G):
    redis-cli -h redis.us.internal --bigkeys
  otherwise: redis-cli -h redis.us.internal slowlog get 10
"""
LOOP = "for n in 1 2 3; do ssh es-data-$n sudo systemctl restart elasticsearch; sleep 120; done"
KEYS, SLOW = "redis-cli -h redis.us.internal --bigkeys", "redis-cli -h redis.us.internal slowlog get 10"


def test_cases_among_indented_commands_are_cases() -> None:
    found = commands(ONCALL, "plain")
    assert list(found) == [
        "curl -s http://es.eu.internal:9200/_cluster/health?pretty", LOOP,
        "redis-cli -h redis.us.internal info memory | grep used_memory_human", KEYS, SLOW,
    ]  # fmt: skip
    assert waits_for(ONCALL, LOOP, "plain") == ("red", "yes")
    assert waits_for(ONCALL, KEYS, "plain") == ("if used_memory is close to maxmemory (12G)", "yes")
    assert waits_for(ONCALL, SLOW, "plain") == ("if used_memory is close to maxmemory (12G)", "no")
    asked = [case.text for case in preview(ONCALL, "plain").cases]
    assert asked[:2] == ["EU only", "US only"]


def test_a_script_stays_whole() -> None:
    script = "if [ -f /tmp/x ]; then\n  systemctl restart web\nfi\n"
    assert list(commands("Step 1 - Do\n  " + script.replace("\n", "\n  ") + "\n", "plain")) == [
        script.strip()
    ]
    assert LOOP in commands(f"# A\n\n- `{LOOP}`\n")


@pytest.mark.parametrize(
    ("command", "left_out"),
    [
        ("kubectl delete pod ...", True), ("curl -X POST ... /restart", True), ("cat …", True),
        ("aws s3 cp s3://bucket/... .", True), ("go test ./...", False), ("bazel test //...", False),
        ("git log a...b", False), ("cd ../..", False), ("git diff origin/main...HEAD", False),
    ],
)  # fmt: skip
def test_dots_in_a_command_are_asked_about(command: str, left_out: bool) -> None:
    made = preview(f"# A\n\nRun `{command}`.\n")
    asked = [item.question.question for item in made.built.asked]
    assert ("What stands in the place of" in " ".join(asked)) == left_out
    step = made.built.steps[0].step
    depends = [
        item.step for item in made.built.runbook.spec.ambiguities if item.kind is AmbiguityKind.MISSING_VALUE
    ]
    assert set(depends) == ({step.id} if left_out else set())


@pytest.mark.parametrize(
    "told",
    [
        "If MultiAZ is False **do not** go on: there is nothing to fail over to. Restore it instead.",
        "Expect three. If MultiAZ is False, stop: it must not be touched. Call the DBA instead.",
        "If MultiAZ is False, do not continue because nothing could take over.",
    ],
)
def test_whoever_is_told_to_stop_goes_on_with_nothing(told: str) -> None:
    text = f"# A\n\n{told}\n\nRun `systemctl restart a`.\n"
    assert waits_for(text, "systemctl restart a") == ("If MultiAZ is False", "no")
