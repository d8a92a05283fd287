"""A context of the raw text that is open while it is read."""

from __future__ import annotations

from scanner.heredocs import Marker


class Frame:
    """A context that is open: what closes it, and what waits in it."""

    __slots__ = ("bracket", "cases", "depth", "kind", "opener", "pattern", "start", "waiting")

    def __init__(self, kind: int, opener: str, start: int, waiting: list[Marker]) -> None:
        self.kind = kind
        self.opener = opener
        self.start = start
        self.waiting = waiting
        """Here-documents of which the body begins at the next line."""
        self.cases = 0
        self.pattern = False
        """Whether patterns of a `case` are being read."""
        self.bracket = False
        """Whether a `[` waits for its `]`: what joins commands ends it, whatever was meant."""
        self.depth = 0
