"""What the link takes of the settings of this machine."""

from __future__ import annotations

import socket

from controller.config import Settings
from controller.link.parts import LinkSettings
from controller.settings.addresses import bracketed


def link_settings(settings: Settings) -> LinkSettings:
    """Where agents dial in, this replica's name, and how often it looks for what to send."""
    return LinkSettings(
        replica=socket.gethostname(),
        address=f"{bracketed(settings.host)}:{settings.grpc_port}",
        certificate_seconds=settings.cert_seconds,
        poll_dispatch_seconds=settings.poll_dispatch_seconds,
    )
