"""As whom the home agent runs: its own user where root allows it, else ours, and the user is told.

An agent that runs as the controller's user can read the controller's keys. As root it gets a numeric id of
its own, without a name or a shell, and a folder under /var/lib/dd0c, since the state folder (0700) can't be
entered by that id.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import agent
from agent.identity import FILE_NAME, IdentityUnusable, load_identity, store_identity
from base.ids import new_id
from controller.home.ground import traversable

_ROOT_FOLDER: Final = Path("/var/lib/dd0c/agents")

# In 60578–61183, which systemd's table of ids leaves free; the embedded PostgreSQL uses 60600–61099.
_FIRST_ID: Final = 61_100
_IDS: Final = 80


AS_ROOT: Final = (
    "AS ROOT: its commands are root's and can read the controller's keys, since no other user can read {};"
    " with all of it outside of root's home (PYTHON names the interpreter) it gets a user of its own"
)
"""Said at every start where root can't give the agent a user of its own."""


@dataclass(frozen=True)
class AgentAccount:
    """`user` is a numeric id, or None: as the controller. `note` tells the person who started it."""

    folder: Path
    user: int | None
    note: str


def choose_account(state_dir: Path) -> AgentAccount:
    """Pure but for looking at folders; `prepare_folder` makes what it names."""
    own = state_dir / "agent"
    if os.geteuid() != 0:
        return AgentAccount(own, None, "as your user: it can read the controller's keys")
    needed = (Path(sys.executable), Path(sysconfig.get_paths()["purelib"]) / "grpc", Path(agent.__file__))
    closed = [path for path in needed if not traversable(path)]
    if closed:
        return AgentAccount(own, None, AS_ROOT.format(closed[0]))
    digest = hashlib.sha256(str(state_dir).encode()).digest()
    user = _FIRST_ID + int.from_bytes(digest[:4], "big") % _IDS
    return AgentAccount(
        _ROOT_FOLDER / digest[:8].hex(), user, f"as user id {user}, apart from the controller"
    )


def set_aside_stranger(account: AgentAccount, state_dir: Path) -> Path | None:
    """Put away the folder of an agent whose state folder was deleted: the new database does not know it.

    Gives where it is now; None where there is none. Only root keeps the agent outside the state folder.
    """
    is_first = not (state_dir / "postgres" / "server.json").exists()
    if account.user is None or not is_first or not (account.folder / FILE_NAME).exists():
        return None
    aside = account.folder.with_name(f"{account.folder.name}.{new_id().hex[-8:]}")
    account.folder.rename(aside)
    return aside


def redirect(account: AgentAccount, address: str) -> None:
    """Let an agent that is enrolled dial this address: DD0C_GRPC_PORT may have changed since.

    Raises OSError. An identity that can't be read is left to the agent, which says so.
    """
    try:
        identity = load_identity(account.folder)
    except IdentityUnusable:
        return
    if identity is None or identity.grpc_address == address:
        return
    store_identity(account.folder, replace(identity, grpc_address=address))
    if account.user is not None:
        os.chown(account.folder / FILE_NAME, account.user, account.user)


def prepare_folder(account: AgentAccount) -> None:
    """Make the agent's folder, owned by its user, closed to others."""
    account.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account.user is not None:
        account.folder.parent.chmod(0o711)
        os.chown(account.folder, account.user, account.user)
