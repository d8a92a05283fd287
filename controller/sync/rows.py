"""What a plan writes, as columns: a statement takes many rows at once, as one array a column. Pure.

Verdicts go as JSON text that pydantic writes itself: made as objects first, they are most of the time of a
large sync.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias
from uuid import UUID

from base.ids import new_ids
from base.limits import MIB
from controller.db import arrays
from controller.governance.documents import RULES, JudgedStep
from controller.sync.plan import NewVersion, RunbookChange
from controller.sync.state import FileRow
from schemas.verdict import Finding, Verdict

Columns: TypeAlias = Mapping[str, Any]
"""A statement's parameters: its arrays, and what all rows have in common."""
_Row: TypeAlias = tuple[Any, ...]

ROWS_MAX: Final = 2_000
"""Rows of one statement: the next ones are put together while the server stores them."""

VERSIONS_MAX: Final = 500
"""Versions of one statement, each with its content, its document and its verdicts."""

STATEMENT_MAX_BYTES: Final = 16 * MIB
"""What these have together at most, but for the last one: the server takes no statement of 1 GiB."""

_RULES: Final = {rule: number for number, rule in enumerate(RULES, 1)}
_VERSIONS: Final = ("ids", "runbook_ids", "contents_sha256", "contents", "documents", "paths", "blob_oids",
                    "verdicts", "scanner_versions", "knowledge_versions", "advisors",
                    "advisor_versions")  # fmt: skip
_RUNBOOKS: Final = ("names", "titles", "services", *_VERSIONS)
_LARGE: Final = frozenset({"contents", "documents", "verdicts"})
_SERVING: Final = ("ids", "version_ids", "titles", "services", "paths")
_FILES: Final = ("paths", "kinds", "blob_oids", "states", "error_lines", "error_columns", "error_reasons",
                 "serving_version_ids", "may_be_at")  # fmt: skip
_CLASSIFICATIONS: Final = ("ids", "version_ids", "step_ids", "commands", "advisor_versions", "findings",
                           "advices", "no_advices", "rules", "risks", "unknowns")  # fmt: skip


_KINDS: Final[Mapping[str, Callable[[Any], arrays.Column]]] = {
    **dict.fromkeys(("ids", "runbook_ids", "version_ids", "serving_version_ids"), arrays.uuids),
    **dict.fromkeys(("contents", "commands"), arrays.blobs),
    **dict.fromkeys(("error_lines", "error_columns", "rules"), arrays.integers),
    "unknowns": arrays.booleans,
}
"""Columns that are no texts."""


def runbook_columns(changes: Sequence[RunbookChange], versions: Sequence[NewVersion]) -> Iterator[Columns]:
    """Of runbooks that are new, each with its first version."""
    firsts = {version.id: version for version in versions if version.is_new}
    new = ((c, firsts[c.version_id]) for c in changes if c.is_new)
    rows = ((c.name, c.title, c.service, *_version(first)) for c, first in new)
    return _columns(_RUNBOOKS, rows, VERSIONS_MAX)


def version_columns(changes: Sequence[RunbookChange], versions: Sequence[NewVersion]) -> Iterator[Columns]:
    """Of contents that are new in runbooks that are known."""
    firsts = {change.version_id for change in changes if change.is_new}
    rows = (_version(v) for v in versions if v.is_new and v.id not in firsts)
    return _columns(_VERSIONS, rows, VERSIONS_MAX)


def serving_columns(changes: Sequence[RunbookChange]) -> Iterator[Columns]:
    """Which version serves from now on in each runbook that is known."""
    known = (change for change in changes if not change.is_new)
    return _columns(_SERVING, ((c.id, c.version_id, c.title, c.service, c.path) for c in known))


def file_columns(files: Sequence[FileRow]) -> Iterator[Columns]:
    """Of paths; all of them come from one commit."""
    return _columns(_FILES, map(_file, files))


class Classifications:
    """The verdicts of versions that serve again as rows of their own, with their ids."""

    def __init__(self, versions: Sequence[NewVersion]) -> None:
        self._versions = [version for version in versions if not version.is_new]
        judged = [
            (version.id, step.step_id)
            for version in self._versions
            for step in version.runbook.steps
            if step.verdict is not None
        ]
        self._ids = dict(zip(judged, new_ids(len(judged)), strict=True))

    def columns(self) -> Iterator[Columns]:
        """One row a command."""
        groups: dict[tuple[str, str], list[_Row]] = {}
        for version in self._versions:
            for finding, row in self._rows(version):
                versions = (finding.scanner_version, finding.knowledge_version)
                group = groups.setdefault(versions, [])
                group.append(row)
                if len(group) == ROWS_MAX:
                    yield _classified(*versions, groups.pop(versions))
        for versions, group in groups.items():
            yield _classified(*versions, group)

    def _rows(self, version: NewVersion) -> Iterator[tuple[Finding, _Row]]:
        for step in version.runbook.steps:
            if step.verdict is not None:
                number = self._ids[version.id, step.step_id]
                yield step.verdict.finding, _classification(number, version.id, step.verdict, step)


def _columns(names: tuple[str, ...], rows: Iterable[_Row], most: int = ROWS_MAX) -> Iterator[Columns]:
    rest, large = iter(rows), [at for at, name in enumerate(names) if name in _LARGE]
    while some := list(_of_one_statement(rest, most, large)):
        yield _arrays(names, some)


def _of_one_statement(rows: Iterator[_Row], most: int, large: Sequence[int]) -> Iterator[_Row]:
    left = STATEMENT_MAX_BYTES
    for row in islice(rows, most):
        yield row
        left -= sum([len(row[at]) for at in large])
        if left <= 0:
            return


def _arrays(names: tuple[str, ...], rows: Sequence[_Row]) -> Columns:
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return {name: _KINDS.get(name, arrays.texts)(column) for name, column in columns}


def _classified(scanner_version: str, knowledge_version: str, rows: Sequence[_Row]) -> Columns:
    arrays = _arrays(_CLASSIFICATIONS, rows)
    return {**arrays, "scanner_version": scanner_version, "knowledge_version": knowledge_version}


def _version(version: NewVersion) -> _Row:
    document = json.dumps(version.runbook.document, ensure_ascii=False, separators=(",", ":"))
    return (version.id, version.runbook_id, version.file.content_sha256, version.file.content, document,
            version.path, version.blob_oid, *version.runbook.brought[1:])  # fmt: skip


def _file(row: FileRow) -> _Row:
    return (row.path, row.kind, row.blob_oid or "", row.state, row.error_line, row.error_column,
            row.error_reason, row.serving_version_id, json.dumps(list(row.may_be_at)))  # fmt: skip


def _classification(number: UUID, version_id: UUID, verdict: Verdict, step: JudgedStep) -> _Row:
    advice = b"" if verdict.advice is None else verdict.advice.json_text()
    return (number, version_id, step.step_id, step.command_sha256, verdict.advisor_version,
            verdict.finding.json_text(), advice, verdict.no_advice or "", _RULES[verdict.rule],
            verdict.risk, verdict.unknown)  # fmt: skip
