"""One `make run` for all acceptance tests of a module, in a state folder of its own, and one browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.product import Product
from tests.browser.chromium import chromium


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A running product; stopped, and anything left over killed, at the end."""
    state: Path = tmp_path_factory.mktemp("home") / "state"
    state.mkdir(mode=0o700)
    running = Product(state)
    running.start()
    try:
        yield running
    finally:
        running.stop_hard()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, without a window. What it waits for may take long where the machine is busy."""
    expect.set_options(timeout=45_000)
    with chromium() as running:
        yield running
