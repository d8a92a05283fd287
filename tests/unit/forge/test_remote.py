"""Addresses that a mirror may fetch from (R41)."""

from __future__ import annotations

import pytest

from forge.errors import ForgeRefused
from forge.remote import Remote


@pytest.mark.parametrize("url", ["https://github.com/acme/runbooks.git", "http://127.0.0.1:8080/acme/r.git"])
def test_ordinary_addresses_pass(url: str) -> None:
    assert Remote(url, "main").url == url


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c id", "ext::sh%20-c%20id", "--upload-pack=touch /tmp/x", "-oProxyCommand=id", "file:///etc",
        "/srv/git/x.git", "../x.git", "git://host/x.git", "ssh://git@host/x.git", "git@host:x.git",
        "ftp://host/x", "http://host/x.git", "https://", "https:///x", "https://-host/x", "https://host/-x",
        "https://user:secret@host/x.git", "https://host/x.git?a=b", "https://host/x.git#f", "https://host:port/x",
        "https://host/a b", "https://host/\n", "https://hоst/x.git", "fd::17", "transport::https://host/x",
    ],
)  # fmt: skip
def test_r41_everything_else_is_refused(url: str) -> None:
    with pytest.raises(ForgeRefused):
        Remote(url, "main")


def test_the_credential_is_not_shown() -> None:
    assert "s3cret" not in repr(Remote("https://host/x.git", "main", password="s3cret"))
