"""From the tenant's policy and flags, as git last had them good, to what an execution pins at its start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from base import log
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.governance.layers import ALONE, Beside, differing, strictest_flags
from controller.governance.policy import Pinned, pin
from schemas.flags import KNOWN_FLAGS, Flag, Flags
from schemas.policy import DEFAULT_POLICY, Policy, resolve
from schemas.runbook import Runbook

_QUERIES: Final = load("executions")
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A repository's `policy.json` as git last had it good; `is_source`: it may allow something."""

    content_sha256: str
    commit_oid: str | None
    document: dict[str, Any]
    repository_id: UUID | None = None
    is_source: bool = True


@dataclass(frozen=True, slots=True)
class FlagRow:
    """What one repository says about a flag; `disabled`: the product itself switched it off."""

    name: str
    enabled: bool
    document: dict[str, Any]
    repository_id: UUID | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class _SourceRow:
    id: UUID


@dataclass(frozen=True, slots=True)
class InForce:
    """Policy and flags as they apply now; digest and commit are empty where the product's own policy does.
    `beside` is what other repositories say of it, where one repository is looked at.
    """

    policy: Policy
    flags: Flags
    policy_sha256: str = ""
    commit: str = ""
    beside: Beside = ALONE


async def load_in_force(uow: UnitOfWork, repository_id: UUID | None = None) -> InForce:
    """The tenant's policy and flags, and what stays of them where `repository_id` changes its files. Rows
    that can't be read count as the strictest there is.
    """
    policies = await uow.all(_QUERIES["current_policies"], PolicyRow)
    flags = await uow.all(_QUERIES["tenant_flags"], FlagRow)
    if repository_id is None:
        return in_force(policies, flags)
    source = await uow.one(_QUERIES["policy_source"], _SourceRow)
    others = [row for row in policies if row.repository_id != repository_id]
    is_source = source is not None and source.id == repository_id
    beside = Beside(
        None if is_source else read_policy(next((row for row in others if row.is_source), None)),
        tuple(read_policy(row) for row in others if not row.is_source),
        read_flags([row for row in flags if row.repository_id != repository_id]),
    )
    return replace(in_force(policies, flags), beside=beside)


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """What one repository's `policy.json` does for the tenant; `asks`: of another than the source, the fields
    that are stricter because of it.
    """

    is_source: bool
    in_force: bool
    asks: tuple[str, ...] = ()


async def load_policy_parts(uow: UnitOfWork) -> dict[UUID, PolicyPart]:
    """By repository; one that is neither the source nor has a policy in force is left out."""
    policies = await uow.all(_QUERIES["current_policies"], PolicyRow)
    source = await uow.one(_QUERIES["policy_source"], _SourceRow)
    found = {} if source is None else {source.id: PolicyPart(is_source=True, in_force=False)}
    for row in policies:
        if row.repository_id is not None:
            others = [each for each in policies if each is not row]
            asks = differing(in_force(others, ()).policy, in_force(policies, ()).policy)
            found[row.repository_id] = PolicyPart(row.is_source, True, () if row.is_source else asks)
    return found


def in_force(policies: Sequence[PolicyRow], flags: Sequence[FlagRow]) -> InForce:
    """The strictest of what all repositories say. Pure.

    The commit is the source's: nobody else allows anything. The digest is that of the only policy, or of the
    digests of all of them.
    """
    source = next((row for row in policies if row.is_source), None)
    others = [row for row in policies if not row.is_source]
    digests = sorted(_prefixed(row.content_sha256) for row in policies)
    if len(digests) > 1:
        digests = [f"sha256:{hashlib.sha256(' '.join(digests).encode()).hexdigest()}"]
    return InForce(
        Beside(None, tuple(map(read_policy, others))).policy(read_policy(source)),
        read_flags(flags),
        policy_sha256=digests[0] if digests else "",
        commit="" if source is None else source.commit_oid or "",
    )


async def load_flags(uow: UnitOfWork) -> Flags:
    """The tenant's flags alone."""
    return read_flags(await uow.all(_QUERIES["tenant_flags"], FlagRow))


async def load_pinned(uow: UnitOfWork, runbook: Runbook, *, approval_minutes: int) -> Pinned:
    """What a start of this runbook pins now.

    `approval_minutes` is how long a gate stays open where the policy says nothing about it.
    """
    return pin_runbook(await load_in_force(uow), runbook, approval_minutes=approval_minutes)


def pin_runbook(found: InForce, runbook: Runbook, *, approval_minutes: int) -> Pinned:
    """What a start of this runbook would pin under this policy and these flags. Pure."""
    spec, metadata = runbook.spec, runbook.metadata
    resolved = resolve(
        found.policy,
        runbook=runbook.name,
        service=metadata.service,
        targets=_targets(runbook),
        governance=spec.governance,
    )
    return pin(
        resolved,
        found.flags,
        trust=spec.trust_level,
        service=metadata.service,
        approval_minutes=approval_minutes,
        policy_sha256=found.policy_sha256,
        commit=found.commit,
    )


def _targets(runbook: Runbook) -> list[Mapping[str, str]]:
    """The labels of every target that the document or a step has; none where a command has no target."""
    spec = runbook.spec
    aimed = [spec.target, *(step.target for step in spec.steps)]
    anywhere = any(step.command is not None and runbook.target_of(step.id) is None for step in spec.steps)
    return [*(target.labels for target in aimed if target is not None), *([{}] if anywhere else [])]


def read_policy(row: PolicyRow | None) -> Policy:
    """The stored policy; the product's own, strict one where there is none or it does not load. Pure.

    A policy without a commit can't name who allowed an automatic run, so it never admits one.
    """
    if row is None:
        return DEFAULT_POLICY
    try:
        policy = Policy.from_json(row.document)
    except ValidationError as error:
        _log.error("the stored policy does not load: %s", error, extra={"action": "policy.unreadable"})
        return DEFAULT_POLICY.model_copy(update={"four_eyes": True})
    return policy if row.commit_oid else policy.model_copy(update={"governance_mode": "strict"})


def read_flags(rows: Iterable[FlagRow]) -> Flags:
    """The stored flags, the strictest of all repositories. One that the product does not know is off anyway;
    a damaged one is off. Pure.
    """
    return strictest_flags(Flags(flags={row.name: _flag(row)}) for row in rows if row.name in KNOWN_FLAGS)


def _flag(row: FlagRow) -> Flag:
    services = row.document.get("services", ())
    sound = isinstance(services, list | tuple) and all(isinstance(item, str) for item in services)
    if row.disabled or not sound:
        return Flag(enabled=False)
    return Flag(enabled=row.enabled, services=tuple(services))


def _prefixed(sha256: str) -> str:
    return sha256 if sha256.startswith("sha256:") else f"sha256:{sha256}"
