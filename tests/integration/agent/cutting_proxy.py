"""TCP in between, for faults of the network."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress


class CuttingProxy:
    """TCP in between, for faults of the network: pass, stop passing, cut. Also speaks HTTP CONNECT."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.connects = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """The port to dial."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        assert isinstance(port, int)
        return port

    def cut(self) -> None:
        """Reset every connection."""
        for writer in self._writers:
            raw = writer.get_extra_info("socket")
            if raw is not None:
                with suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()
        self._writers.clear()

    async def stop(self) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = self._target
        first = await reader.read(8)
        if first == b"CONNECT ":
            head = await reader.readuntil(b"\r\n\r\n")
            target = int(head.split(b" ", 1)[0].rpartition(b":")[2])
            self.connects += 1
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            first = b""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        far_writer.write(first)
        self._writers += [writer, far_writer]
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(_pass(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    with suppress(OSError):
        sink.close()
