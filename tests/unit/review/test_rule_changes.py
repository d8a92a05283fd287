"""What a change of policy and flags is: what was asked for and is now, where it is less, whom it reaches."""

from __future__ import annotations

import html
from typing import Any

import pytest

from controller.governance.documents import FileKind, JudgedFile, judge_file
from controller.governance.pinning import InForce
from controller.review.change import ChangedFile, Serving
from controller.review.checks import check_change
from controller.review.rule_changes import compare_rules
from ingest.advisor.advising import LOCAL
from schemas.flags import ALL_ON, Flag, Flags
from schemas.policy import Policy

RULE: dict[str, Any] = {
    "id": "pay",
    "services": ["pay"],
    "fourEyes": True,
    "approvals": {"quorumDangerous": 2},
}


def policy(**more: Any) -> InForce:
    return InForce(Policy.from_json({"version": 1, **more}), ALL_ON)


def flags(**said: Flag) -> InForce:
    return InForce(Policy(), Flags(flags={name.replace("_", "-"): flag for name, flag in said.items()}))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {}, []),
        ({}, {"governanceMode": "audit"}, [("governanceMode", "strict", "audit", True)]),
        ({"governanceMode": "audit"}, {}, [("governanceMode", "audit", "strict", False)]),
        ({"fourEyes": True}, {}, [("fourEyes", "true", "false", True)]),
        ({}, {"directPush": True}, [("directPush", "false", "true", True)]),
        (
            {"skip": False},
            {"edit": False},
            [("skip", "false", "true", True), ("edit", "true", "false", False)],
        ),
        (
            {"approvals": {"quorumDangerous": 2, "roleCaution": "approver"}},
            {"approvals": {"roleDangerous": "owner"}},
            [
                ("approvals.quorumDangerous", "2", "1", True),
                ("approvals.roleCaution", "approver", "responder", True),
                ("approvals.roleDangerous", "approver", "owner", False),
            ],
        ),
        ({}, {"approvals": {"minutes": 600}}, [("approvals.minutes", None, "600", True)]),
        ({}, {"approvals": {"minutes": 5}}, [("approvals.minutes", None, "5", False)]),
        ({"approvals": {"minutes": 5}}, {}, [("approvals.minutes", "5", None, True)]),
        ({"maxTimeoutMs": 1000}, {"maxTimeoutMs": 2000}, [("maxTimeoutMs", "1000", "2000", True)]),
    ],
)
def test_each_field_is_told_with_whether_it_asks_for_less(
    before: dict[str, Any], after: dict[str, Any], said: list[tuple[str, str | None, str | None, bool]]
) -> None:
    found = compare_rules(policy(**before), policy(**after))
    assert [(each.name, each.before, each.after, each.looser) for each in found] == said


@pytest.mark.parametrize(
    ("after", "looser"),
    [
        ([], True),
        ([RULE | {"services": []}], False),
        ([RULE | {"services": ["pay", "web"]}], False),
        ([RULE | {"services": ["web"]}], True),
        ([RULE | {"runbooks": ["disk"]}], True),
        ([RULE | {"targets": {"env": "prod"}}], True),
        ([RULE | {"skip": False}], False),
        ([RULE | {"approvals": {"quorumDangerous": 3}}], False),
        ([RULE | {"approvals": {"quorumDangerous": 1}}], True),
        ([{key: value for key, value in RULE.items() if key != "fourEyes"}], True),
    ],
)
def test_a_rule_that_no_longer_asks_for_as_much_is_looser(after: list[dict[str, Any]], looser: bool) -> None:
    (found,) = compare_rules(policy(rules=[RULE]), policy(rules=after))
    assert (found.name, found.looser) == ("rule pay", looser)
    assert found.before == "services: [pay], fourEyes: true, approvals: {quorumDangerous: 2}"


def test_a_rule_under_another_id_is_the_same_rule() -> None:
    found = compare_rules(policy(rules=[RULE]), policy(rules=[RULE | {"id": "money"}]))
    assert [(each.name, each.looser) for each in found] == [("rule pay", False), ("rule money", False)]


def test_a_flag_is_told_with_the_services_that_it_is_off_for() -> None:
    off, pay = Flag(enabled=False), Flag(enabled=False, services=("pay",))
    both = Flag(enabled=False, services=("web", "pay"))
    for before, after, said in [
        (flags(), flags(auto_run=off), ("on", "off", False)),
        (flags(auto_run=off), flags(), ("off", "on", True)),
        (flags(auto_run=off), flags(auto_run=pay), ("off", "off for pay", True)),
        (flags(auto_run=pay), flags(auto_run=both), ("off for pay", "off for pay, web", False)),
        (flags(auto_run=both), flags(auto_run=pay), ("off for pay, web", "off for pay", True)),
        (flags(auto_run=pay), flags(auto_run=Flag(enabled=True)), ("off for pay", "on", True)),
    ]:
        (found,) = compare_rules(before, after)
        assert (found.name, (found.before, found.after, found.looser)) == ("auto-run", said)
    assert compare_rules(flags(auto_run=Flag(enabled=True)), flags()) == ()


# ---------------------------------------------------------------- what the check says of it


def other(name: str, trust: int = 2, service: str = "web") -> JudgedFile:
    text = (
        f"apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {{name: {name}, title: N, service: {service}}}\n"
        f"spec:\n  trustLevel: {trust}\n  target: {{labels: {{role: host}}}}\n  steps:\n"
        "    - {id: look, title: Look, command: df -h}\n    - {id: up, title: Up, command: uptime}\n"
        "    - {id: wipe, title: Wipe, command: rm -rf /srv/data}\n"
    )
    return judge_file(f"runbooks/{name}.yaml", "runbook", text.encode(), LOCAL)


def notes(before: InForce, content: str, *reached: JudgedFile, path: str = "policy.json") -> dict[str, str]:
    kind: FileKind = "policy" if path == "policy.json" else "flags"
    file = ChangedFile(path, kind, judge_file(path, kind, content.encode()))
    report = check_change([file], Serving(in_force=before, reached=reached))
    return {note.place.code: note.place.message for note in report.notes if note.path == path}


AUDIT_TEXT = '{"version": 1, "governanceMode": "audit"}'


def test_a_policy_names_the_runbooks_that_begin_to_run_alone_under_it() -> None:
    found = notes(policy(), AUDIT_TEXT, other("b"), other("a"), other("c", trust=1))
    assert found["widened"] == (
        "4 step(s) of 2 runbook(s) that it does not touch begin to run without a person: "
        "a (look, up); b (look, up)"
    )
    assert (
        found["looser"] == "it asks for less than what is in force: governanceMode goes from strict to audit"
    )
    assert "widened" not in notes(policy(governanceMode="audit"), '{"version": 1}', other("a"))
    assert set(notes(policy(), '{"version": 1, "fourEyes": true}', other("a"))) == {"settings"}


def test_a_flag_that_is_on_again_names_them_too() -> None:
    off = InForce(
        Policy(governance_mode="audit"), Flags(flags={"auto-run": Flag(enabled=False)}), "s", "c" * 40
    )
    found = notes(off, '{"version": 1}', other("a"), path="flags.json")
    assert "a (look, up)" in found["widened"]
    assert "the flag auto-run goes from off to on" in found["looser"]


def test_the_check_says_what_it_read() -> None:
    policy_file = ChangedFile("policy.json", "policy", judge_file("policy.json", "policy", b'{"version": 1}'))
    flags_file = ChangedFile("flags.json", "flags", judge_file("flags.json", "flags", b'{"version": 1}'))
    runbook_file = ChangedFile("runbooks/a.yaml", "runbook", other("a", trust=1))
    for files, title in [
        ([policy_file], "policy checked, 1 to look at"),
        ([flags_file, policy_file], "policy and flags checked, 2 to look at"),
        ([runbook_file, policy_file], "1 runbook(s) and policy checked, 2 to look at"),
    ]:
        assert check_change(files, Serving()).check.title == title


def test_what_is_not_looked_at_step_by_step_is_counted() -> None:
    file = ChangedFile("policy.json", "policy", judge_file("policy.json", "policy", AUDIT_TEXT.encode()))
    report = check_change([file], Serving(in_force=policy(), reached_left_out=7))
    assert "7 more runbook(s)" in html.unescape(report.check.summary)
