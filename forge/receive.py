"""Receiving a push: into quarantine, checked there, and only then into the repository.

dulwich runs `pre-receive` before it has the pack and unpacks straight into the repository; this handler
keeps its protocol and replaces both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import pygit2
from dulwich.errors import GitProtocolError
from dulwich.objects import ObjectID
from dulwich.protocol import SIDE_BAND_CHANNEL_PROGRESS, extract_capabilities
from dulwich.refs import Ref
from dulwich.server import Backend, ReceivePackHandler

from base import limits, log
from forge.builtin import BuiltinForge
from forge.commit import pull_number
from forge.commit_facts import message_of
from forge.errors import ForgeError, ForgeRefused, HeadMoved
from forge.fsck import check_objects
from forge.held_heads import refuse_held
from forge.mirror import BareMirror
from forge.packs import PackBounds
from forge.pull_requests import BRANCH_PREFIX, Actor, Check, Oid, RefUpdate
from forge.push_rules import PushFacts, PushRights, refuse_update, summarize
from forge.quarantine import Quarantine, quarantined, spooled
from forge.storage import move_refs, read_ref
from forge.tree import read_object

_log = log.get(__name__)

_ZERO: Final = "0" * 40


@dataclass(frozen=True)
class ReceivedPush:
    """A push whose objects are in quarantine: `mirror` reads them and the repository's."""

    updates: tuple[RefUpdate, ...]
    actor: Actor
    mirror: BareMirror
    base_ref: str


@dataclass(frozen=True)
class PushVerdict:
    """What the checks of a push found: refusals by ref, lines for the terminal, checks by commit."""

    refused: Mapping[str, str] = field(default_factory=dict)
    messages: Sequence[str] = ()
    checks: Mapping[Oid, Check] = field(default_factory=dict)


class PushHooks(Protocol):
    """What the controller adds to a push. Called from the thread that serves it."""

    def check(self, push: ReceivedPush) -> PushVerdict:
        """Look at quarantined objects; no ref has moved yet. Raises ForgeRefused to refuse all."""
        ...

    def accepted(self, push: ReceivedPush, numbers: Sequence[int]) -> Sequence[str]:
        """Refs moved: sync, record, tell. Lines for the terminal; must not raise for what it can't do."""
        ...


@dataclass(frozen=True)
class Served:
    """One request's repository, the member behind it, and what it may do."""

    forge: BuiltinForge
    actor: Actor
    rights: PushRights
    hooks: PushHooks


@dataclass
class _Outcome:
    """The report of a push: `unpack` and one status a ref, `ok` or the reason."""

    unpack: str = "ok"
    refs: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def refuse_all(self, updates: Sequence[RefUpdate], reason: str) -> None:
        for update in updates:
            self.refs[update.ref] = summarize([reason])


class QuarantineHandler(ReceivePackHandler):
    """git-receive-pack over a `Served`; everything else of the protocol is dulwich's."""

    def __init__(
        self, served: Served, backend: Backend, proto: object, read_rest: Callable[[int], bytes]
    ) -> None:
        super().__init__(backend, [""], proto, stateless_rpc=True)  # type: ignore[arg-type]  # dulwich's Protocol
        self._served = served
        self._read_rest = read_rest

    def advertise(self) -> None:
        """List the refs, as the first of the two requests of a push asks for."""
        self.advertise_refs = True
        super().handle()

    def handle(self) -> None:
        """Serve one push:

        1. read the commands, bounded; 2. spool the pack, bounded; 3. unpack it into quarantine; 4. every
        new object whole and harmless; 5. each ref by the rules; 6. the injected checks; 7. under the writer
        lock: move the pack, then the refs, by compare-and-swap; 8. rows, checks, then the injected follow-up.
        Each refusal is reported to the client with its reason.
        """
        updates = self._read_commands()
        if not updates:
            return
        outcome = _Outcome()
        try:
            self._receive(updates, outcome)
        except ForgeRefused as refusal:
            outcome.refuse_all(updates, refusal.reason)
            outcome.messages.extend([refusal.reason, *([refusal.hint] if refusal.hint else [])])
        except ForgeError as fault:
            outcome.refuse_all(updates, fault.reason)
        self._report(updates, outcome)

    def _read_commands(self) -> list[RefUpdate]:
        line = self.proto.read_pkt_line()
        if line is None:
            return []
        line, capabilities = extract_capabilities(line)
        self.set_client_capabilities(capabilities)
        updates: list[RefUpdate] = []
        while line:
            updates.append(_parse_command(line))
            if len(updates) > limits.GIT_REF_UPDATES_MAX:
                raise GitProtocolError(f"more than {limits.GIT_REF_UPDATES_MAX} refs in one push")
            line = self.proto.read_pkt_line()
        return updates

    def _receive(self, updates: Sequence[RefUpdate], outcome: _Outcome) -> None:
        repository = self._served.forge.repository
        with quarantined(repository) as quarantine:
            if any(update.new is not None for update in updates):
                with spooled(repository, self._read_rest) as pack:
                    quarantine.unpack(pack, PackBounds())
            received, known = quarantine.git(), repository.git()
            commits = check_objects(received, known, [u.new for u in updates if u.new is not None])
            fakes = any(pull_number(message_of(commit)) is not None for commit in commits)
            judged = tuple(self._judge(update, received, known, fakes, outcome) for update in updates)
            passed = tuple(update for update in judged if update.ref not in outcome.refs)
            if not passed or (len(passed) < len(judged) and self._atomic()):
                return
            push = ReceivedPush(
                passed,
                self._served.actor,
                BareMirror(repository, quarantine.git),
                self._served.forge.base_ref,
            )
            verdict = self._served.hooks.check(push)
            outcome.messages.extend(verdict.messages)
            for ref, reason in verdict.refused.items():
                outcome.refs[ref] = summarize([reason])
            passed = tuple(update for update in passed if update.ref not in outcome.refs)
            if passed and not (len(passed) < len(judged) and self._atomic()):
                self._accept(
                    quarantine, ReceivedPush(passed, push.actor, push.mirror, push.base_ref), outcome
                )
                self._follow_up(push, passed, verdict, outcome)

    def _atomic(self) -> bool:
        return self.has_capability(b"atomic")

    def _judge(
        self,
        update: RefUpdate,
        received: pygit2.Repository,
        known: pygit2.Repository,
        fakes: bool,
        outcome: _Outcome,
    ) -> RefUpdate:
        forge = self._served.forge
        forced = _is_forced(received, update)
        update = RefUpdate(update.ref, update.old, update.new, forced)
        row = forge.rows.find_key(update.ref.removeprefix(f"refs/heads/{BRANCH_PREFIX}"))
        facts = PushFacts(forge.base_ref, row.state if row is not None else None, fakes)
        reason = refuse_update(update, self._served.rights, facts) or _no_branch_tip(received, update)
        if reason is None and read_ref(known, update.ref) != update.old:
            reason = "the branch moved meanwhile: fetch and push again"
        if reason is not None:
            outcome.refs[update.ref] = summarize([reason])
        return update

    def _accept(self, quarantine: Quarantine, push: ReceivedPush, outcome: _Outcome) -> None:
        """All refs that passed, or none: the client reads the reason and pushes again."""
        with self._served.forge.repository.writing() as git:
            quarantine.keep()
            held = refuse_held(git, self._served.forge.rows, push.base_ref, push.updates)
            if held is not None:
                outcome.refuse_all(push.updates, held)
                return
            try:
                move_refs(git, push.updates, by=push.actor, how="push")
            except HeadMoved:
                outcome.refuse_all(push.updates, "the branch moved meanwhile: fetch and push again")
            except pygit2.GitError:
                outcome.refuse_all(push.updates, "a branch and a folder of branches share this name")
            else:
                for update in push.updates:
                    outcome.refs[update.ref] = "ok"

    def _follow_up(
        self, push: ReceivedPush, updates: tuple[RefUpdate, ...], verdict: PushVerdict, outcome: _Outcome
    ) -> None:
        moved = tuple(update for update in updates if outcome.refs.get(update.ref) == "ok")
        if not moved:
            return
        forge = self._served.forge
        done = ReceivedPush(moved, push.actor, BareMirror(forge.repository), push.base_ref)
        try:
            numbers = forge.pushed(moved, push.actor)
            for commit, check in verdict.checks.items():
                forge.set_check(commit, check)
            outcome.messages.extend(self._served.hooks.accepted(done, numbers))
        except Exception:  # noqa: BLE001 # reason: the refs have moved; the rest is repaired at start
            _log.exception("the follow-up of a push failed", extra={"action": "forge.push_follow_up_failed"})
            outcome.messages.append("accepted; its pull request or sync will follow")

    def _report(self, updates: Sequence[RefUpdate], outcome: _Outcome) -> None:
        if self.has_capability(b"side-band-64k"):
            for message in outcome.messages:
                for line in message.splitlines() or [""]:
                    self.proto.write_sideband(SIDE_BAND_CHANNEL_PROGRESS, _terminal(line) + b"\n")
        if not self.has_capability(b"report-status"):
            return
        status = [(b"unpack", outcome.unpack.encode())]
        for update in updates:
            reason = outcome.refs.get(update.ref, "atomic push failed")
            status.append((update.ref.encode("utf-8", "replace"), _terminal(reason)))
        self._report_status(status)


def _parse_command(line: bytes) -> RefUpdate:
    parts = line.rstrip(b"\n").split(b" ")
    if len(parts) != 3 or not all(_is_oid(part) for part in parts[:2]):
        raise GitProtocolError("a ref update is malformed")
    old, new = (ObjectID(part).decode() for part in parts[:2])
    ref = Ref(parts[2]).decode("utf-8", "backslashreplace")
    return RefUpdate(ref, None if old == _ZERO else old, None if new == _ZERO else new)


def _is_oid(text: bytes) -> bool:
    return len(text) == 40 and all(byte in b"0123456789abcdef" for byte in text)


def _no_branch_tip(git: pygit2.Repository, update: RefUpdate) -> str | None:
    """Why what is pushed can't be the end of a branch: a tag of a commit is not one."""
    if update.new is None or not update.ref.startswith("refs/heads/"):
        return None
    if isinstance(read_object(git, update.new), pygit2.Commit):
        return None
    return "a branch ends in a commit, and this is a tag: push what it names (`tag^{commit}`)"


def _is_forced(git: pygit2.Repository, update: RefUpdate) -> bool:
    if update.old is None or update.new is None or update.old == update.new:
        return False
    try:
        return not git.descendant_of(pygit2.Oid(hex=update.new), pygit2.Oid(hex=update.old))
    except (KeyError, ValueError, pygit2.GitError):
        return True


def _terminal(text: str) -> bytes:
    """A text for somebody's terminal: one line, no control character."""
    return "".join(c if c.isprintable() else "�" for c in text).encode("utf-8")[:900]
