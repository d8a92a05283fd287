"""The collector while it is held back: blocks may overlap, and nothing is changed for good."""

from __future__ import annotations

import gc
from contextlib import ExitStack

import pytest

from base.collector import held_back


def test_it_runs_again_after_the_last_block_whatever_ends_it() -> None:
    first, second = ExitStack(), ExitStack()
    first.enter_context(held_back())
    second.enter_context(held_back())
    first.close()  # the first to begin ends first
    assert not gc.isenabled()
    with pytest.raises(ValueError, match="wrong"), second:
        raise ValueError("wrong")
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    try:
        with held_back():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
