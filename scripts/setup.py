"""Makes `.venv` from the locked requirements: idempotent, and quick when nothing has changed.

1. `python -m venv` (only where there is none that works, or PYTHON= names another version)
2. uv, installed by pip from `requirements/bootstrap.txt`, its hashes checked
3. everything in `requirements/dev.txt`, installed by uv, its hashes checked; by pip where uv cannot
   reach the registry as pip is configured to
4. the project itself, editable, with the build backend that step 3 installed
5. the web app's packages and its build, by the Node that step 3 installed (`scripts/web.py`)

Standard library only. Ends with one sentence and exit code 2 where the machine lacks something.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts import web
from scripts.stages import refuse, say, seconds_text, stage

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "dd0c-setup"
LOG = VENV / "dd0c-setup.log"
INPUTS = ("requirements/bootstrap.txt", "requirements/dev.txt", "pyproject.toml", "scripts/setup.py")
PRODUCTS = ("python", "dd0c", "dd0c-agent")
LOG_TAIL_LINES = 15


class StepFailed(Exception):
    """A command of the setup ended with an error; its output is in the log."""


def fingerprint() -> str:
    """What the environment is made from: the inputs' bytes and its place."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in INPUTS:
        digest.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    return digest.hexdigest()


def is_fresh() -> bool:
    """Whether the last setup ended well and nothing that it was made from has changed since."""
    return has_environment() and web.is_built()


def has_environment() -> bool:
    """Whether `.venv` is as the locked requirements say."""
    try:
        made_from, _, asked_for = STAMP.read_text(encoding="utf-8").partition("\n")
    except OSError:
        return False
    return (
        made_from == fingerprint()
        and os.environ.get("PYTHON", "") in {"", asked_for}
        and all((VENV / "bin" / name).exists() for name in PRODUCTS)
    )


def run(*command: str | Path, environment: dict[str, str] | None = None) -> None:
    """Run one command, its output appended to the log; raises StepFailed."""
    with LOG.open("ab") as log:
        log.write(("\n$ " + " ".join(Path(part).name for part in map(str, command)) + "\n").encode())
        log.flush()
        ended = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode != 0:
        raise StepFailed(f"{Path(str(command[0])).name} ended with {ended.returncode}")


def version_of(python: Path) -> str | None:
    """`3.11.7`, or None where that interpreter is missing or does not start."""
    try:
        answer = subprocess.run(
            [str(python), "-S", "-E", "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def make_environment() -> None:
    """Make `.venv`, or keep the one there is; a named PYTHON of another version makes it anew."""
    wanted, there = sys.version.split()[0], version_of(PYTHON)
    if there and (there == wanted or not os.environ.get("PYTHON")):
        return
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            refuse(
                f"setup: the Python at {sys.executable} lacks its module {module}; "
                "install it (Debian and Ubuntu: the package python3-venv) and try again."
            )
    with stage("setup", f"environment .venv with Python {wanted}"):
        if VENV.exists():
            shutil.rmtree(VENV)
        VENV.mkdir()
        run(sys.executable, "-m", "venv", VENV)


def pip_settings() -> dict[str, str]:
    """What pip is configured to use, `index-url` and the like; later lines win, as they do for pip."""
    answer = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    settings: dict[str, str] = {}
    for line in sorted(answer.stdout.splitlines(), key=lambda text: text.startswith(":env:")):
        name, separator, value = line.partition("=")
        if separator:
            settings[name.rsplit(".", 1)[-1]] = value.strip().strip("'\"")
    return settings


def uv_environment() -> dict[str, str]:
    """Point uv at the index and the certificates that pip is configured with, unless uv has its own."""
    settings = pip_settings()
    environment: dict[str, str] = {}
    if "index-url" in settings and not os.environ.keys() & {"UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX"}:
        environment["UV_DEFAULT_INDEX"] = settings["index-url"]
    if "cert" in settings and "SSL_CERT_FILE" not in os.environ:
        environment["SSL_CERT_FILE"] = settings["cert"]
    return environment


def install() -> None:
    """Steps 2 to 4."""
    uv = VENV / "bin" / "uv"
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet")
    with stage("setup", "installer uv, from its hashes"):
        run(*pip, "--no-deps", "--require-hashes", "-r", "requirements/bootstrap.txt")
    environment = uv_environment()
    try:
        with stage("setup", "locked packages, from their hashes"):
            sync = ("pip", "sync", "--quiet", "--python", PYTHON, "--compile-bytecode", "--require-hashes")
            run(uv, *sync, "requirements/dev.txt", environment=environment)
    except StepFailed:
        with stage("setup", "uv could not; pip installs the same files instead"):
            run(*pip, "--no-deps", "--require-hashes", "-r", "requirements/dev.txt")
    with stage("setup", "dd0c and dd0c-agent"):
        run(*pip, "--no-index", "--no-deps", "--no-build-isolation", "--editable", ".")


def set_up() -> None:
    """Make everything, hold the lock of the folder meanwhile, and leave the stamp last."""
    started = time.monotonic()
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if is_fresh():  # another make finished it while this one waited
            return
        if not has_environment():
            STAMP.unlink(missing_ok=True)
            made_from = fingerprint()
            make_environment()
            install()
            STAMP.write_text(f"{made_from}\n{os.environ.get('PYTHON', '')}", encoding="utf-8")
        web.build()
    finally:
        os.close(folder)
    say(f"setup: done in {seconds_text(time.monotonic() - started)}")


def main() -> None:
    """`python -m scripts.setup [--is-fresh]`."""
    if sys.argv[1:] == ["--is-fresh"]:
        raise SystemExit(0 if is_fresh() else 1)
    try:
        if not os.access(ROOT, os.W_OK):
            refuse(
                f"setup: the folder {ROOT} is read-only, and .venv is made in it; clone it to another place."
            )
        set_up()
    except StepFailed as failure:
        tail = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
        sys.stderr.write("\n".join(tail) + "\n")
        refuse(f"setup: {failure}; the lines above are the end of .venv/{LOG.name}.")
    except web.WebFailed as failure:
        web.explain(failure)
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EPERM}:
            raise
        refuse(f"setup: cannot write {error.filename or VENV}: {error.strerror}.")
    except KeyboardInterrupt:
        refuse("setup: interrupted; the next make setup continues.")


if __name__ == "__main__":
    main()
