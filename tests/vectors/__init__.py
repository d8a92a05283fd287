"""Test vectors: bytes, digests, signatures, chain hashes and ids that every implementation must agree on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def load(name: str) -> dict[str, Any]:
    """The content of one vector file, by its name without `.json`."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return content
