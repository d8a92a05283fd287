"""Where the link listens and where agents dial, from settings. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit


def bracketed(host: str) -> str:
    """A host as it stands before a port: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def agent_address(public_url: str, grpc_port: int) -> str:
    """Where agents dial: the public host at the link's port."""
    host = urlsplit(public_url).hostname
    assert host is not None, "the form of the setting is checked"
    return f"{bracketed(host)}:{grpc_port}"
