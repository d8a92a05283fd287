"""A signer and a witness for the tests, and an export held in memory that can be tampered with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from base.ids import new_id, show_id
from controller.audit.chain_file import Link, read_header, read_line, read_link, write_header, write_link
from controller.audit.export import export_lines
from controller.audit.verify import Report, verify_lines
from controller.db.database import Database
from controller.db.unit_of_work import UnitOfWork
from schemas.audit import CHAIN_START, AuditRecord, SecurityRefused
from schemas.canonical import pae
from schemas.envelope import Signature, SignedEnvelope
from schemas.ids import system_actor

ACTOR: Final = system_actor("test")
EVENTS: Final = 12


@dataclass
class TestSigner:
    """Signs with one Ed25519 key that lives in memory."""

    __test__ = False

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    key_id: str = field(default_factory=lambda: show_id("key", new_id()))

    async def sign(self, uow: UnitOfWork, payload_type: str, payload: bytes) -> SignedEnvelope:
        """As `controller.audit.checkpoints.Signer`."""
        return self.envelope(payload_type, payload)

    def envelope(self, payload_type: str, payload: bytes) -> SignedEnvelope:
        """Sign anything."""
        signature = Signature(key_id=self.key_id, sig=self.key.sign(pae(payload_type, payload)))
        return SignedEnvelope(payload_type=payload_type, payload=payload, signatures=(signature,))

    def trusted(self) -> dict[str, bytes]:
        """What a person keeps outside: key id → public key."""
        return {self.key_id: self.key.public_key().public_bytes_raw()}


@dataclass
class TestWitness:
    """Keeps checkpoints in memory, as git would."""

    __test__ = False

    kept: list[tuple[UUID, int, bytes]] = field(default_factory=list)

    async def keep(self, tenant_id: UUID, seq: int, envelope: bytes) -> str:
        """As `controller.audit.checkpoints.Witness`."""
        self.kept.append((tenant_id, seq, envelope))
        return f"{seq:040x}"


@dataclass
class Export:
    """The lines of an export, parsed, so that a test can change them and write them again."""

    tenant: UUID
    links: list[Link]

    @classmethod
    async def of(cls, database: Database, tenant_id: UUID) -> Export:
        """The export without the checkpoints inside it."""
        lines = [line async for line in export_lines(database, tenant_id, actor=ACTOR)]
        header = read_header(lines[0].rstrip("\n"))
        documents = [read_line(line.rstrip("\n")) for line in lines[1:]]
        links = [read_link(document) for document in documents if "checkpoint" not in document]
        return cls(header.tenant, links)

    def rebuilt_from(self, index: int) -> Export:
        """What someone with the database can do: hash everything again from the link at `index` on."""
        links = self.links[:index]
        previous = links[-1].hash if links else CHAIN_START
        for seq, link in enumerate(self.links[index:], start=index + 1):
            fresh = _with(link, seq=seq, prev=previous)
            fresh = _with(fresh, hash=fresh.expected_hash(self.tenant))
            previous = fresh.hash
            links.append(fresh)
        return Export(self.tenant, links)

    def lines(self, *, claimed: int | None = None) -> list[str]:
        """The file again; `claimed` is the length that its header claims."""
        from controller.audit.chain_file import Header

        header = Header(self.tenant, len(self.links) if claimed is None else claimed, {})
        return [write_header(header), *(write_link(link) for link in self.links)]

    def verify(self, trusted: dict[str, bytes] | None = None, checkpoints: tuple[bytes, ...] = ()) -> Report:
        """The verifier's report on it."""
        return verify_lines(self.lines(), public_keys=trusted, checkpoints=checkpoints)


def _with(link: Link, **changes: object) -> Link:
    values = {name: getattr(link, name) for name in Link.__slots__}
    return Link(**(values | changes))


async def write_events(database: Database, tenant_id: UUID, count: int = EVENTS) -> None:
    """Events with and without an execution and a sealed part, in transactions of several sizes."""
    execution = new_id()
    for number in range(0, count, 3):
        async with database.work(tenant_id) as uow:
            for turn in range(number, min(number + 3, count)):
                data = SecurityRefused(code=f"n{turn}", surface="test", subject='é "quoted" \\ \u2028')
                uow.audit(
                    AuditRecord(
                        data=data,
                        actor_id=ACTOR,
                        execution_id=execution if turn % 2 else None,
                        sealed=bytes([turn]) * 40 if turn % 3 == 0 else None,
                    )
                )
