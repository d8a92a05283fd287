"""Broad excepts and suppressions carry a reason; nothing sleeps to synchronise."""

from __future__ import annotations

import pytest

from tests.architecture.reasons import broad_excepts, silent_suppressions, sleeps
from tests.architecture.tree import ROOMS, WORKSHOP, Module, modules, report

EVERYWHERE = (*ROOMS, *WORKSHOP)


def test_every_broad_except_has_its_reason() -> None:
    found = [violation for module in modules(*EVERYWHERE) for violation in broad_excepts(module)]
    assert not found, report(found)


def test_every_suppression_has_its_reason() -> None:
    found = [violation for module in modules(*EVERYWHERE) for violation in silent_suppressions(module)]
    assert not found, report(found)


def test_nothing_sleeps() -> None:
    found = [violation for module in modules(*EVERYWHERE) for violation in sleeps(module)]
    assert not found, report(found)


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:",
        "except:",
        "except BaseException as error:",
        "except (ValueError, Exception):",
        "except builtins.Exception:",
        "except Exception:  # noqa: BLE001",
        "except Exception:  # reason",
    ],
)
def test_a_broad_except_without_a_reason_is_found(handler: str) -> None:
    assert broad_excepts(Module("base/x.py", f"try:\n    f()\n{handler}\n    pass\n"))


@pytest.mark.parametrize(
    "handler",
    [
        "except ValueError:",
        "except Exception:  # noqa: BLE001 - a job must never take the worker down",
        "except Exception:  # border of the worker: log and go on",
        "# the border of the worker: log and go on\nexcept Exception:",
    ],
)
def test_a_narrow_or_reasoned_except_passes(handler: str) -> None:
    assert not broad_excepts(Module("base/x.py", f"try:\n    f()\n{handler}\n    pass\n"))


def test_a_handler_that_ends_by_raising_again_passes() -> None:
    assert not broad_excepts(
        Module("base/x.py", "try:\n    f()\nexcept BaseException:\n    g()\n    raise\n")
    )
    assert broad_excepts(Module("base/x.py", "try:\n    f()\nexcept Exception:\n    if x:\n        raise\n"))


def test_a_broad_suppress_is_found() -> None:
    assert broad_excepts(Module("base/x.py", "with contextlib.suppress(Exception):\n    f()\n"))
    assert not broad_excepts(Module("base/x.py", "with contextlib.suppress(OSError):\n    f()\n"))


@pytest.mark.parametrize(
    "line",
    [
        "f()  # noqa",
        "f()  # noqa: S603",
        "f()  # type: ignore",
        "f()  # type: ignore[no-untyped-call]",
        "f()  # type: ignore[arg-type]  # noqa: S603",
    ],
)
def test_a_silent_suppression_is_found(line: str) -> None:
    assert silent_suppressions(Module("base/x.py", line + "\n"))


@pytest.mark.parametrize(
    "line",
    [
        "f()  # noqa: S603 - the argument list is ours",
        "f()  # type: ignore[no-untyped-call]  # the library has no types",
        "# the library has no types here\nf()  # type: ignore[no-untyped-call]",
        'text = "# noqa"',
    ],
)
def test_a_reasoned_suppression_passes(line: str) -> None:
    assert not silent_suppressions(Module("base/x.py", line + "\n"))


@pytest.mark.parametrize("source", ["import time\ntime.sleep(1)\n", "from time import sleep\n"])
def test_a_sleep_is_found(source: str) -> None:
    assert sleeps(Module("base/x.py", source))
    assert not sleeps(Module("base/x.py", "import asyncio\nasyncio.sleep(0)\n"))
