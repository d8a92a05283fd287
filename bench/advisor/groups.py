"""What a reader of documentation knows before any statistics: groups of the GNU coreutils manual, and verbs.

The groups are the chapters of the manual (GNU coreutils 9, chapters 3 to 26); a utility that a chapter
says both shows and sets something (`date`, `hostname`, `stty`) is left out.
"""

from __future__ import annotations

from typing import Final

COREUTILS_READ: Final = (
    "cat tac nl od base32 base64 basenc fmt pr fold head tail wc sum cksum b2sum md5sum sha1sum sha224sum "
    "sha256sum "
    "sha384sum sha512sum sort shuf uniq comm ptx tsort cut paste join tr expand unexpand ls dir vdir "
    "dircolors readlink "
    "df du stat echo printf yes false true test expr basename dirname pathchk realpath pwd printenv tty "
    "id logname "
    "whoami groups users who arch nproc uname hostid uptime sleep factor numfmt seq"
).split()
COREUTILS_ACT: Final = (
    "split csplit cp dd install mv rm shred link ln mkdir mkfifo mknod rmdir unlink chgrp chmod chown "
    "touch sync "
    "truncate tee mktemp chcon runcon kill"
).split()

SHELL_READ: Final = (
    "cd pushd popd dirs pwd type help compgen jobs times test true false echo printf wait".split()
)
"""Builtins of the bash manual that change nothing but the shell that runs them."""

READ_VERBS: Final = (
    "print display show list report query search find compare count output view examine inspect summarize "
    "tell look "
    "lookup get describe return retrieve check validate verify test analyze explain decode dump calculate "
    "compute "
    "monitor trace follow locate identify determine filter format match read render estimate concatenate "
    "browse "
    "preview trace visualize"
).split()
ACT_VERBS: Final = (
    "remove delete create write make move copy change set install kill send start stop restart add edit "
    "modify update "
    "replace rename format mount unmount umount enable disable load unload upload push apply execute run "
    "reset restore "
    "destroy drop clear clean flush append overwrite save store import migrate attach detach grant revoke "
    "configure "
    "manage control convert encrypt decrypt terminate shutdown reboot suspend resume lock unlock force "
    "interactively "
    "manipulate administer erase wipe purge prune commit merge rebase checkout switch deploy release "
    "scale roll sign "
    "register deregister login logout connect invoke compact repair resize extend reduce truncate "
    "initialize init "
    "build pull fetch download sync synchronize mirror put post publish tag annotate label evict drain "
    "cordon taint "
    "promote demote fail failover rotate renew generate archive extract unpack compress decompress link "
    "bind open"
).split()
"""Verbs of one-line descriptions. A prior of little weight beside the published levels; for descriptions
of options, which have no published level, it is all there is."""

SAME_AS: Final = {
    "oc": "kubectl",
    "awk": "gawk",
    "nawk": "gawk",
    "k": "kubectl",
    "egrep": "grep",
    "fgrep": "grep",
    "zgrep": "grep",
    "ip6tables": "iptables",
}
"""Tools that are documented as another one under another name, or as it with more."""
