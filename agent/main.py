"""`dd0c-agent`: run, enroll, status, version.

Exit codes: 0 stopped as asked · 1 a fault, start it again · 2 wrong usage or settings · 3 not enrolled, or
enrolment refused · 4 the journal is damaged or in use · 130 interrupted before it could run.

Imports are late on purpose: the spawner is forked from this process while it is still small.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agent import config as settings
from agent.config import Config, InvalidSettings
from agent.exits import FAULT, INTERRUPTED, JOURNAL, NOT_ENROLLED, OK, USAGE, version
from base import faults, log

if TYPE_CHECKING:
    from agent.journal import Journal

JOURNAL_FILE: Final = "journal"

_log = log.get(__name__)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"dd0c-agent: {log.redact(text)}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dd0c-agent", description="Runs approved commands on this host. It dials out and never listens."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    texts = {
        "run": "stay connected and run what was approved; enrols first where a token is set",
        "enroll": "exchange a one-time token for an identity",
        "status": "show identity, journal and what runs, without connecting",
        "version": "print the version",
    }
    for name, text in texts.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == "version":
            continue
        for flag in settings.flags():
            command.add_argument(
                f"--{flag.replace('_', '-')}", dest=flag, metavar="…", help=f"DD0C_AGENT_{flag.upper()}"
            )
        if name == "enroll":
            command.add_argument(
                "--token", metavar="…", help="the one-time token; else DD0C_AGENT_TOKEN or …_TOKEN_FILE"
            )
        if name == "run":
            command.add_argument(
                "--new-journal",
                action="store_true",
                help="set the journal aside: another instance begins, open steps wait for a person",
            )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; gives the exit code. `arguments` without the program's name."""
    given = _parser().parse_args(arguments)
    if given.command == "version":
        _say(version())
        return OK
    try:
        flags = {name: getattr(given, name, None) for name in (*settings.flags(), "token")}
        config = settings.load(flags, os.environ)
        faults.arm(config.faultpoint)
    except (InvalidSettings, ValueError) as problem:
        _complain(str(problem))
        return USAGE
    log.configure(config.log_level, "json" if config.log_format == "json" else "text")
    try:
        if given.command == "run":
            return _run(config, new_journal=given.new_journal)
        return _enroll(config) if given.command == "enroll" else _status(config)
    except KeyboardInterrupt:
        _complain("interrupted")
        return INTERRUPTED


def _prepare_folder(config: Config) -> str | None:
    """Make the state folder; the sentence to complain with where that can't be."""
    try:
        config.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if config.state_dir.stat().st_mode & 0o077:
            config.state_dir.chmod(0o700)
    except OSError as problem:
        return f"the state folder {config.state_dir} can't be used: {problem.strerror}"
    if not os.access(config.state_dir, os.W_OK):
        return f"the state folder {config.state_dir} can't be written"
    return None


def _open_journal(config: Config) -> Journal | int:
    from agent.journal import Journal, JournalDamaged, JournalFailed
    from base.ids import new_id

    path = config.state_dir / JOURNAL_FILE
    try:
        return Journal.open(path, new_id())
    except BlockingIOError:
        _complain(f"another agent uses {path}")
    except (JournalDamaged, JournalFailed) as problem:
        _complain(str(problem))
    except OSError as problem:
        _complain(f"{path} can't be opened: {problem.strerror}")
    return JOURNAL


def _run(config: Config, *, new_journal: bool) -> int:
    problem = _prepare_folder(config)
    if problem is not None:
        _complain(problem)
        return USAGE
    if new_journal:
        from agent.journal import set_aside

        aside = set_aside(config.state_dir / JOURNAL_FILE)
        if aside is not None:
            _complain(f"the journal was set aside as {aside}")
    from agent.spawner import fork_spawner

    channel, _ = fork_spawner()  # while this process has one thread and no lock
    journal = _open_journal(config)
    if isinstance(journal, int):
        return journal
    from agent.serve import serve

    return serve(config, journal, channel)


def _enroll(config: Config) -> int:
    problem = _prepare_folder(config)
    if problem is not None:
        _complain(problem)
        return USAGE
    journal = _open_journal(config)
    if isinstance(journal, int):
        return journal
    from agent.enroll import EnrollmentFailed, enroll
    from base.ids import show_id

    try:
        identity = enroll(config, journal.instance)
    except EnrollmentFailed as failure:
        _complain(str(failure))
        return NOT_ENROLLED if failure.is_final else FAULT
    _say(f"enrolled as {show_id('agt', identity.agent)} of {show_id('ten', identity.tenant)}")
    return OK


def _status(config: Config) -> int:
    from agent.identity import IdentityUnusable, load_identity
    from agent.journal import JournalDamaged, read_records
    from agent.records import JournalState
    from base.ids import show_id

    for name, value in config.shown().items():
        _say(f"{name:24}{value}")
    try:
        identity = load_identity(config.state_dir)
        state = JournalState()
        path = config.state_dir / JOURNAL_FILE
        for record in read_records(_read(path), str(path))[0]:
            state.apply(record)
    except (IdentityUnusable, JournalDamaged) as problem:
        _complain(str(problem))
        return JOURNAL if isinstance(problem, JournalDamaged) else NOT_ENROLLED
    _say(f"{'instance':24}{state.instance or 'none yet'}")
    _say(f"{'panic':24}{f'epoch {state.panic_epoch}' if state.is_panicked else 'no'}")
    running = [attempt for attempt in state.attempts.values() if attempt.is_open]
    _say(f"{'running':24}{', '.join(show_id('stx', item.id) for item in running) or 'nothing'}")
    if identity is None:
        _say(f"{'agent':24}not enrolled")
        return NOT_ENROLLED
    _say(f"{'agent':24}{show_id('agt', identity.agent)} of {show_id('ten', identity.tenant)}")
    _say(f"{'controller':24}{identity.grpc_address}")
    _say(f"{'certificate until':24}{identity.validity()[1].isoformat()}")
    return OK


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    sys.exit(main())
