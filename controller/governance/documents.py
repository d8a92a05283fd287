"""What a file of a repository means to the product, as a pure judgement: a runbook that may serve, a policy,
flags, or the places that say why not. Sync and review both decide by this, so they can't disagree.

Content is foreign: callers run `packed.judge_packed` in the pool of parsing processes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from base.limits import DOCUMENT_MAX_BYTES
from controller.governance.brought_verdicts import BroughtVerdicts, brought_verdicts
from controller.governance.kept_verdicts import KeptVerdicts
from controller.governance.sample import named_resources, sample_command
from ingest.advisor.advising import ONE_KEY, Advising
from ingest.advisor.question import Part, Question, labels_of, questions
from scanner import scan
from scanner.holes import check_template
from schemas.errors import DocumentInvalid, Place
from schemas.flags import Flags
from schemas.json_codec import load_flags, load_policy
from schemas.policy import Policy
from schemas.risk import Risk, effective, exceeds, worse
from schemas.runbook import Runbook
from schemas.verdict import Finding, MergeRule, Verdict
from schemas.yaml_codec import check_document, document_sha256
from schemas.yaml_read import Tree

FileKind: TypeAlias = Literal["runbook", "policy", "flags", "other"]

RUNBOOK_FOLDER: Final = "runbooks"
POLICY_FILE: Final = "policy.json"
FLAGS_FILE: Final = "flags.json"
RULES: Final = tuple(MergeRule)
"""The merge rules in the order of their numbers, 1 to 5."""
_METADATA: Final = re.compile(r"^metadata:(?P<inside>.*(?:\n(?:[ \t#].*)?)*)", re.MULTILINE)
_NAME: Final = re.compile(
    r"""(?:^|[{,])[ \t]*["']?name["']?[ \t]*:[ \t]*["']?([a-z0-9][a-z0-9-]{0,62})\b""", re.MULTILINE
)
_verdicts: Final = KeptVerdicts()


@dataclass(frozen=True)
class JudgedUndo:
    """What the scanner says of a rollback command: it waits for a person whatever that is, and is scanned
    again as filled when it is asked for.
    """

    finding: Finding
    resources: tuple[str, ...] = ()


@dataclass(frozen=True)
class JudgedStep:
    """One step with the verdict on its command; `verdict` None for a manual step."""

    step_id: str
    title: str
    declared: Risk | None
    verdict: Verdict | None
    command_sha256: bytes | None
    can_be_undone: bool
    sample: str = ""
    """The text that was judged: the command with a word in each hole."""
    resources: tuple[str, ...] = ()
    """What the scanner found that it touches, with the name of a variable where it has no example."""
    undo: JudgedUndo | None = None
    """Its rollback command, where it has one."""

    @property
    def risk(self) -> Risk:
        """The effective risk: the higher of what is declared and what was found."""
        if self.verdict is None:
            return self.declared or Risk.SAFE
        return effective(worse(self.declared or Risk.SAFE, self.verdict.risk))


@dataclass(frozen=True)
class JudgedRunbook:
    """A sound document, ready to be stored: `document` is its JSON form."""

    name: str
    title: str
    service: str
    document: dict[str, Any]
    steps: tuple[JudgedStep, ...]
    ambiguities: int
    name_place: tuple[int, int]
    questions: tuple[Question, ...] = ()
    """What an LLM would be asked about its commands, where there is one."""
    said: BroughtVerdicts | None = None
    """The verdicts as they were judged, ready to be stored; `brought` says what is to be stored."""

    @property
    def verdicts(self) -> list[Verdict]:
        """On its commands, in order."""
        verdicts = [step.verdict for step in self.steps if step.verdict is not None]
        assert len(verdicts) == sum(step.command_sha256 is not None for step in self.steps), (
            "each command has a verdict: they are told apart by their order"
        )
        return verdicts

    @property
    def brought(self) -> BroughtVerdicts:
        """The verdicts as they are stored. Made where it was judged; anew where one of them is another."""
        verdicts = self.verdicts
        if self.said is not None and self.said.is_of(verdicts):
            return self.said
        return brought_verdicts(verdicts)


@dataclass(frozen=True)
class JudgedFile:
    """What one file is. Without errors exactly one of `runbook`, `policy`, `flags` is set (by `kind`)."""

    path: str
    kind: FileKind
    content_sha256: str
    content: bytes
    runbook: JudgedRunbook | None = None
    policy: Policy | None = None
    flags: Flags | None = None
    places: tuple[Place, ...] = field(default=())
    name: str = ""
    """The name that a runbook's text carries, sound or not; empty where none can be read."""
    too_low: JudgedRunbook | None = None
    """What was judged of a runbook that may not serve because it declares less than the scanner found."""

    @property
    def errors(self) -> tuple[Place, ...]:
        """What keeps it out of service."""
        return tuple(place for place in self.places if place.severity == "error")

    @property
    def warnings(self) -> tuple[Place, ...]:
        """What is told and no more."""
        return tuple(place for place in self.places if place.severity == "warn")


def kind_of(path: str, prefix: str) -> FileKind:
    """What a path under a repository's prefix is to the product."""
    inside = path.removeprefix(prefix.strip("/")).lstrip("/") if prefix.strip("/") else path
    if inside == POLICY_FILE:
        return "policy"
    if inside == FLAGS_FILE:
        return "flags"
    if inside.startswith(RUNBOOK_FOLDER + "/") and inside.endswith((".yaml", ".yml")):
        return "runbook"
    return "other"


def judge_file(path: str, kind: FileKind, content: bytes, advising: Advising = ONE_KEY) -> JudgedFile:
    """Judge one file. Total: whatever the bytes are, the answer is a value. `advising` is the second key."""
    if kind in {"policy", "flags"}:
        return _settings(path, kind, content)
    judged = _runbook(path, content, advising)
    return replace(judged, name=judged.runbook.name if judged.runbook is not None else name_in(content))


def name_in(content: bytes) -> str:
    """`metadata.name` as far as the lines show it: of a text that is no YAML, too. Empty where they show
    none, or several.
    """
    metadata = _METADATA.search(content[:DOCUMENT_MAX_BYTES].decode("utf-8", "replace"))
    found = set(_NAME.findall(metadata["inside"])) if metadata is not None else set()
    return found.pop() if len(found) == 1 else ""


def unreadable(path: str, kind: FileKind, reason: str, code: str) -> JudgedFile:
    """A file whose bytes were never looked at: too large, or its judgement took too long."""
    return JudgedFile(path, kind, "sha256:" + "0" * 64, b"", places=(Place(1, 1, "", reason, code=code),))


# ---------------------------------------------------------------- runbooks


def _runbook(path: str, content: bytes, advising: Advising) -> JudgedFile:
    """1. read and lint; 2. holes stand only where a value can't become code; 3. scan each command and ask for
    advice; 4. nothing may be declared below what the scanner found.
    """
    sha256 = document_sha256(content)
    if len(content) > DOCUMENT_MAX_BYTES:
        return JudgedFile(path, "runbook", sha256, content, places=(_too_large(len(content)),))
    checked = check_document(content, path=path)
    if checked.runbook is None or checked.tree is None:
        return JudgedFile(path, "runbook", sha256, content, places=checked.places)
    tree = checked.tree
    misplaced = list(_misplaced_holes(checked.runbook, tree))
    if misplaced:
        return JudgedFile(path, "runbook", sha256, content, places=(*misplaced, *checked.places))
    steps = tuple(_step(checked.runbook, index, advising) for index in range(len(checked.runbook.spec.steps)))
    lowered = [_lowered(tree, index, step) for index, step in enumerate(steps) if _is_lowered(step)]
    places = (*lowered, *checked.places)
    asked = _questions(checked.runbook, steps) if advising.has_llm else ()
    judged = _judged(checked.runbook, steps, tree, asked)
    if lowered:
        return JudgedFile(path, "runbook", sha256, content, places=places, too_low=judged)
    return JudgedFile(path, "runbook", sha256, content, runbook=judged, places=places)


def _too_large(size: int) -> Place:
    message = f"the document has {size} bytes, at most {DOCUMENT_MAX_BYTES} are allowed"
    return Place(1, 1, "", message, "split it into several runbooks", "document_size")


def _misplaced_holes(runbook: Runbook, tree: Tree) -> Iterator[Place]:
    for index, step in enumerate(runbook.spec.steps):
        commands: dict[tuple[str, ...], str | None] = {("command",): step.command}
        if step.rollback is not None:
            commands["rollback", "command"] = step.rollback.command
        for tail, command in commands.items():
            for place in check_template(command, runbook.spec.variables) if command is not None else ():
                yield tree.place(
                    ("spec", "steps", index, *tail), place.message, code=place.code, hint=place.hint
                )


def _step(runbook: Runbook, index: int, advising: Advising) -> JudgedStep:
    step = runbook.spec.steps[index]
    verdict, digest, sample = None, None, ""
    touched: tuple[str, ...] = ()
    if step.command is not None:
        sample = sample_command(runbook, step.command)
        verdict = _verdicts.judge(sample, advising)
        touched = named_resources(runbook, step.command, verdict.finding.resources, _touched)
        digest = hashlib.sha256(step.command.encode()).digest()
    undo = None if step.rollback is None else _undo(runbook, step.rollback.command)
    undone = undo is not None
    return JudgedStep(step.id, step.title, step.declared_risk, verdict, digest, undone, sample, touched, undo)


def _undo(runbook: Runbook, command: str | None) -> JudgedUndo | None:
    if command is None:
        return None
    finding = _verdicts.judge(sample_command(runbook, command), ONE_KEY).finding
    return JudgedUndo(finding, named_resources(runbook, command, finding.resources, _touched))


def _touched(command: str) -> tuple[str, ...]:
    return scan(command).resources


def _is_lowered(step: JudgedStep) -> bool:
    return (
        step.verdict is not None
        and step.declared is not None
        and exceeds(step.verdict.finding.risk, step.declared)
    )


def _lowered(tree: Tree, index: int, step: JudgedStep) -> Place:
    assert step.verdict is not None
    finding = step.verdict.finding
    return tree.place(
        ("spec", "steps", index, "risk"),
        f"the step `{step.step_id}` is declared {step.declared}, but the scanner says {finding.risk}: "
        f"{finding.why}",
        code="declared_risk",
        hint=f"declare risk: {effective(finding.risk)}, or leave it out",
    )


def _questions(runbook: Runbook, steps: tuple[JudgedStep, ...]) -> tuple[Question, ...]:
    parts = [
        Part(step.title)
        if step.verdict is None
        else Part(step.sample, step.sample, labels_of(runbook, step.step_id))
        for step in steps
    ]
    return questions(parts, runbook.metadata.title, runbook.metadata.service or "")


def _judged(
    runbook: Runbook, steps: tuple[JudgedStep, ...], tree: Tree, asked: tuple[Question, ...]
) -> JudgedRunbook:
    place = tree.place(("metadata", "name"), "", code="name")
    return JudgedRunbook(
        name=runbook.name,
        title=runbook.metadata.title,
        service=runbook.metadata.service or "",
        document=runbook.to_json(),
        steps=steps,
        ambiguities=len(runbook.spec.ambiguities),
        name_place=(place.line, place.column),
        questions=asked,
        said=brought_verdicts([step.verdict for step in steps if step.verdict is not None]),
    )


# ---------------------------------------------------------------- policy.json, flags.json


def _settings(path: str, kind: FileKind, content: bytes) -> JudgedFile:
    sha256 = document_sha256(content)
    try:
        if kind == "policy":
            return JudgedFile(path, kind, sha256, content, policy=load_policy(content, path=path))
        return JudgedFile(path, kind, sha256, content, flags=load_flags(content, path=path))
    except DocumentInvalid as refusal:
        return JudgedFile(path, kind, sha256, content, places=tuple(refusal.places))
