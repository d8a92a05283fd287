"""The budget of an LLM: what it may spend in an hour."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.advisor.budget import TokenBudget


class Clock:
    """Time that only the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_budget_gives_back_what_was_not_used_and_forgets_after_an_hour() -> None:
    clock = Clock()
    budget = TokenBudget(1000, clock)
    assert budget.take(800)
    assert not budget.take(201)
    budget.settle(800, 300)
    assert budget.left == 700
    budget.settle(0, 900)
    assert (budget.left, budget.take(1)) == (0, False)
    clock.now += 3600
    assert budget.left == 1000


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 500), st.floats(0, 1800)), max_size=60),
    st.integers(1, 2000),
)
def test_no_hour_spends_more_than_one_call_over_the_budget(
    calls: list[tuple[int, int, float]], most: int
) -> None:
    clock = Clock()
    budget = TokenBudget(most, clock)
    spent: list[tuple[float, int]] = []
    for at_most, used, wait in calls:
        if budget.take(at_most):
            budget.settle(at_most, min(used, at_most))
            spent.append((clock.now, min(used, at_most)))
        last_hour = sum(tokens for at, tokens in spent if at > clock.now - 3540)
        assert last_hour <= most
        clock.now += wait
