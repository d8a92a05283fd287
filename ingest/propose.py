"""A preview, an edit or a retirement as a proposal: its files, its key, and a body that reads well at 3 a.m.

Everything from the source is foreign in the pull request: it is escaped, so that nothing in it is markup,
a link or a mention.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ingest.building import BuiltStep
from ingest.decisions import decision_log, verdicts
from ingest.pipeline import Preview
from schemas.errors import Conflict
from schemas.markdown import escape
from schemas.risk import MARKS, Risk
from schemas.runbook import Runbook
from schemas.yaml_codec import dump_runbook, load_runbook

_SHOWN: Final = 60


@dataclass(frozen=True)
class ProposedContent:
    """One file; `content` None deletes it."""

    path: str
    content: bytes | None


@dataclass(frozen=True)
class Proposed:
    """What a pull request is made of. `kind`: paste, batch (which has no one name), edit, retire."""

    key: str
    kind: str
    runbook_name: str | None
    title: str
    body: str
    files: tuple[ProposedContent, ...]
    source_sha256: str | None = None


def runbook_path(name: str) -> str:
    """Where a runbook lives in its repository."""
    return f"runbooks/{name}.yaml"


def proposal_key(kind: str, source: bytes, base_blob: str | None) -> str:
    """`sha256(kind, source, base blob)`: the same proposal is made once."""
    parts = (kind.encode(), source, (base_blob or "").encode())
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()


def build_proposal(
    preview: Preview, *, author: str, at: datetime, base_blob: str | None = None, taken: bool = False
) -> Proposed:
    """The proposal of a paste. `base_blob` is the file that is there now; `taken`: the name serves already.

    Raises Conflict where the name is taken by a runbook: an import never overwrites one.
    """
    name = preview.runbook.name
    if taken:
        raise Conflict(
            f"There is a runbook called {name} already.",
            hint="Import it under another name (`--name`), or edit the one that is there.",
            code="name_taken",
        )
    source = "\n".join(filter(None, (name, preview.normalized.sha256, preview.said)))
    key = proposal_key("paste", source.encode(), base_blob)
    log_path = f"decisions/{name}/{key[:16]}.json"
    runbook = _with_log(preview.runbook, log_path)
    log = decision_log(
        preview.built, preview.extraction, preview.answers, form=preview.normalized.form,
        sha256=preview.normalized.sha256, author=author, at=at,
    )  # fmt: skip
    files = (
        ProposedContent(runbook_path(name), dump_runbook(runbook).encode()),
        ProposedContent(log_path, log.to_text().encode()),
        ProposedContent(
            f"decisions/{name}/{key[:16]}.verdicts.json",
            (json.dumps(verdicts(preview.built), indent=2, ensure_ascii=False) + "\n").encode(),
        ),
    )
    title = f"Add runbook {name}"
    return Proposed(key, "paste", name, title, paste_body(preview), files, preview.normalized.sha256)


def edit_proposal(name: str, path: str, yaml: bytes, base_blob: str, before: bytes) -> Proposed:
    """The proposal of an edit: the whole document in its new form. Raises DocumentInvalid, Conflict."""
    runbook = load_runbook(yaml, path=path)
    if runbook.name != name:
        raise Conflict(
            f"The document is called {runbook.name}, the runbook {name}: a name never changes.",
            hint="Retire this one and add another, or put the name back.",
            code="name_changed",
        )
    if yaml == before:
        raise Conflict("The document is what is in service already.", code="no_change")
    key = proposal_key("edit", yaml, base_blob)
    return Proposed(
        key, "edit", name, f"Edit runbook {name}", edit_body(runbook), (ProposedContent(path, yaml),)
    )


def retire_proposal(name: str, path: str, base_blob: str) -> Proposed:
    """The proposal that takes a runbook out of service: its file goes, its history stays."""
    key = proposal_key("retire", name.encode(), base_blob)
    body = f"Takes the runbook **{escape(name)}** out of service on merge. Its versions and runs stay.\n"
    return Proposed(key, "retire", name, f"Retire runbook {name}", body, (ProposedContent(path, None),))


def _with_log(runbook: Runbook, log_path: str) -> Runbook:
    source = runbook.spec.source
    assert source is not None
    linked = source.model_copy(update={"decision_log": log_path})
    return runbook.model_copy(update={"spec": runbook.spec.model_copy(update={"source": linked})})


def paste_body(preview: Preview) -> str:
    """The text of the pull request, Markdown, the most important first."""
    runbook = preview.runbook
    counts = Counter(_shown(item) for item in preview.built.steps if item.verdict is not None)
    manual = sum(item.verdict is None for item in preview.built.steps)
    tally = " · ".join(f"{MARKS[risk]} {counts[risk]} {risk.value}" for risk in MARKS if counts[risk])
    parts = [
        f"## {escape(runbook.metadata.title)}",
        f"{len(preview.built.steps)} steps: {tally or 'no command'}"
        + (f" · {manual} by hand" if manual else ""),
        "**What runs by itself:** before: nothing · after: nothing. Every step waits at its gate.",
        _table(preview.built.steps),
        _list(
            "Variables",
            [
                f"{escape(v.name)}" + (f" (e.g. {escape(v.example)})" if v.example else "")
                for v in runbook.spec.variables
            ],
        ),
        _list("Prerequisites", [escape(item.text) for item in runbook.spec.prerequisites]),
        _list(
            "Open questions",
            [f"{escape(item.question)} — “{escape(item.text)}”" for item in runbook.spec.ambiguities],
        ),
        _suspicious(preview),
        _coverage(preview),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def edit_body(runbook: Runbook) -> str:
    """The text of an edit's pull request; what changed is in its files, what it risks in its check."""
    return (
        f"Changes the runbook **{escape(runbook.metadata.title)}** ({len(runbook.spec.steps)} steps).\n\n"
        "The check on this pull request classifies every step again.\n"
    )


def _table(steps: tuple[BuiltStep, ...]) -> str:
    rows = ["| # | step | command | risk | why | undo |", "| --- | --- | --- | --- | --- | --- |"]
    for number, item in enumerate(steps[:_SHOWN], 1):
        step = item.step
        text = escape(_short(step.command or step.manual or ""))
        if item.verdict is None:
            rows.append(f"| {number} | {escape(step.title)} | {text} | ✎ by hand | | |")
            continue
        risk = _shown(item)
        undo = "command" if step.rollback and step.rollback.command else ("no" if step.rollback else "–")
        why = escape(_short(item.verdict.finding.why))
        rows.append(
            f"| {number} | {escape(step.title)} | {text} | {MARKS[risk]} {risk.value} | {why} | {undo} |"
        )
    if len(steps) > _SHOWN:
        rows.append(f"| | and {len(steps) - _SHOWN} more | | | | |")
    return "\n".join(rows)


def _shown(item: BuiltStep) -> Risk:
    assert item.verdict is not None
    return item.verdict.shown


def _suspicious(preview: Preview) -> str:
    items = [f"line {item.line}, {item.kind}: {escape(item.text)}" for item in preview.suspicious]
    if not items:
        return ""
    return (
        _list("Suspicious passages", items) + "\n\nNothing obeyed them. Ask who wrote them before you merge."
    )


def _coverage(preview: Preview) -> str:
    by_fate = ", ".join(f"{count} {fate}" for fate, count in sorted(preview.coverage.by_fate.items()))
    lines = [
        f"**Coverage:** {preview.coverage.accounted} of {preview.coverage.sentences} sentences: {by_fate}."
    ]
    if preview.normalized.repairs:
        count = len(preview.normalized.repairs)
        lines.append(f"{count} character(s) of commands were repaired (quotes, dashes, blanks).")
    if preview.normalized.masked:
        lines.append(
            f"{len(preview.normalized.masked)} secret(s) were masked before anything else read the text."
        )
    lines.append(f"Source text: SHA-256 {preview.normalized.sha256}.")
    return "\n".join(lines)


def _list(heading: str, items: list[str]) -> str:
    if not items:
        return ""
    shown = [f"- {item}" for item in items[:_SHOWN]]
    if len(items) > _SHOWN:
        shown.append(f"- and {len(items) - _SHOWN} more")
    return "\n".join([f"**{heading}**", "", *shown])


def _short(text: str, longest: int = 160) -> str:
    flat = " ⏎ ".join(line.strip() for line in text.splitlines() if line.strip())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
