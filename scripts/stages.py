"""Progress on a terminal or in a log: one line a stage with what it does and how long it took.

Standard library only: `scripts.setup` runs before `.venv` exists.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


def say(text: str) -> None:
    """One line, written at once, so that progress shows where output is a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def compiling() -> dict[str, str]:
    """The environment for tests: what a process compiles is kept, even where PYTHONDONTWRITEBYTECODE is set
    as in many images. Hundreds of processes start, and each would compile the product for half a second.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def refuse(sentence: str) -> NoReturn:
    """End with one clear sentence and exit code 2: something outside the product is missing."""
    sys.stderr.write(sentence.rstrip() + "\n")
    raise SystemExit(2)


def seconds_text(seconds: float) -> str:
    """`0.4 s`, `83.0 s`: right-aligned by the callers."""
    return f"{seconds:.1f} s"


@contextmanager
def stage(program: str, title: str) -> Iterator[None]:
    """Print the title when the work begins and its time when it ends; nothing is added on failure."""
    started = time.monotonic()
    sys.stdout.write(f"{program}: {title} … ")
    sys.stdout.flush()
    try:
        yield
    except BaseException:  # the line must end before whatever is said about the failure
        sys.stdout.write("failed\n")
        sys.stdout.flush()
        raise
    say(seconds_text(time.monotonic() - started))
