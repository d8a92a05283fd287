"""What is called pure is pure."""

from __future__ import annotations

import configparser

import pytest

from tests.architecture.purity import impurities, is_pure
from tests.architecture.tree import ROOMS, ROOT, Module, modules, report


def test_pure_modules_are_pure() -> None:
    pure = [module for module in modules(*ROOMS) if is_pure(module.path)]
    assert pure
    found = [violation for module in pure for violation in impurities(module)]
    assert not found, report(found)


def test_every_pure_module_is_under_the_import_contract() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    listed = contracts["importlinter:contract:pure"]["source_modules"].split()
    missing = [
        module.name
        for module in modules(*ROOMS)
        if is_pure(module.path)
        and not any(module.name == name or module.name.startswith(name + ".") for name in listed)
    ]
    assert not missing, f"add to the contract `pure` in .importlinter: {missing}"


@pytest.mark.parametrize(
    "source",
    [
        "import time\n",
        "import random\n",
        "from secrets import token_bytes\n",
        "import psycopg\n",
        "from controller.db import database\n",
        "from base.ids import new_id\n",
        "from base.clock import SystemClock\n",
        "def f():\n    import socket\n",
        "from urllib.request import urlopen\n",
        "from datetime import datetime\nnow = datetime.now(UTC)\n",
        "import datetime\nnow = datetime.datetime.now()\n",
        "import uuid\nx = uuid.uuid4()\n",
        "from base import ids\nx = ids.new_id()\n",
        "text = open('x')\n",
        "text = path.read_text()\n",
        "import os\nx = os.environ.get('A')\n",
    ],
)
def test_an_impure_line_is_found(source: str) -> None:
    assert impurities(Module("controller/engine/decide.py", source))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, timedelta\nthen = datetime(2026, 1, 1) + timedelta(days=1)\n",
        "from base.ids import parse_id\n",
        "from base.clock import format_instant\n",
        "from urllib.parse import quote\n",
        "from uuid import UUID\nx = UUID(int=1)\n",
    ],
)
def test_a_pure_line_passes(source: str) -> None:
    assert not impurities(Module("controller/engine/decide.py", source))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("scanner/walk.py", True),
        ("scanner/rules/database.py", True),
        ("schemas/merge.py", True),
        ("schemas/yaml_codec.py", False),
        ("controller/engine/decide.py", True),
        ("controller/engine/runner.py", False),
        ("controller/engine/views.py", True),
        ("controller/api/routes/views.py", True),
        ("scanner/knowledge/x.yaml", False),
    ],
)
def test_the_pure_modules_are_known_by_their_path(path: str, expected: bool) -> None:
    assert is_pure(path) is expected
