"""PostgreSQL from a wheel, run on a loopback port: the database of `make run` and of the tests.

The wheel's own Python interface listens on a socket file only and trusts everyone; here its programs are run
directly, with passwords, on 127.0.0.1. The server is a process of its own: it survives a kill -9 of whoever
started it, and the next start adopts it. Files: `<state>/postgres/{server.json,passwords.json,lock,log}`, and
the data as `embedded_account` says. All calls block; use a thread from asyncio.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg

from base import log
from controller.db import embedded_account as account
from controller.db import embedded_process as process
from controller.db.bootstrap import Passwords, Urls, bootstrap, urls_of
from controller.db.embedded_account import EmbeddedPostgresError, Home
from controller.db.embedded_process import OldBackends, PortTaken

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "FolderUnusable", "PortTaken"]

_START_SECONDS: Final = 60.0
"""Recovery after a power cut reads the write-ahead log first."""
_STOP: Final = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
"""Fast shutdown, then without a checkpoint, then the hard way; each with the seconds that it gets."""
_ATTEMPTS: Final = 40
_LOG_MAX_BYTES: Final = 8 * 1024 * 1024

_log = log.get(__name__)


class FolderUnusable(EmbeddedPostgresError):
    """The state folder can't be made or written."""


class EmbeddedPostgres:
    """One server for one state folder.

    `port` None: a free one is chosen and remembered. `durable` False is for tests only: it turns fsync off.
    `dies_with_parent` ends the server when the thread that started it ends, for tests that are killed.
    `root_folder` is where the data goes when root starts the server.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        dies_with_parent: bool = False,
        root_folder: Path = account.ROOT_FOLDER,
    ) -> None:
        self._state = state_dir.absolute()
        self._folder = self._state / "postgres"
        self._wanted_port = port
        self._durable = durable
        self._dies_with_parent = dies_with_parent
        self._root_folder = root_folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Urls:
        """Make the server run, whatever state it is in, and return where each role finds it.

        A running server of this folder is adopted. Raises EmbeddedPostgresError with one sentence.
        """
        self._make_folder()
        with self._lock():
            home, known = self._home()
            account.claim(home, self._state)
            self._write("server.json", known)
            superuser, names = self._passwords()
            port = self._adopt(home) or self._launch(home, known.get("port"), superuser)
            self._verify(home, port, superuser)
            url = _url(superuser, port)
            done = known.get("bootstrapped") is True
            urls = urls_of(url, names) if done else bootstrap(url, names)
            self._write("server.json", known | {"port": port, "bootstrapped": True})
            return urls

    def stop(self) -> None:
        """Stop the server and wait until its process is gone; nothing happens where none runs."""
        if not self._folder.is_dir():
            return
        with self._lock():
            pid = self.pid()
            if pid is None:
                self._reap()
                return
            for number, seconds in _STOP:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
                if process.wait_until(lambda: self._reap() or not process.is_alive(pid), seconds):
                    return
            raise EmbeddedPostgresError(f"PostgreSQL (process {pid}) does not stop.")

    def remove(self) -> None:
        """Stop the server and delete its data. For tests and uninstalling."""
        self.stop()
        if self._read("server.json"):
            home, _ = self._home()
            shutil.rmtree(home.data.parent, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def pid(self) -> int | None:
        """The server's process, or None where none runs."""
        return process.running_pid(self._home()[0].data) if self._read("server.json") else None

    def _home(self) -> tuple[Home, dict[str, object]]:
        return account.choose_home(self._state, self._read("server.json"), self._root_folder)

    def _make_folder(self) -> None:
        try:
            self._state.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.mkdir(exist_ok=True, mode=0o700)
            probe = self._folder / f".write-{secrets.token_hex(4)}"
            probe.touch(mode=0o600)
            probe.unlink()
        except OSError as error:
            raise FolderUnusable(
                f"The state folder {self._state} can't be written: {error.strerror}."
            ) from error

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self._folder / "lock").open("a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _read(self, name: str) -> dict[str, object]:
        try:
            found = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise EmbeddedPostgresError(f"{self._folder / name} is damaged: it is not JSON.") from error
        return found if isinstance(found, dict) else {}

    def _write(self, name: str, document: dict[str, object]) -> None:
        scratch = self._folder / f"{name}.new"
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            json.dump(document, stream)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.replace(self._folder / name)

    def _passwords(self) -> tuple[str, Passwords]:
        found = self._read("passwords.json")
        if not found:
            found = {role: secrets.token_hex(24) for role in ("superuser", "migrate", "app", "verify")}
            self._write("passwords.json", found)
        names = Passwords(str(found["migrate"]), str(found["app"]), str(found["verify"]))
        return str(found["superuser"]), names

    def _adopt(self, home: Home) -> int | None:
        """The port of a server that already runs on this data, once it is ready."""
        pid = process.running_pid(home.data)
        if pid is None:
            process.remove_misleading_pid_file(home.data)
            return None
        if not process.wait_until(
            lambda: process.is_ready(home.data, pid) or not process.is_alive(pid), _START_SECONDS
        ) or not process.is_alive(pid):
            return None
        _log.info("adopted a running PostgreSQL", extra={"action": "db.adopted", "pid": pid})
        return int(process.pid_file(home.data)[3])

    def _launch(self, home: Home, remembered: object, superuser: str) -> int:
        """Start a server, over again where another program took the port first, or old backends still end."""
        account.remove_abandoned()
        self._create(home, superuser)
        candidate = self._wanted_port or remembered
        for attempt in range(_ATTEMPTS):
            if self._wanted_port is None and not (isinstance(candidate, int) and process.is_free(candidate)):
                candidate = process.free_port()
            assert isinstance(candidate, int)
            try:
                self._spawn(home, candidate)
            except PortTaken:
                if self._wanted_port is not None or attempt == _ATTEMPTS - 1:
                    raise
                candidate = None
            except OldBackends:
                if attempt == _ATTEMPTS - 1:
                    raise
                process.wait_until(lambda: False, 0.25)
            else:
                return candidate
        raise EmbeddedPostgresError("PostgreSQL does not start.")

    def _create(self, home: Home, superuser: str) -> None:
        """initdb, into a folder that is renamed when whole: a kill in between leaves nothing half made."""
        if (home.data / "PG_VERSION").is_file():
            return
        account.prepare(home, self._state)
        scratch, secret = home.data.with_name("data.new"), home.data.with_name("initdb-password")
        shutil.rmtree(scratch, ignore_errors=True)
        owner = home.account
        first = superuser if owner.server_id is None else secrets.token_hex(24)
        scratch.mkdir(mode=0o700)
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(first, encoding="utf-8")
        if owner.initdb_id is not None and owner.initdb_group is not None:
            account.give_to(scratch, owner.initdb_id, owner.initdb_group)
            account.give_to(secret, owner.initdb_id, owner.initdb_group)
        command = [
            str(home.programs / "bin" / "initdb"), "-D", str(scratch), "-U", "postgres",
            "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8",
        ]  # fmt: skip
        if not self._durable:
            command.append("--no-sync")
        start = self._log_size()
        with self._log_file() as output:
            code = subprocess.run(
                command, user=owner.initdb_id, group=owner.initdb_group,
                extra_groups=None if owner.initdb_id is None else [], env=_environment(), cwd="/",
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
            ).returncode  # fmt: skip
        secret.unlink()
        if code != 0:
            raise self._failure("initdb", home, 0, start)
        if owner.server_id is not None:
            account.give_to(scratch, owner.server_id, owner.server_id)
            self._write("initdb.json", {"password": first})
        scratch.rename(home.data)

    def _spawn(self, home: Home, port: int) -> None:
        command = [str(home.programs / "bin" / "postgres"), "-D", str(home.data)]
        for name, value in _settings(port, durable=self._durable).items():
            command += ["-c", f"{name}={value}"]
        if self._dies_with_parent:
            command = ["setpriv", "--pdeathsig", "QUIT", *command]
        owner = home.account.server_id
        start = self._log_size()
        with self._log_file() as output:
            server = self._process = subprocess.Popen(
                command, user=owner, group=owner, extra_groups=None if owner is None else [], umask=0o077,
                env=_environment(), cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        process.wait_until(lambda: process.is_ready(home.data, server.pid) or self._reap(), _START_SECONDS)
        if self._process is None or not process.is_ready(home.data, server.pid):
            raise self._failure("PostgreSQL", home, port, start)
        _log.info("embedded PostgreSQL started", extra={"action": "db.started", "port": port})

    def _verify(self, home: Home, port: int, superuser: str) -> None:
        """Check that the server is ours by its password; replace the one that `initdb` saw, once."""
        first = self._read("initdb.json").get("password")
        try:
            with psycopg.connect(_url(str(first or superuser), port), connect_timeout=10) as connection:
                if first is not None:
                    connection.autocommit = True
                    connection.pgconn.change_password(b"postgres", superuser.encode())
        except psycopg.OperationalError as error:
            raise EmbeddedPostgresError(
                f"The PostgreSQL server on {home.data} does not accept the password in {self._folder}."
            ) from error
        (self._folder / "initdb.json").unlink(missing_ok=True)

    def _reap(self) -> bool:
        """Whether the server that this object started has ended; takes its exit status."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None
            return True
        return False

    def _log_size(self) -> int:
        file = self._folder / "log"
        size = file.stat().st_size if file.exists() else 0
        if size > _LOG_MAX_BYTES:
            file.replace(file.with_name("log.1"))
            return 0
        return size

    @contextmanager
    def _log_file(self) -> Iterator[int]:
        descriptor = os.open(self._folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _failure(self, program: str, home: Home, port: int, start: int) -> EmbeddedPostgresError:
        file = self._folder / "log"
        said = file.read_bytes()[start:].decode(errors="replace")
        return process.failure(program, said, data=home.data, log=file, port=port)


def _settings(port: int, *, durable: bool) -> dict[str, str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "wal_buffers": "16MB",
        "synchronous_commit": "on",
        "max_wal_size": "512MB",
        "log_min_messages": "warning",
        "log_line_prefix": "%m [%p] ",
        "timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off"}
    return settings


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _url(password: str, port: int) -> str:
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
