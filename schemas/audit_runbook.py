"""Audit payloads of `runbook.*` and `alert.*`."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from base.limits import DOCUMENT_MAX_STEPS
from schemas.audit_base import AuditPayload, Code, Short
from schemas.ids import (
    AlertId,
    ClassificationId,
    ProposalId,
    RepositoryId,
    RunbookId,
    SyncId,
    VersionId,
)
from schemas.model import CommitOid, Count, Digest, Model, StrictBool, StrictInt
from schemas.names import RunbookName, StepName
from schemas.risk import Risk
from schemas.verdict import MergeRule, NoAdvice, Verdict

RULES_MAX: Final = 8
"""Rules of the scanner that an event names for one command."""

_RULES: Final = {rule: number for number, rule in enumerate(MergeRule, 1)}

_Path = Annotated[str, Field(strict=True, max_length=512)]


class RiskCounts(Model):
    """How many steps there are of each risk."""

    safe: Count = 0
    caution: Count = 0
    dangerous: Count = 0
    unknown: Count = 0


class RunbookParsed(AuditPayload):
    """A source text became a document; the text itself is sealed under its own key."""

    EVENT_TYPE = "runbook.parsed"
    source_sha256: Digest
    format: Code
    steps: Count
    commands: Count
    variables: Count
    ambiguities: Count
    masked_secrets: Count
    coverage_permille: Annotated[StrictInt, Field(ge=0, le=1000)]


class StepClassified(Model):
    """The verdict on one command: who said what, how sure, and which rule decided.

    What they said in words stands in its classification: words may repeat the command. `no_advice` is why an
    advisor that is there said nothing.
    """

    step: StepName | None = None
    classification: ClassificationId
    risk: Risk
    unknown: StrictBool
    rule: Annotated[StrictInt, Field(ge=1, le=5)]
    scanner: Risk
    rule_ids: Annotated[tuple[Short, ...], Field(max_length=RULES_MAX)] = ()
    advisor: Risk | None = None
    confidence_permille: Annotated[StrictInt, Field(ge=0, le=1000)] | None = None
    advisor_version: Short | None = None
    prompt_sha256: Digest | None = None
    no_advice: NoAdvice | None = None

    @classmethod
    def of(cls, step: str | None, classification: UUID, verdict: Verdict) -> StepClassified:
        """From a verdict; of very many rules that matched, the first."""
        advice = verdict.advice
        return cls(
            step=step,
            classification=classification,
            risk=verdict.risk,
            unknown=verdict.unknown,
            rule=_RULES[verdict.rule],
            scanner=verdict.finding.risk,
            rule_ids=verdict.finding.rule_ids[:RULES_MAX],
            advisor=None if advice is None else advice.risk,
            confidence_permille=None if advice is None else advice.confidence,
            advisor_version=verdict.advisor_version or None,
            prompt_sha256=None if advice is None else advice.prompt_sha256,
            no_advice=None if verdict.no_advice is NoAdvice.OFF else verdict.no_advice,
        )


class RunbookClassified(AuditPayload):
    """Commands were judged: those of a runbook version, each with its own entry, or one asked for by
    itself."""

    EVENT_TYPE = "runbook.classified"
    counts: RiskCounts
    scanner_version: Short
    knowledge_version: Short
    advisor_version: Short = ""
    classification: ClassificationId | None = None
    runbook_version: VersionId | None = None
    name: RunbookName | None = None
    steps: Annotated[tuple[StepClassified, ...], Field(max_length=DOCUMENT_MAX_STEPS)] = ()


class StepReclassified(Model):
    """One command that another scanner, or other knowledge, judges otherwise. `stands` is the risk that holds
    since, `found` what was found: lower where an owner is waited for or has accepted it.
    """

    step: StepName
    classification: ClassificationId
    before: Risk
    found: Risk
    stands: Risk
    rule_ids: Annotated[tuple[Short, ...], Field(max_length=RULES_MAX)] = ()


class RunbookReclassified(AuditPayload):
    """A runbook that serves was judged again by another scanner or other knowledge: what moved. `unread`
    counts commands of which nothing is known anew.
    """

    EVENT_TYPE = "runbook.reclassified"
    runbook: RunbookId
    runbook_version: VersionId
    name: RunbookName
    scanner_version: Short
    knowledge_version: Short
    same: Count
    unread: Count = 0
    raised: Annotated[tuple[StepReclassified, ...], Field(max_length=DOCUMENT_MAX_STEPS)] = ()
    waiting: Annotated[tuple[StepReclassified, ...], Field(max_length=DOCUMENT_MAX_STEPS)] = ()


class RunbookLoweringAccepted(AuditPayload):
    """An owner accepted lower verdicts of another scanner or other knowledge; they hold from now on."""

    EVENT_TYPE = "runbook.lowering_accepted"
    runbook: RunbookId
    runbook_version: VersionId
    name: RunbookName
    scanner_version: Short
    knowledge_version: Short
    steps: Annotated[tuple[StepReclassified, ...], Field(min_length=1, max_length=DOCUMENT_MAX_STEPS)]


class RunbookProposed(AuditPayload):
    """A pull request was opened."""

    EVENT_TYPE = "runbook.proposed"
    proposal: ProposalId
    repository: RepositoryId
    kind: Code
    name: RunbookName
    pull_number: Count
    source_sha256: Digest | None = None


class RunbookReviewed(AuditPayload):
    """A pull request or a push was decided: `outcome` is merged or pushed, and before that approved,
    changes_requested or changes_withdrawn, of the head `commit`. `direct`: pushed to the protected branch
    without a pull request.
    """

    EVENT_TYPE = "runbook.reviewed"
    repository: RepositoryId
    outcome: Code
    direct: StrictBool
    commit: CommitOid
    pull_number: Count | None = None
    errors: Count = 0
    warnings: Count = 0


class RunbookSynced(AuditPayload):
    """A new version of a runbook is in service."""

    EVENT_TYPE = "runbook.synced"
    repository: RepositoryId
    sync: SyncId
    runbook: RunbookId
    runbook_version: VersionId
    name: RunbookName
    path: _Path
    commit: CommitOid
    content_sha256: Digest


class RunbookRejected(AuditPayload):
    """A file did not validate; the last good version stays in service."""

    EVENT_TYPE = "runbook.rejected"
    repository: RepositoryId
    sync: SyncId
    path: _Path
    commit: CommitOid
    line: Count
    column: Count
    code: Code
    serving_version: VersionId | None = None


class RunbookRetired(AuditPayload):
    """A runbook left the branch and is no longer in service."""

    EVENT_TYPE = "runbook.retired"
    repository: RepositoryId
    sync: SyncId
    runbook: RunbookId
    name: RunbookName
    path: _Path
    commit: CommitOid


class AlertReceived(AuditPayload):
    """An alert came in; its payload is sealed."""

    EVENT_TYPE = "alert.received"
    alert: AlertId
    source: Code
    delivery: Short


class AlertMatched(AuditPayload):
    """Runbooks matched an alert."""

    EVENT_TYPE = "alert.matched"
    alert: AlertId
    runbooks: Annotated[tuple[RunbookId, ...], Field(max_length=100)]


class AlertUnmatched(AuditPayload):
    """No runbook matched an alert."""

    EVENT_TYPE = "alert.unmatched"
    alert: AlertId
