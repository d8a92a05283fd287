"""One test a case of the check: what runs alone, stale verdicts, dangerous steps that are not prepared."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.governance.documents import judge_file
from controller.governance.layers import Beside
from controller.governance.pinning import InForce
from controller.review.change import ChangedFile, Serving
from controller.review.checks import ChangeReport, check_change
from controller.review.logged import LoggedVerdict, logs_of, pointer, pointers, read_verdicts
from controller.review.reviewer import _logged
from controller.review.stored import Stored, as_stored
from ingest.advisor.advising import LOCAL, ONE_KEY, UNASKED, Advising
from schemas.flags import ALL_ON, Flag, Flags
from schemas.policy import Policy
from schemas.risk import Risk
from schemas.verdict import NoAdvice

AUDIT = InForce(Policy(governance_mode="audit"), ALL_ON, "sha256:" + "0" * 64, "c" * 40)
STRICT = InForce(Policy(), ALL_ON)
PATH = "runbooks/disk.yaml"


def text(*commands: str, spec: str = "  trustLevel: 2\n") -> str:
    steps = "".join(
        f"    - id: s{number}\n      title: Step\n      command: {command}\n"
        for number, command in enumerate(commands)
    )
    return (
        "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: disk, title: Disk}\n"
        f"spec:\n{spec}  target: {{labels: {{role: host}}}}\n  steps:\n{steps}"
    )


def change(content: str | bytes, path: str = PATH) -> ChangedFile:
    kind = {"policy.json": "policy", "flags.json": "flags"}.get(path, "runbook")
    data = content if isinstance(content, bytes) else content.encode()
    return ChangedFile(path, kind, judge_file(path, kind, data, LOCAL))  # type: ignore[arg-type]  # one of its words


def checked(
    before: str | None,
    *files: ChangedFile,
    rules: InForce = AUDIT,
    logs: dict[str, LoggedVerdict] | None = None,
) -> ChangeReport:
    if before is None:
        return check_change(files, Serving(in_force=rules, logs={"disk": logs or {}}))
    judged = judge_file(PATH, "runbook", before.encode(), LOCAL)
    assert judged.runbook is not None
    serving = Serving(
        {"disk": PATH}, {"disk": judged.runbook.document}, {"disk": judged}, rules, {"disk": logs or {}}
    )
    return check_change(files, serving)


def codes(report: ChangeReport) -> list[str]:
    return [note.place.code for note in report.notes]


# ---------------------------------------------------------------- what runs by itself


def test_a_step_that_begins_to_run_alone_is_named_with_its_line() -> None:
    report = checked(text("df -h"), change(text("df -h", "uptime")))
    (note,) = [note for note in report.notes if note.place.code == "widened"]
    assert report.check.status == "attention"
    assert "`s1`" in note.place.message
    assert note.place.line == 11
    assert not report.raises_trust, "its owner let this runbook run safe steps"


def test_another_command_in_the_place_of_one_that_ran_alone_is_no_silent_change() -> None:
    assert "widened" in codes(checked(text("df -h"), change(text("df -i"))))
    assert "widened" not in codes(checked(text("df -h"), change(text("df -h").replace("Step", "Other"))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  trustLevel: 2\n", "  trustLevel: 2\n  alerts: []\n"),
        ("  trustLevel: 2\n  target: {labels: {role: web}}\n", "  trustLevel: 2\n"),
    ],
)
def test_what_it_runs_on_counts(old: str, new: str) -> None:
    before = text("df -h", spec=old).replace("  target: {labels: {role: host}}\n", "", "role: web" in old)
    assert ("widened" in codes(checked(before, change(text("df -h", spec=new))))) == ("role: web" in old)


def test_an_open_question_that_is_settled_lets_its_step_run_alone() -> None:
    asked = "  trustLevel: 2\n  ambiguities: [{id: a, kind: vague, text: soon, question: When?, step: s0}]\n"
    assert "widened" in codes(checked(text("df -h", spec=asked), change(text("df -h"))))
    assert "widened" not in codes(checked(text("df -h"), change(text("df -h", spec=asked))))


def test_nothing_is_widened_under_a_strict_policy_or_with_the_flag_off() -> None:
    off = InForce(AUDIT.policy, Flags(flags={"auto-run": Flag(enabled=False)}))
    for rules in (STRICT, off):
        assert "widened" not in codes(checked(text("df -h"), change(text("df -h", "uptime")), rules=rules))


def test_raising_trust_needs_an_owner_and_names_the_steps() -> None:
    report = checked(text("df -h", spec=""), change(text("df -h")))
    assert report.raises_trust
    assert {"needs_owner", "widened"} <= set(codes(report))


@pytest.mark.parametrize(
    ("path", "content", "rules"),
    [
        ("policy.json", b'{"version": 1, "governanceMode": "audit"}', STRICT),
        (
            "flags.json",
            b'{"version": 1, "flags": {"auto-run": {"enabled": true}}}',
            InForce(AUDIT.policy, Flags(flags={"auto-run": Flag(enabled=False)})),
        ),
    ],
)
def test_settings_that_widen_are_looked_at_and_need_an_owner(
    path: str, content: bytes, rules: InForce
) -> None:
    report = checked(None, change(content, path), rules=rules)
    assert report.check.status == "attention"
    assert codes(report) == ["settings", "needs_owner", "looser"]
    assert report.raises_trust


def test_settings_that_narrow_are_looked_at_and_need_none() -> None:
    report = checked(None, change(b'{"version": 1, "governanceMode": "strict"}', "policy.json"))
    assert codes(report) == ["settings"]
    assert not report.raises_trust


def test_r48_a_change_never_controls_the_policy_that_it_is_checked_by() -> None:
    """The policy of its own branch would let it: what counts is the one in force."""
    policy = change(b'{"version": 1, "governanceMode": "audit"}', "policy.json")
    report = checked(text("df -h"), policy, change(text("df -h", "uptime")), rules=STRICT)
    assert report.raises_trust
    assert {"settings", "needs_owner", "widened"} <= set(codes(report))
    gone = ChangedFile("flags.json", "flags")
    off = InForce(AUDIT.policy, Flags(flags={"auto-run": Flag(enabled=False)}))
    report = checked(text("df -h"), gone, rules=off)
    assert report.raises_trust, "without the file its flags would be on again"


def test_what_serves_counts_as_it_is_stored_not_as_it_would_be_judged_today() -> None:
    """Stored without an advisor, its step waits; a new title under an advisor lets it run alone."""
    old, new = text("df -h"), change(text("df -h").replace("title: Disk", "title: Disks"))
    one_key = judge_file(PATH, "runbook", old.encode(), ONE_KEY)
    today = judge_file(PATH, "runbook", old.encode(), LOCAL)
    assert one_key.runbook is not None
    verdicts = {step.step_id: step.verdict for step in one_key.runbook.steps if step.verdict is not None}
    for known, widens in (
        ({"disk": Stored(one_key.content_sha256, verdicts)}, True),
        ({"disk": Stored(one_key.content_sha256, {})}, True),
        ({"disk": Stored("of another content", verdicts)}, False),
        ({}, False),
    ):
        (before,) = as_stored([today], known)
        serving = Serving({"disk": PATH}, {"disk": one_key.runbook.document}, {"disk": before}, AUDIT)
        assert ("widened" in codes(check_change([new], serving))) == widens


def test_a_step_that_loses_the_person_before_it_or_stands_there_twice_begins_to_run_alone() -> None:
    ask = "    - {id: ask, title: Ask, manual: Ask the owner}\n"
    base = text("df -h").replace("  steps:\n", f"  steps:\n{ask}")
    kept, freed = (base + f"      needs: {needs}\n" for needs in ("[ask]", "[]"))
    assert "widened" in codes(checked(kept, change(freed)))
    assert "widened" not in codes(checked(kept, change(kept.replace("title: Disk", "title: Disks"))))
    assert "widened" not in codes(checked(freed, change(kept))), "one gate more frees nothing"
    never = kept.replace("Ask the owner}", "Ask the owner, when: {step: s1, exitCode: [7]}}")
    never = never.replace(
        "  steps:\n", "  steps:\n    - {id: s1, title: First, command: uptime, needs: []}\n"
    )
    assert "`s0`" in checked(kept, change(never)).notes[0].place.message, "its condition may leave it out"
    assert "widened" in codes(checked(text("df -h"), change(text("df -h", "df -h"))))


def test_a_deleted_policy_that_is_not_in_force_holds_nothing_back() -> None:
    judged = judge_file(PATH, "runbook", text("df -h").encode(), LOCAL)
    assert judged.runbook is not None
    files = [ChangedFile("policy.json", "policy"), change(text("df -h", "uptime"))]
    for ours in (True, False):
        serving = Serving(
            {"disk": PATH},
            {"disk": judged.runbook.document},
            {"disk": judged},
            AUDIT if ours else replace(AUDIT, beside=Beside(AUDIT.policy)),
        )
        assert ("widened" in codes(check_change(files, serving))) != ours


def test_a_step_whose_advice_is_still_to_come_may_run_alone_and_is_named() -> None:
    data = text("df -h", "uptime", "systemctl restart nginx").encode()
    for advising, expected in (
        (UNASKED, ["advice_pending"]),
        (Advising.of([("df -h", "bash", NoAdvice.PENDING)]), ["advice_pending"]),
        (ONE_KEY, []),
    ):
        asked = ChangedFile(PATH, "runbook", judge_file(PATH, "runbook", data, advising))
        report = checked(text("df -h"), asked)
        assert [code for code in codes(report) if code in {"advice_pending", "widened"}] == expected
        if expected:
            (note,) = [note for note in report.notes if note.place.code == "advice_pending"]
            assert report.check.status == "attention"
            assert note.place.message.startswith("1 step(s)"), "s0 runs alone already, s2 is not safe"
            assert "`s1`" in note.place.message
        assert "advice_pending" not in codes(checked(text("df -h"), asked, rules=STRICT))


# ---------------------------------------------------------------- verdicts that were written down


def said(risk: Risk, command: str = "", *, unknown: bool = False) -> LoggedVerdict:
    digest = hashlib.sha256(command.encode()).hexdigest() if command else ""
    return LoggedVerdict(risk, unknown, digest, "1")


def test_a_changed_command_with_a_stale_verdict_is_classified_again_and_shown() -> None:
    wiped = text("df -h", spec="").replace("df -h", "rm -rf /srv/data")
    report = checked(text("df -h", spec=""), change(wiped), logs={"s0": said(Risk.SAFE, "df -h")})
    (note,) = [note for note in report.notes if note.place.code == "stale_verdict"]
    assert "safe then" in note.place.message
    assert "it is dangerous" in note.place.message
    assert report.check.status == "attention"
    assert "🔴 dangerous" in report.check.summary


def test_a_decision_log_that_says_safe_is_never_trusted() -> None:
    wiped = text("rm -rf /srv/data", spec="")
    report = checked(None, change(wiped), logs={"s0": said(Risk.SAFE, "rm -rf /srv/data")})
    assert "stale_verdict" in codes(report)
    assert "🔴 dangerous" in report.check.summary


def test_a_log_that_agrees_or_a_step_that_did_not_change_says_nothing() -> None:
    agreed = {"s0": said(Risk.SAFE, "df -h")}
    assert "stale_verdict" not in codes(checked(None, change(text("df -h")), logs=agreed))
    old = {"s0": said(Risk.SAFE, "an older command")}
    assert "stale_verdict" not in codes(checked(text("df -h"), change(text("df -h", "uptime")), logs=old))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1, null]", b"\xff", b'[{"step": 1, "risk": "safe"}]', b'[{"step": "a", "risk": "fine"}]',
     b"[" * 100_000, b'[{"step": "a", "risk": "safe", "runbook": "other"}]'],
)  # fmt: skip
def test_a_file_that_is_no_log_says_nothing(content: bytes) -> None:
    assert read_verdicts(content, "disk") == {}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
_FIELDS = ("runbook", "step", "risk", "unknown", "commandSha256", "scannerVersion")


@given(st.lists(_JSON | st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=6), max_size=3))
@example([{"step": "a", "risk": []}])
@example([{"step": "a", "risk": {"safe": 1}}])
@example([{"step": [], "risk": "safe"}])
@example([{"runbook": {}, "step": "a", "risk": "safe", "commandSha256": [], "scannerVersion": {}}])
def test_whatever_a_branch_writes_into_its_log_is_read_or_says_nothing(rows: object) -> None:
    for step, verdict in read_verdicts(json.dumps(rows).encode(), "disk").items():
        assert isinstance(step, str)
        assert isinstance(verdict.risk, Risk)
        assert isinstance(verdict.command_sha256 + verdict.scanner_version, str)


def test_a_log_is_read_by_runbook_and_step() -> None:
    rows = [
        {"step": "a", "risk": "caution", "unknown": True, "commandSha256": "ab", "scannerVersion": "3"},
        {"step": "a", "risk": "safe", "runbook": "other"},
    ]
    found = read_verdicts(json.dumps(rows).encode(), "disk")
    assert found == {"a": LoggedVerdict(Risk.CAUTION, True, "ab", "3")}
    assert found["a"].shown == "unknown"


def test_where_a_log_lies_is_a_hint_inside_its_folder() -> None:
    document = b"spec:\n  source:\n    sha256: x\n    decisionLog: decisions/disk/0123456789abcdef.json\n"
    log = "decisions/disk/0123456789abcdef.json"
    assert pointers(document) == (log,)
    assert pointers(b"decisionLog: ../../etc/passwd.json") == ()
    assert pointers(b"decisionLog: /decisions/a.json") == ()
    assert logs_of([("a", document), ("b", b"x")]) == [("a", log)]
    assert len(pointers(b"".join(b"# decisionLog: decisions/%d.json\n" % n for n in range(100)))) == 8


def test_a_comment_names_no_decision_log() -> None:
    source = "  source: {sha256: '%s', decisionLog: decisions/real.json}\n" % ("0" * 64)
    content = "# decisionLog: decisions/other.json\n" + text("rm -rf /srv/data", spec=source)
    file = change(content)
    assert file.judged is not None
    assert file.judged.runbook is not None, file.judged.places
    assert pointer(file.judged.runbook.document) == "decisions/real.json"
    assert pointer({"spec": {}}) is None
    rows = [[{"step": "s0", "risk": risk}] for risk in ("dangerous", "safe")]
    logs = [
        (PATH, log, json.dumps(said).encode())
        for log, said in zip(pointers(content.encode()), rows, strict=True)
    ]
    assert _logged([file], logs)["disk"]["s0"].risk is Risk.SAFE, "that of the document counts"


# ---------------------------------------------------------------- what is not prepared


def test_a_dangerous_step_that_is_not_declared_so_has_something_to_type_and_a_rollback_or_is_told() -> None:
    bare = text("rm -rf /srv/data", spec="")
    report = checked(None, change(bare))
    (note,) = [note for note in report.notes if note.place.code == "no_confirm"]
    assert "no confirm and no rollback" in note.place.message
    assert report.check.status == "attention"
    ready = bare + "      confirm: disk\n      rollback: {impossible: it is gone}\n"
    assert "no_confirm" not in codes(checked(None, change(ready)))
    half = bare + "      confirm: disk\n"
    assert "no_rollback" in codes(checked(None, change(half)))
