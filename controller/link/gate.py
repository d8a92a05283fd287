"""The panic gate: the last look before anything that starts a command goes to an agent.

In memory, per tenant, *closed until the tenant's state was read*. Closing is one assignment and needs no
database, no disk and no network; the latch file that makes it outlive the process is written right after,
`<state>/panic/<tenant>/<epoch>`, synced. An epoch is the wall time in milliseconds, and always above the
highest one known: two replicas that cannot see each other still never take an old, cleared epoch again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from base import faults
from base.clock import Clock, epoch_microseconds
from controller.pki.keystore import write_synced

BEFORE_LATCH: Final = faults.register("panic.before_latch", "the gate is closed in memory, not yet on disk")
AFTER_LATCH: Final = faults.register("panic.after_latch", "the latch is on disk, nobody was told yet")


@dataclass(frozen=True, slots=True)
class Latch:
    """What a latch file holds: enough to write the row and the audit event after a crash."""

    tenant_id: UUID
    epoch: int
    actor: str
    source: str
    reason: str
    at_us: int


@dataclass(slots=True)
class _Tenant:
    epoch: int = 0
    closed: bool = True
    latch: Latch | None = None


class PanicGate:
    """One a process. Used from one event loop; `close_now` may be called from any thread."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """`folder` is `<state>/panic`; what it holds is read at once: a restart stays panicked."""
        self._folder = folder
        self._clock = clock
        self._tenants: dict[UUID, _Tenant] = {}
        self._watchers: list[Callable[[UUID, bool], None]] = []
        self._load()

    def is_open(self, tenant_id: UUID) -> bool:
        """True only where the tenant's state was read and is normal. The line before a stream write."""
        tenant = self._tenants.get(tenant_id)
        return tenant is not None and not tenant.closed

    def epoch(self, tenant_id: UUID) -> int:
        """The highest panic epoch known here; 0 = never."""
        tenant = self._tenants.get(tenant_id)
        return 0 if tenant is None else tenant.epoch

    def latch(self, tenant_id: UUID) -> Latch | None:
        """The latch that this replica holds for a tenant, or None."""
        tenant = self._tenants.get(tenant_id)
        return None if tenant is None else tenant.latch

    def latches(self) -> list[Latch]:
        """All latches held: what `PanicService.recover` makes sure the database knows."""
        return [tenant.latch for tenant in self._tenants.values() if tenant.latch is not None]

    def close_now(self, tenant_id: UUID, actor: str, source: str, reason: str) -> Latch:
        """Close in memory and name the epoch; a gate that is latched already keeps its epoch."""
        tenant = self._tenants.setdefault(tenant_id, _Tenant())
        tenant.closed = True
        if tenant.latch is not None:
            return tenant.latch
        now_us = epoch_microseconds(self._clock.now())
        tenant.epoch = max(tenant.epoch + 1, now_us // 1000)
        tenant.latch = Latch(tenant_id, tenant.epoch, actor, source, reason, now_us)
        return tenant.latch

    def close(self, tenant_id: UUID, epoch: int, actor: str, source: str, reason: str) -> Latch | None:
        """Close at an epoch that another replica named; gives the latch that holds now.

        None for a late message about a panic that was cleared meanwhile: an open gate knows every epoch
        up to its own as cleared.
        """
        tenant = self._tenants.setdefault(tenant_id, _Tenant())
        if not tenant.closed and epoch <= tenant.epoch:
            return None
        tenant.closed = True
        if tenant.latch is None or tenant.latch.epoch < epoch:
            now_us = epoch_microseconds(self._clock.now())
            tenant.latch = Latch(tenant_id, epoch, actor, source, reason, now_us)
        tenant.epoch = max(tenant.epoch, epoch)
        return tenant.latch

    def write_latch(self, latch: Latch) -> None:
        """Make a latch outlive the process. Blocks for one fsync; raises OSError, the gate stays closed."""
        faults.reach(BEFORE_LATCH)
        folder = self._folder / str(latch.tenant_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = {**asdict(latch), "tenant_id": str(latch.tenant_id)}
        write_synced(folder / str(latch.epoch), json.dumps(content).encode())
        faults.reach(AFTER_LATCH)

    def settle(self, tenant_id: UUID, mode: str, panic_epoch: int) -> bool:
        """Take over what the database says; gives whether the gate is open now.

        Opens only where the database is normal *and* knows every epoch that is latched here: a panic
        whose row was never written, or a database that was restored, can't open it.
        """
        tenant = self._tenants.setdefault(tenant_id, _Tenant())
        was_open = not tenant.closed
        if mode == "normal" and (tenant.latch is None or tenant.latch.epoch <= panic_epoch):
            self._release(tenant_id, tenant, panic_epoch)
        else:
            tenant.closed = True
        tenant.epoch = max(tenant.epoch, panic_epoch)
        if was_open == tenant.closed:
            self._tell(tenant_id, is_open=not tenant.closed)
        return not tenant.closed

    def watch(self, callback: Callable[[UUID, bool], None]) -> None:
        """Be told (tenant, is open) where `settle` opened or closed: where the database knew it first."""
        self._watchers.append(callback)

    def _release(self, tenant_id: UUID, tenant: _Tenant, panic_epoch: int) -> None:
        folder = self._folder / str(tenant_id)
        for path in list(folder.glob("[0-9]*")):
            if path.name.isdigit() and int(path.name) <= panic_epoch:
                path.unlink(missing_ok=True)
        tenant.latch = None
        tenant.closed = False

    def _tell(self, tenant_id: UUID, *, is_open: bool) -> None:
        for watcher in self._watchers:
            watcher(tenant_id, is_open)

    def _load(self) -> None:
        for path in sorted(self._folder.glob("*/[0-9]*")):
            if not path.name.isdigit():
                continue
            tenant_id, epoch = UUID(path.parent.name), int(path.name)
            tenant = self._tenants.setdefault(tenant_id, _Tenant())
            if tenant.latch is None or tenant.latch.epoch < epoch:
                tenant.latch = _read_latch(path, tenant_id, epoch)
            tenant.epoch = max(tenant.epoch, epoch)


def _read_latch(path: Path, tenant_id: UUID, epoch: int) -> Latch:
    """A latch whose text is damaged still latches: its name alone says tenant and epoch."""
    try:
        content = json.loads(path.read_bytes())
        texts = [str(content[key]) for key in ("actor", "source", "reason")]
        return Latch(tenant_id, epoch, texts[0], texts[1], texts[2], int(content["at_us"]))
    except (ValueError, KeyError, TypeError, OSError):
        return Latch(tenant_id, epoch, "system:link", "disk", "a latch file was found damaged", epoch * 1000)
