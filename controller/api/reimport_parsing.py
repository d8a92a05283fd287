"""What runs in the parsing processes for a newer text: the old one and the newer one read, and joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.api.importing import Paste, require_taken
from controller.api.proposing_facts import ParsedFacts
from controller.review.newer_text import Joined, join_text
from controller.review.three_way import in_words
from ingest.decisions import decision_log
from ingest.part_reading import PartReading
from ingest.propose import Proposed, ProposedContent, proposal_key
from schemas.markdown import escape
from schemas.runbook import Runbook
from schemas.yaml_codec import load_runbook

_SHOWN = 60


@dataclass(frozen=True)
class Present:
    """The runbook as it is in git. `base` names the state that a change starts from."""

    name: str
    path: str
    content: bytes
    base: str
    prefix: str = ""


@dataclass(frozen=True)
class Reimported:
    """The joined document as a proposal, what there is to tell, and the facts of the newer text."""

    joined: Joined
    proposed: Proposed
    facts: ParsedFacts
    risks: dict[str, str]
    """The badge of each step that the newer text has, by its id there."""
    reading: PartReading | None = None
    """What an LLM made of the newer text; None where none reads texts."""


def source_of(content: bytes, path: str) -> str | None:
    """The SHA-256 of the text that a document was made from. Raises DocumentInvalid."""
    source = load_runbook(content, path=path).spec.source
    return None if source is None else source.sha256


def reimport(old: Paste, newer: Paste, present: Present, author: str, at: datetime) -> Reimported:
    """Join a newer text with the present document.

    Raises as `ingest.pipeline.preview`, Unprocessable (`reading_gone`: what a person took of the model's
    reading is not there any more), and Conflict.
    """
    read = newer.preview()
    require_taken(newer, read)
    base = _named(old.preview().runbook, present.name)
    sha256 = read.normalized.sha256
    key = proposal_key("reimport", f"{present.name}\n{sha256}\n{read.said}".encode(), present.base)
    log = f"decisions/{present.name}/{key[:16]}.json"
    joined = join_text(base, present.content, _named(read.runbook, present.name), present.path, log)
    told = decision_log(
        read.built,
        read.extraction,
        read.answers,
        form=read.normalized.form,
        sha256=sha256,
        author=author,
        at=at,
        reading=read.reading,
    )
    files = (
        ProposedContent(present.path, joined.yaml.encode()),
        ProposedContent(f"{present.prefix}{log}", told.to_text().encode()),
    )
    title = f"Newer text of runbook {present.name}"
    reading = PartReading.of(read.reading)
    body = _body(read.runbook, joined, reading)
    proposed = Proposed(key, "reimport", present.name, title, body, files, sha256, f"{present.prefix}{log}")
    shown = read.to_json()
    return Reimported(joined, proposed, ParsedFacts.of(shown, read.coverage.permille), _risks(shown), reading)


def _named(runbook: Runbook, name: str) -> Runbook:
    return runbook.model_copy(update={"metadata": runbook.metadata.model_copy(update={"name": name})})


def _risks(shown: Mapping[str, Any]) -> dict[str, str]:
    return {
        step["id"]: "unknown" if step.get("unknown") else step["risk"]
        for step in shown["steps"]
        if "risk" in step
    }


def _body(newer: Runbook, joined: Joined, reading: PartReading | None) -> str:
    """The text of the pull request: what changes, what is to decide, what was kept."""
    parts = [f"## {escape(newer.metadata.title)}", f"This is a newer text: {escape(joined.summary)}."]
    parts += _listed(
        "Conflicts: what is here stands, and a question keeps what it concerns from running by itself",
        [
            f"{escape(item.place)}, {escape(item.field)}: "
            f"here “{_short(item.here)}”, newer “{_short(item.newer)}”; keeps {escape(item.keeps)}"
            for item in joined.conflicts
        ],
    )
    parts += _listed("Steps", [f"{item.change}: {escape(item.title)}" for item in joined.changes])
    parts += _listed(
        "Variables",
        [
            *(f"added: {escape(name)}" for name in joined.variables_added),
            *(f"removed: {escape(name)}" for name in joined.variables_removed),
        ],
    )
    parts += _listed(
        "Beside the steps",
        [
            f"{item.change}: {escape(item.place)}"
            + (f": “{_short(item.before)}” → “{_short(item.after)}”" if item.change == "changed" else "")
            for item in joined.beside
        ],
    )
    parts += _listed(
        "Edits that are kept",
        [
            f"{escape(item.place)}: {item.what}" + (f" ({escape(item.field)})" if item.field else "")
            for item in joined.kept
        ],
    )
    if reading is not None:
        told = f" It reads {reading.differences} passage(s) otherwise." if reading.differences else ""
        parts.append(f"{escape(reading.said)}{told}")
    return "\n\n".join(parts) + "\n"


def _listed(heading: str, items: list[str]) -> list[str]:
    if not items:
        return []
    more = [f"- and {len(items) - _SHOWN} more"] if len(items) > _SHOWN else []
    return ["\n".join([f"**{heading}**", "", *(f"- {item}" for item in items[:_SHOWN]), *more])]


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    text = " ".join(in_words(value).split())
    return escape(text if len(text) <= 160 else text[:160] + "…")
