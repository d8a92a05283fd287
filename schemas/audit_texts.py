"""The canonical texts of the two events that every new runbook brings, put together from parts.

A sync of 5,000 runbooks writes 10,000 of them. Made as payloads they are checked field by field and written
from a tree of objects: half of the process's time. Here a text is cut from that of one checked payload of the
same shape, around its ids and names; what is put in has one form in JSON, and is looked at before. Whatever
is unlike that gets no text here and goes the long way, so that a text is always the one that
`AuditRecord.data_text` gives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from base.ids import encode_base32, show_id
from base.limits import DOCUMENT_MAX_STEPS
from schemas.audit_runbook import RiskCounts, RunbookClassified, RunbookSynced, StepClassified
from schemas.canonical import canonical
from schemas.model import Model
from schemas.risk import Risk
from schemas.verdict import Verdict

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
"""Of a runbook or a step (`schemas.names`)."""
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_PATH: Final = re.compile(r"[A-Za-z0-9_./ -]{1,512}")
"""What most paths are made of: JSON writes it as it is."""

_ID: Final = UUID(int=0)
_COUNTS: Final = '"counts":{"caution":0,"dangerous":0,"safe":0,"unknown":0}'


_SHAPES_MAX: Final = 1_024
_shapes: Final[dict[object, _Shape]] = {}
"""The last ones of this process, half a KB each: how verdicts are written does not change."""


class Judged(NamedTuple):
    """One command of a runbook: its step, under which id its verdict is stored, and the verdict."""

    step_id: str
    classification_id: UUID
    verdict: Verdict


class _Shape(NamedTuple):
    """The text of a verdict, around the id of its classification and the name of its step."""

    before: str
    between: str
    after: str
    shown: Risk


class RunbookTexts:
    """Of one sync. Each text is None where the payload has to be made."""

    def __init__(self, repository_id: UUID, sync_id: UUID, commit: str) -> None:
        example = RunbookSynced(
            repository=repository_id, sync=sync_id, runbook=_ID, runbook_version=_ID, name="a", path="a",
            commit=commit, content_sha256="sha256:" + "0" * 64,
        )  # fmt: skip
        ids = f'"runbook":"{show_id("rbk", _ID)}","runbookVersion":"{show_id("ver", _ID)}"'
        digest = f'"contentSha256":"{example.content_sha256}","name":"a","path":"a"'
        self._synced = _cut(example, digest, ids)

    def synced(
        self, runbook_id: UUID, version_id: UUID, name: str, path: str, content_sha256: str
    ) -> str | None:
        """Of `RunbookSynced`."""
        if not (_NAME.fullmatch(name) and _PATH.fullmatch(path) and _DIGEST.fullmatch(content_sha256)):
            return None
        before, between, after = self._synced
        return (
            f'{before}"contentSha256":"{content_sha256}","name":"{name}","path":"{path}"{between}'
            f'"runbook":"rbk_{encode_base32(runbook_id)}","runbookVersion":"ver_{encode_base32(version_id)}"'
            f"{after}"
        )

    def classified(self, version_id: UUID, name: str, judged: Sequence[Judged]) -> str | None:
        """Of what `classified` makes."""
        if not _NAME.fullmatch(name) or len(judged) > DOCUMENT_MAX_STEPS:
            return None
        shown, steps = [], []
        for step_id, classification_id, verdict in judged:
            if not _NAME.fullmatch(step_id):
                return None
            shape = _shape(verdict)
            shown.append(shape.shown)
            steps.append(
                f"{shape.before}{encode_base32(classification_id)}{shape.between}{step_id}{shape.after}"
            )
        before, between, after = _frame(*_versions([each.verdict for each in judged]))
        return (
            f'{before}"counts":{{"caution":{shown.count(Risk.CAUTION)},'
            f'"dangerous":{shown.count(Risk.DANGEROUS)},"safe":{shown.count(Risk.SAFE)},'
            f'"unknown":{shown.count(Risk.UNKNOWN)}}}{between}"name":"{name}",'
            f'"runbookVersion":"ver_{encode_base32(version_id)}"{after}"steps":[{",".join(steps)}]}}'
        )


def classified(version_id: UUID, name: str, judged: Sequence[Judged]) -> RunbookClassified:
    """The payload itself: what a text has to say."""
    verdicts = [each.verdict for each in judged]
    shown = [verdict.shown for verdict in verdicts]
    scanner_version, knowledge_version, advisor_version = _versions(verdicts)
    return RunbookClassified(
        counts=RiskCounts(
            safe=shown.count(Risk.SAFE),
            caution=shown.count(Risk.CAUTION),
            dangerous=shown.count(Risk.DANGEROUS),
            unknown=shown.count(Risk.UNKNOWN),
        ),
        scanner_version=scanner_version,
        knowledge_version=knowledge_version,
        advisor_version=advisor_version,
        runbook_version=version_id,
        name=name,
        steps=tuple(StepClassified.of(*each) for each in judged),
    )


def _versions(verdicts: Sequence[Verdict]) -> tuple[str, str, str]:
    """Which scanner, knowledge and advisor judged the commands of one document; empty where none did."""
    if not verdicts:
        return "", "", ""
    finding = verdicts[0].finding
    advisor = next((each.advisor_version for each in verdicts if each.advice is not None), "")
    return finding.scanner_version, finding.knowledge_version, advisor


def _shape(verdict: Verdict) -> _Shape:
    """What `StepClassified.of` reads of a verdict decides: one shape for all that say the same."""
    finding, advice = verdict.finding, verdict.advice
    said = advice and (
        advice.risk, advice.confidence, advice.advisor, advice.advisor_version, advice.prompt_sha256
    )  # fmt: skip
    key = (
        verdict.risk,
        verdict.unknown,
        verdict.rule,
        verdict.no_advice,
        finding.risk,
        finding.rule_ids,
        said,
    )
    shape = _shapes.get(key)
    if shape is None:
        if len(_shapes) >= _SHAPES_MAX:
            _shapes.clear()
        shape = _shapes[key] = _shape_of(verdict)
    return shape


def _shape_of(verdict: Verdict) -> _Shape:
    example = StepClassified.of("a", _ID, verdict)
    shown = encode_base32(_ID)
    before, between, after = _cut(example, f'"classification":"cls_{shown}"', '"step":"a"')
    return _Shape(f'{before}"classification":"cls_', f'"{between}"step":"', f'"{after}', verdict.shown)


@lru_cache(maxsize=64)
def _frame(scanner_version: str, knowledge_version: str, advisor_version: str) -> tuple[str, str, str]:
    example = RunbookClassified(
        counts=RiskCounts(), scanner_version=scanner_version, knowledge_version=knowledge_version,
        advisor_version=advisor_version, runbook_version=_ID, name="a", steps=(),
    )  # fmt: skip
    names = f'"name":"a","runbookVersion":"{show_id("ver", _ID)}"'
    before, between, after = _cut(example, _COUNTS, names)
    end = '"steps":[]}'
    assert after.endswith(end), "the steps stand last"
    return before, between, after.removesuffix(end)


def _cut(example: Model, first: str, second: str) -> tuple[str, str, str]:
    """The canonical text around two of its members: before, between, after.

    A member's name in its quotes stands in no text of the object: there a backslash stands before a quote.
    """
    text = canonical(example.to_json()).decode("utf-8")
    before, found, rest = text.partition(first)
    between, found_too, after = rest.partition(second)
    assert found, f"{first} is not written as expected"
    assert found_too, f"{second} is not written as expected"
    return before, between, after
