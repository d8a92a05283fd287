"""Policy and flags: read here, changed in git."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends

from controller.api.auth import Caller, ServicesDep, requires
from controller.api.routing import SignedInRoute
from controller.api.shapes.policy import ApprovalRule, FlagShape, PolicyShape
from controller.governance.pinning import InForce, load_in_force
from controller.governance.repositories import repositories_in_use
from controller.review.git_access import lets_push
from schemas.flags import KNOWN_FLAGS, Flags
from schemas.risk import EffectiveRisk, Risk

router = APIRouter(prefix="/policy", tags=["policy"], route_class=SignedInRoute)

_RISKS: Final[tuple[EffectiveRisk, ...]] = (Risk.SAFE, Risk.CAUTION, Risk.DANGEROUS)


@router.get("", summary="The policy in force", dependencies=[Depends(requires("read"))])
async def show(principal: Caller, services: ServicesDep) -> PolicyShape:
    """What an execution that starts now is held to: policy.json and flags.json as git last had them good."""
    async with services.database.work(principal.tenant_id) as uow:
        found = await load_in_force(uow)
        pushed = lets_push(found) and any(row.direct_push for row in await repositories_in_use(uow))
    return policy_shape(found, services.settings.approval_minutes, pushed=pushed)


def policy_shape(found: InForce, approval_minutes: int, *, pushed: bool) -> PolicyShape:
    """In the words of the page. Pure. `approval_minutes` is the setting, `pushed` a repository's with it."""
    policy = found.policy
    return PolicyShape(
        source="product" if not found.policy_sha256 else "git",
        commit=found.commit or None,
        sha256=found.policy_sha256 or None,
        governance_mode=policy.governance_mode,
        auto_run=policy.admits_auto_run() and found.flags.is_on("auto-run"),
        four_eyes=policy.four_eyes,
        approvals=[
            ApprovalRule(risk=risk.value, members=policy.quorum(risk), role=policy.role_for(risk))
            for risk in _RISKS
        ],
        approval_minutes=policy.approval_minutes(approval_minutes),
        max_timeout_ms=policy.max_timeout_ms,
        skip=policy.skip,
        done_by_hand=policy.done_by_hand,
        edit=policy.edit,
        direct_push=pushed,
        rules=[rule.model_dump(mode="json", by_alias=True, exclude_defaults=True) for rule in policy.rules],
        flags=[_flag(name, meaning, found.flags) for name, meaning in KNOWN_FLAGS.items()],
    )


def _flag(name: str, meaning: str, flags: Flags) -> FlagShape:
    flag = flags.flags.get(name)
    on = flags.is_on(name)
    return FlagShape(
        name=name, meaning=meaning, on=on, services=list(flag.services) if flag is not None and not on else []
    )
