"""From the tenant's policy and flags, as git last had them good, to what an execution pins at its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from base import log
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.governance.policy import Pinned, pin
from schemas.flags import KNOWN_FLAGS, Flag, Flags
from schemas.policy import DEFAULT_POLICY, Policy, resolve
from schemas.runbook import Runbook

_QUERIES: Final = load("executions")
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class _PolicyRow:
    content_sha256: str
    commit_oid: str | None
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _FlagRow:
    name: str
    enabled: bool
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InForce:
    """Policy and flags as they apply now; digest and commit are empty where the product's own policy does."""

    policy: Policy
    flags: Flags
    policy_sha256: str = ""
    commit: str = ""


async def load_in_force(uow: UnitOfWork) -> InForce:
    """The tenant's policy and flags. Rows that can't be read count as the strictest there is."""
    row = await uow.one(_QUERIES["current_policy"], _PolicyRow)
    flags = read_flags(await uow.all(_QUERIES["tenant_flags"], _FlagRow))
    return InForce(
        read_policy(row),
        flags,
        policy_sha256="" if row is None else _prefixed(row.content_sha256),
        commit="" if row is None else row.commit_oid or "",
    )


async def load_pinned(uow: UnitOfWork, runbook: Runbook, *, approval_minutes: int) -> Pinned:
    """What a start of this runbook pins now.

    `approval_minutes` is how long a gate stays open where the policy says nothing about it.
    """
    return pin_runbook(await load_in_force(uow), runbook, approval_minutes=approval_minutes)


def pin_runbook(found: InForce, runbook: Runbook, *, approval_minutes: int) -> Pinned:
    """What a start of this runbook would pin under this policy and these flags. Pure."""
    spec, metadata = runbook.spec, runbook.metadata
    labels = spec.target.labels if spec.target is not None else {}
    resolved = resolve(
        found.policy,
        runbook=runbook.name,
        service=metadata.service,
        target_labels=labels,
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


def read_policy(row: _PolicyRow | None) -> Policy:
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


def read_flags(rows: list[_FlagRow]) -> Flags:
    """The stored flags. One that the product does not know is off anyway; a damaged one is off. Pure."""
    found: dict[str, Flag] = {}
    for row in rows:
        if row.name not in KNOWN_FLAGS:
            continue
        services = row.document.get("services", ())
        sound = isinstance(services, list | tuple) and all(isinstance(item, str) for item in services)
        found[row.name] = Flag(enabled=row.enabled, services=tuple(services) if sound else ())
    return Flags(flags=found)


def _prefixed(sha256: str) -> str:
    return sha256 if sha256.startswith("sha256:") else f"sha256:{sha256}"
