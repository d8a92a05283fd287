"""Cold: a fresh clone, `make run` with everything to install, to the address that signs one in.

Nothing is cached: home, caches and state are new folders. Beside it, the installing alone; what it takes of
the disk is measured too.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.home import row
from controller.db.embedded import EmbeddedPostgres
from tests.acceptance.product import ROOT, free_port

TARGET_SECONDS = 300.0
"""No promise: the network decides. It is what a person waits for before giving up."""


def main() -> int:
    """Measure once: it takes what a newcomer's first minute takes."""
    with tempfile.TemporaryDirectory(prefix="dd0c-cold-") as name:
        Path(name).chmod(0o755)  # as a home folder is: started by root, the agent's own user must read it
        clone = Path(name) / "dd0c"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        lines, total = run(clone, Path(name))
        installed = sum(float(found) for found in re.findall(r"setup: done in ([0-9.]+) s", "\n".join(lines)))
        for line in lines:
            stage = re.match(
                r"setup: .*|  \S.*?  +[0-9.]+ s(?= |$)", line
            )  # without its note: it names ports
            if stage:
                print(re.sub(r" +", " ", stage[0].strip()))
        places = (".venv", "web/node_modules", "web/dist", "../state")
        print(
            "on disk: "
            + ", ".join(f"{Path(place).name} {mebibytes(clone / place):.0f} MiB" for place in places)
        )
        EmbeddedPostgres(Path(name) / "state").remove()  # started by root, its data lies elsewhere
    return row(
        "COLD", f"{total:.0f} s", f"installing {installed:.0f} s", total / installed,
        f"< {TARGET_SECONDS:.0f} s", ok=total < TARGET_SECONDS,
    )  # fmt: skip


def run(clone: Path, folder: Path) -> tuple[list[str], float]:
    """What `make run` printed until it was ready, and the seconds that this took; then Ctrl-C."""
    home = folder / "home"
    home.mkdir()
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("DD0C_", "XDG_", "VIRTUAL"))
    }
    kept |= {"HOME": str(home), "DD0C_STATE_DIR": str(folder / "state")}
    kept |= {"DD0C_HTTP_PORT": str(free_port()), "DD0C_GRPC_PORT": str(free_port())}
    npmrc = Path.home() / ".npmrc"
    if npmrc.exists():  # which registry this machine asks
        kept["NPM_CONFIG_USERCONFIG"] = str(npmrc)
    lines: list[str] = []
    began = time.monotonic()
    with subprocess.Popen(
        ["make", "run"], cwd=clone, env=kept, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if "Ctrl-C stops" in line:
                break
        total = time.monotonic() - began
        os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
    assert "Ctrl-C stops" in lines[-1], "\n".join(lines[-20:])
    return lines, total


def mebibytes(folder: Path) -> float:
    """What the files of a folder hold."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


if __name__ == "__main__":
    raise SystemExit(main())
