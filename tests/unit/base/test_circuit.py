"""The circuit: when a service that fails is left alone, and when it is asked again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from base.circuit import Admission, Circuit, State


class Clock:
    """Time that only the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _fail(circuit: Circuit, times: int) -> None:
    for _ in range(times):
        admission = circuit.admit()
        assert admission is not None
        circuit.failed(admission)


def _state(circuit: Circuit) -> State:
    """Asked anew: a type checker takes a property for one that stays."""
    return circuit.state


def test_r76_five_failures_open_it_and_one_probe_closes_it() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    _fail(circuit, 4)
    assert _state(circuit) is State.CLOSED
    _fail(circuit, 1)
    assert (_state(circuit), circuit.admit()) == (State.OPEN, None)
    clock.now += 29.9
    assert circuit.admit() is None
    clock.now += 0.2
    assert _state(circuit) is State.HALF_OPEN
    probe = circuit.admit()
    assert probe is not None and probe.probe
    assert circuit.admit() is None, "a second probe beside the first"
    circuit.succeeded(probe)
    assert _state(circuit) is State.CLOSED
    _fail(circuit, 4)
    assert _state(circuit) is State.CLOSED, "failures from before the rest count no more"


def test_a_probe_that_fails_opens_it_again_and_one_given_up_leaves_the_place() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    _fail(circuit, 5)
    clock.now += 31
    first = circuit.admit()
    assert first is not None
    circuit.abandoned(first)
    second = circuit.admit()
    assert second is not None and second.probe
    circuit.failed(second)
    assert (_state(circuit), circuit.admit()) == (State.OPEN, None)


def test_failures_far_apart_do_not_open_it() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    for _ in range(50):
        _fail(circuit, 1)
        clock.now += 7.6
    assert _state(circuit) is State.CLOSED


def test_what_began_before_it_opened_says_nothing_afterwards() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    late = [circuit.admit() for _ in range(10)]
    _fail(circuit, 5)
    clock.now += 31
    for admission in late:
        assert admission is not None
        circuit.succeeded(admission)
        circuit.failed(admission)
    assert _state(circuit) is State.HALF_OPEN


@given(st.lists(st.sampled_from(["admit", "succeed", "fail", "abandon", "wait"]), max_size=120))
def test_half_open_admits_one_at_a_time_and_open_nobody(moves: list[str]) -> None:
    clock = Clock()
    circuit = Circuit(clock)
    held: list[Admission] = []
    settle = {"succeed": circuit.succeeded, "fail": circuit.failed, "abandon": circuit.abandoned}
    for move in moves:
        if move == "wait":
            clock.now += 16
        elif move == "admit":
            state = _state(circuit)
            admission = circuit.admit()
            if admission is not None:
                held.append(admission)
            assert admission is None or state is not State.OPEN
            if state is State.HALF_OPEN and admission is not None:
                assert circuit.admit() is None
        elif held:
            settle[move](held.pop(0))
