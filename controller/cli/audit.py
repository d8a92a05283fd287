"""`dd0c audit`: read the trail, and verify its chain on this machine instead of trusting the server."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode, NotUnderstood
from controller.cli.output import inert

_COLUMNS: Final = [
    ("TIME", "createdAt"), ("SEQ", "seq"), ("EVENT", "eventType"), ("ACTOR", "actor"), ("DATA", "data"),
]  # fmt: skip


@click.group("audit")
def audit_group() -> None:
    """What happened, by whom, in a chain that shows every change to it."""


@audit_group.command("list")
@click.option("--type", "event_type", help="Only events of this type, e.g. step.approved.")
@click.option("--execution", help="Only events of this execution.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@with_session
def list_command(session: Session, event_type: str | None, execution: str | None, limit: int) -> None:
    """List events, newest first."""
    items = session.client.pages("audit", limit, type=event_type, execution=execution)
    session.printer.rows(items, _COLUMNS, "No event.")


@audit_group.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@with_session
def export_command(session: Session, file: Path) -> None:
    """Write the whole chain to FILE, in the form that the offline verifier reads."""
    file.write_bytes(_exported(session))
    session.printer.facts({"file": str(file)}, [("exported", str(file))])


PROVES: Final = "no event of it was changed, taken out or put in between, since its hashes were made."
PROVES_NOT: Final = (
    "that this is the whole chain: the server sent its signed checkpoints along, and no witness from outside"
    " was asked. Whoever holds its database and its keys could have cut the end, or made all of it anew."
)


@audit_group.command("verify")
@with_session
def verify_command(session: Session) -> None:
    """Recompute every hash of the chain here, and compare it with the signed checkpoints.

    The checkpoints come from the same server: without a copy kept elsewhere (the branch `dd0c-audit` of a
    clone, an earlier export, a head that you wrote down) nobody sees a cut end or a chain made anew.
    """
    from controller.audit.verify import verify_text

    report = verify_text(_exported(session).decode("utf-8", "surrogateescape"))
    facts = [
        ("verified", "yes" if report.ok else "NO"),
        ("events", report.events),
        ("head", report.head_hash),
    ]
    if report.ok:
        facts += [("proves", PROVES), ("proves not", PROVES_NOT)]
    session.printer.facts(report.to_json(), facts)
    if not report.ok:
        raise CliError(
            f"The chain is broken at {report.first_bad}: {report.reason}",
            ExitCode.NOT_VERIFIED,
            "Keep what is there before anything else: dd0c audit export FILE",
        )


def _exported(session: Session) -> bytes:
    """The chain as the server sends it. Raises NotUnderstood where it begins like none."""
    from controller.audit.chain_file import MalformedExport, read_header

    data = session.client.raw("audit/export").content
    try:
        read_header(data.partition(b"\n")[0].decode("utf-8", "surrogateescape"))
    except MalformedExport as error:
        raise NotUnderstood(session.client.url, inert(error)) from error
    return data
