"""Forms of changing tools that only look: each line as a whole, as its manual gives it.

Sources: ssh-keygen(1) of OpenSSH 9.6, chage(1) of shadow 4.13, tcpdump(1) 4.99, e2fsck(8) 1.47, fsck(8) of
util-linux 2.39, xfs_repair(8) 6.4, the guides of Certbot 2, of Tailscale 1.78
and of ZooKeeper's client 3.9, logrotate(8) 3.21,
visudo(8) of sudo 1.9, exportfs(8) of nfs-utils 2.6, wg(8) 1.0 (`show` hides
the private key), kcat(1) 1.7.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Reader

_FILE: Final = r"[^\s-]\S*"
_DEVICE: Final = r"(?:/dev/[^\s-]\S*|(?:UUID|LABEL)=\S+)"
_E2FSCK: Final = rf"-[fvtd]*n[fvtd]* (?:-[fvtd]+ )*{_DEVICE}|(?:-[fvtd]+ )+-n {_DEVICE}"
_CAPTURE: Final = r"(?:-[nvqetSlK#]+|-[cs] ?\d+)"
_ZOOKEEPER: Final = (
    r"(?:-(?:server|timeout) [^\s-]\S* )*(?:version|config(?: -s)?|"
    r"(?:ls2?|stat|listquota|getAllChildrenNumber)(?: -[sR]+)*(?: /\S*))"
)
_LOOKS: Final[dict[str, re.Pattern[str]]] = {
    name: re.compile(form)
    for name, form in {
        "ssh-keygen": rf"-l[fv]*f {_FILE}(?: -E \w+)?|-l(?: -v)?(?: -E \w+)? -f {_FILE}|-E \w+ -lf {_FILE}",
        "certbot": r"certificates(?: (?:--cert-name|-d|--domains?) [^\s-]\S*)*",
        "chage": r"(?:-l|--list|-i -l|-l -i|-li|-il) [A-Za-z_][\w.-]*",
        "tcpdump": (
            rf"(?:{_CAPTURE} )*-[nvqetSlK#]*r {_FILE}(?: {_CAPTURE})*(?: {_FILE}(?: {_CAPTURE}| {_FILE})*)?"
        ),
        "zkCli.sh": _ZOOKEEPER,
        "zkCli": _ZOOKEEPER,
        "e2fsck": _E2FSCK,
        "fsck.ext2": _E2FSCK,
        "fsck.ext3": _E2FSCK,
        "fsck.ext4": _E2FSCK,
        "fsck": rf"-N(?:V)?(?: -t \w+)? {_DEVICE}|(?:-V )?-t (?:ext[234]|xfs) (?:{_E2FSCK})",
        "logrotate": rf"(?:-v )?-v?dv?(?: -v)? {_FILE}",
        "visudo": rf"-cq?(?: -f {_FILE})?",
        "exportfs": "-v",
        "wg": r"show(?: [\w.-]+)?(?: (?:peers|endpoints|latest-handshakes|transfer|allowed-ips))?",
        "kcat": r"-L -b [\w.:,-]+(?: -t [\w.-]+)?|-b [\w.:,-]+ -L",
        "tailscale": r"(?:status(?: --(?:json|peers=false|active|self=false))*|ip(?: -[46])?|version)",
        "xfs_repair": rf"-[fv]*n[fv]* (?:-[fv]+ )*{_FILE}",
    }.items()
}
"""By the tool's name, of its words joined by blanks. `fsck -n` without a type is not among them: what it does
is up to the checker of the file system (fsck(8)); a repair of XFS in a file is read with -f.
"""


def looks(call: Call) -> str | None:
    """Why such a call only reads, or None."""
    form = _LOOKS.get(call.tool.name)
    line = " ".join([word.text for word in call.words[1:]])
    return "only looks" if form is not None and form.fullmatch(line) is not None else None


READERS: Final[dict[str, Reader]] = {"looks": looks, "sensitive": looks}
