"""Installs the web app's locked packages and builds it: idempotent, and quick when nothing has changed.

Node comes from the wheel in `.venv`. What runs the product needs only the build's own packages; the
tools of tests and lint are added by `packages(with_tools=True)`. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from scripts.stages import refuse, stage

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
DIST = WEB / "dist"
LOG = ROOT / ".venv" / "dd0c-web.log"
LOCKED = ("package.json", "package-lock.json", ".npmrc")
SOURCES = ("src", "public", "index.html", "vite.config.ts", "tsconfig.json")
LOG_TAIL_LINES = 15


class WebFailed(Exception):
    """A command of the web app's packages or build ended with an error; its output is in the log."""


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(WEB)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def locked() -> str:
    """What the packages are made from."""
    return _digest([WEB / name for name in LOCKED])


def sources() -> str:
    """What the build is made from."""
    files: list[Path] = [WEB / name for name in LOCKED]
    for name in SOURCES:
        place = WEB / name
        files += sorted(item for item in place.rglob("*") if item.is_file()) if place.is_dir() else [place]
    return _digest(files)


def _reads(stamp: Path) -> str:
    try:
        return stamp.read_text(encoding="utf-8")
    except OSError:
        return ""


def _packages_stamp() -> Path:
    return WEB / "node_modules" / ".dd0c-packages"


def _build_stamp() -> Path:
    return DIST / ".dd0c-build"


def is_built() -> bool:
    """Whether the build in `web/dist` is of the sources as they are now."""
    return _reads(_build_stamp()) == sources()


def has_packages(*, with_tools: bool) -> bool:
    """Whether the packages of the lock file are installed, with those of tests and lint where asked."""
    words = _reads(_packages_stamp()).split()
    return words[:1] == [locked()] and (not with_tools or words[1:] == ["tools"])


def node(*command: str) -> list[str]:
    """A command line for a program of `node_modules/.bin`, run by the wheel's Node."""
    return [
        str(ROOT / ".venv" / "bin" / "node"),
        str(WEB / "node_modules" / ".bin" / command[0]),
        *command[1:],
    ]


def environment() -> dict[str, str]:
    """The environment with the wheel's Node first on the path, so that every tool finds that one."""
    return os.environ | {"PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def _run(*command: str) -> None:
    with LOG.open("ab") as log:
        log.write(("\n$ " + " ".join(command[1:]) + "\n").encode())
        log.flush()
        ended = subprocess.run(
            command,
            cwd=WEB,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode != 0:
        raise WebFailed(f"{Path(command[1]).name} ended with {ended.returncode}")


def packages(*, with_tools: bool = False) -> None:
    """Install what the lock file names, its hashes checked; no package's own script is run.

    `npm ci` is not used: it refuses a lock file that lacks the binaries of platforms which the registry
    at hand does not hold. `--no-save` leaves the lock file as it is.
    """
    if has_packages(with_tools=with_tools):
        return
    wanted = () if with_tools else ("--omit=dev",)
    title = "web packages and the tools of their tests" if with_tools else "web packages"
    with stage("setup", f"{title}, from their hashes"):
        _packages_stamp().unlink(missing_ok=True)
        npm = ROOT / ".venv" / "bin" / "npm"
        _run(
            str(ROOT / ".venv" / "bin" / "python"),
            str(npm),
            "install",
            "--no-save",
            "--prefer-offline",
            *wanted,
        )
        _packages_stamp().write_text(f"{locked()} {'tools' if with_tools else ''}", encoding="utf-8")


def build() -> None:
    """Make `web/dist`, aside first: a page that is being served never meets half a build."""
    if is_built():
        return
    packages()
    with stage("setup", "web app"):
        made_from = sources()
        fresh = WEB / "dist.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _run(*node("vite", "build", "--outDir", str(fresh), "--emptyOutDir"))
        (fresh / _build_stamp().name).write_text(made_from, encoding="utf-8")
        shutil.rmtree(DIST, ignore_errors=True)
        fresh.rename(DIST)


def explain(failure: WebFailed) -> NoReturn:
    """Show the end of the log and end with exit code 2."""
    tail = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
    sys.stderr.write("\n".join(tail) + "\n")
    refuse(f"setup: {failure}; the lines above are the end of .venv/{LOG.name}.")


def main() -> None:
    """`python -m scripts.web [--tools]`: packages (and tools), then the build."""
    try:
        packages(with_tools=sys.argv[1:] == ["--tools"])
        build()
    except WebFailed as failure:
        explain(failure)


if __name__ == "__main__":
    main()
