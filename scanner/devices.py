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
_WORDS_MAX: Final = 200
"""Of one command; all are looked at for each device."""


def reads_device(call: Call, word: Word, paths: Iterable[str]) -> bool:
    """Whether a call opens a device that a word may name: `paths` are what it stands for from each folder.

    `device_names` of the tables only speak of the name or ask the file system about it; `device_tools` open
    what they are made for, disks, but no watchdog.
    """
    name = call.tool.name
    for path in paths:
        pattern = word.pattern or any(mark in path for mark in GLOB)
        raw = is_raw_storage(path) or (pattern and may_be_raw(word._replace(text=path, pattern=True)))
        if raw and not (name in names("device_tools") and not may_be_watchdog(path, pattern=pattern)):
            return not _only_named(call, word) and (name != "file" or _DISK.fullmatch(path) is None)
    return False


def _only_named(call: Call, word: Word) -> bool:
    """Whether a program speaks of a device that is one of its operands; what an option is given is opened."""
    special = call.tool.name == "file" and not call.arguments.has("-s", "--special-files")
    if (not special and call.tool.name not in names("device_names")) or len(call.words) > _WORDS_MAX:
        return False
    listed = any(other.text.startswith(_LISTS) for other in call.words[1:])
    return not listed and any(word is one for one in call.arguments.positionals)
