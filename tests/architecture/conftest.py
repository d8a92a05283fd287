"""The syntax trees of a thousand files are kept to the end: looking for garbage among them takes seconds."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def _no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()
