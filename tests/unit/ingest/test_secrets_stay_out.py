"""A secret of a paste reaches neither the Source tab nor, through an answer, the document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from controller.api.source_view import source_document
from ingest.corrections import Overrides, VariableChange
from ingest.pipeline import preview
from ingest.questions import Answer
from schemas.errors import Unprocessable
from tests.unit.ingest.test_answers import TEXT, asked

BEARER = "abcd1234efgh5678ijkl"
PAGE = f"""<h1>Disk is full</h1>
<p>password:&nbsp;<b>S3cr3tPassw0rd!</b></p>


<pre>curl -H "Authorization: Bea<b>rer</b> {BEARER}" https://x.example/</pre>
<p><code>DB_PASS</code><code>WORD=hunter2Zx9Qw</code></p>
<p>aws_secret_access_key=wJalrXUtnFEMI&#47;K7MDENG&#47;bPxRfiCYzzKEYzz</p>
<ol><li>Run <code>df -h</code></li></ol>
"""
HIDDEN = ("S3cr3tPassw0rd", BEARER, "hunter2Zx9Qw", "wJalrXUtnFEMI", "K7MDENG", "bPxRfiCYzzKEYzz")
CURL = f'curl -H "Authorization: Bearer {BEARER}" https://u:hunter2Zx9@db/'
TOLD = ("hunter2Zx9", BEARER, "S3cr3tPassw0rd")


def test_the_view_of_a_page_is_the_blanked_text_of_the_preview() -> None:
    shown = source_document(PAGE, "html")
    found = preview(PAGE, "html").to_json()
    assert (shown["text"], shown["masked"]) == (found["sourceText"], len(found["masked"]))
    assert shown["masked"] >= 4
    told = json.dumps(shown, ensure_ascii=False)
    assert [secret for secret in HIDDEN if secret in told] == []


def test_the_lines_of_a_page_are_those_of_the_text_that_is_shown() -> None:
    shown = source_document(PAGE, "html")
    lines = shown["text"].split("\n")
    places = {step["id"]: lines[step["line"] - 1 : step["endLine"]] for step in shown["steps"]}
    assert places["run-df-h"] == ["1. Run `df -h`"]
    assert lines[shown["coverage"]["items"][0]["line"] - 1] == "# Disk is full"
    assert all(1 <= item["line"] <= item["endLine"] <= len(lines) for item in shown["coverage"]["items"])


def test_a_page_without_a_step_is_blanked_too() -> None:
    shown = source_document("<p>pass<b>word</b>: S3cr3tPassw0rd!</p>", "html")
    assert "no command" in shown["problem"]
    assert "password: " in shown["text"]
    assert "S3cr3t" not in json.dumps(shown)
    assert shown["masked"] == 1


def test_a_text_that_can_not_be_read_is_not_shown() -> None:
    shown = source_document("password=S3cr3tPassw0rd!\x00", "html")
    assert (shown["text"], shown["masked"]) == ("", 0)
    assert "S3cr3t" not in shown["problem"]


def test_a_text_keeps_its_line_numbers() -> None:
    text = "# Disk\r\n\r\npass**word**: S3cr3tPassw0rd!\r\n\r\n1. Run `df -h`\r\n"
    shown = source_document(text, "markdown")
    lines = shown["text"].split("\n")
    assert (lines[0], lines[4]) == ("# Disk", "1. Run `df -h`")
    assert [(step["line"], step["endLine"]) for step in shown["steps"]] == [(5, 5)]
    assert "S3cr3t" not in shown["text"]


def refused(text: str = TEXT, **said: Any) -> Unprocessable:
    """The refusal of what was said; it tells no secret."""
    with pytest.raises(Unprocessable) as caught:
        preview(text, **said)
    problem = json.dumps(caught.value.problem())
    assert caught.value.reason_code == "secret_in_answer"
    assert [secret for secret in TOLD if secret in problem] == []
    assert "secret variable" in problem
    return caught.value


def test_an_answer_with_a_secret_is_refused_by_its_question() -> None:
    key = asked()["missing_command"]["id"]
    for value in (CURL, CURL.replace("Bearer ", "Bearer\u00a0"), "PASS\u00adWORD=hunter2Zx9 ./go"):
        assert key in refused(answers={key: Answer(value=value)}).detail


@pytest.mark.parametrize(
    ("overrides", "where"),
    [
        (Overrides(title="Log in with password=hunter2Zx9"), "The title"),
        (Overrides(service="postgres://u:hunter2Zx9@db/"), "The service"),
        (Overrides(name="token=hunter2Zx9"), "The name"),
        (Overrides(variables={"namespace": VariableChange(value="https://u:hunter2Zx9@db/")}), "namespace"),
        (Overrides(variables={"db_password": VariableChange(value="hunter2Zx9")}), "db_password"),
        (Overrides(variables={"namespace": VariableChange("password", "hunter2Zx9")}), "namespace"),
    ],
)
def test_a_correction_with_a_secret_is_refused_by_its_field(overrides: Overrides, where: str) -> None:
    assert where in refused(overrides=overrides).detail


def test_the_name_of_the_request_is_a_correction() -> None:
    assert "The name" in refused(name="token=hunter2Zx9").detail


def test_a_value_that_becomes_a_secret_where_it_stands_is_refused() -> None:
    text = "# Restore\n\n1. Run `mysql -u root --password=<value> app`\n"
    overrides = Overrides(variables={"value": VariableChange(value="hunter2Zx9")})
    assert "value" in refused(text, overrides=overrides).detail


def test_a_named_secret_is_no_secret() -> None:
    key = asked()["missing_command"]["id"]
    command = 'curl -H "Authorization: Bearer ${API_TOKEN}" https://db.example/'
    made = preview(
        TEXT,
        answers={key: Answer(value=command)},
        overrides=Overrides("Restart", "queue", "restart", {"namespace": VariableChange(value="prod")}),
    )
    assert made.answers.settled[key].value == command


VALUE = "S3cr3tV4lue9xQ"


@pytest.mark.parametrize("form", ["markdown", "plain", "html"])
@pytest.mark.parametrize(
    "written",
    [
        "Set the pass\u00adword: {} now.",
        "Use pass\u200bword={} here.",
        "pass\ufeffword={}",
        "p\u0430ssword: {}",
        "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff1a {}",
        "`DB_PASS``WORD={}`",
        "DB_PASS**WORD**={}",
        "DB_PASS<!-- x -->WORD={}",
        "DB\\_PASSWORD={}",
        "pass&shy;word: {}",
        "pass<b>word</b>: {}",
        "pass[word](http://x.example): {}",
        "export DB_PASS\u00adWORD={}",
        "token: ghp_{}\u200babcdefghijklmnopqrstuvwxyz0123",
    ],
)
def test_a_secret_whose_name_is_cut_is_masked(written: str, form: str) -> None:
    page = f"# A\n\nRun `uptime`.\n\n{written.format(VALUE)}\n"
    html = f"<h1>A</h1><p>Run <code>uptime</code>.</p><p>{written.format(VALUE)}</p>"
    made = preview(html if form == "html" else page, form)
    told = json.dumps(made.to_json(), ensure_ascii=False) + made.yaml + made.normalized.text
    assert VALUE not in told
    assert made.normalized.masked != ()
    if form != "html":
        assert len(made.normalized.text) == len(page)


@pytest.mark.parametrize(
    "written",
    [
        "password=<your-password> --all-databases9X",
        "Type the **password**: then press Enter9X.",
        "`password`: see `vault-Path9X`",
        "token=**** Ask9Somebody",
    ],
)
def test_markup_beside_a_name_masks_nothing(written: str) -> None:
    assert preview(f"# A\n\nRun `uptime`.\n\n{written}\n", "markdown").normalized.masked == ()
