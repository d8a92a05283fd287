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
_log = log.get(__name__)


class Renewal:
    """Keeps the identity; used from one event loop only."""

    def __init__(self, state_dir: Path, identity: Identity) -> None:
        """`identity` as it is stored in `state_dir`."""
        self._state_dir = state_dir
        self.identity = identity
        self._pending_key: str | None = None
        self._renewed = asyncio.Event()

    def is_expired(self) -> bool:
        """Whether the certificate is over; the controller will not let us in any more."""
        return datetime.now(UTC) > self.identity.validity()[1]

    def store_keys(self, keys: TrustedKeys) -> None:
        """Believe these grant keys from now on. Raises OSError."""
        identity = self.identity.with_keys(keys)
        store_identity(self._state_dir, identity)
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
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._renewed.wait()
            except TimeoutError:
                continue
            return

    def take(self, renewed: agent_pb2.Renewed) -> None:
        """The answer: believed only where it fits the key that asked. Raises OSError."""
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
        store_identity(self._state_dir, identity)
        self.identity = identity
        self._pending_key = None
        _log.info("the certificate was renewed", extra={"action": "agent.renewed"})
        self._renewed.set()
