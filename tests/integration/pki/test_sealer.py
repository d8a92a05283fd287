"""Sealing in a real database: bound to tenant and row, erased with its key, one key a subject."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from base.clock import SystemClock
from base.ids import new_id
from controller.db.database import Database
from controller.pki.keystore import KeyStore
from controller.pki.sealer import OVERHEAD_BYTES, Erased, Sealer, SealError
from controller.pki.tenant_keys import Purpose, TenantKeys
from tests.conftest import TestTenant

SECRET = b"kubectl delete pvc data-payments-db-2"


@pytest.fixture
def keys(tmp_path: Path) -> TenantKeys:
    return TenantKeys(KeyStore(tmp_path / "keys"))


@pytest.fixture
def sealer(tmp_path: Path, keys: TenantKeys) -> Sealer:
    return Sealer(KeyStore(tmp_path / "keys"), keys, SystemClock())


async def test_what_is_sealed_opens_in_its_own_row(
    database: Database, tenant: TestTenant, sealer: Sealer
) -> None:
    execution_id, row_id = new_id(), new_id()
    async with database.work(tenant.tenant_id) as uow:
        sealed = await sealer.seal(uow, "execution", execution_id, SECRET, row_id.bytes)
        again = await sealer.seal(uow, "execution", execution_id, SECRET, row_id.bytes)
    assert SECRET not in sealed
    assert len(sealed) == len(SECRET) + OVERHEAD_BYTES
    assert sealed != again
    assert sealed[:16] == again[:16]
    async with database.work(tenant.tenant_id) as uow:
        assert await sealer.open(uow, sealed, row_id.bytes) == SECRET


async def test_it_opens_nowhere_else(
    database: Database, tenant: TestTenant, second_tenant: TestTenant, sealer: Sealer
) -> None:
    execution_id, row_id = new_id(), new_id()
    async with database.work(tenant.tenant_id) as uow:
        sealed = await sealer.seal(uow, "execution", execution_id, SECRET, row_id.bytes)
    async with database.work(tenant.tenant_id) as uow:
        with pytest.raises(SealError, match="another row"):
            await sealer.open(uow, sealed, new_id().bytes)
        for place in (0, 16, 28, len(sealed) - 1):
            damaged = bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]])
            with pytest.raises(SealError):
                await sealer.open(uow, damaged, row_id.bytes)
        with pytest.raises(SealError, match="cut short"):
            await sealer.open(uow, sealed[:20], row_id.bytes)
    async with database.work(second_tenant.tenant_id) as uow:
        with pytest.raises(SealError, match="does not have"):
            await sealer.open(uow, sealed, row_id.bytes)


async def test_r71_a_destroyed_key_erases_one_subject_and_no_other(
    database: Database, tenant: TestTenant, sealer: Sealer, tmp_path: Path
) -> None:
    gone, kept, row_id = new_id(), new_id(), new_id()
    async with database.work(tenant.tenant_id) as uow:
        lost = await sealer.seal(uow, "execution", gone, SECRET, row_id.bytes)
        alive = await sealer.seal(uow, "execution", kept, SECRET, row_id.bytes)
        assert await sealer.destroy_key(uow, "execution", gone)
    fresh = Sealer(KeyStore(tmp_path / "keys"), TenantKeys(KeyStore(tmp_path / "keys")), SystemClock())
    for one in (sealer, fresh):
        async with database.work(tenant.tenant_id) as uow:
            with pytest.raises(Erased):
                await one.open(uow, lost, row_id.bytes)
            with pytest.raises(Erased):
                await one.seal(uow, "execution", gone, b"more", row_id.bytes)
            assert await one.open(uow, alive, row_id.bytes) == SECRET
            assert not await one.destroy_key(uow, "execution", gone)
            assert not await one.destroy_key(uow, "execution", new_id())


async def test_r71_a_restored_database_does_not_bring_it_back(
    database: Database, tenant: TestTenant, sealer: Sealer, restore: Callable[[], Callable[[], None]]
) -> None:
    """The key row as a backup has it, put back after the erasure: the key store remembers."""
    execution_id, row_id = new_id(), new_id()
    async with database.work(tenant.tenant_id) as uow:
        sealed = await sealer.seal(uow, "execution", execution_id, SECRET, row_id.bytes)
    put_back = restore()
    async with database.work(tenant.tenant_id) as uow:
        await sealer.destroy_key(uow, "execution", execution_id)
    put_back()
    async with database.work(tenant.tenant_id) as uow:
        with pytest.raises(Erased, match="restored"):
            await sealer.open(uow, sealed, row_id.bytes)


async def test_an_erasure_that_rolls_back_erases_nothing(
    database: Database, tenant: TestTenant, sealer: Sealer
) -> None:
    execution_id, row_id = new_id(), new_id()
    async with database.work(tenant.tenant_id) as uow:
        sealed = await sealer.seal(uow, "execution", execution_id, SECRET, row_id.bytes)

    async def erase_but_fail() -> None:
        async with database.work(tenant.tenant_id) as uow:
            await sealer.destroy_key(uow, "execution", execution_id)
            raise RuntimeError("not after all")

    with pytest.raises(RuntimeError, match="after all"):
        await erase_but_fail()
    async with database.work(tenant.tenant_id) as uow:
        assert await sealer.open(uow, sealed, row_id.bytes) == SECRET


async def test_two_first_seals_at_once_share_one_key(
    database: Database, tenant: TestTenant, sealer: Sealer
) -> None:
    execution_id = new_id()

    async def seal(row: bytes) -> bytes:
        async with database.work(tenant.tenant_id) as uow:
            return await sealer.seal(uow, "execution", execution_id, SECRET, row)

    rows = [new_id().bytes for _ in range(8)]
    sealed = await asyncio.gather(*(seal(row) for row in rows))
    assert len({value[:16] for value in sealed}) == 1
    async with database.work(tenant.tenant_id) as uow:
        for value, row in zip(sealed, rows, strict=True):
            assert await sealer.open(uow, value, row) == SECRET


async def test_old_content_opens_after_the_wrapping_key_was_rotated(
    database: Database, tenant: TestTenant, sealer: Sealer, keys: TenantKeys
) -> None:
    row_id, old_id, new = new_id(), new_id(), new_id()
    async with database.work(tenant.tenant_id) as uow:
        old = await sealer.seal(uow, "source_text", old_id, SECRET, row_id.bytes)
        keys.rotate(tenant.tenant_id, Purpose.WRAP)
        fresh = await sealer.seal(uow, "source_text", new, SECRET, row_id.bytes)
        assert await sealer.open(uow, old, row_id.bytes) == SECRET
        assert await sealer.open(uow, fresh, row_id.bytes) == SECRET


async def test_no_wrapped_key_opens_without_the_key_store(
    database: Database, tenant: TestTenant, sealer: Sealer, tmp_path: Path
) -> None:
    row_id = new_id()
    async with database.work(tenant.tenant_id) as uow:
        sealed = await sealer.seal(uow, "execution", new_id(), SECRET, row_id.bytes)
    elsewhere = KeyStore(tmp_path / "elsewhere")
    thief = Sealer(elsewhere, TenantKeys(elsewhere), SystemClock())
    async with database.work(tenant.tenant_id) as uow:
        with pytest.raises(SealError, match="not in the key store"):
            await thief.open(uow, sealed, row_id.bytes)
