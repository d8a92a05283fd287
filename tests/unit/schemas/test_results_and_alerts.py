"""What tells success, and which alert starts which runbook."""

from __future__ import annotations

from uuid import UUID

import pytest

from schemas.alert import Alert, matches
from schemas.output import Outcome, OutputSummary, StepResult, judge
from schemas.runbook import AlertMatcher
from schemas.step import Expect


@pytest.mark.parametrize(
    ("expect", "exit_code", "head", "outcome"),
    [
        (None, 0, None, "ok"),
        (None, 1, None, "failed"),
        (None, None, "", "failed"),
        (Expect(exit_codes=(0, 1)), 1, None, "ok"),
        (Expect(exit_codes=(1,)), 0, None, "failed"),
        (Expect(output="[0-9]+"), 0, "42\n", "ok"),
        (Expect(output="[0-9]+"), 0, "42\n43\n", "failed"),
        (Expect(output="(?s)42.*"), 0, "42\n43\n", "ok"),
        (Expect(output="[0-9]+"), 0, " 42", "failed"),
        (Expect(output="[0-9]+"), 1, "42", "failed"),
        (Expect(output=".*"), 0, None, "failed"),
        (Expect(text="only words"), 0, None, "ok"),
    ],
)
def test_judge(expect: Expect | None, exit_code: int | None, head: str | None, outcome: str) -> None:
    assert judge(expect, exit_code, head) == outcome


def test_output_summary_knows_the_gap() -> None:
    assert OutputSummary(true_bytes=100, head_bytes=30, tail_bytes=30).gap_bytes == 40
    assert OutputSummary(true_bytes=10, head_bytes=10, tail_bytes=0).gap_bytes == 0


def test_a_result_has_one_json_form() -> None:
    found = StepResult(step_execution=UUID(int=5), outcome=Outcome.OK, exit_code=0, duration_ms=12)
    assert StepResult.from_json(found.to_json()) == found
    assert found.to_json()["stepExecution"] == "stx_00000000000000000000000005"
    assert "signal" not in found.to_json()


LABELS = {"alertname": "Lag", "severity": "critical", "namespace": "payments-eu"}


@pytest.mark.parametrize(
    ("source", "labels", "matched"),
    [
        ("any", {"alertname": "Lag"}, True),
        ("grafana", {"alertname": "Lag"}, True),
        ("pagerduty", {"alertname": "Lag"}, False),
        ("any", {"alertname": "lag"}, False),
        ("any", {"alertname": ["Lead", "Lag"]}, True),
        ("any", {"alertname": "Lag", "severity": ["warning"]}, False),
        ("any", {"namespace": {"pattern": "payments(-[a-z]+)?"}}, True),
        ("any", {"namespace": {"pattern": "payments"}}, False),
        ("any", {"cluster": "x"}, False),
    ],
)
def test_matching(source: str, labels: dict[str, object], matched: bool) -> None:
    matcher = AlertMatcher.from_json({"source": source, "labels": labels})
    assert matches(matcher, "grafana", LABELS) is matched


def test_values_of_an_alert() -> None:
    alert = Alert(
        source="grafana", external_id="1", status="firing", labels=LABELS, annotations={"dashboard": "d"}
    )
    assert alert.lookup("alert.labels.namespace") == "payments-eu"
    assert alert.lookup("alert.annotations.dashboard") == "d"
    assert alert.lookup("alert.labels.pod") is None
    assert alert.lookup("agent.secrets.X") is None
