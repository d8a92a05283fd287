"""Test names point at promises that exist; test folders are packages, so that names may repeat."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.architecture.promises import unknown_promises
from tests.architecture.tree import ROOT, Module, modules, report


def test_every_numbered_test_names_a_promise() -> None:
    found = [violation for module in modules("tests") for violation in unknown_promises(module)]
    assert not found, report(found)


def test_every_test_folder_is_a_package() -> None:
    folders = {PurePosixPath(module.path).parent for module in modules("tests")}
    bare = [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()]
    assert not bare, f"add __init__.py: {sorted(bare)}"


@pytest.mark.parametrize("name", ["test_r0_x", "test_r77_x", "test_f21_x", "test_i15", "test_r013_x"])
def test_a_number_that_does_not_exist_is_found(name: str) -> None:
    assert unknown_promises(Module("tests/unit/x/test_y.py", f"def {name}() -> None:\n    pass\n"))


@pytest.mark.parametrize(
    "name",
    ["test_r1_x", "test_r04_x", "test_r76_x", "test_i14_x", "test_refused", "test_f_x", "test_p256_curve"],
)
def test_a_number_that_exists_or_is_none_passes(name: str) -> None:
    assert not unknown_promises(Module("tests/unit/x/test_y.py", f"async def {name}() -> None:\n    pass\n"))


def test_a_file_named_after_a_missing_promise_is_found() -> None:
    assert unknown_promises(Module("tests/faults/test_f21_cut.py", ""))
    assert not unknown_promises(Module("tests/faults/test_f20_insider.py", ""))
