"""Locks the requirements anew: every package with its hashes, for all platforms, no host named.

`dev.in` is resolved first; `server` and `agent` are cut from the same resolution, so that what is
tested is what is shipped. `--upgrade` takes newer releases; without it only what changed moves.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.stages import refuse, stage

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
OPTIONS = (
    "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet".split()
)


def lock(name: str, *options: str) -> None:
    """Resolve `name.in` into `name.txt`; ends with exit code 2 where uv cannot."""
    uv = Path(sys.executable).parent / "uv"
    ended = subprocess.run(
        [str(uv), "pip", "compile", *OPTIONS, *options, f"{name}.in", "-o", f"{name}.txt"],
        cwd=FOLDER,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        refuse(f"{ended.stderr}lock: requirements/{name}.in could not be resolved; the lines above say why.")


def main(arguments: list[str]) -> None:
    """Lock all five files."""
    if set(arguments) - {"--upgrade"}:
        refuse("lock: the only option is --upgrade.")
    for name in ("bootstrap", "dev", "scorecard"):
        with stage("lock", f"requirements/{name}.txt"):
            lock(name, *arguments)
    for name in ("server", "agent"):
        with stage("lock", f"requirements/{name}.txt"):
            lock(name, *arguments, "-c", "dev.txt")


if __name__ == "__main__":
    main(sys.argv[1:])
