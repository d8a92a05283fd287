"""Bytes that are written whole or not at all."""

from __future__ import annotations

import errno
import os


def write_whole(descriptor: int, data: bytes) -> None:
    """Write all of it. Raises OSError.

    A write may stop short without an error: at the end of the disk, of a quota, of a file's greatest size, of
    the memory of a cgroup. The next one says why; what then stands there must not be used.
    """
    view = memoryview(data)
    while view:
        written = os.write(descriptor, view)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = view[written:]
