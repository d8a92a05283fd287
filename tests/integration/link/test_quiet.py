"""A program's log holds our lines alone: gRPC's core is told to keep its own to itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

SPOILT_HANDSHAKE = """
import asyncio
from {first} import *
import grpc, grpc.aio

async def answer(reader, writer):
    writer.write(b"HTTP/1.0 400 no TLS here\\r\\n\\r\\n")
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with grpc.aio.secure_channel(f"127.0.0.1:{{port}}", grpc.ssl_channel_credentials()) as channel:
        try:
            await channel.unary_unary("/a/b")(b"", timeout=10)
        except grpc.aio.AioRpcError as error:
            print(error.code().name)
    server.close()

asyncio.run(main())
"""


def _stderr_of(first: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "GRPC_VERBOSITY"}
    done = subprocess.run(
        [sys.executable, "-c", SPOILT_HANDSHAKE.format(first=first)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "UNAVAILABLE\n"
    return done.stderr


@pytest.mark.parametrize("program", ["base.log", "agent.main", "controller.main.assembly"])
def test_a_spoilt_handshake_writes_no_line_of_grpc(program: str) -> None:
    assert _stderr_of(program) == ""


def test_without_us_it_would() -> None:
    assert "Handshake failed" in _stderr_of("os")
