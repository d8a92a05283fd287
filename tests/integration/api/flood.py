"""A crowd of strangers with large bodies: `python -m tests.integration.api.flood PORT`.

Prints what each was answered, as JSON: [[status, bytes sent], …].
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Final

MIB: Final = 1024 * 1024
BODY_BYTES: Final = 10 * MIB
STRANGERS: Final = 200
ROUTES: Final = ("runbooks/parse-preview", "session", "runbooks", "members")


async def send(port: int, path: str, body_bytes: int, *, chunked: bool) -> tuple[int, int]:
    """Send until the whole body is out or the server stops taking it: (status, bytes sent)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {body_bytes}"
    lines = (f"POST /api/v1/{path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", length)
    writer.write("\r\n".join((*lines, "", "")).encode())
    answer = asyncio.create_task(reader.readline())
    block, sent = b"x" * 65_536, 0
    try:
        while sent < body_bytes and not answer.done():
            writer.write(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
            await writer.drain()
            sent += len(block)
            await asyncio.sleep(0)
        if chunked and not answer.done():
            writer.write(b"0\r\n\r\n")
        line = await asyncio.wait_for(answer, 60)
    except ConnectionError:
        line = await _what_came(answer)
    finally:
        writer.close()
    return int(line.split()[1]) if line else 0, sent


async def _what_came(answer: asyncio.Task[bytes]) -> bytes:
    try:
        return await answer
    except ConnectionError:
        return b""


async def crowd(port: int) -> list[tuple[int, int]]:
    """All at once: half of them announce their length, half do not; to open and to closed routes."""
    return await asyncio.gather(
        *(send(port, ROUTES[number % 4], BODY_BYTES, chunked=number % 8 >= 4) for number in range(STRANGERS))
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(crowd(int(sys.argv[1])))))
