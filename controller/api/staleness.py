"""Runbooks as the API shows them, with the reasons for which they may no longer be what they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from controller.api.services import Services
from controller.api.shapes.runbooks import RunbookItem, StaleReason
from controller.db.unit_of_work import UnitOfWork
from controller.upkeep.staleness import Reason, Thresholds
from controller.upkeep.staleness_rows import stale_reasons

Item = TypeVar("Item", bound=RunbookItem)


async def with_reasons(
    uow: UnitOfWork, services: Services, items: Sequence[tuple[UUID, Item]]
) -> list[tuple[UUID, Item]]:
    """The same items, each with its reasons; one out of service has none."""
    settings = services.settings
    thresholds = Thresholds(settings.stale_run_days, settings.stale_review_days)
    found = await stale_reasons(uow, [item[0] for item in items], thresholds, services.moves.classifier)
    return [
        (number, item.model_copy(update={"stale": tuple(_shape(one) for one in found.get(number, ()))}))
        for number, item in items
    ]


def _shape(reason: Reason) -> StaleReason:
    return StaleReason(code=reason.code.value, message=reason.message, hint=reason.hint, steps=reason.steps)
