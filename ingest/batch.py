"""Many texts as one pull request: each read alone, distinct names, one decision log for all of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from ingest.building import slug
from ingest.decisions import decision_log, verdicts
from ingest.part_reading import PartReading
from ingest.pipeline import Preview
from ingest.propose import Proposed, ProposedContent, proposal_key, runbook_path
from schemas.decision import DecisionLog
from schemas.markdown import escape
from schemas.risk import MARKS
from schemas.runbook import Runbook
from schemas.yaml_codec import dump_runbook

_NAME_CHARACTERS: Final = 60
_REASONING_MAX_CHARACTERS: Final = 64_000
"""Of the 65,536 that a decision log takes."""
_CONFIDENCE: Final = 0.6
"""As of a single paste (`ingest/decisions.py`): one reader, no second opinion."""


@dataclass(frozen=True)
class BatchPart:
    """One document of a batch as the rules read it. `file` is its place in the folder or archive."""

    file: str
    runbook: Runbook
    sha256: str
    form: str
    steps: int
    commands: int
    tally: dict[str, int]
    """Steps by badge: safe, caution, dangerous, unknown, manual."""
    ambiguities: int
    suspicious: int
    ignored: int
    code_left_out: int
    """Pieces of code that read like a command and are in no step."""
    sentences: int
    masked: tuple[dict[str, Any], ...]
    verdicts: tuple[dict[str, Any], ...]
    reasoning: str
    reading: PartReading | None = None
    """What an LLM made of it, beside the rules; None where none reads texts."""

    @property
    def name(self) -> str:
        """What it would be called if nothing else were."""
        return self.runbook.name

    @property
    def read_permille(self) -> int:
        """How much of the text is in the document: sentences that were not set aside, of a thousand."""
        return 1000 * (self.sentences - self.ignored) // self.sentences if self.sentences else 1000


def part_of(preview: Preview, file: str, *, author: str, at: datetime) -> BatchPart:
    """What a batch keeps of a preview."""
    shown = preview.to_json()
    log = decision_log(
        preview.built, preview.extraction, preview.answers, form=preview.normalized.form,
        sha256=preview.normalized.sha256, author=author, at=at, reading=preview.reading, code=preview.code,
    )  # fmt: skip
    return BatchPart(
        file=file,
        runbook=preview.runbook,
        sha256=preview.normalized.sha256,
        form=preview.normalized.form,
        steps=len(preview.built.steps),
        commands=sum(item.step.command is not None for item in preview.built.steps),
        tally=shown["tally"],
        ambiguities=len(shown["ambiguities"]),
        suspicious=len(preview.suspicious),
        ignored=preview.coverage.by_fate.get("ignored", 0),
        code_left_out=sum(item.asked and item.said != "typed" for item in preview.code),
        sentences=preview.coverage.sentences,
        masked=tuple(shown["masked"]),
        verdicts=tuple(verdicts(preview.built)),
        reasoning=log.reasoning,
        reading=PartReading.of(preview.reading),
    )


def distinct_names(wanted: Sequence[tuple[str, str]], taken: Collection[str]) -> list[str]:
    """A name for each `(name, file)`, in order: its own; else with its folder before it; else with a number.

    None is in `taken`, and none is given twice.
    """
    used = set(taken)
    names = []
    for name, file in wanted:
        chosen = next(candidate for candidate in _candidates(name, file, len(used)) if candidate not in used)
        used.add(chosen)
        names.append(chosen)
    return names


def _candidates(name: str, file: str, used: int) -> Iterable[str]:
    yield name
    folder = PurePosixPath(file).parent.name
    if folder and slug(folder, 24) not in name:
        yield slug(f"{slug(folder, 24)}-{name}", _NAME_CHARACTERS)
    for number in range(2, used + 3):
        yield f"{name[: _NAME_CHARACTERS - 8].rstrip('-')}-{number}"


def log_path(texts: Iterable[str], state: Iterable[str]) -> str:
    """Where the decision log of a batch lies. `texts`: what names each document, in order; `state`: what
    makes the same batch another one, as a name that was retired since.
    """
    digest = hashlib.sha256(json.dumps([list(texts), sorted(state)]).encode()).hexdigest()
    return f"decisions/imports/{digest[:16]}.json"


def runbook_file(runbook: Runbook, name: str, log: str) -> bytes:
    """The document under its name, with where its decision log lies."""
    source = runbook.spec.source
    assert source is not None
    spec = runbook.spec.model_copy(update={"source": source.model_copy(update={"decision_log": log})})
    metadata = runbook.metadata.model_copy(update={"name": name})
    return dump_runbook(runbook.model_copy(update={"metadata": metadata, "spec": spec})).encode()


def batch_proposal(
    named: Sequence[tuple[str, BatchPart, bytes]], *, log: str, author: str, at: datetime
) -> Proposed:
    """One proposal of `(name, part, file content)`: a file each, and two for the log and the verdicts."""
    key = proposal_key("batch", "\n".join(f"{name} {part.sha256}" for name, part, _ in named).encode(), log)
    rows = [{"runbook": name, **verdict} for name, part, _ in named for verdict in part.verdicts]
    files = [ProposedContent(runbook_path(name), content) for name, _, content in named]
    files.append(ProposedContent(log, _log(named, author, at).to_text().encode()))
    content = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    files.append(ProposedContent(log.removesuffix(".json") + ".verdicts.json", content.encode()))
    count = len(named)
    title = f"Add {count} runbooks" if count > 1 else f"Add runbook {named[0][0]}"
    return Proposed(key, "batch", None, title, _body(named), tuple(files), log_path=log)


def _log(named: Sequence[tuple[str, BatchPart, bytes]], author: str, at: datetime) -> DecisionLog:
    """One log: what was decided of each document, each cut to its share of the room."""
    share = _REASONING_MAX_CHARACTERS // max(1, len(named))
    parts = [
        f"{name} (from {part.file}, SHA-256 {part.sha256}, read as {part.form}):\n{part.reasoning}"
        for name, part, _ in named
    ]
    cut = [
        text if len(text) <= share else text[: share - 40] + "…\n(the verdicts lie beside this log)"
        for text in parts
    ]
    return DecisionLog(
        prompt=(
            f"Turn {len(named)} texts into runbooks: ordered steps, each with its risk. The rules of "
            f"ingest/extract read them. {_readers(named)}"
        ),
        reasoning="\n".join(cut),
        alternatives_considered=(),
        confidence=_CONFIDENCE,
        timestamp=at,
        author=author,
    )


def _readers(named: Sequence[tuple[str, BatchPart, bytes]]) -> str:
    """Which LLM read how many of them, and what came of it."""
    readings = [part.reading for _, part, _ in named if part.reading is not None and part.reading.is_read]
    if not readings:
        return "No LLM read them."
    by = ", ".join(sorted({reading.by for reading in readings}))
    differ = sum(reading.differences for reading in readings)
    return (
        f"{by} read {len(readings)} of {len(named)}, too, and {differ} passage(s) otherwise; each document "
        "is what the rules read."
    )


def _body(named: Sequence[tuple[str, BatchPart, bytes]]) -> str:
    """The text of the pull request: a row a runbook, the riskiest first."""
    total: Counter[str] = Counter()
    for _, part, _ in named:
        total.update(part.tally)
    ranked = sorted(named, key=lambda item: (-_weight(item[1]), item[0]))
    rows = [
        "| runbook | from | steps | risks | questions | code in no step |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, part, _ in ranked:
        mark = f"; {part.suspicious} suspicious passage(s)" if part.suspicious else ""
        rows.append(
            f"| {escape(name)} | {escape(part.file[-80:])} | {part.steps} | {_risks(part.tally)}{mark} | "
            f"{part.ambiguities or ''} | {part.code_left_out or ''} |"
        )
    suspicious = sum(part.suspicious for _, part, _ in named)
    masked = sum(len(part.masked) for _, part, _ in named)
    notes = []
    left = sum(part.code_left_out for _, part, _ in named)
    if left:
        notes.append(
            f"**{left} piece(s) of code** read like commands and are in no step. Each runbook asks whether "
            "they are typed; the decision log names them."
        )
    if suspicious:
        notes.append(
            f"**{suspicious} suspicious passage(s)** speak to a machine or are hidden. Nothing obeyed them. "
            "Ask who wrote them before you merge."
        )
    if masked:
        notes.append(f"{masked} secret(s) were masked before anything else read the texts.")
    return (
        "\n\n".join(
            [
                f"## {len(named)} imported runbooks",
                f"{sum(part.steps for _, part, _ in named)} steps: {_risks(total)}",
                "**What runs by itself:** before: nothing · after: nothing. Every step waits at its gate.",
                "\n".join(rows),
                *notes,
            ]
        )
        + "\n"
    )


def _weight(part: BatchPart) -> int:
    tally = part.tally
    return 100 * tally.get("dangerous", 0) + 10 * tally.get("unknown", 0) + tally.get("caution", 0)


def _risks(tally: dict[str, int] | Counter[str]) -> str:
    parts = [f"{MARKS[risk]} {tally[risk.value]}" for risk in MARKS if tally.get(risk.value)]
    if tally.get("manual"):
        parts.append(f"✎ {tally['manual']}")
    return " ".join(parts)
