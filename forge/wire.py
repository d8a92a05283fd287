"""The wire of a fetch: dulwich's HTTP client with a bound on all that it reads, and its errors as ours.

The pack is bounded where it is written (`mirror._Receiver`); this bounds what comes before it, too: the list
of refs of a hostile server has no end.

Where the other side can leave files out by their size (`filter` of git's `gitprotocol-capabilities(5)`;
GitHub can), it is asked to: what is larger than any object that is taken is never read here, and in a history
it stays for ever. dulwich asks in version 2 of the protocol only, which may name more addresses to ask.
"""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import urllib3
from dulwich.client import HttpGitClient, HTTPUnauthorized
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
from dulwich.protocol import pkt_line

from base import limits
from forge.errors import ForgeDown, ForgeRefused, TooLarge
from forge.remote import Remote

_FILTER: Final = b"filter"
_READ_TIMEOUT_SECONDS: Final = 20.0
_CONNECT_TIMEOUT_SECONDS: Final = 5.0
_OTHER_FAULTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What dulwich and the parsers under it raise where the other side's bytes are not what they expect."""


class BoundedClient(HttpGitClient):
    """Reads so many bytes and so long, over all answers of one exchange together."""

    bytes_left = limits.GIT_REFS_MAX_BYTES
    deadline = float("inf")
    leaves_out = False
    """Whether the other side leaves large files out; known once it told its branches."""

    def _negotiate_upload_pack_capabilities(self, server_capabilities: set[bytes]) -> Any:
        negotiated, *rest = super()._negotiate_upload_pack_capabilities(server_capabilities)
        self.leaves_out = _FILTER in server_capabilities
        return (negotiated | {_FILTER} if self.leaves_out else negotiated, *rest)

    def _smart_request(self, service: str, url: str, data: Any) -> Any:
        return super()._smart_request(service, url, _asking(data) if self.leaves_out else data)

    def _http_request(self, *args: Any, **kwargs: Any) -> Any:
        answer, read = super()._http_request(*args, **kwargs)
        return answer, self._bounded(read)

    def _bounded(self, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
        def take(size: int) -> bytes:
            if time.monotonic() > self.deadline:
                raise ForgeDown("the fetch took too long")
            data = read(size)
            self.bytes_left -= len(data)
            if self.bytes_left < 0:
                raise TooLarge(
                    "the other side sends more than a fetch may bring",
                    hint="the list of its branches and tags, or its history, is too long for this product",
                )
            return data

        return take


def _asking(request: bytes) -> bytes:
    """A request for a pack with the line that leaves large files out, behind what is wanted."""
    place = 0
    while (size := int(request[place : place + 4], 16)) > 0:
        place += size
    line = b"filter blob:limit=%d\n" % limits.GIT_OBJECT_MAX_BYTES
    return request[:place] + pkt_line(line) + request[place:]


def open_client(remote: Remote, *, pack_bytes: int, seconds: float) -> BoundedClient:
    """A client of one exchange: no redirects, no second try."""
    timeout = urllib3.Timeout(
        connect=min(_CONNECT_TIMEOUT_SECONDS, seconds), read=min(_READ_TIMEOUT_SECONDS, seconds)
    )
    pool = urllib3.PoolManager(
        timeout=timeout, retries=urllib3.Retry(total=0, redirect=0), headers={"User-agent": "dd0c-run git/2"}
    )
    client = BoundedClient(
        remote.url,
        pool_manager=pool,
        username=remote.username if remote.password is not None else None,
        password=remote.password,
        thin_packs=False,  # a file that was left out would be the base of its next version
    )
    client.bytes_left = pack_bytes + limits.GIT_REFS_MAX_BYTES
    client.deadline = time.monotonic() + seconds
    return client


@contextmanager
def wire_faults() -> Iterator[None]:
    """The border to dulwich's client: its errors become ours."""
    try:
        yield
    except NotGitRepository:
        raise ForgeRefused(
            "there is no repository at this address, or the credential may not see it"
        ) from None
    except HTTPUnauthorized:
        raise ForgeRefused("the repository's credential was refused") from None
    except (GitProtocolError, HangupException, OSError, urllib3.exceptions.HTTPError) as fault:
        raise ForgeDown(f"the fetch failed ({type(fault).__name__})") from fault
    except _OTHER_FAULTS as fault:
        raise ForgeDown(
            f"the other side does not speak git's protocol as it should ({type(fault).__name__})"
        ) from fault
