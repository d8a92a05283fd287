"""A command of every day starts fast: it loads nothing that only the server, or a rare answer, needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
EVERY_DAY: Final = ("runbooks", "executions", "run", "audit", "sync")
HEAVY: Final = frozenset({"pydantic", "markdown_it", "ruamel", "psycopg", "fastapi", "tree_sitter"})


def test_commands_of_every_day_load_no_models_and_no_parsers() -> None:
    modules = [f"controller.cli.{name}" for name in EVERY_DAY]
    program = f"import importlib, sys; [importlib.import_module(n) for n in {modules}]; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert set(modules) <= loaded
    assert not {name.partition(".")[0] for name in loaded} & HEAVY
