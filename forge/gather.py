"""Gathers the small packs of a fetched copy: each fetch keeps one, and a reader looks into all of them.

A copy only: whatever went wrong with it, it can be fetched again.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import pygit2
from dulwich.object_format import DEFAULT_OBJECT_FORMAT
from dulwich.pack import load_pack_index

from base import limits
from forge.storage import BareRepository, sync_folder

PACKS_MAX: Final = 50
"""Small packs that may lie side by side: git's own `gc.autoPackLimit`."""
SMALL_PACK_BYTES: Final = 4 * limits.MIB


def gather_packs(repository: BareRepository) -> int:
    """Put the small packs into one where there are more than PACKS_MAX; how many were. The caller holds the
    writer lock. Readers that have one of the old packs open go on with it; others find the new one.
    """
    folder = repository.path / "objects" / "pack"
    small = [pack for pack in folder.glob("*.pack") if pack.stat().st_size < SMALL_PACK_BYTES]
    if len(small) <= PACKS_MAX:
        return 0
    objects = {oid for pack in small for oid in _objects(pack)}
    builder = pygit2.PackBuilder(repository.git())
    builder.set_threads(1)
    for oid in sorted(objects):
        builder.add(pygit2.Oid(raw=oid))
    with tempfile.TemporaryDirectory(dir=repository.quarantine_folder) as place:
        builder.write(place)
        (made,) = Path(place).glob("*.pack")
        assert {*_objects(made)} == objects
        for suffix in (".pack", ".idx"):
            part = made.with_suffix(suffix)
            with part.open("rb") as handle:
                os.fsync(handle.fileno())
            part.replace(folder / part.name)
        sync_folder(folder)
    for pack in small:
        if pack.name != made.name:
            pack.with_suffix(".idx").unlink()
            pack.unlink()
    return len(small)


def _objects(pack: Path) -> list[bytes]:
    index = load_pack_index(str(pack.with_suffix(".idx")), DEFAULT_OBJECT_FORMAT)
    try:
        return [entry[0] for entry in index.iterentries()]
    finally:
        index.close()
