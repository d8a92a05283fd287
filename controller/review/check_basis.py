"""What a check of a pull request rests on beside its files: when that changes, its word is of yesterday."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple
from uuid import UUID

from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.pinning import InForce, load_in_force

_QUERIES: Final = queries.load("runbooks")


class _Serving(NamedTuple):
    digest: str


async def load_basis(uow: UnitOfWork, repository_id: UUID) -> str:
    """A digest of the policy and flags in force, and of the names, files and versions that serve."""
    row = await uow.one(_QUERIES["serving_digest"], _Serving, repository_id=repository_id)
    assert row is not None, "an aggregate is a row"
    return basis_of(await load_in_force(uow, repository_id), row.digest)


def basis_of(rules: InForce, serving: str) -> str:
    """The same for the same rules and the same that serves. Pure."""
    beside = (rules.beside.base, *rules.beside.tightening, rules.beside.flags)
    parts = [rules.policy.to_json(), rules.flags.to_json(), *(part and part.to_json() for part in beside)]
    return hashlib.sha256(f"{parts!r} {rules.commit} {serving}".encode()).hexdigest()
