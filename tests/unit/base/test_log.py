"""Log lines carry their action, and no credential in full."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import log
from base.ids import TOKEN_PREFIXES, new_token
from base.log import redact


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_json_record_has_its_action_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json")
    log.get("controller.link").info("agent %s is here", "box", extra={"action": "link.connected", "agent": 7})
    record = json.loads(capsys.readouterr().err)
    assert record["action"] == "link.connected"
    assert record["agent"] == 7
    assert record["message"] == "agent box is here"
    assert record["level"] == "info"
    assert record["logger"] == "controller.link"
    assert record["time"].endswith("Z")


def test_a_text_record_is_one_line_with_its_action(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("debug", "text")
    log.get("x").debug("hello", extra={"action": "x.said", "count": 3})
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert " debug   x.said hello count=3" in line


def test_a_record_without_an_action_goes_by_its_logger(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "json")
    logging.getLogger("some.library").warning("odd")
    assert json.loads(capsys.readouterr().err)["action"] == "some.library"


def test_the_level_cuts_and_configuring_twice_writes_once(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("warning")
    log.configure("warning")
    log.get("x").info("too quiet", extra={"action": "x.a"})
    log.get("x").error("heard", extra={"action": "x.b"})
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_credential_is_cut_in_message_field_and_trace(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token = new_token("ddt", uuid4())
    log.configure("info", "json" if form == "json" else "text")
    try:
        raise ValueError(f"bad token {token}")
    except ValueError:
        log.get("x").exception(
            "refused %s", token, extra={"action": "x.refused", "header": f"Bearer {token}"}
        )
    written = capsys.readouterr().err
    assert "ValueError" in written
    assert token.rpartition("_")[2] not in written
    assert written.count("_***") >= 3


@given(st.sampled_from(sorted(TOKEN_PREFIXES)), st.text(max_size=20), st.text(max_size=20))
def test_no_text_around_a_token_keeps_it_whole(prefix: str, before: str, after: str) -> None:
    token = new_token(prefix, uuid4())
    assert token.rpartition("_")[2] not in redact(f"{before}{token}{after}")


@given(st.text())
def test_a_text_without_a_token_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_the_tenant_stays_readable() -> None:
    token = new_token("dde", uuid4())
    assert redact(f"token={token},") == f"token={token.rpartition('_')[0]}_***,"


@pytest.mark.parametrize("kind", ["ghp", "gho", "ghu", "ghs", "ghr", "github_pat"])
def test_a_token_of_github_is_cut(kind: str) -> None:
    secret = "aB3_" * 9
    assert redact(f"https://x-access-token:{kind}_{secret}@host") == f"https://x-access-token:{kind}_***@host"
    assert redact("ghp_short and a_ghp_word") == "ghp_short and a_ghp_word"
