"""Every tampering with the trail is found, and where; erasure is none (PROMISES.md 67, 71)."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from base.ids import new_id
from controller.audit.checkpoints import (
    take_checkpoint,
)
from controller.audit.export import export_lines
from controller.audit.service import find_sealed
from controller.audit.verify import verify_text
from controller.db.bootstrap import Urls
from controller.db.database import Database
from schemas.audit import AuditRecord, MemberAdded, SecurityRefused
from schemas.errors import NotFound
from schemas.grant import CHECKPOINT_TYPE, Checkpoint
from tests.conftest import TestTenant
from tests.integration.audit.tampering import ACTOR, EVENTS, Export, TestSigner, TestWitness, write_events


async def test_the_chain_that_the_database_wrote_verifies_in_python(
    database: Database, tenant: TestTenant
) -> None:
    await write_events(database, tenant.tenant_id)
    export = await Export.of(database, tenant.tenant_id)
    report = export.verify()
    assert report.ok, report.reason
    assert report.events == EVENTS + 2
    assert report.witness == "none"


async def test_r67_every_change_in_the_file_is_found_where_it_is(
    database: Database, tenant: TestTenant
) -> None:
    await write_events(database, tenant.tenant_id)
    good = await Export.of(database, tenant.tenant_id)
    links = good.links
    target = links[5]  # sequence number 6
    flipped = target.data.replace("n3", "n4")
    assert flipped != target.data
    changed: dict[str, list[object]] = {
        "flip a byte of the data": [*links[:5], replace(target, data=flipped), *links[6:]],
        "flip the actor": [*links[:5], replace(target, actor="system:other"), *links[6:]],
        "flip the time": [*links[:5], replace(target, created_us=target.created_us + 1), *links[6:]],
        "flip the hash": [*links[:5], replace(target, hash=bytes(32)), *links[6:]],
        "another event id": [*links[:5], replace(target, event_id=new_id()), *links[6:]],
        "another execution": [*links[:5], replace(target, execution=new_id()), *links[6:]],
        "another seal": [*links[:5], replace(target, sealed=b"other"), *links[6:]],
        "no seal": [*links[:5], replace(target, sealed=b""), *links[6:]],
        "delete": [*links[:5], *links[6:]],
        "delete and renumber": [*links[:5], *(replace(link, seq=link.seq - 1) for link in links[6:])],
        "reorder": [*links[:5], links[6], links[5], *links[7:]],
        "insert in the middle": [*links[:5], links[2], *links[5:]],
    }
    for name, tampered in changed.items():
        report = Export(good.tenant, tampered).verify()  # type: ignore[arg-type]  # reason: a list of links by construction
        assert not report.ok, name
        assert report.first_bad == 6, (name, report)


async def test_r67_a_cut_end_and_a_rebuilt_chain_are_found_by_the_checkpoint_alone(
    database: Database, tenant: TestTenant
) -> None:
    await write_events(database, tenant.tenant_id)
    signer, witness = TestSigner(), TestWitness()
    taken = await take_checkpoint(database, tenant.tenant_id, signer, witness)
    assert taken is not None
    kept, trusted = (witness.kept[0][2],), signer.trusted()
    good = await Export.of(database, tenant.tenant_id)
    assert good.verify(trusted, kept).witnessed_seq == EVENTS + 2

    cut = Export(good.tenant, good.links[:-3])
    assert cut.verify().ok, "the chain alone can't show it"
    report = cut.verify(trusted, kept)
    assert (report.ok, report.first_bad) == (False, EVENTS)

    forged = replace(good.links[5], data='{"code":"other","surface":"test"}')
    rebuilt = Export(good.tenant, [*good.links[:5], forged, *good.links[6:]]).rebuilt_from(5)
    assert rebuilt.verify().ok, "the chain alone can't show it"
    report = rebuilt.verify(trusted, kept)
    assert (report.ok, report.first_bad) == (False, EVENTS + 2)
    assert report.witness == "external"

    resigned = TestSigner()
    payload = Checkpoint(
        tenant=tenant.tenant_id, seq=EVENTS + 2, hash=rebuilt.links[-1].hash.hex(), at=taken.created_at
    ).to_payload()
    forgery = resigned.envelope(CHECKPOINT_TYPE, payload).encode()
    assert not rebuilt.verify(trusted, (forgery,)).ok, "a new key is not a trusted one"
    assert not rebuilt.verify(trusted, (*kept, forgery)).ok


async def test_r67_a_database_administrators_edit_is_found(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    """F20: with triggers off and every right, in the rows themselves."""
    edits = [
        "update dd0c.audit_events set event_data = replace(event_data, 'n3', 'n9') where {}",
        "update dd0c.audit_events set sealed = '\\x00' where {}",
        "update dd0c.audit_events set created_at = created_at + interval '1 us' where {}",
        "delete from dd0c.audit_events where {}",
        "delete from dd0c.audit_chain where seq = 6",
        "update dd0c.audit_chain set seq = case seq when 6 then 7 else 6 end where seq in (6, 7)",
        "update dd0c.audit_chain set hash = prev_hash where seq = 6",
    ]
    the_sixth = "event_data like '%\"n3\"%'"
    await write_events(database, tenant.tenant_id)
    with psycopg.connect(database_urls.superuser) as connection:
        for statement in edits:
            connection.execute("set local session_replication_role = replica")
            connection.execute(statement.format(the_sixth).encode())
            connection.commit()
            text = "".join([line async for line in export_lines(database, tenant.tenant_id, actor=ACTOR)])
            report = verify_text(text)
            assert (report.ok, report.first_bad) == (False, 6), (statement, report)
            await _restore(connection, database, tenant)


async def _restore(connection: psycopg.Connection, database: Database, tenant: TestTenant) -> None:
    """Begin again: an empty chain for the same tenant, then the same events."""
    connection.execute("delete from dd0c.audit_events; delete from dd0c.audit_chain")
    connection.execute("update dd0c.audit_heads set seq = default, hash = default")
    connection.commit()
    async with database.work(tenant.tenant_id) as uow:
        for _ in range(2):
            uow.audit(AuditRecord(data=MemberAdded(member=new_id(), role="viewer"), actor_id=ACTOR))
    await write_events(database, tenant.tenant_id)


async def test_r71_the_hash_covers_the_ciphertext_so_that_a_lost_key_breaks_nothing(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    """Erasure destroys the data key, never the row: the chain verifies and needs no key for it."""
    event_id = None
    async with database.work(tenant.tenant_id) as uow:
        data = SecurityRefused(code="sealed", surface="test")
        event_id = uow.audit(AuditRecord(data=data, actor_id=ACTOR, sealed=b"key id, nonce, ciphertext"))
    async with database.work(tenant.tenant_id) as uow:
        assert await find_sealed(uow, event_id) == b"key id, nonce, ciphertext"
        with pytest.raises(NotFound):
            await find_sealed(uow, new_id())
    assert (await Export.of(database, tenant.tenant_id)).verify().ok
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
        connection.execute("update dd0c.audit_events set sealed = null where id = %s", (event_id,))
    report = (await Export.of(database, tenant.tenant_id)).verify()
    assert (report.ok, report.first_bad) == (False, 3), "removing the ciphertext itself is tampering"
