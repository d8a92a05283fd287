"""What the parts of the link share: made once by `service.LinkServer`, passed by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from base.clock import Clock
from base.limits import CERTIFICATE_SECONDS, HEARTBEAT_SECONDS
from controller.db.bus import Bus
from controller.db.database import Database
from controller.link.background import Background
from controller.link.events import LinkEvents
from controller.link.gate import PanicGate
from controller.link.registry import SessionRegistry
from controller.pki.ca import CertificateAuthority
from controller.pki.sealer import Sealer
from controller.pki.signer import GrantSigner


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """From `controller/config.py`. `replica` names this process among its like; `address` is `host:port`."""

    replica: str
    address: str
    certificate_seconds: int = CERTIFICATE_SECONDS
    poll_dispatch_seconds: float = 1.0
    heartbeat_seconds: float = HEARTBEAT_SECONDS


@dataclass(frozen=True, slots=True)
class LinkParts:
    """The link's collaborators."""

    settings: LinkSettings
    clock: Clock
    database: Database
    bus: Bus
    gate: PanicGate
    registry: SessionRegistry
    authority: CertificateAuthority
    sealer: Sealer
    signer: GrantSigner
    events: LinkEvents
    background: Background = field(default_factory=Background)
