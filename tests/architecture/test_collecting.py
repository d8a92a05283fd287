"""Every worker collects the same tests."""

from __future__ import annotations

import pytest

from tests.architecture.collecting import changing_cases
from tests.architecture.tree import Module, modules, report


def test_no_case_depends_on_when_or_where_it_is_collected() -> None:
    found = [violation for module in modules("tests", "bench") for violation in changing_cases(module)]
    assert not found, report(found)


@pytest.mark.parametrize(
    "cases",
    [
        "[time.time()]",
        "[str(new_id())]",
        "[(1, f'{uuid.uuid4()}')]",
        "[pytest.param(datetime.now(UTC), id='now')]",
        "[make(secrets.token_hex(4)) for _ in range(3)]",
        "CASES",
        "[1], ids=[random.random()]",
    ],
)
def test_a_changing_case_is_found(cases: str) -> None:
    constants = "CASES = [BASE]\nBASE: int = int(time.monotonic())\n"
    source = f"{constants}@pytest.mark.parametrize('x', {cases})\ndef test(x): ...\n"
    assert len(changing_cases(Module("tests/x.py", source))) == 1


@pytest.mark.parametrize("cases", ["[1, 'now']", "[lambda: time.time()]", "CASES", "[timedelta(hours=1)]"])
def test_a_steady_case_passes(cases: str) -> None:
    source = (
        f"CASES = [1]\nSTART = time.time()\n@pytest.mark.parametrize('x', {cases})\ndef test(x): new_id()\n"
    )
    assert not changing_cases(Module("tests/x.py", source))
