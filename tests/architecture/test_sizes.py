"""Files and functions stay small enough to read."""

from __future__ import annotations

from tests.architecture.sizes import FILE_MAX_LINES, long_file, long_functions
from tests.architecture.tree import ROOMS, WORKSHOP, Module, modules, report


def test_no_file_is_too_long() -> None:
    found = [violation for module in modules(*ROOMS, *WORKSHOP) for violation in long_file(module)]
    assert not found, report(found)


def test_no_function_is_too_long() -> None:
    found = [violation for module in modules(*ROOMS, *WORKSHOP) for violation in long_functions(module)]
    assert not found, report(found)


def test_a_file_one_line_too_long_is_found() -> None:
    assert not long_file(Module("base/x.py", "x = 1\n" * FILE_MAX_LINES))
    assert long_file(Module("base/x.py", "x = 1\n" * (FILE_MAX_LINES + 1)))
    assert long_file(Module("base/x.py", "x = 1\n" * FILE_MAX_LINES + "x = 1"))


def test_a_long_function_is_found_and_its_docstring_is_not_counted() -> None:
    def function(body_lines: int, docstring: str = "") -> Module:
        return Module("base/x.py", f"async def f() -> None:\n{docstring}" + "    x = 1\n" * body_lines)

    assert not long_functions(function(68))
    assert [str(found) for found in long_functions(function(69))] == [
        "base/x.py:1: f has 70 lines; the limit is 69"
    ]
    assert not long_functions(function(68, '    """One.\n\n    Two.\n    """\n'))


def test_a_long_method_is_found() -> None:
    source = "class A:\n    def f(self) -> None:\n" + "        x = 1\n" * 70
    assert long_functions(Module("base/x.py", source))
