"""The texts of a sync's records that are put together are those that their payloads give."""

from __future__ import annotations

import string
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.audit import AuditRecord, RunbookSynced, WrittenRecord
from schemas.audit_texts import Judged, RunbookTexts, classified
from schemas.canonical import CanonicalError
from schemas.risk import Risk
from schemas.verdict import Advice, Finding, MergeRule, NoAdvice, Verdict

REPOSITORY, SYNC, RUNBOOK, VERSION = (UUID(int=number << 64 | number) for number in range(1, 5))
PLAIN = set(string.ascii_letters + string.digits + "_./ -")
COMMIT, DIGEST = "c" * 40, "sha256:" + "d" * 64
ACTOR = "system:sync"

words = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", 'a"b', "\\", "ä\u2028", '"classification":"cls_', '"step":"a"', '"steps":[]}']),
)
"""No surrogates and no NUL: those are no text of a finding, and a record of them is refused."""
texts = words.map(lambda text: text.encode("utf-8", "replace").decode().replace("\0", ""))
risks = st.sampled_from(Risk)

advices = st.builds(
    Advice,
    risk=risks,
    confidence=st.integers(0, 1000),
    reasoning=st.just("because"),
    advisor=texts,
    advisor_version=texts,
    prompt_sha256=st.none() | st.just(DIGEST),
)
findings = st.tuples(risks, st.lists(texts, max_size=10), texts, texts).map(
    lambda said: Finding(
        risk=said[0], rule_ids=tuple(said[1]), why="so", scanner_version=said[2], knowledge_version=said[3]
    )
)
verdicts = st.builds(
    Verdict,
    risk=st.sampled_from([Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS]),
    unknown=st.booleans(),
    rule=st.sampled_from(MergeRule),
    advised=risks,
    reason=st.just("so"),
    finding=findings,
    advice=st.none() | advices,
    no_advice=st.none() | st.sampled_from(NoAdvice),
)
names = st.builds(
    str.__add__,
    st.sampled_from(string.ascii_lowercase),
    st.text(string.ascii_lowercase + string.digits + "-", max_size=62),
)
judged = st.lists(st.builds(Judged, names, st.uuids(), verdicts), max_size=4)


@settings(max_examples=60)
@given(several=st.lists(st.tuples(names, st.uuids(), judged), min_size=1, max_size=3))
def test_what_was_judged_is_written_as_its_payload_is(several: list[tuple[str, UUID, list[Judged]]]) -> None:
    written = RunbookTexts(REPOSITORY, SYNC, COMMIT)  # its shapes are kept from one runbook to the next
    for name, version_id, commands in several:
        expected = AuditRecord(classified(version_id, name, commands), ACTOR).data_text()
        assert written.classified(version_id, name, commands) == expected


@settings(max_examples=60)
@given(
    name=names,
    path=st.text(sorted(PLAIN), min_size=1, max_size=60) | texts,
    ids=st.tuples(st.uuids(), st.uuids()),
)
@example(name="a", path="runbooks/größe.yaml", ids=(RUNBOOK, VERSION))
@example(name="a", path="x" * 513, ids=(RUNBOOK, VERSION))
def test_what_serves_is_written_as_its_payload_is(name: str, path: str, ids: tuple[UUID, UUID]) -> None:
    runbook, version = ids
    text = RunbookTexts(REPOSITORY, SYNC, COMMIT).synced(runbook, version, name, path, DIGEST)
    assert (text is not None) == (0 < len(path) <= 512 and set(path) <= PLAIN)
    if text is None:
        return
    payload = RunbookSynced(
        repository=REPOSITORY, sync=SYNC, runbook=runbook, runbook_version=version, name=name, path=path,
        commit=COMMIT, content_sha256=DIGEST,
    )  # fmt: skip
    assert text == AuditRecord(payload, ACTOR).data_text()


VERDICT = Verdict(
    risk=Risk.CAUTION, unknown=False, rule=MergeRule.SCANNER_CAUTION, advised=Risk.SAFE, reason="so",
    finding=Finding(risk=Risk.CAUTION, why="so", scanner_version="1", knowledge_version="k"),
)  # fmt: skip


def test_what_is_unlike_the_common_form_has_no_text() -> None:
    written = RunbookTexts(REPOSITORY, SYNC, COMMIT)
    assert written.synced(RUNBOOK, VERSION, "a", "runbooks/a.yaml", DIGEST) is not None
    for name, path, sha256 in (
        ('a","x":"', "a", DIGEST), ("a\n", "a", DIGEST), ("a", 'a"', DIGEST), ("a", "a\\", DIGEST),
        ("a", "a\n", DIGEST), ("a", "é", DIGEST), ("a", "", DIGEST), ("a", "a", "sha256:x"),
        ("a", "a", DIGEST + "\n"),
    ):  # fmt: skip
        assert written.synced(RUNBOOK, VERSION, name, path, sha256) is None, (name, path, sha256)
    one = Judged("look", RUNBOOK, VERDICT)
    assert written.classified(VERSION, "a", [one]) is not None
    assert written.classified(VERSION, 'a"', [one]) is None
    assert written.classified(VERSION, "a", [one._replace(step_id='look"')]) is None
    assert written.classified(VERSION, "a", [one] * 1_001) is None


def test_a_text_with_a_nul_is_refused_like_a_payload() -> None:
    assert WrittenRecord("runbook.synced", '{"a":"\\\\u0000"}', ACTOR).data_text() == '{"a":"\\\\u0000"}'
    with pytest.raises(CanonicalError):
        WrittenRecord("runbook.synced", '{"a":"\\u0000"}', ACTOR).data_text()
