"""One YAML document in git: metadata and ordered steps (CONTRACTS.md §1)."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from base.limits import (
    DOCUMENT_MAX_ALERTS,
    DOCUMENT_MAX_AMBIGUITIES,
    DOCUMENT_MAX_LABELS,
    DOCUMENT_MAX_PREREQUISITES,
    DOCUMENT_MAX_STEPS,
    DOCUMENT_MAX_VARIABLES,
    VARIABLE_VALUE_MAX_CHARACTERS,
)
from schemas.canonical import DOCUMENT_DOMAIN, digest
from schemas.model import Extensible, Instant, Model, Sha256Hex, StrictBool, StrictInt
from schemas.names import (
    AgentLabels,
    AlertLabelKey,
    Owner,
    PatternText,
    RepositoryPath,
    RunbookName,
    StepName,
    VariableName,
)
from schemas.step import Expect, Step, Target
from schemas.text import CommandText, Line, Text

API_VERSION: Final = "dd0c.run/v1"
KIND: Final = "Runbook"
AGENT_SECRETS: Final = "agent.secrets."

VariableSource = Annotated[
    str,
    Field(strict=True),
    StringConstraints(
        pattern=r"^(?:alert\.(?:labels|annotations)\.[A-Za-z_][A-Za-z0-9_.:/-]{0,126}"
        r"|agent\.secrets\.[A-Z][A-Z0-9_]{0,62})$"
    ),
]
"""Where a value comes from: the alert, or (secrets only) the agent's host. Without a source, a person
fills it.
"""

AlertText = Annotated[str, Field(strict=True, min_length=1, max_length=512)]


class Metadata(Extensible):
    """Who the runbook is. `name` is its identity in the repository and never changes; the file may move."""

    name: RunbookName
    title: Line
    service: Line | None = None
    owners: Annotated[tuple[Owner, ...], Field(max_length=32)] = ()
    labels: Annotated[AgentLabels, Field(max_length=DOCUMENT_MAX_LABELS)] = Field(default_factory=dict)


class Source(Model):
    """The source text it was made from, and the decision log that says how."""

    sha256: Sha256Hex
    decision_log: RepositoryPath | None = None


class LabelPattern(Model):
    """A label matches where RE2 matches its whole value."""

    pattern: PatternText


class AlertMatcher(Model):
    """One entry of `alerts`: all of its keys must match, any entry is enough."""

    source: Literal["alertmanager", "grafana", "pagerduty", "opsgenie", "any"] = "any"
    labels: Annotated[
        dict[
            AlertLabelKey,
            AlertText | Annotated[tuple[AlertText, ...], Field(min_length=1, max_length=64)] | LabelPattern,
        ],
        Field(min_length=1, max_length=DOCUMENT_MAX_LABELS),
    ]


class Check(Model):
    """A command that shows whether a prerequisite holds. In V1 it is shown, and a human ticks it."""

    command: CommandText
    expect: Expect | None = None


class Prerequisite(Model):
    """Something that must be true before the first step."""

    id: StepName
    text: Text
    check: Check | None = None


class Variable(Model):
    """A named value. Without a pattern the default one applies; a secret stays on the agent's host."""

    name: VariableName
    pattern: PatternText | None = None
    example: Annotated[str, Field(strict=True, max_length=VARIABLE_VALUE_MAX_CHARACTERS)] | None = None
    secret: StrictBool = False
    source: VariableSource | None = None

    @property
    def secret_name(self) -> str | None:
        """The name under which the agent's host knows the secret; None for anything else."""
        if not self.secret or self.source is None or not self.source.startswith(AGENT_SECRETS):
            return None
        return self.source.removeprefix(AGENT_SECRETS)


class AmbiguityKind(StrEnum):
    """Why a sentence is not deterministic yet."""

    VAGUE = "vague"
    MISSING_VALUE = "missing_value"
    MISSING_COMMAND = "missing_command"
    UNKNOWN_THRESHOLD = "unknown_threshold"
    CONTRADICTORY = "contradictory"
    UNRESOLVABLE_REFERENCE = "unresolvable_reference"


class Ambiguity(Model):
    """An open question that a reviewer must settle; a step that depends on one never runs by itself."""

    id: StepName
    kind: AmbiguityKind
    text: Text
    question: Text
    step: StepName | None = None
    candidates: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


class Review(Model):
    """Who last read the whole document, and when."""

    by: Owner
    at: Instant


class Spec(Extensible):
    """What the runbook does."""

    source: Source | None = None
    trust_level: Annotated[StrictInt, Field(ge=0, le=2)] = 1
    governance: Literal["strict"] | None = None
    alerts: Annotated[tuple[AlertMatcher, ...], Field(max_length=DOCUMENT_MAX_ALERTS)] = ()
    prerequisites: Annotated[tuple[Prerequisite, ...], Field(max_length=DOCUMENT_MAX_PREREQUISITES)] = ()
    target: Target | None = None
    variables: Annotated[tuple[Variable, ...], Field(max_length=DOCUMENT_MAX_VARIABLES)] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=DOCUMENT_MAX_STEPS)]
    ambiguities: Annotated[tuple[Ambiguity, ...], Field(max_length=DOCUMENT_MAX_AMBIGUITIES)] = ()
    notes: Text | None = None
    review: Review | None = None


class Runbook(Model):
    """The whole document, structurally sound; whether it makes sense is `schemas.lint.problems`."""

    api_version: Literal["dd0c.run/v1"] = API_VERSION
    kind: Literal["Runbook"] = KIND
    metadata: Metadata
    spec: Spec

    @model_validator(mode="after")
    def _unique_steps(self) -> Self:
        seen: set[str] = set()
        for index, step in enumerate(self.spec.steps):
            if step.id in seen:
                context = {"id": step.id, "index": index}
                raise PydanticCustomError("duplicate_step", "the step id `{id}` stands twice", context)
            seen.add(step.id)
        return self

    @property
    def name(self) -> str:
        """The identity: `metadata.name`."""
        return self.metadata.name

    @cached_property
    def _index(self) -> dict[str, int]:
        return {step.id: position for position, step in enumerate(self.spec.steps)}

    def step(self, step_id: str) -> Step:
        """The step of that id; raises KeyError."""
        return self.spec.steps[self._index[step_id]]

    def position(self, step_id: str) -> int:
        """Where the step stands in the document, from 0; raises KeyError."""
        return self._index[step_id]

    def variable(self, name: str) -> Variable:
        """The variable of that name; raises KeyError."""
        for variable in self.spec.variables:
            if variable.name == name:
                return variable
        raise KeyError(name)

    def needs_of(self, step_id: str) -> tuple[str, ...]:
        """The ids a step waits for: `needs`, or the step above where it is left out; KeyError for no such
        step.
        """
        position = self._index[step_id]
        needs = self.spec.steps[position].needs
        if needs is not None:
            return needs
        return (self.spec.steps[position - 1].id,) if position else ()

    def target_of(self, step_id: str) -> Target | None:
        """The step's own target, else the document's."""
        return self.step(step_id).target or self.spec.target

    def upstream(self, step_id: str) -> frozenset[str]:
        """All steps that come before it along `needs`, however far; unknown names and cycles do no harm."""
        return self._closure[step_id]

    @cached_property
    def _closure(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        try:
            order = self.order()
        except ValueError:
            return {step.id: self._walk_up(step.id) for step in self.spec.steps}
        for step_id in order:
            needs = self.needs_of(step_id)
            found[step_id] = frozenset(needs).union(*(found[need] for need in needs))
        return found

    def _walk_up(self, step_id: str) -> frozenset[str]:
        found: set[str] = set()
        open_ids = [step_id]
        while open_ids:
            for need in self.needs_of(open_ids.pop()):
                if need in self._index and need not in found:
                    found.add(need)
                    open_ids.append(need)
        return frozenset(found)

    def order(self) -> tuple[str, ...]:
        """The ids in the order in which they run: along `needs`, ties as they stand in the document.

        Raises ValueError for a cycle or a need that does not exist (lint refuses such a document).
        """
        waiting = {step.id: set(self.needs_of(step.id)) for step in self.spec.steps}
        after: dict[str, list[str]] = {}
        for step_id, needs in waiting.items():
            for need in needs:
                after.setdefault(need, []).append(step_id)
        ready = [self._index[step_id] for step_id, needs in waiting.items() if not needs]
        heapify(ready)
        done: list[str] = []
        while ready:
            step_id = self.spec.steps[heappop(ready)].id
            done.append(step_id)
            for later in after.get(step_id, ()):
                waiting[later].discard(step_id)
                if not waiting[later]:
                    heappush(ready, self._index[later])
        if len(done) < len(waiting):
            stuck = ", ".join(step_id for step_id in waiting if step_id not in done)
            raise ValueError(f"the steps {stuck} wait for each other")
        return tuple(done)

    def open_ambiguities(self, step_id: str) -> tuple[Ambiguity, ...]:
        """The open ambiguities that a step depends on: its own, those upstream, and those of the whole
        document.
        """
        concerned = self.upstream(step_id) | {step_id}
        return tuple(a for a in self.spec.ambiguities if a.step is None or a.step in concerned)

    def to_document(self) -> dict[str, Any]:
        """The plain values as an author would write them: defaults left out."""
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        return {"apiVersion": self.api_version, "kind": self.kind} | content

    def digest(self) -> str:
        """`sha256:…` of the content under the domain `dd0c.document.v1`; layout, comments and defaults
        that are written out do not count, and a field that a later version adds changes no digest of an older
        document.
        """
        return digest(DOCUMENT_DOMAIN, self.to_document())
