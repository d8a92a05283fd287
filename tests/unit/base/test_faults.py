"""Fault points: inert unless armed; armed, they kill the process the moment it arrives."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from base import faults

POINT = faults.register("test.point", "a point of this test")
OTHER = faults.register("test.other", "another point of this test")

CHILD = """
import sys
from base import faults
point = faults.register("child.point", "a point of the child")
other = faults.register("child.other", "another point of the child")
faults.arm(sys.argv[1])
for number in range(1, 6):
    faults.reach(other)
    print("before", number, flush=True)
    faults.reach(point)
    print("after", number, flush=True)
"""


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    faults.arm(None)


def child(setting: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, setting], capture_output=True, text=True, check=False, timeout=30
    )


def test_an_unarmed_point_does_nothing() -> None:
    ended = child("")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1] == "after 5"


def test_an_armed_point_kills_when_it_is_reached_first() -> None:
    ended = child("child.point:kill")
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout.splitlines() == ["before 1"]


def test_an_armed_point_kills_at_the_count_given() -> None:
    ended = child("child.point:kill@3")
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout.splitlines()[-1] == "before 3"


def test_reaching_another_point_does_not_count() -> None:
    assert child("child.other:kill@6").returncode == 0
    assert child("child.other:kill@5").stdout.splitlines()[-1] == "after 4"


def test_arming_from_anew_counts_from_anew() -> None:
    faults.arm(f"{POINT}:kill@2")
    faults.reach(POINT)
    faults.arm(f"{POINT}:kill@2")
    faults.reach(POINT)
    faults.arm(None)
    faults.reach(POINT)


@pytest.mark.parametrize(
    "setting",
    ["name", "name:", ":kill", "name:raise", "name:kill@", "name:kill@x", "name:kill@-1", "name:kill@1.5"],
)
def test_a_malformed_setting_is_refused(setting: str) -> None:
    if setting == "name:kill@":  # an empty count reads as the first time
        faults.arm(setting)
        return
    with pytest.raises(ValueError, match="DD0C_FAULTPOINT"):
        faults.arm(setting)


def test_an_armed_process_notices_a_point_that_was_never_registered() -> None:
    faults.arm(f"{POINT}:kill")
    with pytest.raises(ValueError, match="never registered"):
        faults.reach("test.misspelt")


def test_points_are_listed_with_their_meaning() -> None:
    assert faults.registered()[POINT] == "a point of this test"
    listed = faults.registered()
    listed.clear()
    assert OTHER in faults.registered()


def test_one_name_has_one_meaning() -> None:
    assert faults.register("test.point", "a point of this test") == POINT
    with pytest.raises(ValueError, match="declared twice"):
        faults.register("test.point", "something else")
