"""A real git client, and the git server under a real HTTP server, as the product mounts it."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from a2wsgi import WSGIMiddleware

from forge.server import OpenRepository, git_app

TOKEN = "ddt_secret"


@dataclass(frozen=True)
class Result:
    """What a git command answered; `err` is what a person reads in the terminal."""

    code: int
    out: str
    err: str


def git(folder: Path, *arguments: str, check: bool = True, stdin: bytes | None = None) -> Result:
    """Run git, deaf to the configuration of whoever runs the tests."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
    result = Result(
        done.returncode, done.stdout.decode(errors="replace").strip(), done.stderr.decode(errors="replace")
    )
    if check and result.code != 0:
        raise AssertionError(f"git {' '.join(arguments)} failed:\n{result.err}")
    return result


def commit(work: Path, files: dict[str, str | bytes | None], message: str = "change") -> str:
    """Write files in a work tree and commit them; the new commit."""
    for path, content in files.items():
        target = work / path
        if content is None:
            git(work, "rm", "-q", path)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        git(work, "add", "--", path)
    git(work, "commit", "-q", "-m", message)
    return git(work, "rev-parse", "HEAD").out


@contextmanager
def serve(open_repository: OpenRepository) -> Iterator[str]:
    """The git server on a loopback port; gives its address."""
    app = WSGIMiddleware(git_app(open_repository))  # type: ignore[arg-type]  # a2wsgi types WSGI its own way
    config = uvicorn.Config(app, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(32)
    port = listener.getsockname()[1]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def address(base: str, token: str = TOKEN, repository: str = "runbooks", tenant: str = "acme") -> str:
    """The address of a repository with a token in it, as a person pastes it."""
    return base.replace("http://", f"http://git:{token}@") + f"/{tenant}/{repository}.git"
