"""Rules that no table can express: a handler a name, called after the table's own rule."""

from __future__ import annotations

from typing import Final

from scanner.call import Handler, Reader
from scanner.rules import (
    cloud,
    containers,
    curl,
    database,
    filesystem,
    host,
    kubernetes,
    looks,
    network,
    processes,
    redis,
    services,
    textools,
    vcs,
)

HANDLERS: Final[dict[str, Handler]] = {
    **cloud.HANDLERS,
    **containers.HANDLERS,
    **curl.HANDLERS,
    **database.HANDLERS,
    **filesystem.HANDLERS,
    **host.HANDLERS,
    **kubernetes.HANDLERS,
    **network.HANDLERS,
    **processes.HANDLERS,
    **redis.HANDLERS,
    **services.HANDLERS,
    **textools.HANDLERS,
    **vcs.HANDLERS,
}
"""Every handler that a rule of the tables may name."""

READERS: Final[dict[str, Reader]] = {
    **cloud.READERS,
    **database.READERS,
    **filesystem.READERS,
    **host.READERS,
    **looks.READERS,
    **network.READERS,
    **redis.READERS,
    **services.READERS,
    **vcs.READERS,
}
"""Every look-up of a reading form, by the same names."""
