"""`dd0c import` of a folder, an archive or a space export: read all, report, open pull requests.

Nothing here decides what was imported already: the server knows it by the texts' digests, so a second call,
whoever ended the first, imports nothing twice.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from base import limits
from controller.cli.archives import archive_documents, export_documents
from controller.cli.bulk_notes import Notes
from controller.cli.bulk_report import Row, show_report, sorted_rows
from controller.cli.client import Patience
from controller.cli.context import Session
from controller.cli.errors import CliError, ExitCode
from controller.cli.gathered import Budget, Document, folder_documents, holds_export
from controller.cli.output import inert, interactive, says_yes

_ROUTE: Final = "runbooks/batch"
_LOOKED_AT_ONCE: Final = 8
_LOOK_MAX_BYTES: Final = 512 * limits.KIB
_OPEN_MAX_BYTES: Final = 1536 * limits.KIB
"""Of the texts of one request, as JSON: `REQUEST_MAX_BYTES` is the server's bound for the whole."""
_PATIENCE_SECONDS: Final = 300.0
_EXPORT: Final = "entities.xml"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_AGAIN: Final = "Call it again: it goes on where it was, and imports nothing twice."


@dataclass(frozen=True)
class Many:
    """What to import, and how."""

    source: str
    form: str | None = None
    without_commands: bool = False
    sort: str = "file"

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it this import."""
        return (str(Path(self.source).resolve()), self.form or "", str(self.without_commands))


def is_many(source: str) -> bool:
    """Whether it is a folder, an archive, or the list of a space export."""
    path = Path(source)
    try:
        if path.is_dir():
            return True
        if not path.is_file():
            return False
        if path.name == _EXPORT or path.suffix.lower() == ".zip":
            return True
        with path.open("rb") as file:
            return file.read(4) in _ZIP
    except OSError:
        return False


def gather(source: str, budget: Budget) -> Iterator[Document]:
    """The documents of a folder, an archive, or a space export. Raises CliError."""
    path = Path(source)
    try:
        if path.is_dir():
            if holds_export(source):
                yield from export_documents(path / _EXPORT, budget)
            else:
                yield from folder_documents(source, budget)
        elif path.name == _EXPORT:
            yield from export_documents(path, budget)
        else:
            yield from archive_documents(source, budget)
    except OSError as error:
        raise CliError(
            f"{inert(source)} can't be read: {error.strerror or error}.", ExitCode.USAGE
        ) from error


class Import:
    """One call: the documents with a row each, in the order of the files."""

    def __init__(self, session: Session, many: Many) -> None:
        self._session = session
        self._many = many
        self._budget = Budget()
        session.client.be_patient(Patience(session.printer.note, _PATIENCE_SECONDS))
        with _progress("Reading files") as step:
            self._documents = []
            for document in gather(many.source, self._budget):
                self._documents.append(document)
                step(1, None)
        if not self._documents:
            raise CliError(
                f"There is no document in {inert(many.source)}.",
                ExitCode.USAGE,
                "Markdown, reStructuredText, AsciiDoc, HTML, text and Confluence's storage format are read.",
            )
        self._rows: list[Row] = [_row(document) for document in self._documents]
        # What is wrong with the files is said first: a server is asked once there is something to ask.
        self._notes = Notes(session.client.url, session.client.get("me")["tenant"]["id"], *many.key)

    @property
    def ready(self) -> int:
        """How many can be proposed."""
        return sum(row["outcome"] == "ready" for row in self._rows)

    @property
    def repository(self) -> str | None:
        """Where its pull requests are, if there are several repositories."""
        return next((row.get("repository") for row in self._rows if row["outcome"] == "proposed"), None)

    def look(self) -> None:
        """Have the server say what each would become; nothing is kept there."""
        self._leave_out_copies()
        for place, row in enumerate(self._rows):
            known = self._notes.rows.get(row["sha256"]) if row["outcome"] == "unread" else None
            if known is not None:
                self._rows[place] = {**known, "file": row["file"]}
        wanted = self._places("unread")
        with _progress("Asking what they would become", len(wanted)) as step:
            for chunk in self._chunks(wanted, _LOOKED_AT_ONCE, _LOOK_MAX_BYTES):
                self._ask(chunk, dry_run=True)
                self._notes.add([self._rows[place] for place in chunk])
                step(len(chunk), self._documents[chunk[-1]].file)

    def open(self) -> list[int]:
        """Open the pull requests; gives their numbers."""
        wanted = self._places("ready")
        with _progress("Opening pull requests", len(wanted)) as step:
            for chunk in self._chunks(wanted, limits.BATCH_MAX_DOCUMENTS, _OPEN_MAX_BYTES):
                self._ask(chunk, dry_run=False)
                step(len(chunk), None)
        self._notes.forget()
        return sorted({row["pull"] for row in self._rows if row["outcome"] == "proposed"})

    def show(self, pulls: Sequence[int] = ()) -> None:
        """The report, for a person or a program."""
        printer = self._session.printer
        rows = sorted_rows(self._rows, self._many.sort)
        if not printer.for_people:
            printer.document({"items": rows, "pulls": list(pulls), "otherFiles": self._budget.others})
            return
        show_report(printer, rows, self._budget.others)

    def _places(self, outcome: str) -> list[int]:
        return [place for place, row in enumerate(self._rows) if row["outcome"] == outcome]

    def _chunks(self, places: list[int], most: int, most_bytes: int) -> Iterator[list[int]]:
        chunk: list[int] = []
        count = 0
        for place in places:
            length = len(json.dumps(self._documents[place].text, ensure_ascii=False).encode())
            if chunk and (len(chunk) == most or count + length > most_bytes):
                yield chunk
                chunk, count = [], 0
            chunk.append(place)
            count += length
        if chunk:
            yield chunk

    def _ask(self, places: list[int], *, dry_run: bool) -> None:
        """One request. One that is refused as a whole is repeated for each document by itself."""
        body = {
            "documents": [self._request(place, named=not dry_run) for place in places],
            "dryRun": dry_run,
            "withoutCommands": self._many.without_commands,
            "avoid": sorted(
                {row["name"] for at, row in enumerate(self._rows) if row.get("name") and at not in places}
            ),
        }
        try:
            answer = self._session.client.post(_ROUTE, body)
        except CliError as refusal:
            if refusal.problem.get("status") not in (400, 413, 422):
                raise
            if len(places) > 1:
                for place in places:
                    self._ask([place], dry_run=dry_run)
                return
            self._rows[places[0]] |= {"outcome": "refused", "reason": refusal.message}
            return
        for place, found in zip(places, answer["documents"], strict=True):
            self._rows[place] = {**self._rows[place], **found, "file": self._rows[place]["file"]}

    def _request(self, place: int, *, named: bool) -> dict[str, Any]:
        document = self._documents[place]
        found = {"file": document.file[-500:], "text": document.text}
        if form := self._many.form or document.form:
            found["format"] = form
        if named and (name := self._rows[place].get("name")):
            found["name"] = name
        return found

    def _leave_out_copies(self) -> None:
        """The same text in two places is asked about once."""
        first: dict[str, str] = {}
        for row in self._rows:
            if row["outcome"] != "unread":
                continue
            if row["sha256"] in first:
                row |= {"outcome": "left_out", "reason": f"it is the same text as {first[row['sha256']]}"}
            first.setdefault(row["sha256"], row["file"])


def _row(document: Document) -> Row:
    if document.text is None:
        return {"file": document.file, "sha256": "", "outcome": "refused", "reason": document.problem}
    digest = hashlib.sha256(document.text.encode()).hexdigest()
    return {"file": document.file, "sha256": digest, "outcome": "unread"}


@contextmanager
def _progress(what: str, total: int | None = None) -> Iterator[Callable[[int, str | None], None]]:
    """A bar on standard error, on a terminal only; `step(count, what it is at)` moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
               TextColumn("{task.fields[at]}"))  # fmt: skip
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    shown = sys.stderr is not None and sys.stderr.isatty()
    with Progress(*columns, console=console, disable=not shown, transient=True) as bar:
        task = bar.add_task(what, total=total, at="")

        def step(count: int, at: str | None) -> None:
            bar.update(task, advance=count, at=inert(at or "")[-40:])

        yield step


def import_many(
    session: Session, many: Many, *, dry_run: bool, yes: bool, remember: Callable[[], None]
) -> None:
    """Read, report, and open the pull requests where a person or `--yes` says so."""
    try:
        found = Import(session, many)
        found.look()
        asked = not dry_run and not yes and session.printer.for_people and interactive()
        if asked:
            found.show()
        if not dry_run and found.ready and (yes or (asked and says_yes(_question(found.ready)))):
            pulls = found.open()
            found.show(pulls)
            _say_next(session, pulls, found.repository)
            return
    except KeyboardInterrupt as stopped:
        raise CliError("Stopped.", ExitCode.REFUSED, _AGAIN) from stopped
    if not asked:
        found.show()
    if not dry_run:
        remember()
        session.printer.say("\nNext: dd0c pr open" if found.ready else "\nThere is nothing to propose.")


def open_many(session: Session, many: Many) -> None:
    """`dd0c pr open` of a folder or an archive: no question."""
    import_many(session, many, dry_run=False, yes=True, remember=lambda: None)


def _question(count: int) -> str:
    pulls = -(-count // limits.BATCH_MAX_DOCUMENTS)
    requests = "a pull request" if pulls == 1 else f"{pulls} pull requests"
    return f"\nOpen {requests} with {count} runbook{'s' if count > 1 else ''}?"


def _say_next(session: Session, pulls: Sequence[int], repository: str | None) -> None:
    if pulls:
        place = f" -r {inert(repository)}" if repository else ""
        session.printer.say(f"\nPull requests: {', '.join(f'#{number}' for number in pulls)}")
        session.printer.say(f"Next: dd0c pr show {pulls[0]}{place}")
