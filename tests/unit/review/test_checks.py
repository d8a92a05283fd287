"""What a check says about a change, as a pure decision."""

from __future__ import annotations

import pytest

from controller.governance.documents import judge_file
from controller.review.change import ChangedFile, Serving
from controller.review.checks import ChangeReport, check_change
from controller.review.errors import as_refusal
from forge import errors as forge
from schemas.markdown import escape
from schemas.runbook import Runbook
from schemas.yaml_codec import load_runbook

GOOD = (
    "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: disk, title: Disk}\n"
    "spec:\n  target: {labels: {role: host}}\n  steps:\n"
    "    - id: look\n      title: Look\n      command: df -h\n"
)


def changed(text: str, path: str = "runbooks/disk.yaml") -> ChangedFile:
    return ChangedFile(path, "runbook", judge_file(path, "runbook", text.encode()))


def report(*files: ChangedFile, serving: Serving | None = None) -> ChangeReport:
    return check_change(files, serving or Serving())


def serving(text: str, path: str = "runbooks/disk.yaml") -> Serving:
    runbook: Runbook = load_runbook(text.encode())
    return Serving({runbook.name: path}, {runbook.name: runbook.to_json()})


def test_a_sound_change_passes_and_shows_its_risks() -> None:
    found = report(changed(GOOD))
    assert (found.check.status, found.check.title) == ("pass", "1 runbook(s) checked")
    assert "| look |" in found.check.summary


def test_an_error_fails_with_its_place() -> None:
    found = report(changed(GOOD + "      colour: blue\n"))
    assert (found.check.status, found.check.title) == ("fail", "1 error(s)")
    assert found.errors[0].line().startswith("runbooks/disk.yaml:10: spec.steps[0].colour")


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        ("      needs: [look]\n", "cycle"),
        ("      command: echo {{ nobody }}\n", "duplicate_key"),
        ("    - {id: wipe, title: Wipe, command: rm -rf /srv/data, risk: dangerous}\n", "no_confirm"),
        ("    - {id: wipe, title: Wipe, command: rm -rf /srv/data, risk: caution}\n", "declared_risk"),
        ("    - {id: ask, title: Ask, command: 'echo {{ nobody }}'}\n", "undeclared"),
    ],
)
def test_what_lint_and_scanner_refuse_fails(tail: str, code: str) -> None:
    found = report(changed(GOOD + tail))
    assert found.check.status == "fail"
    assert code in {note.place.code for note in found.errors}


def test_warnings_and_open_questions_do_not_fail() -> None:
    text = GOOD.replace(
        "spec:\n", "spec:\n  ambiguities: [{id: a, kind: vague, text: soon, question: When?}]\n"
    )
    found = report(changed(text))
    assert found.check.status == "attention"
    assert {note.place.code for note in found.attentions} == {"ambiguities"}


def test_settings_deletions_and_refused_names_ask_for_a_look() -> None:
    policy = ChangedFile("policy.json", "policy", judge_file("policy.json", "policy", b'{"version": 1}'))
    gone, link = ChangedFile("runbooks/disk.yaml", "runbook"), ChangedFile("l", "other", skipped="a link")
    never = ChangedFile("runbooks/link.yaml", "runbook")
    found = report(policy, gone, never, link, serving=serving(GOOD))
    assert found.check.status == "attention"
    assert [(note.path, note.place.code) for note in found.notes] == [
        ("policy.json", "settings"), ("runbooks/disk.yaml", "deleted"), ("l", "skipped"),
    ]  # fmt: skip


def test_what_serves_and_is_read_no_more_goes_on() -> None:
    found = report(
        ChangedFile("runbooks/disk.yaml", "runbook", skipped="two look alike"), serving=serving(GOOD)
    )
    (note,) = found.notes
    assert note.place.message == "it will not be read: two look alike; `disk` stays as it serves"


def test_another_codeowners_is_never_unseen() -> None:
    found = report(ChangedFile(".github/CODEOWNERS", "other"), changed(GOOD))
    assert (found.check.status, [note.place.code for note in found.notes]) == ("attention", ["owners"])


def test_a_name_in_service_elsewhere_fails_but_a_move_passes() -> None:
    copy = changed(GOOD, "runbooks/copy.yaml")
    assert report(copy, serving=serving(GOOD)).errors[0].place.code == "duplicate_name"
    moved = ChangedFile("runbooks/disk.yaml", "runbook")
    assert report(copy, moved, serving=serving(GOOD)).errors == ()
    broken = changed(GOOD + "      colour: blue\n")
    codes = [note.place.code for note in report(copy, broken, serving=serving(GOOD)).errors]
    assert "duplicate_name" in codes


def test_two_new_files_with_one_name_fail_once() -> None:
    found = report(changed(GOOD, "runbooks/a.yaml"), changed(GOOD, "runbooks/b.yaml"))
    assert [(note.path, note.place.code) for note in found.errors] == [("runbooks/b.yaml", "duplicate_name")]


def test_a_raised_trust_level_is_told_apart() -> None:
    raised = GOOD.replace("spec:\n", "spec:\n  trustLevel: 2\n")
    assert report(changed(raised), serving=serving(GOOD)).raises_trust
    assert report(changed(raised)).raises_trust, "a new runbook is compared with the default"
    assert not report(changed(raised), serving=serving(raised)).raises_trust
    assert not report(changed(GOOD), serving=serving(raised)).raises_trust


def test_a_declared_risk_that_goes_down_is_never_unseen() -> None:
    before = GOOD + "      risk: dangerous\n      confirm: disk\n"
    found = report(changed(GOOD), serving=serving(before))
    assert (found.check.status, found.attentions[0].place.code) == ("attention", "lowered")


@pytest.mark.parametrize(
    "text",
    ["`id`", "$(id)", "${{ x }}", "<!channel>", "[a](http://x)", "@everyone", "**b**", "a|b", "<b>", "a\nb"],
)
def test_r53_foreign_text_is_inert_in_markdown(text: str) -> None:
    shown = escape(text)
    assert not set(shown.replace("&#", "").replace(";", "")) & set("`*_{}[]()<>|$@\n")


def test_every_error_of_a_forge_has_an_answer() -> None:
    for fault, status in [
        (forge.NoSuchPull("x"), 404),
        (forge.NoSuchRepository("x"), 404),
        (forge.NotMergeable("x"), 409),
        (forge.HeadMoved("a" * 40, None), 409),
        (forge.ForgeConflict("x"), 409),
        (forge.TooLarge("x"), 413),
        (forge.BadPack("x"), 422),
        (forge.ForgeRefused("x"), 422),
        (forge.ForgeBusy("x", 1.0), 503),
        (forge.ForgeDown("x"), 503),
    ]:
        assert as_refusal(fault).status == status
