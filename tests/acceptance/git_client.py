"""A real git client, as its user has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.acceptance.product import Product, wait_for


def git(folder: Path | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call git without asking anybody for a password."""
    return subprocess.run(
        [
            "git",
            "-c",
            "credential.helper=",
            "-c",
            "user.name=Riley",
            "-c",
            "user.email=riley@example.org",
            *arguments,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "GIT_TERMINAL_PROMPT": "0", "HOME": "/nonexistent"},
        timeout=60,
    )


def clone(product: Product, name: str, token: str | None = None) -> Path:
    """A fresh clone of the demo tenant's repository beside the state folder."""
    folder = product.state.parent / f"clone-{name}"
    url = f"http://git:{token or product.token()}@localhost:{product.http_port}/git/demo/runbooks.git"
    done = git(None, "clone", "-q", url, str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def commit_file(folder: Path, path: str, text: str, message: str) -> None:
    """Write one file and commit it."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    for arguments in (("add", "."), ("commit", "-qm", message)):
        done = git(folder, *arguments)
        assert done.returncode == 0, done.stderr


def push_runbook(product: Product, name: str, text: str) -> None:
    """Bring a document into service by a push to main, and wait until it is there."""
    folder = clone(product, name)
    commit_file(folder, f"runbooks/{name}.yaml", text, f"Add {name}")
    done = git(folder, "push", "-q", "origin", "HEAD:main")
    assert done.returncode == 0, done.stderr
    wait_for(f"{name} in service", lambda: [i for i in product.ok("runbooks")["items"] if i["name"] == name])
