"""A preview, an edit or a retirement as a proposal: its files, its key, and what is said about its source.

The rest of the pull request's text is made where both sides are known (`controller/review/body.py`).
Everything from the source is foreign there: it is escaped, so that nothing in it is markup, a link or a
mention.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from ingest.decisions import decision_log, verdicts
from ingest.differences import Difference
from ingest.edits import JudgedCommand, edit_log, retirement_log, verdicts_text
from ingest.pipeline import Preview
from ingest.typed_or_not import first_line, told_of
from schemas.errors import Conflict, DocumentInvalid
from schemas.json_codec import load_decision_log
from schemas.markdown import escape
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
    """What a pull request is made of. `kind`: paste, batch (which has no one name), edit, retire; `body` is
    Markdown about the source; `log_path` is where its decision log lies, where it has one."""

    key: str
    kind: str
    runbook_name: str | None
    title: str
    body: str
    files: tuple[ProposedContent, ...]
    source_sha256: str | None = None
    log_path: str | None = None

    def as_first_proposed(self, author: str, at: datetime) -> Self:
        """The same with the decision log of whoever proposed it first, and then: what is proposed again is
        the same files, byte for byte, and moves no branch.
        """
        files = tuple(
            ProposedContent(file.path, _dated(file.content, author, at))
            if file.path == self.log_path and file.content is not None
            else file
            for file in self.files
        )
        return replace(self, files=files)


def _dated(log: bytes, author: str, at: datetime) -> bytes:
    found = load_decision_log(log, path="")
    return found.model_copy(update={"author": author, "timestamp": at}).to_text().encode()


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
        sha256=preview.normalized.sha256, author=author, at=at, reading=preview.reading, code=preview.code,
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
    sha256 = preview.normalized.sha256
    return Proposed(key, "paste", name, title, source_body(preview), files, sha256, log_path)


@dataclass(frozen=True)
class Edit:
    """A person's change: the document as it is in service, None where nothing sound is, and as it will be.
    `base` names the state that the change starts from; `prefix` is the repository's folder, with its slash.
    """

    name: str
    path: str
    base: str
    prefix: str
    author: str
    at: datetime
    before: bytes | None = None
    yaml: bytes = b""

    def log_path(self, key: str) -> str:
        """Where the decision log of the change lies."""
        return f"{self.prefix}decisions/{self.name}/{key[:16]}.json"


def edit_proposal(edit: Edit, judge: Callable[[bytes], Sequence[JudgedCommand]]) -> Proposed:
    """The proposal of an edit: the whole document in its new form, with its decision log. `judge` gives the
    verdicts of a document. Raises DocumentInvalid, Conflict.
    """
    runbook = load_runbook(edit.yaml, path=edit.path)
    if runbook.name != edit.name:
        raise Conflict(
            f"The document is called {runbook.name}, the runbook {edit.name}: a name never changes.",
            hint="Retire this one and add another, or put the name back.",
            code="name_changed",
        )
    if edit.yaml == edit.before:
        raise Conflict("The document is what is in service already.", code="no_change")
    key = proposal_key("edit", edit.yaml, edit.base)
    judged = judge(edit.yaml)
    log = edit_log(_readable(edit), runbook, judged, content=edit.yaml, author=edit.author, at=edit.at)
    path = edit.log_path(key)
    files = (
        ProposedContent(edit.path, edit.yaml),
        ProposedContent(path, log.to_text().encode()),
        ProposedContent(path.removesuffix(".json") + ".verdicts.json", verdicts_text(judged)),
    )
    title = f"Edit runbook {edit.name}"
    return Proposed(key, "edit", edit.name, title, "", files, log_path=path)


def _readable(edit: Edit) -> Runbook | None:
    if not edit.before:
        return None
    try:
        return load_runbook(edit.before, path=edit.path)
    except DocumentInvalid:
        return None  # what an older version let in; the log says so


def retire_proposal(edit: Edit) -> Proposed:
    """The proposal that takes a runbook out of service: its file goes, its history stays."""
    key = proposal_key("retire", edit.name.encode(), edit.base)
    log = retirement_log(edit.name, edit.path, author=edit.author, at=edit.at)
    path = edit.log_path(key)
    files = (ProposedContent(edit.path, None), ProposedContent(path, log.to_text().encode()))
    title = f"Retire runbook {edit.name}"
    return Proposed(key, "retire", edit.name, title, "", files, log_path=path)


def _with_log(runbook: Runbook, log_path: str) -> Runbook:
    source = runbook.spec.source
    assert source is not None
    linked = source.model_copy(update={"decision_log": log_path})
    return runbook.model_copy(update={"spec": runbook.spec.model_copy(update={"source": linked})})


def source_body(preview: Preview) -> str:
    """What the pull request says about the pasted text, Markdown: what was suspicious in it, which code is in
    no step, what an LLM read otherwise, and how much of it became what."""
    parts = [_suspicious(preview), _code(preview), _reading(preview), _coverage(preview)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _suspicious(preview: Preview) -> str:
    items = [f"line {item.line}, {item.kind}: {escape(item.text)}" for item in preview.suspicious]
    if not items:
        return ""
    return (
        _list("Suspicious passages", items) + "\n\nNothing obeyed them. Ask who wrote them before you merge."
    )


def _code(preview: Preview) -> str:
    """The code that reads like a command and is in no step; how much other code is in none."""
    left = [item for item in preview.code if item.said != "typed"]
    items = [
        f"line {item.line}: {escape(first_line(item))} — {escape(item.reason)}; {told_of(item)}"
        for item in left
        if item.reads_like_command
    ]
    others = len(left) - len(items)
    told = f"\n\n{others} further piece(s) of code in no step read like no command." if others else ""
    return _list("Code that reads like a command and is in no step", items) + told if items else ""


def _reading(preview: Preview) -> str:
    """What an LLM read otherwise, taken or not; empty where it read nothing, or the same."""
    reading = preview.reading
    if reading is None or not reading.differences:
        return ""
    items = [_difference(item) for item in reading.differences]
    told = "The document is what the rules read, and what the author took."
    heading = f"Read differently by {escape(reading.heard.by)}"
    return _list(heading, items, reading.not_listed) + f"\n\n{told}"


def _difference(item: Difference) -> str:
    where = "in no line" if item.line is None else f"line {item.line}"
    state = "taken" if item.taken else item.why or "not taken"
    kind = item.kind.replace("_", " ")
    return f"{where}, {kind}: {escape(item.model)} (rules: {escape(item.rules)}) — {escape(state)}"


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


def _list(heading: str, items: list[str], not_listed: int = 0) -> str:
    """The first of them; `not_listed` are further ones, of which only the number is known."""
    if not items:
        return ""
    shown = [f"- {item}" for item in items[:_SHOWN]]
    more = len(items) - len(shown) + not_listed
    if more:
        shown.append(f"- and {more} more")
    return "\n".join([f"**{heading}**", "", *shown])
