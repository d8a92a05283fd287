"""Where the server is and with which token: flags, then the environment, then what `make run` wrote."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from base.limits import CLIENT_FILE_MAX_BYTES
from controller.cli.errors import CliError, ExitCode
from controller.cli.output import inert
from controller.cli.reading import TooLarge, read_file, size
from controller.settings.places import CLIENT_FILE, default_state_dir

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Connection:
    """Where the server is and with which token."""

    url: str
    token: str | None


def find_connection(url: str | None, token: str | None) -> Connection:
    """Flag, then environment, then the file that `make run` wrote. Raises CliError for what can't be sent.

    The saved token goes to the saved address alone: another server would learn it.
    """
    url = url or os.environ.get("DD0C_URL")
    token = token or os.environ.get("DD0C_TOKEN") or _token_from_file()
    saved = _saved_connection() if url is None or token is None else {}
    home = saved.get("url") or "http://localhost:8080"
    url = _sound_url(url or home)
    if token is None and _is_same_server(url, home):
        token = saved.get("token")
    return Connection(url, _sound_token(token))


def _is_same_server(one: str, other: str) -> bool:
    """The same scheme, host and port; the names of this machine are one host."""

    def place(text: str) -> tuple[str, str, int | None]:
        found = httpx.URL(_sound_url(text))
        port = found.port or {"http": 80, "https": 443}.get(found.scheme)
        return found.scheme, "localhost" if found.host in _HERE else found.host, port

    return place(one) == place(other)


def _sound_url(text: str) -> str:
    try:
        found = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise CliError(f"The server's address {inert(text)} is none: {error}.", ExitCode.USAGE) from error
    if found.scheme not in ("http", "https") or not found.host:
        hint = "Write it like http://localhost:8080 (--url, DD0C_URL, or client.json)."
        raise CliError(f"The server's address {inert(text)} is none.", ExitCode.USAGE, hint)
    return text.rstrip("/")


def _sound_token(token: str | None) -> str | None:
    """A token goes into a header: visible ASCII characters only. It is never shown."""
    if token is None or all("!" <= character <= "~" for character in token):
        return token
    raise CliError(
        "The token holds a blank, a line break or another character that no token has.",
        ExitCode.USAGE,
        "Copy it again, without what stands around it (DD0C_TOKEN, DD0C_TOKEN_FILE, or client.json).",
    )


def _token_from_file() -> str | None:
    path = os.environ.get("DD0C_TOKEN_FILE")
    if not path:
        return None
    try:
        return read_file(path, CLIENT_FILE_MAX_BYTES).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CliError(f"DD0C_TOKEN_FILE: {inert(path)} can't be read: {why}.", ExitCode.USAGE) from error


def state_folder() -> Path:
    """Where `make run` keeps its state, and the command line its few notes."""
    state = os.environ.get("DD0C_STATE_DIR")
    return Path(state) if state else default_state_dir()


def saved_url() -> str | None:
    """The address that `make run` wrote into this state folder; None where it did not."""
    return _saved_connection().get("url")


def _saved_connection() -> dict[str, str]:
    path = state_folder() / CLIENT_FILE
    try:
        saved = json.loads(read_file(path, CLIENT_FILE_MAX_BYTES).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except TooLarge as error:
        raise _unreadable(path, f"it is larger than {size(CLIENT_FILE_MAX_BYTES)}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(
            path, error.strerror or "" if isinstance(error, OSError) else "it is no JSON"
        ) from error
    if not isinstance(saved, dict) or not all(
        isinstance(saved.get(name, ""), str) for name in ("url", "token")
    ):
        raise _unreadable(path, "it is no object with texts `url` and `token`")
    return saved


def _unreadable(path: Path, why: str) -> CliError:
    hint = "`make run` writes it anew; or set DD0C_URL and DD0C_TOKEN."
    return CliError(f"{path} can't be read: {why}.", ExitCode.USAGE, hint)
