"""The identity in force, and its renewal at half of the certificate's life, over the stream itself.

A renewed identity is on the disk before it is used. The stream is then closed and dialled again under the
new certificate; what runs is not touched by it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agent.identity import (
    Identity,
    IdentityUnusable,
    check_certificate,
    new_key_and_request,
    store_identity,
)
from agent.trust import TrustedKeys
from base import log
from proto.agent.v1 import agent_pb2

ANSWER_SECONDS: Final = 10.0
UNSTORED_MAX_SECONDS: Final = 300.0
"""The longest pause between two requests while what comes of them can't be stored."""
_log = log.get(__name__)


class NotStored(Exception):
    """The disk did not take it; the text says what was lost, where, and what to do."""


class Renewal:
    """Keeps the identity; used from one event loop only."""

    def __init__(self, state_dir: Path, identity: Identity) -> None:
        """`identity` as it is stored in `state_dir`."""
        self._state_dir = state_dir
        self.identity = identity
        self._pending_key: str | None = None
        self._answer_seconds = ANSWER_SECONDS
        self._renewed = asyncio.Event()

    def is_expired(self) -> bool:
        """Whether the certificate is over; the controller will not let us in any more."""
        return datetime.now(UTC) > self.identity.validity()[1]

    def store_keys(self, keys: TrustedKeys) -> None:
        """Believe these grant keys from now on. Raises NotStored."""
        identity = self.identity.with_keys(keys)
        self._store(identity, "new grant keys")
        self.identity = identity

    async def keep(self, send: Callable[[agent_pb2.AgentMessage], None]) -> None:
        """Wait for half of the life, ask until there is an answer, and return once it is stored."""
        self._renewed.clear()
        due = self.identity.renewal_due()
        # A little earlier than half, differently for each agent: never later.
        spread = (due - self.identity.validity()[0]) * random.uniform(0.0, 0.1)  # noqa: S311  # reason: spreading
        await asyncio.sleep(max(0.0, (due - spread - datetime.now(UTC)).total_seconds()))
        while True:
            self._pending_key, request = new_key_and_request(self.identity.name)
            send(agent_pb2.AgentMessage(renew=agent_pb2.RenewRequest(csr=request.encode())))
            try:
                async with asyncio.timeout(self._answer_seconds):
                    await self._renewed.wait()
            except TimeoutError:
                continue
            return

    def take(self, renewed: agent_pb2.Renewed) -> None:
        """The answer: believed only where it fits the key that asked.

        One that can't be stored is dropped, with a sentence in the log, and asked for again, later each time.
        """
        if self._pending_key is None:
            return
        try:
            identity = replace(
                self.identity,
                private_key=self._pending_key,
                certificate=renewed.certificate.decode("ascii"),
                roots=renewed.chain.decode("ascii"),
            )
            check_certificate(identity)
        except (IdentityUnusable, UnicodeDecodeError) as problem:
            _log.error("a renewal is of no use: %s", problem, extra={"action": "agent.renewal_failed"})
            return
        self._pending_key = None
        try:
            self._store(identity, "the renewed certificate")
        except NotStored as problem:
            self._answer_seconds = min(UNSTORED_MAX_SECONDS, 2 * self._answer_seconds)
            _log.error("%s", problem, extra={"action": "agent.renewal_failed"})
            return
        self.identity = identity
        self._answer_seconds = ANSWER_SECONDS
        _log.info("the certificate was renewed", extra={"action": "agent.renewed"})
        self._renewed.set()

    def _store(self, identity: Identity, what: str) -> None:
        try:
            store_identity(self._state_dir, identity)
        except OSError as problem:
            why = problem.strerror or problem
            raise NotStored(
                f"{what} can't be stored in {self._state_dir}: {why}; make room there, or make it writable."
                " Until then the old ones hold"
            ) from problem
