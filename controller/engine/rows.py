"""The fifty rows of CONTRACTS.md §5 as data; `table.py` holds decisions to them and prints them. Pure."""
# ruff: noqa: E501  # reason: one row a line, so that a reader can lay it beside the contract

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from controller.engine import effects as ef
from controller.engine.states import RESTING, State

S = State


@dataclass(frozen=True, slots=True)
class Row:
    """One row. The texts are what people read; `targets` and `allowed` are what `decide` is held to.

    `targets` empty means "the same state", or the state that was resumed. `also` are effects that we add to
    the contract's, each explained in `docs/decisions/0031-effects-beyond-the-table.json`.
    """

    number: int
    state: str
    event: str
    guard: str
    to: str
    effects: str
    targets: tuple[State, ...] = ()
    also: tuple[type, ...] = ()

    @property
    def allowed(self) -> frozenset[type]:
        """The effects that this row may have."""
        words = set(re.findall(r"[A-Za-z]+", self.effects))
        kinds = {kind for kind in ef.EFFECTS if kind.__name__ in words}
        if "Ask" in words:
            kinds |= {ef.RequestApproval, ef.SetTimer}
        return frozenset(kinds | set(self.also))


FAIL: Final = (S.ROLLBACK_AVAILABLE, S.MANUAL_INTERVENTION)
DONE: Final = (S.STEP_COMPLETE,)
READY: Final = (S.STEP_READY,)
GATE: Final = (S.AWAIT_APPROVAL,)
HAND: Final = (S.MANUAL_INTERVENTION,)
RUNS: Final = (S.EXECUTING, S.ROLLING_BACK)

ROWS: Final[tuple[Row, ...]] = (
    Row(1, "pending", "Start", "responder, not panic, version in service", "preflight", "CheckPreflight", (S.PREFLIGHT,), (ef.ClearTimer,)),
    Row(2, "pending", "Expired (24 h)", "", "aborted", "Notify", (S.ABORTED,)),
    Row(3, "preflight", "PreflightPassed", "variables bound, prerequisites ticked, agent chosen and online for every step that may be dispatched (none at trust 0)", "step_ready·", "", READY),
    Row(4, "preflight", "PreflightFailed", "", "preflight", "Notify", (S.PREFLIGHT,)),
    Row(5, "preflight", "Bind, Tick", "value matches its pattern", "preflight", "CheckPreflight", (S.PREFLIGHT,)),
    Row(6, "step_ready·", "", "no step left", "completed", "DetectDivergence, Notify", (S.COMPLETED,)),
    Row(7, "step_ready·", "", "branch not taken", "step_ready· (step skipped_by_branch)", "", READY),
    Row(8, "step_ready·", "", "manual, or trust 0", "await_manual", "Notify", (S.AWAIT_MANUAL,)),
    Row(9, "step_ready·", "", "trust 2 ∧ audit mode ∧ effective risk safe ∧ its flags on ∧ no open ambiguity upstream ∧ its `when` reads no output ∧ not forced ∧ no latch (panic, party mode, breaker, downgrade)", "auto_execute· → executing", "Dispatch, SetTimer(deadline)", (S.EXECUTING,)),
    Row(10, "step_ready·", "", "else", "await_approval", "Ask", GATE),
    Row(11, "await_approval", "Approve", "open, same digest, may approve, not own request or own edit under four-eyes, typed text equal, quorum not reached", "await_approval", "Notify", GATE),
    Row(12, "await_approval (forward / rollback)", "Approve", "as 11, quorum reached, every earlier approver still has the role", "executing / rolling_back", "ClearTimer, Dispatch, SetTimer(deadline)", RUNS),
    Row(13, "await_approval", "Expired, ApproverLostRole", "", "await_approval, lapsed", "VoidApproval, Notify", GATE),
    Row(14, "await_approval", "AskAgain", "lapsed", "await_approval", "Ask", GATE),
    Row(15, "await_approval (forward)", "Edit", "scanned again, forced gate", "await_approval", "VoidApproval, Ask", GATE),
    Row(16, "await_approval (forward)", "Skip(reason), DoneByHand(note)", "allowed by policy", "step_complete·", "VoidApproval, ClearTimer", DONE),
    Row(17, "await_approval", "Refuse", "", "manual_intervention", "VoidApproval, ClearTimer, Notify", HAND),
    Row(18, "await_approval (forward), await_manual, manual_intervention (not unknown)", "RequestRollback", "trust > 0, the latest step that has one", "await_approval (rollback)", "VoidApproval, Ask", GATE),
    Row(19, "await_manual", "Reported(ok, answer), Skip", "answer in the list", "step_complete·", "", DONE),
    Row(20, "await_manual", "Reported(failed)", "", "FAIL", "Notify", FAIL),
    Row(21, "executing, rolling_back", "AttemptStarted", "current id, dispatched", "same", "Notify", (), (ef.SetTimer,)),
    Row(22, "executing", "AttemptFinished(ok)", "current id", "step_complete·", "ClearTimer", DONE),
    Row(23, "executing", "AttemptFinished(failed, timed out, killed)", "a `when` names it", "step_complete· (failed)", "ClearTimer", DONE),
    Row(24, "executing", "same", "else", "FAIL", "ClearTimer, Notify", FAIL),
    Row(25, "executing, rolling_back", "AttemptRefused(stale epoch, expired, not yet, riskier); JournalAnswer(not seen, same instance) counts as expired", "not started", "await_approval", "ClearTimer, Ask (risk raised to the agent's)", GATE),
    Row(26, "executing, rolling_back", "AttemptRefused(other)", "not started", "manual_intervention", "ClearTimer, Notify", HAND),
    Row(27, "executing", "AttemptLost", "idempotent, attempt < maxAttempts, not panic", "executing", "Dispatch(new id), SetTimer(deadline)", (S.EXECUTING,)),
    Row(28, "executing, rolling_back", "AttemptLost", "else", "manual_intervention, unknown", "ClearTimer, Notify", HAND),
    Row(29, "executing, rolling_back", "Deadline (timeout + grace + 10 s, no result)", "", "same", "AskJournal, SetTimer(lost 60 s → AttemptLost)"),
    Row(30, "executing, rolling_back", "Stop", "", "same", "Cancel"),
    Row(31, "step_complete·", "", "", "step_ready· (next)", "", READY),
    Row(32, "rollback_available", "RequestRollback", "", "await_approval (rollback)", "Ask", GATE),
    Row(33, "rollback_available", "Retry", "", "step_ready· forced", "", READY),
    Row(34, "rollback_available", "Skip(reason)", "", "step_complete· (failed, accepted)", "", DONE),
    Row(35, "rollback_available", "DeclineRollback", "", "manual_intervention", "Notify", HAND),
    Row(36, "rolling_back", "AttemptFinished(ok)", "", "step_ready· forced, cursor on the step rolled back", "ClearTimer, Notify", READY),
    Row(37, "rolling_back", "AttemptFinished(not ok)", "", "manual_intervention", "ClearTimer, Notify", HAND),
    Row(38, "live, not paused, not manual_intervention", "Pause", "", "paused (resume_to)", "Freeze or VoidApproval, ClearTimer", (S.PAUSED,)),
    Row(39, "live, not paused", "PanicOn", "", "paused (resume_to, panic)", "Freeze or VoidApproval, ClearTimer", (S.PAUSED,)),
    Row(40, "pending, paused", "PanicOn", "", "same, panic", ""),
    Row(41, "any with panic", "PanicOff (as §8)", "", "same, no panic; stays paused", ""),
    Row(42, "paused", "AttemptStarted, then AttemptFinished, Refused, Lost", "resume_to runs; nothing held yet", "paused (held)", "", (S.PAUSED,)),
    Row(43, "paused", "Resume", "not panic; nothing held", "resume_to", "Thaw + SetTimer(rest), or Ask, or Notify", tuple(sorted(RESTING - {S.PENDING, S.PAUSED, S.COMPLETED, S.ABORTED})), (ef.CheckPreflight,)),
    Row(44, "paused", "Resume", "not panic; a result held", "as that event in resume_to (22–28, 36, 37)", ""),
    Row(45, "manual_intervention, unknown", "Resolve(ran ok / ran and failed / did not run), note", "reason required", "step_complete· / FAIL / step_ready· forced (rollback: 36 / 37 / 37)", "", (*DONE, *FAIL, *READY), (ef.Notify,)),
    Row(46, "manual_intervention, not unknown", "Retry, Edit", "", "step_ready· forced", "", READY),
    Row(47, "manual_intervention, not unknown", "Skip, DoneByHand", "", "step_complete·", "", DONE),
    Row(48, "live, not paused, not manual_intervention", "Poisoned (3 crashes at one version)", "", "manual_intervention (unknown if it ran)", "AskJournal, Notify", HAND, (ef.VoidApproval, ef.ClearTimer)),
    Row(49, "any not terminal", "Abort(reason)", "", "aborted", "Cancel, VoidApproval, ClearTimer, DetectDivergence, Notify", (S.ABORTED,)),
    Row(50, "completed, aborted, manual_intervention", "Attempt…", "", "same; `late_result` on the step execution, audited", ""),
)  # fmt: skip

BY_NUMBER: Final = {row.number: row for row in ROWS}
