"""Bounds: positive whole numbers whose names end in their unit."""

from __future__ import annotations

from base import limits


def bounds() -> dict[str, object]:
    return {name: value for name, value in vars(limits).items() if name.isupper()}


def test_bounds_are_positive_integers() -> None:
    assert bounds()
    odd = {name: value for name, value in bounds().items() if type(value) is not int or value <= 0}
    assert not odd


def test_bounds_that_lie_inside_others_do() -> None:
    assert limits.COMMAND_MAX_BYTES < limits.SCAN_MAX_BYTES < limits.ENVELOPE_MAX_BYTES
    assert limits.ENVELOPE_MAX_BYTES < limits.MESSAGE_MAX_BYTES
    assert limits.OUTPUT_CHUNK_MAX_BYTES < limits.MESSAGE_MAX_BYTES
    assert limits.OUTPUT_HEAD_BYTES + limits.OUTPUT_TAIL_BYTES <= limits.OUTPUT_MAX_BYTES
    assert limits.GRANT_SECONDS <= limits.GRANT_WINDOW_MAX_SECONDS
    assert limits.PASTE_MAX_BYTES <= limits.REQUEST_MAX_BYTES
    assert limits.PAGE_DEFAULT_ITEMS <= limits.PAGE_MAX_ITEMS
    assert limits.STEP_TIMEOUT_DEFAULT_MS <= limits.STEP_TIMEOUT_MAX_MS
    assert limits.CANONICAL_MAX_INTEGER == 2**53 - 1
