"""The border: no text makes a scan raise, and a fault of the scanner itself is never safe."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import api, scan
from scanner.parse import parse_bash
from scanner.tables import knowledge
from schemas.risk import Risk

TOOLS = sorted({*knowledge()["tools"], *knowledge()["wrappers"]})
ARGUMENTS = ("", "--anything value", "--any=value -4 x", "-6q --an", "--", "-")


def _faultless(text: str, language: api.Language = "bash") -> None:
    finding = scan(text, language)
    assert "scanner.fault" not in finding.rule_ids, (text, finding.why)


def test_no_option_of_a_known_tool_makes_a_scan_fail() -> None:
    for name in TOOLS:
        for arguments in ARGUMENTS:
            _faultless(f"{name} {arguments}")


def test_no_rule_of_a_known_tool_makes_a_scan_fail() -> None:
    for name, index in knowledge()["tools"].items():
        verbs = knowledge()["tool_specs"][index].get("verbs", {})
        for verb in {rule: verb for verb, rule in verbs.items()}.values():
            _faultless(f"{name} {verb} --anything value")


WORD = st.text(st.characters(codec="utf-8", min_codepoint=33), max_size=8)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(TOOLS), st.lists(WORD, max_size=4))
def test_no_words_of_a_known_tool_make_a_scan_fail(name: str, words: list[str]) -> None:
    _faultless(" ".join([name, *(f"--{word}" for word in words)]))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=80))
def test_no_random_text_makes_a_scan_fail(text: str) -> None:
    _faultless(text)
    _faultless(text, "sql")


def test_half_a_character_is_unknown() -> None:
    assert scan("ls \ud800").risk is Risk.UNKNOWN
    assert scan("SELECT '\udfff'", "sql").risk is Risk.UNKNOWN


@pytest.mark.parametrize("fault", [AttributeError("x"), KeyError("x"), MemoryError(), AssertionError()])
def test_r46_a_fault_of_the_scanner_is_unknown(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def failing(*_: object) -> None:
        raise fault

    monkeypatch.setattr(api, "BashJudge", failing)
    monkeypatch.setattr(api, "inspect_sql", failing)
    for finding in (scan("ls"), scan("SELECT 1", "sql")):
        assert finding.risk is Risk.UNKNOWN
        assert finding.rule_ids == ("scanner.fault",)
        assert type(fault).__name__ in finding.why
    assert scan("rm -rf /data").risk is Risk.DANGEROUS


def test_wide_characters_never_reach_the_grammar() -> None:
    for text in ("echo '日本' \U0010ffff", "cat <<EOF\n→ done\nEOF", "x\U000f41aa`~\u4883"):
        parsed = parse_bash(text)
        assert parsed.source == text.encode()
        assert parsed.root.end_byte == len(parsed.source)
        assert all(ord(found) < 256 for found in (parsed.root.text or b"").decode())
    assert scan("echo '日本 → done'; rm -rf /data").risk is Risk.DANGEROUS
    assert scan("echo '日本 → done'").risk is Risk.SAFE


def test_two_wide_delimiters_are_not_taken_for_one() -> None:
    assert scan("cat <<'→'\n←\necho '\n→\nrm -rf /data #'").risk in (Risk.DANGEROUS, Risk.UNKNOWN)
