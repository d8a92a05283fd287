"""The agent's end of the spawner: ask for a shim, let it go or drop it."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import asdict
from typing import Any, Final

from agent.shim import Spec
from agent.spawner import LENGTH, SpawnFailed, encode

SPAWN_SECONDS: Final = 10.0


class SpawnerGone(Exception):
    """The spawner itself has died: this agent can start nothing more and must be restarted."""


class Spawner:
    """The agent's end. One request at a time; a spawn waits for its answer."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lock = asyncio.Lock()
        channel.setblocking(False)

    async def spawn(self, spec: Spec) -> tuple[int, int]:
        """Make a shim that waits for go; (pid, start time). Raises SpawnFailed, SpawnerGone."""
        async with self._lock:
            await self._send({"op": "spawn", "spec": asdict(spec)})
            try:
                async with asyncio.timeout(SPAWN_SECONDS):
                    answer = await self._receive()
            except TimeoutError as problem:
                self.close()
                raise SpawnerGone("the spawner did not answer") from problem
        if answer.get("event") != "ready" or answer.get("attempt") != spec.attempt:
            raise SpawnFailed(str(answer.get("reason", "the spawner gave another answer")))
        return int(answer["pid"]), int(answer["startTime"])

    async def go(self, attempt: str) -> None:
        """Let the shim start its command. Raises SpawnerGone."""
        async with self._lock:
            await self._send({"op": "go", "attempt": attempt})

    async def drop(self, attempt: str) -> None:
        """Let the shim leave without having run anything. Raises SpawnerGone."""
        async with self._lock:
            await self._send({"op": "drop", "attempt": attempt})

    def close(self) -> None:
        """End the spawner; shims that wait for go leave, those that run stay."""
        self._channel.close()

    async def _send(self, document: dict[str, Any]) -> None:
        data = encode(document)
        try:
            await asyncio.get_running_loop().sock_sendall(self._channel, data)
        except OSError as problem:
            raise SpawnerGone("the spawner has died") from problem

    async def _receive(self) -> dict[str, Any]:
        (length,) = LENGTH.unpack(await self._exactly(LENGTH.size))
        document: dict[str, Any] = json.loads(await self._exactly(length))
        return document

    async def _exactly(self, count: int) -> bytes:
        loop = asyncio.get_running_loop()
        data = bytearray()
        while len(data) < count:
            try:
                piece = await loop.sock_recv(self._channel, count - len(data))
            except OSError as problem:
                raise SpawnerGone("the spawner has died") from problem
            if not piece:
                raise SpawnerGone("the spawner has died")
            data += piece
        return bytes(data)
