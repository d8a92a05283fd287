"""Other people's guards, installed for the scorecard alone and asked in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.risk import Risk

ROOT: Final = Path(__file__).resolve().parents[3]
HERE: Final = Path(__file__).resolve().parent
PLACE: Final = ROOT / "build" / "scorecard"
_BIN: Final = ROOT / ".venv" / "bin"
_SECONDS: Final = 900


class GuardMissing(Exception):
    """A guard could not be installed or run here; the text says why."""


@dataclass(frozen=True)
class Asked:
    """A guard's verdicts in the order of the commands, and microseconds of each."""

    risks: tuple[Risk, ...]
    microseconds: tuple[float, ...]


def nah(commands: Sequence[str]) -> Asked:
    """Ask `nah` (PyPI). Raises GuardMissing."""
    python = PLACE / "venv" / "bin" / "python"
    if not python.exists():
        _run([str(_BIN / "uv"), "venv", "--quiet", "--python", sys.executable, str(PLACE / "venv")])
        wanted = ["--require-hashes", "-r", str(ROOT / "requirements" / "scorecard.txt")]
        _run([str(_BIN / "uv"), "pip", "install", "--quiet", "--python", str(python), *wanted])
    return _ask([str(python), str(HERE / "nah_judge.py")], commands)


def safety_net(commands: Sequence[str]) -> Asked:
    """Ask `cc-safety-net` (npm). Raises GuardMissing."""
    folder = PLACE / "node"
    if not (folder / "node_modules" / "cc-safety-net").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc", "safety_net.mjs"):
            (folder / name).write_bytes((HERE / name).read_bytes())
        _run([str(_BIN / "python"), str(_BIN / "npm"), "ci"], folder)
    return _ask([str(_BIN / "node"), str(folder / "safety_net.mjs")], commands)


GUARDS: Final[dict[str, Callable[[Sequence[str]], Asked]]] = {"nah": nah, "cc-safety-net": safety_net}


def _environment() -> dict[str, str]:
    """Nothing of the caller's settings; a home of its own, where the guards keep their logs."""
    home = PLACE / "home"
    home.mkdir(parents=True, exist_ok=True)
    return os.environ | {"PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}", "HOME": str(home)}


def _run(command: Sequence[str], folder: Path = ROOT) -> None:
    around = os.environ | {"PATH": _environment()["PATH"]}
    ended = subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise GuardMissing(f"{Path(command[0]).name} ended with {ended.returncode}: {ended.stderr[-300:]}")


def _ask(program: Sequence[str], commands: Sequence[str]) -> Asked:
    sent = "".join(json.dumps(command) + "\n" for command in commands)
    ended = subprocess.run(
        program, cwd=PLACE, env=_environment(), input=sent, capture_output=True, text=True, timeout=_SECONDS,
        check=False,
    )  # fmt: skip
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    if ended.returncode or len(found) != len(commands):
        raise GuardMissing(f"{len(found)} of {len(commands)} answers: {ended.stderr[-300:]}")
    return Asked(tuple(Risk(item["risk"]) for item in found), tuple(float(item["us"]) for item in found))
