"""Devices that are read as files: by every program that is not known to look at them only.

Who reads a disk reads past the rights of every file; a tape moves, an input is taken from who should get it,
and a watchdog restarts the host that opened and closed it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.escapes import GLOB
from scanner.globs import may_be_raw, may_be_watchdog
from scanner.paths import is_raw_storage
from scanner.tables import names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.call import Call
    from scanner.word import Word

_DISK: Final = re.compile(
    r"/dev/(?:[hsv]d[a-z]+\d*|xvd[a-z]+\d*|nvme\d[np\d]*|mmcblk\d[p\d]*|md\d.*|dm-\d+|mapper/.+|disk/.+|loop\d.*)"
)
"""Of which `file -s` reads the first sectors, as blkid does."""
_LISTS: Final = ("-files0-from", "--files0-from", "--fromfile")
"""Options of find, du and tree, which open a file; as every file does that an option is given."""


def reads_device(call: Call, word: Word, paths: Iterable[str]) -> bool:
    """Whether a call opens a device that a word may name: `paths` are what it stands for from each folder.

    `device_names` of the tables only speak of the name or ask the file system about it; `device_tools` open
    what they are made for, disks, but no watchdog.
    """
    name = call.tool.name
    listed = any(word.text.startswith(_LISTS) for word in call.words[1:])
    named = not listed and any(word is one for one in call.arguments.positionals)
    special = name == "file" and not call.arguments.has("-s", "--special-files")
    if named and (special or name in names("device_names")):
        return False
    for path in paths:
        pattern = word.pattern or any(mark in path for mark in GLOB)
        raw = is_raw_storage(path) or (pattern and may_be_raw(word._replace(text=path, pattern=True)))
        if raw and not (name in names("device_tools") and not may_be_watchdog(path, pattern=pattern)):
            return name != "file" or _DISK.fullmatch(path) is None
    return False
