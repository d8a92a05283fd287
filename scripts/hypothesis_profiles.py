"""Profiles of the property tests, loaded by `python -m scripts.test` with `-p`.

`gate` repeats the same examples each time, so that a red build is the change's fault; `fuzz` looks
for new ones, pass after pass. A test that sets `max_examples` itself keeps its own number in both.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

FUZZ_EXAMPLES = 1_000
"""Of each test in a pass; `make fuzz` makes passes for ten minutes."""

settings.register_profile(
    "gate", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "fuzz",
    deadline=None,
    max_examples=FUZZ_EXAMPLES,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
