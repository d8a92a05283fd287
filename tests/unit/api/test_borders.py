"""What every request passes: sizes, hosts, origins, addresses; without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from base.limits import KIB
from controller.api import problems
from controller.api.borders import Borders, host_name


def application() -> tuple[FastAPI, list[int]]:
    """An application that reads bodies, and the sizes of those that it got."""
    app, read = FastAPI(), list[int]()
    problems.install(app)

    @app.post("/{path:path}")
    async def take(request: Request, path: str) -> None:
        read.append(len(await request.body()))

    app.add_middleware(
        Borders,
        hosts=frozenset({"localhost", "::1"}),
        origin="http://localhost:8080",
        max_body_bytes=64 * KIB,
        exempt_body_prefix="/git/",
        small_bodies=frozenset({"/open", "/tokens/"}),
        small_body_bytes=KIB,
    )
    return app, read


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


async def _unannounced(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 256):
        yield b"x" * 256


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/any", 64 * KIB, 200),
        ("/any", 64 * KIB + 256, 413),
        ("/open", KIB, 200),
        ("/open", KIB + 256, 413),
        ("/opens", KIB + 256, 200),
        ("/tokens/abc", KIB + 256, 413),
        ("/git/a/b.git/git-receive-pack", 65 * KIB, 200),
    ],
)
async def test_a_body_ends_at_its_bound_announced_or_not(path: str, size: int, status: int) -> None:
    app, read = application()
    async with client(app) as caller:
        announced = await caller.post(path, content=b"x" * size)
        unannounced = await caller.post(path, content=_unannounced(size))
    assert (announced.status_code, unannounced.status_code) == (status, status)
    assert read == ([size, size] if status == 200 else [])
    if status == 413:
        assert announced.json()["code"] == unannounced.json()["code"] == "too_large"


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "9" * 30, "0x10"])
async def test_a_length_that_is_none_is_refused(length: str) -> None:
    app, read = application()
    async with client(app) as caller:
        request = caller.build_request("POST", "/any", content=_unannounced(0))
        request.headers.raw.append((b"content-length", length.encode()))
        request.headers = httpx.Headers([*request.headers.raw, (b"content-length", length.encode())])
        answer = await caller.send(request)
    assert answer.status_code in (400, 413)
    assert read == []


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:8080", "localhost"),
        ("LocalHost", "localhost"),
        ("[::1]:8080", "::1"),
        ("user@evil.example", "evil.example"),
        ("localhost@evil.example", "evil.example"),
        ("evil.example#@localhost", "evil.example"),
        ("evil.example/localhost", "evil.example"),
        ("[::1", ""),
        ("", ""),
    ],
)
def test_the_host_is_read_as_an_address_is(header: str, name: str) -> None:
    assert host_name(header) == name
