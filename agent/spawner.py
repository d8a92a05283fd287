"""The spawner: a small single-threaded process, forked before gRPC starts, that forks one shim a command.

A process with gRPC's threads in it must not fork; this one has none, and imports next to nothing, because
each shim is a copy of it. `spawner_client` is the agent's end. The agent talks to it over a socket
pair: four bytes of length, then JSON, both bounded. When the agent dies the spawner sees the end of its
socket and goes too; the shims stay.

    agent → spawner   {"op": "spawn", "spec": {…}} · {"op": "go", "attempt": …} · {"op": "drop", "attempt": …}
    spawner → agent   {"event": "ready", "attempt": …, "pid": …, "startTime": …}
                      {"event": "failed", "attempt": …, "reason": …}
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import struct
from typing import Any, Final, NoReturn

from agent import processes
from agent.shim import Spec, shim_main
from base.limits import KIB, MIB

MESSAGE_MAX_BYTES: Final = 1 * MIB
"""A command (16 KiB) and an environment (64 values of up to 8 KiB), escaped, with room."""
READY_SECONDS: Final = 5.0
LENGTH: Final = struct.Struct(">I")


class SpawnFailed(Exception):
    """No process was made; the text says why. Nothing of the command ran."""


def encode(document: dict[str, Any]) -> bytes:
    """A message as it travels. Raises SpawnFailed where it is beyond the bound."""
    body = json.dumps(document, separators=(",", ":")).encode()
    if len(body) > MESSAGE_MAX_BYTES:
        raise SpawnFailed(f"the message to the spawner has {len(body)} bytes, at most {MESSAGE_MAX_BYTES}")
    return LENGTH.pack(len(body)) + body


def _read_exactly(channel: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        piece = channel.recv(min(count - len(data), 64 * KIB))
        if not piece:
            return None
        data += piece
    return bytes(data)


def _read_message(channel: socket.socket) -> dict[str, Any] | None:
    """The next message; None at the end of the stream or where it breaks the form."""
    head = _read_exactly(channel, LENGTH.size)
    if head is None:
        return None
    (length,) = LENGTH.unpack(head)
    if length > MESSAGE_MAX_BYTES:
        return None
    body = _read_exactly(channel, length)
    return None if body is None else json.loads(body)


class _Server:
    """The spawner's own process: one loop, no thread, no asyncio."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._waiting: dict[str, int] = {}

    def serve(self) -> None:
        while (message := _read_message(self._channel)) is not None:
            operation = message.get("op")
            if operation == "spawn":
                self._channel.sendall(encode(self._spawn(Spec.of(message["spec"]))))
            elif operation in ("go", "drop"):
                go = self._waiting.pop(message["attempt"], None)
                if go is not None:
                    if operation == "go":
                        with contextlib.suppress(BrokenPipeError):
                            os.write(go, b"g")
                    os.close(go)

    def _spawn(self, spec: Spec) -> dict[str, Any]:
        if spec.attempt in self._waiting:
            return {"event": "failed", "attempt": spec.attempt, "reason": "asked for twice"}
        try:
            go_read, go_write = os.pipe()
            ready_read, ready_write = os.pipe()
            pid = os.fork()
        except OSError as problem:
            return {"event": "failed", "attempt": spec.attempt, "reason": f"fork: {problem.strerror}"}
        if pid == 0:
            for descriptor in (*self._waiting.values(), go_write, ready_read, self._channel.fileno()):
                os.close(descriptor)
            shim_main(spec, go_read, ready_write)
        os.close(go_read)
        os.close(ready_write)
        answered = select.select([ready_read], [], [], READY_SECONDS)[0]
        is_ready = bool(answered) and os.read(ready_read, 1) == b"r"
        os.close(ready_read)
        started = processes.start_time(pid)
        if not is_ready or started is None:
            os.close(go_write)
            return {"event": "failed", "attempt": spec.attempt, "reason": "the shim could not be prepared"}
        self._waiting[spec.attempt] = go_write
        return {"event": "ready", "attempt": spec.attempt, "pid": pid, "startTime": started}


def _serve(channel: socket.socket) -> NoReturn:
    """The forked child: ignore the terminal's signals, reap by the kernel, serve until the agent is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.setpgid(0, 0)
    gc.freeze()
    with contextlib.suppress(ConnectionError, ValueError, KeyError, TypeError):
        _Server(channel).serve()
    os._exit(0)


def fork_spawner() -> tuple[socket.socket, int]:
    """Fork the spawner; (the agent's end of its socket, its pid).

    Call before any thread, event loop or gRPC exists in this process, and before the journal is open: a lock
    on a file goes to every fork.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    pid = os.fork()
    if pid == 0:
        ours.close()
        _serve(theirs)
    theirs.close()
    return ours, pid
