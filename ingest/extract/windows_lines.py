"""What is typed at the prompt of Windows, where no prompt is shown: `sfc /scannow`, `net stop web`."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.spoken import FUNCTION_WORDS

_PROGRAMS: Final = frozenset(
    """
    appcmd bcdedit bootrec cacls certutil chkdsk cleanmgr dcdiag defrag diskpart diskshadow dism driverquery
    dsquery fsutil gpresult gpupdate icacls iisreset ipconfig msiexec nbtstat netdom netsh nltest pnputil
    powercfg reagentc regsvr32 repadmin robocopy schtasks setspn sfc systeminfo takeown taskkill tasklist
    usoclient vssadmin w32tm wbadmin wevtutil winrm wmic wuauclt xcopy
    """.split()
)
"""Programs that Windows alone has."""
_VERBS: Final = {
    "net": frozenset(
        "start stop use user localgroup group share view session pause continue accounts".split()
    ),
    "sc": frozenset("query queryex start stop config create delete qc failure".split()),
    "reg": frozenset("add query delete export import save restore load unload".split()),
}
"""What these do, whose names are words elsewhere."""
_ALONE: Final = frozenset("ipconfig iisreset systeminfo tasklist gpupdate driverquery dcdiag".split())
_BESIDE: Final = frozenset(
    "attrib call cd copy del dir echo erase exit md mkdir move rd ren rename rmdir set start type".split()
)
"""What the prompt of Windows does itself; a shell elsewhere has some of it, too."""
_REMARK: Final = re.compile(r"(?i)(?:rem\b|::|#|@echo\b)")
_ENDS: Final = re.compile(r"[.,;?!]$|[^\s\w]:$|\w{2}:$")


def is_for_windows(line: str) -> bool:
    """Whether a line is a command of Windows and nothing else."""
    words = line.split()
    if not words or _ENDS.search(line.rstrip()) or not FUNCTION_WORDS.isdisjoint(words[1:]):
        return False
    name = words[0].lower()
    if name.endswith(".exe"):
        return len(words) > 1 and len(name) > len(".exe")
    if name in _VERBS:
        return len(words) > 1 and words[1].lower() in _VERBS[name]
    return name in _PROGRAMS and (len(words) > 1 or name in _ALONE)


def windows_places(text: str) -> list[tuple[int, int]]:
    """The places of the commands of a block that begins with one of Windows; empty for any other block. What
    is none of its lines is what they print.
    """
    filled = [line for line in text.split("\n") if line.strip() and not _REMARK.match(line.strip())]
    if not filled or not is_for_windows(filled[0].strip()):
        return []
    found: list[tuple[int, int]] = []
    begin = 0
    for line in text.split("\n"):
        shown = line.strip()
        begins = shown.split()[:1]
        if is_for_windows(shown) or (len(shown.split()) > 1 and begins[0].lower() in _BESIDE):
            start = begin + line.index(shown)
            found.append((start, start + len(shown)))
        begin += len(line) + 1
    return found
