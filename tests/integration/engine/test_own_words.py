"""What people write stands sealed: in the event and in the audit record, in no row in the open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from controller.db.database import Database
from controller.engine import events as ev
from controller.engine.service import by
from controller.pki.sealer import Erased
from schemas.canonical import canonical
from tests.conftest import TestTenant
from tests.integration.engine.kit import House, build_house
from tests.integration.engine.texts import STORY

VALUES = {"host": "web-1"}
WORDS = "ask Jorinde Maier"


@dataclass(frozen=True)
class _Text:
    text: str


@dataclass(frozen=True)
class _Sealed:
    event_id: UUID
    event_type: str
    sealed: bytes


async def _at_a_gate(house: House) -> UUID:
    return await house.started(await house.runbook(STORY), variables=VALUES, ticked=["vpn"])


@pytest.mark.parametrize(
    ("kind", "field", "told"),
    [
        (ev.Refuse, "reason", {"step.approval_refused", "execution.needs_human"}),
        (ev.Abort, "reason", {"execution.aborted"}),
        (ev.Skip, "reason", {"step.skipped"}),
        (ev.DoneByHand, "note", {"step.done_by_hand"}),
    ],
)
async def test_r71_own_words_are_sealed_in_every_row_and_erased_with_the_key(
    house: House, kind: type[ev.HumanEvent], field: str, told: set[str]
) -> None:
    x = await _at_a_gate(house)
    await house.act(x, kind.model_validate({"by": by(house.owner), field: WORDS}))
    (rows,) = await house.rows("rows_in_the_open", _Text, execution_id=x)
    assert str(x) in rows.text
    assert WORDS not in rows.text
    records = await house.rows("sealed_audit", _Sealed, execution_id=x)
    assert {record.event_type for record in records} == told
    sealer = house.engine.parts.sealer
    async with house.database.work(house.tenant) as uow:
        for record in records:
            opened = await sealer.open(uow, record.sealed, record.event_id.bytes)
            assert opened == canonical({field: WORDS})
    async with house.database.work(house.tenant) as uow:
        assert await sealer.destroy_key(uow, "execution", x)
    async with house.database.work(house.tenant) as uow:
        with pytest.raises(Erased):
            await sealer.open(uow, records[0].sealed, records[0].event_id.bytes)


async def test_whoever_looks_still_reads_them(house: House) -> None:
    x = await _at_a_gate(house)
    await house.act(x, ev.Refuse(by=by(house.owner), reason=WORDS))
    assert (await house.view(x)).reason == WORDS
    await house.act(x, ev.Abort(by=by(house.owner), reason=f"{WORDS} again"))
    assert (await house.view(x)).reason == f"{WORDS} again"


@pytest.mark.parametrize(("policy", "minutes"), [({}, 7), ({"approvals": {"minutes": 3}}, 3)])
async def test_a_gate_is_open_as_long_as_the_policy_says_else_the_operator(
    database: Database, tenant: TestTenant, tmp_path: Path, policy: dict[str, object], minutes: int
) -> None:
    house = await build_house(database, tenant.principal(), tmp_path, approval_minutes=7)
    await house.policy({"version": 1, **policy})
    before = datetime.now(UTC)
    gate = (await house.view(await _at_a_gate(house))).gate
    assert gate is not None
    assert gate.expires_at is not None
    assert timedelta(0) <= gate.expires_at - timedelta(minutes=minutes) - before < timedelta(minutes=1)
