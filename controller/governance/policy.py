"""Governance as a pure decision: may a step run by itself, and what policy asks for before one that may not.

Nothing here reads a row: `pinning.py` makes the `Pinned` value when an execution starts, from the document,
the tenant's policy and its flags, the strictest of them winning. It never changes during the run. Latches are
read anew for every decision and always win.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from base.limits import APPROVAL_MINUTES, STEP_TIMEOUT_MAX_MS
from schemas.flags import KNOWN_FLAGS, Flags
from schemas.policy import Policy
from schemas.risk import Risk, effective

Governance = Literal["strict", "audit"]
TRUST_COPILOT: Final = 2
"""The only trust level at which a step may run by itself."""
AUTO_RULE: Final = "safe-steps-in-audit-mode"
"""The one rule by which a step runs by itself: the name that its grant carries."""


@dataclass(frozen=True, slots=True)
class ByRisk:
    """What policy asks for at one risk: how many different members, and the least role of each."""

    quorum: int = 1
    role: str = "responder"


@dataclass(frozen=True, slots=True)
class Pinned:
    """Policy and flags as they were when the execution started.

    `trust` is the document's, 0 where the flag `dispatch` is off. `commit` brought the policy; both it and
    `policy_sha256` are empty where the product's own, strict policy applied. Times in minutes and ms.
    """

    governance: Governance = "strict"
    trust: int = 1
    auto_run: bool = False
    four_eyes: bool = False
    safe: ByRisk = ByRisk()
    caution: ByRisk = ByRisk()
    dangerous: ByRisk = ByRisk(role="approver")
    approval_minutes: int = APPROVAL_MINUTES
    max_timeout_ms: int = STEP_TIMEOUT_MAX_MS
    skip: bool = True
    done_by_hand: bool = True
    edit: bool = True
    rollback: bool = True
    retry: bool = True
    flags_off: tuple[str, ...] = ()
    policy_sha256: str = ""
    commit: str = ""

    def by_risk(self, risk: Risk) -> ByRisk:
        """What policy asks for before a command of this risk may run."""
        acted_on = effective(risk)
        if acted_on is Risk.DANGEROUS:
            return self.dangerous
        return self.safe if acted_on is Risk.SAFE else self.caution


def pin(
    policy: Policy,
    flags: Flags,
    *,
    trust: int,
    service: str | None,
    approval_minutes: int = APPROVAL_MINUTES,
    policy_sha256: str = "",
    commit: str = "",
) -> Pinned:
    """The pinned value of a policy resolved for the runbook (`schemas.policy.resolve`), and of its flags.

    Flags can only switch something off; with `dispatch` off the agent runs nothing, which is trust level 0.
    `approval_minutes` applies where the policy names none.
    """
    off = tuple(sorted(name for name in KNOWN_FLAGS if not flags.is_on(name, service=service)))

    def asked(risk: Literal[Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS]) -> ByRisk:
        return ByRisk(policy.quorum(risk), policy.role_for(risk))

    return Pinned(
        governance=policy.governance_mode,
        trust=0 if "dispatch" in off else trust,
        auto_run=policy.admits_auto_run() and "auto-run" not in off,
        four_eyes=policy.four_eyes,
        safe=asked(Risk.SAFE),
        caution=asked(Risk.CAUTION),
        dangerous=asked(Risk.DANGEROUS),
        approval_minutes=policy.approval_minutes(approval_minutes),
        max_timeout_ms=policy.max_timeout_ms,
        skip=policy.skip,
        done_by_hand=policy.done_by_hand,
        edit=policy.edit and "edit" not in off,
        rollback="rollback" not in off,
        retry="retry" not in off,
        flags_off=off,
        policy_sha256=policy_sha256,
        commit=commit,
    )


@dataclass(frozen=True, slots=True)
class Latches:
    """What stops steps from running by themselves, now and for everyone; never pinned."""

    panic: bool = False
    party_mode: bool = False
    breaker: bool = False
    downgrade: bool = False


class Hindrance(StrEnum):
    """Why a step may not run by itself; each is one conjunct of DESIGN.md §4 that does not hold."""

    RISK = "risk_not_safe"
    TRUST = "trust_below_copilot"
    GOVERNANCE = "governance_strict"
    FLAG = "flag_off"
    AMBIGUITY = "open_ambiguity"
    READS_OUTPUT = "when_reads_output"
    FORCED = "forced"
    PANIC = "panic"
    PARTY_MODE = "party_mode"
    BREAKER = "breaker"
    DOWNGRADE = "downgrade"


@dataclass(frozen=True, slots=True)
class OwnRun:
    """What must be known of a step to say whether it may run by itself.

    `risk` is the worst of declared, merged and filled; `forced` means edited, tried again, or rolled back.
    """

    risk: Risk
    ambiguous: bool
    reads_output: bool
    forced: bool
    panic: bool = False


def hindrances(run: OwnRun, pinned: Pinned, latches: Latches) -> tuple[Hindrance, ...]:
    """Every reason why the step may not run by itself; empty means that it may.

    The conjunction of DESIGN.md §4, all of it, in its order: a reader sees each failing part by name.
    """
    held = (
        (Hindrance.RISK, run.risk is not Risk.SAFE),
        (Hindrance.TRUST, pinned.trust != TRUST_COPILOT),
        (Hindrance.GOVERNANCE, pinned.governance != "audit"),
        (Hindrance.FLAG, not pinned.auto_run),
        (Hindrance.AMBIGUITY, run.ambiguous),
        (Hindrance.READS_OUTPUT, run.reads_output),
        (Hindrance.FORCED, run.forced),
        (Hindrance.PANIC, run.panic or latches.panic),
        (Hindrance.PARTY_MODE, latches.party_mode),
        (Hindrance.BREAKER, latches.breaker),
        (Hindrance.DOWNGRADE, latches.downgrade),
    )
    return tuple(reason for reason, holds in held if holds)
