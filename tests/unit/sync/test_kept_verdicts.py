"""Verdicts that are kept: the same as asked anew, bounded, and never those of an LLM or of a fault."""

from __future__ import annotations

import pytest

from controller.governance.kept_verdicts import KEPT_VERDICTS, TEXT_MAX_CHARACTERS, KeptVerdicts
from ingest.advisor.advising import LOCAL, ONE_KEY, Advising
from schemas.risk import Risk
from schemas.verdict import Advice, Verdict


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were judged."""
    texts: list[str] = []
    judge = Advising.judge

    def noted(self: Advising, text: str) -> Verdict:
        texts.append(text)
        return judge(self, text)

    monkeypatch.setattr(Advising, "judge", noted)
    return texts


def test_a_command_is_judged_once_for_each_source_of_advice(asked: list[str]) -> None:
    kept = KeptVerdicts()
    for advising in (LOCAL, ONE_KEY):
        verdicts = [kept.judge("df -h", advising) for _ in range(3)]
        assert verdicts == [advising.judge("df -h")] * 3
    assert asked == ["df -h"] * 4  # two of them are this test's own
    assert kept.judge("df -h", LOCAL).risk is Risk.SAFE
    assert kept.judge("df -h", ONE_KEY).unknown


def test_what_an_llm_said_is_looked_at_each_time(asked: list[str]) -> None:
    kept = KeptVerdicts()
    said = Advice(risk=Risk.DANGEROUS, confidence=990, reasoning="it may fill the disk", advisor="llm")
    assert kept.judge("df -h", ONE_KEY).advice is None
    assert kept.judge("df -h", Advising.of([("df -h", "bash", said)])).risk is Risk.DANGEROUS
    assert kept.judge("df -h", ONE_KEY).advice is None
    assert len(asked) == 2


def test_a_fault_of_the_scanner_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptVerdicts()

    def fails(text: str, language: str) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("scanner.api._scan", fails)
        assert kept.judge("df -h", LOCAL).unknown
    assert not kept.judge("df -h", LOCAL).unknown


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    kept, verdict = KeptVerdicts(), ONE_KEY.judge("true")

    def quick(_: Advising, text: str) -> Verdict:
        asked.append(text)
        return verdict

    monkeypatch.setattr(Advising, "judge", quick)
    for number in range(KEPT_VERDICTS + 1):
        kept.judge(f"echo {number}", ONE_KEY)
    asked.clear()
    kept.judge(f"echo {KEPT_VERDICTS}", ONE_KEY)
    assert asked == []
    kept.judge("echo 0", ONE_KEY)
    long = "echo " + "x" * TEXT_MAX_CHARACTERS
    for _ in range(2):
        kept.judge(long, ONE_KEY)
    assert asked == ["echo 0", long, long]
