"""A judgement comes from another process as it was made, whatever its verdicts say."""

from __future__ import annotations

import pickle
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.governance.documents import JudgedFile, JudgedRunbook, JudgedStep
from controller.governance.packed import pack, unpack
from schemas.model import Model
from schemas.risk import Risk
from schemas.verdict import CONFIDENCE_MAX, Advice, Finding, MergeRule, NoAdvice, Reversibility, Span, Verdict

_words = st.lists(st.text(max_size=9), max_size=3).map(tuple)
_risks = st.sampled_from(Risk)
_numbers = st.integers(0, 2**31 - 1)


def _made(model: type[Model], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(fields).map(model.model_validate)


_finding = _made(
    Finding,
    risk=_risks,
    rule_ids=_words,
    spans=st.lists(_made(Span, start=_numbers, end=_numbers, rule_id=st.text()), max_size=3).map(tuple),
    why=st.text(),
    resources=_words,
    reversibility=st.sampled_from(Reversibility),
    inverse=st.none() | st.text(),
    scanner_version=st.text(),
    knowledge_version=st.text(),
)
_advice = _made(
    Advice,
    risk=_risks,
    confidence=st.integers(0, CONFIDENCE_MAX),
    reasoning=st.text(),
    advisor=st.text() | st.just("none"),
    advisor_version=st.text(),
    prompt_sha256=st.none() | st.text(),
    suggested_rollback=st.none() | st.text(),
    alternatives_considered=_words,
)
_verdicts = _made(
    Verdict,
    risk=st.sampled_from([Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS]),
    unknown=st.booleans(),
    rule=st.sampled_from(MergeRule),
    advised=_risks,
    reason=st.text(),
    finding=_finding,
    advice=st.none() | _advice,
    no_advice=st.none() | st.sampled_from(NoAdvice),
)


def _file(verdicts: list[Verdict]) -> JudgedFile:
    steps = tuple(JudgedStep(f"s{n}", "", None, each, b"1", False) for n, each in enumerate(verdicts))
    return JudgedFile("runbooks/a.yaml", "runbook", "", b"", JudgedRunbook("a", "", "", {}, steps, 0, (1, 1)))


def _said(file: JudgedFile) -> list[Verdict]:
    assert file.runbook is not None
    return file.runbook.verdicts


@settings(max_examples=200, deadline=None)
@given(st.lists(_verdicts, max_size=4))
def test_verdicts_come_back_as_they_were(verdicts: list[Verdict]) -> None:
    file = _file([*verdicts, *verdicts])
    again = unpack(pack(file))
    assert again == file == pickle.loads(pickle.dumps(file))  # made here
    for one, other in zip(_said(file), _said(again), strict=True):
        assert one.to_json() == other.to_json()
        assert hash(one) == hash(other)


def test_a_verdict_that_is_said_again_is_one_object_in_all_judgements() -> None:
    finding = Finding(risk=Risk.SAFE, why="it reads", scanner_version="1", knowledge_version="1")
    kinds = {
        "risk": Risk.CAUTION, "unknown": False, "rule": MergeRule.SCANNER_CAUTION, "advised": Risk.UNKNOWN,
        "reason": "one key",
    }  # fmt: skip
    one, same, other = (
        Verdict.model_validate({**kinds, "finding": each})
        for each in (finding, finding, finding.model_copy(update={"why": "it writes"}))
    )
    verdicts = [_said(unpack(pack(_file([each, one])))) for each in (one, same, other)]
    assert verdicts[0][0] is verdicts[0][1] is verdicts[1][0] is verdicts[2][1]
    assert verdicts[2][0] == other != one
