"""The journal's records and what they fold into: pure values, no file.

Live running and recovery use the same fold (`JournalState.apply`), so a restart knows exactly what the
process knew before it died.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

Record = dict[str, Any]
"""One record: `kind` and the fields of the makers below. JSON types only."""

INSTANCE: Final = "instance"
INTENT: Final = "intent"
STARTED: Final = "started"
FINISHED: Final = "finished"
LOST: Final = "lost"
REFUSED: Final = "refused"
TOMBSTONE: Final = "tombstone"
EPOCH: Final = "epoch"
PANIC: Final = "panic"
PANIC_CLEAR: Final = "panic_clear"
REPORT_ACKED: Final = "report_acked"

KEEP_US: Final = 48 * 3600 * 1_000_000
"""An attempt stays known this long after no grant can name it any more, to count the attempts of its gate."""
EPOCH_KEEP_US: Final = 30 * 24 * 3600 * 1_000_000
"""How long the highest epoch of an execution is remembered after it was last seen."""
KEEP_ATTEMPTS: Final = 20_000
"""Beyond this many, those that no grant can name any more are forgotten earlier, oldest first."""


@dataclass(frozen=True, slots=True)
class Started:
    """Which process it became. (boot, pid, start time) names it for good."""

    pid: int
    start_time: int
    boot: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended. `exit_code` xor `signal`; both None where it is lost."""

    exit_code: int | None
    signal: int | None
    timed_out: bool
    leaked: bool
    output_bytes: int
    output_sha256: str
    started_us: int
    ended_us: int


@dataclass(slots=True)
class Attempt:
    """All that the journal knows of one step execution id. `forget_us`: not before this instant."""

    id: UUID
    status: str
    forget_us: int
    execution: UUID | None = None
    epoch: int = 0
    gate: str = ""
    risk: str = ""
    traceparent: str = ""
    timeout_ms: int = 0
    output_limit: int = 0
    secrets: tuple[str, ...] = ()
    started: Started | None = None
    result: Result | None = None
    refusal: str | None = None
    at_us: int = 0
    acked: bool = False

    @property
    def is_open(self) -> bool:
        """It may still run: its process has to be looked after."""
        return self.status in (INTENT, STARTED)


@dataclass(slots=True)
class JournalState:
    """The fold of all records."""

    instance: UUID | None = None
    attempts: dict[UUID, Attempt] = field(default_factory=dict)
    tombstones: dict[UUID, tuple[str, int]] = field(default_factory=dict)
    epochs: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    gate_attempts: dict[str, set[UUID]] = field(default_factory=dict)
    panic_epoch: int = 0
    cleared_epoch: int = 0
    high_us: int = 0
    """The latest wall time at which a grant was accepted: a clock far behind it can judge no grant."""

    @property
    def is_panicked(self) -> bool:
        """A panic is latched that no clear of its epoch has lifted."""
        return self.panic_epoch > self.cleared_epoch

    def apply(self, record: Record) -> None:
        """Fold one record in. Raises KeyError, ValueError, TypeError for one that is none of ours."""
        kind = record["kind"]
        handler = _HANDLERS.get(kind)
        if handler is None:
            raise ValueError(f"unknown kind of record {kind!r}")
        handler(self, record)

    def _instance(self, record: Record) -> None:
        self.instance = UUID(record["instance"])

    def _intent(self, record: Record) -> None:
        attempt = Attempt(
            id=UUID(record["id"]),
            status=INTENT,
            forget_us=int(record["forgetUs"]),
            execution=UUID(record["execution"]),
            epoch=int(record["epoch"]),
            gate=record["gate"],
            risk=record["risk"],
            traceparent=record["traceparent"],
            timeout_ms=int(record["timeoutMs"]),
            output_limit=int(record["outputLimit"]),
            secrets=tuple(record["secrets"]),
            at_us=int(record["atUs"]),
        )
        if attempt.id in self.attempts:
            raise ValueError(f"two intents of {attempt.id}")
        self.attempts[attempt.id] = attempt
        self.high_us = max(self.high_us, attempt.at_us)
        self.gate_attempts.setdefault(attempt.gate, set()).add(attempt.id)
        self._see_epoch(attempt)

    def _started(self, record: Record) -> None:
        attempt = self.attempts[UUID(record["id"])]
        attempt.started = Started(record["pid"], record["startTime"], record["boot"], record["atUs"])
        attempt.status = STARTED

    def _ended(self, record: Record) -> None:
        attempt = self.attempts[UUID(record["id"])]
        attempt.result = Result(**record["result"])
        attempt.status = record["kind"]

    def _refused(self, record: Record) -> None:
        identity = UUID(record["id"])
        attempt = self.attempts.get(identity)
        if attempt is None:
            execution = UUID(record["execution"]) if record.get("execution") else None
            attempt = Attempt(identity, REFUSED, int(record["forgetUs"]), execution, int(record["epoch"]))
            self.attempts[identity] = attempt
        attempt.status = REFUSED
        attempt.refusal = record["reason"]
        attempt.risk = record.get("risk", attempt.risk)
        attempt.at_us = int(record["atUs"])
        attempt.acked = False
        self._see_epoch(attempt)

    def _see_epoch(self, attempt: Attempt) -> None:
        if attempt.execution is not None and attempt.epoch:
            highest = max(attempt.epoch, self.epochs.get(attempt.execution, (0, 0))[0])
            self.epochs[attempt.execution] = (highest, attempt.at_us + EPOCH_KEEP_US)

    def _tombstone(self, record: Record) -> None:
        self.tombstones[UUID(record["id"])] = (record["reason"], int(record["forgetUs"]))

    def _epoch(self, record: Record) -> None:
        execution = UUID(record["execution"])
        highest = max(int(record["epoch"]), self.epochs.get(execution, (0, 0))[0])
        self.epochs[execution] = (highest, int(record["forgetUs"]))

    def _panic(self, record: Record) -> None:
        self.panic_epoch = max(self.panic_epoch, int(record["epoch"]))

    def _panic_clear(self, record: Record) -> None:
        self.cleared_epoch = max(self.cleared_epoch, int(record["epoch"]))

    def _report_acked(self, record: Record) -> None:
        attempt = self.attempts.get(UUID(record["id"]))
        if attempt is not None and not attempt.is_open:
            attempt.acked = True

    def forget(self, now_us: int) -> None:
        """Drop what no valid grant can name any more and nobody waits for. The latch is never dropped."""
        known = len(self.attempts)
        for identity, attempt in list(self.attempts.items()):
            is_old = attempt.forget_us + KEEP_US < now_us
            if attempt.acked and attempt.forget_us < now_us and (is_old or known > KEEP_ATTEMPTS):
                del self.attempts[identity]
                self.gate_attempts.get(attempt.gate, set()).discard(identity)
                known -= 1
        self.tombstones = {key: value for key, value in self.tombstones.items() if value[1] >= now_us}
        self.epochs = {key: value for key, value in self.epochs.items() if value[1] >= now_us}
        self.gate_attempts = {gate: ids for gate, ids in self.gate_attempts.items() if ids}


_HANDLERS: Final = {
    INSTANCE: JournalState._instance,
    INTENT: JournalState._intent,
    STARTED: JournalState._started,
    FINISHED: JournalState._ended,
    LOST: JournalState._ended,
    REFUSED: JournalState._refused,
    TOMBSTONE: JournalState._tombstone,
    EPOCH: JournalState._epoch,
    PANIC: JournalState._panic,
    PANIC_CLEAR: JournalState._panic_clear,
    REPORT_ACKED: JournalState._report_acked,
}


def birth_record(instance: UUID, inode: int, machine: str) -> Record:
    """INSTANCE, the first of a journal: who is born, and in which file on which machine."""
    return {"kind": INSTANCE, "instance": str(instance), "inode": inode, "machine": machine}


def snapshot(state: JournalState) -> list[Record]:
    """The records, but for the birth, that fold into the same state."""
    made: list[Record] = []
    if state.panic_epoch:
        made.append({"kind": PANIC, "epoch": state.panic_epoch})
    if state.cleared_epoch:
        made.append({"kind": PANIC_CLEAR, "epoch": state.cleared_epoch})
    for execution, (epoch, forget_us) in state.epochs.items():
        made.append(epoch_record(execution, epoch, forget_us))
    for identity, (reason, forget_us) in state.tombstones.items():
        made.append(tombstone_record(identity, reason, forget_us))
    for attempt in state.attempts.values():
        made += _attempt_records(attempt)
    return made


def _attempt_records(attempt: Attempt) -> list[Record]:
    made: list[Record] = []
    if attempt.execution is not None and attempt.gate:
        made.append(intent_record(attempt))
    if attempt.started is not None:
        made.append(started_record(attempt.id, attempt.started))
    if attempt.result is not None:
        made.append(ended_record(attempt.id, attempt.status, attempt.result))
    if attempt.refusal is not None:
        made.append(refused_record(attempt.id, attempt.refusal, attempt))
    if attempt.acked:
        made.append({"kind": REPORT_ACKED, "id": str(attempt.id)})
    return made


def intent_record(attempt: Attempt) -> Record:
    """INTENT: from here on the id is known for ever (until `forget_us`)."""
    return {
        "kind": INTENT,
        "id": str(attempt.id),
        "execution": str(attempt.execution),
        "epoch": attempt.epoch,
        "gate": attempt.gate,
        "risk": attempt.risk,
        "traceparent": attempt.traceparent,
        "timeoutMs": attempt.timeout_ms,
        "outputLimit": attempt.output_limit,
        "secrets": list(attempt.secrets),
        "forgetUs": attempt.forget_us,
        "atUs": attempt.at_us,
    }


def started_record(identity: UUID, started: Started) -> Record:
    """STARTED: the shim's process; written before it is told to go."""
    return {
        "kind": STARTED,
        "id": str(identity),
        "pid": started.pid,
        "startTime": started.start_time,
        "boot": started.boot,
        "atUs": started.at_us,
    }


def ended_record(identity: UUID, kind: str, result: Result) -> Record:
    """FINISHED or LOST, with what is known."""
    return {"kind": kind, "id": str(identity), "result": asdict(result)}


def refused_record(identity: UUID, reason: str, attempt: Attempt) -> Record:
    """REFUSED: it never ran under this id and never will."""
    return {
        "kind": REFUSED,
        "id": str(identity),
        "reason": reason,
        "risk": attempt.risk,
        "execution": str(attempt.execution) if attempt.execution else "",
        "epoch": attempt.epoch,
        "forgetUs": attempt.forget_us,
        "atUs": attempt.at_us,
    }


def tombstone_record(identity: UUID, reason: str, forget_us: int) -> Record:
    """TOMBSTONE: a cancelled or denied id, which must never begin."""
    return {"kind": TOMBSTONE, "id": str(identity), "reason": reason, "forgetUs": forget_us}


def epoch_record(execution: UUID, epoch: int, forget_us: int) -> Record:
    """EPOCH: the highest version of an execution that was seen."""
    return {"kind": EPOCH, "execution": str(execution), "epoch": epoch, "forgetUs": forget_us}
