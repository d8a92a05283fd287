"""What can happen to an execution: the second column of CONTRACTS.md §5, no others.

Events are frozen, typed and versioned; they are stored as they are and read back by `decode`, which ignores
fields that a newer engine added. Fields named in `sealed` hold what a person may have to erase one day: they
are stored apart, encrypted under the execution's data key, and read back as None after an erasure. A guard
takes None for "it was checked when it happened", so that an erased history still folds to the same states;
`service.py` admits no None from outside.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Final, Literal

from pydantic import ConfigDict

from schemas.model import Count, Model, UuidText


class Outcome(StrEnum):
    """How an attempt ended on the agent."""

    OK = "ok"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    KILLED = "killed"


class Resolution(StrEnum):
    """What a person found out about a command whose fate was unknown."""

    RAN_OK = "ran_ok"
    RAN_AND_FAILED = "ran_and_failed"
    DID_NOT_RUN = "did_not_run"


REFUSED_ASK_AGAIN: Final = frozenset({"stale_epoch", "expired", "not_yet", "riskier"})
"""Refusals of an agent after which people are asked once more (row 25); every other one needs a human."""


class Event(Model):
    """The base: `kind` is the class name; unknown fields of a stored event are ignored."""

    model_config = ConfigDict(extra="ignore")
    version: ClassVar[int] = 1
    sealed: ClassVar[tuple[str, ...]] = ()


class By(Model):
    """Who, in which role at that moment, and through which door; `scopes` of a token, empty for all."""

    model_config = ConfigDict(extra="ignore")
    member: UuidText
    role: str
    source: Literal["api", "cli", "web", "slack"] = "api"
    scopes: tuple[str, ...] = ()


class HumanEvent(Event):
    """Something that a person did; the shell fills `by` from the session, never from the request."""

    by: By


class SystemEvent(Event):
    """Something that time, an agent or a job brought."""


class AttemptEvent(SystemEvent):
    """About one step execution by its id."""

    attempt: UuidText


class Start(HumanEvent):
    """Begin: pins policy and flags, then checks what the runbook needs."""


class Bind(HumanEvent):
    """Give a variable its value."""

    sealed: ClassVar[tuple[str, ...]] = ("value",)
    name: str
    value: str | None


class Tick(HumanEvent):
    """Say that a prerequisite is met."""

    prerequisite: str


class Approve(HumanEvent):
    """Approve the intent with this digest; `typed` is compared exactly where the gate asks for a text."""

    intent_sha256: str
    typed: str | None = None


class Refuse(HumanEvent):
    """Say no at a gate."""

    sealed: ClassVar[tuple[str, ...]] = ("reason",)
    reason: str | None


class AskAgain(HumanEvent):
    """Open a lapsed gate anew."""


class Edit(HumanEvent):
    """Run another command in place of the step's own; always at a gate."""

    sealed: ClassVar[tuple[str, ...]] = ("command", "reason")
    command: str | None
    reason: str | None


class Skip(HumanEvent):
    """Leave the step out, for a reason."""

    sealed: ClassVar[tuple[str, ...]] = ("reason",)
    reason: str | None


class DoneByHand(HumanEvent):
    """Say that a person already did it."""

    sealed: ClassVar[tuple[str, ...]] = ("note",)
    note: str | None


class Reported(HumanEvent):
    """What came of a manual step, or of any step at trust level 0."""

    sealed: ClassVar[tuple[str, ...]] = ("note",)
    ok: bool
    answer: str | None = None
    exit_code: int | None = None
    note: str | None


class RequestRollback(HumanEvent):
    """Ask to undo the latest step that can be undone."""


class DeclineRollback(HumanEvent):
    """Leave things as they are and take over by hand."""


class Retry(HumanEvent):
    """Try the step again, at a gate."""


class Stop(HumanEvent):
    """End the running command."""


class Pause(HumanEvent):
    """Hold everything where it stands."""


class Resume(HumanEvent):
    """Go on from where it was paused."""


class Resolve(HumanEvent):
    """Say what became of a command whose fate was unknown."""

    sealed: ClassVar[tuple[str, ...]] = ("note",)
    outcome: Resolution
    note: str | None


class Abort(HumanEvent):
    """End the execution."""

    sealed: ClassVar[tuple[str, ...]] = ("reason",)
    reason: str | None


class StepAgent(Model):
    """The agent that was chosen for a step."""

    model_config = ConfigDict(extra="ignore")
    step: str
    agent: UuidText


class PreflightPassed(SystemEvent):
    """All that is needed is there; `agents` has one for every step that may be dispatched."""

    agents: tuple[StepAgent, ...] = ()


class PreflightProblem(Model):
    """One thing that is missing, for a person: what kind, which name, what to do."""

    model_config = ConfigDict(extra="ignore")
    code: str
    name: str
    text: str


class PreflightFailed(SystemEvent):
    """Something is missing."""

    problems: tuple[PreflightProblem, ...] = ()


class Expired(SystemEvent):
    """Time ran out: of a pending execution (`gate` is None), or of this gate's approval.

    `mismatch`: not the time, but an intent that no longer is the one that was approved.
    """

    gate: UuidText | None = None
    mismatch: bool = False


class ApproverLostRole(SystemEvent):
    """A member whose approval counts no longer may approve."""

    member: UuidText


class AttemptStarted(AttemptEvent):
    """The agent spawned the command."""


class AttemptFinished(AttemptEvent):
    """The command ended. `matched` are the `when` patterns that its output head matched."""

    outcome: Outcome
    exit_code: int | None = None
    signal: int | None = None
    matched: tuple[str, ...] = ()
    output_bytes: Count = 0
    duration_ms: Count = 0
    leaked_process: bool = False
    unexpected_output: bool = False


class AttemptRefused(AttemptEvent):
    """The agent would not run it: `code` is one of `proto`'s refusals, `agent_risk` its own verdict."""

    code: str
    agent_risk: str | None = None


class AttemptLost(AttemptEvent):
    """Nobody can say any more what became of it."""

    why: str = ""


class JournalAnswer(AttemptEvent):
    """The journal of the same instance never saw the attempt: it did not run and never will."""

    seen: Literal[False] = False


class Deadline(SystemEvent):
    """Timeout, grace and slack are over and no result came."""

    attempt: UuidText


class PanicOn(SystemEvent):
    """The tenant panicked."""

    epoch: Count


class PanicOff(SystemEvent):
    """The tenant's panic was cleared; nothing goes on by itself."""

    epoch: Count


class Poisoned(SystemEvent):
    """Handling this version of the execution crashed the controller too often.

    `why` is set where another thing makes the state untrustworthy: a database that was restored.
    """

    crashes: Count
    why: str = ""


HUMAN: Final[tuple[type[HumanEvent], ...]] = (
    Start, Bind, Tick, Approve, Refuse, AskAgain, Edit, Skip, DoneByHand, Reported, RequestRollback,
    DeclineRollback, Retry, Stop, Pause, Resume, Resolve, Abort,
)  # fmt: skip
SYSTEM: Final[tuple[type[SystemEvent], ...]] = (
    PreflightPassed, PreflightFailed, Expired, ApproverLostRole, AttemptStarted, AttemptFinished,
    AttemptRefused, AttemptLost, JournalAnswer, Deadline, PanicOn, PanicOff, Poisoned,
)  # fmt: skip
EVENTS: Final[dict[str, type[Event]]] = {kind.__name__: kind for kind in (*HUMAN, *SYSTEM)}


class UnknownEvent(ValueError):
    """A stored event of a kind, or of a version of a kind, that this engine does not know."""


def kind_of(event: Event) -> str:
    """The name under which an event is stored."""
    return type(event).__name__


def encode(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """The open and the sealed part of an event, both plain JSON; the second may be empty."""
    content = event.to_json()
    secret = {name: content.pop(name) for name in event.sealed if name in content}
    return {"kind": kind_of(event), "v": type(event).version, **content}, secret


def decode(public: dict[str, Any], secret: dict[str, Any] | None = None) -> Event:
    """The inverse of `encode`; `secret` is None after an erasure.

    Raises UnknownEvent, and pydantic.ValidationError for a field that does not fit.
    """
    kind = EVENTS.get(str(public.get("kind")))
    if kind is None:
        raise UnknownEvent(f"no event is called {public.get('kind')!r}")
    if public.get("v") != kind.version:
        raise UnknownEvent(f"{kind.__name__} of version {public.get('v')!r} is not known here")
    fields = {name: value for name, value in public.items() if name not in ("kind", "v")}
    erased: dict[str, Any] = dict.fromkeys(kind.sealed)
    return kind.from_json(erased | fields | (secret or {}))
