"""The lines that `make run` prints: one a stage, with its time, and one clear sentence where it fails."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

_WIDTH: Final = 34


class HomeError(Exception):
    """The product can't start here. The text is one sentence; `hint` says what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Stage:
    """One running stage; `note` is printed behind its time when it ends."""

    def __init__(self) -> None:
        self.note = ""


class Stages:
    """Prints stages as they run: the name at once, the seconds when done."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the first stage could have begun."""
        return time.monotonic() - self._begun

    @contextmanager
    def run(self, name: str) -> Iterator[Stage]:
        """Print the stage around its body; an exception marks it as failed and goes on."""
        self._write(f"  {name:<{_WIDTH}}")
        begun = time.monotonic()
        stage = Stage()
        try:
            yield stage
        except asyncio.CancelledError:
            self._write("stopped\n")
            raise
        except BaseException:  # whatever it is leaves the stage unfinished; it is raised again
            self._write("failed\n")
            raise
        note = f"   {stage.note}" if stage.note else ""
        self._write(f"{time.monotonic() - begun:6.2f} s{note}\n")

    def say(self, text: str = "") -> None:
        """A line of its own."""
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except BrokenPipeError:
            # Whoever read us is gone; the product must not end because its progress is unread.
            self._out = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115, PTH123  # lives as long as the process
