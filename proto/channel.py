"""mTLS for the one stream: credentials, options and bounds, the same on both sides.

Foreign errors stay grpc's: `grpc.aio.AioRpcError` where a call fails, `ValueError` where PEM text is no PEM.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import grpc
import grpc.aio

from base.limits import MESSAGE_MAX_BYTES

SERVER_NAME: Final = "link.dd0c.internal"
"""The DNS name that every link server's certificate carries, wherever it listens.

The agent trusts one private authority only and checks this name, so that addresses, balancers and proxies
in between may change without a new certificate.
"""

KEEPALIVE_MS: Final = 10_000
"""A ping each ten seconds: most NAT and balancer idle limits are a minute or more."""

KEEPALIVE_TIMEOUT_MS: Final = 5_000
"""A ping unanswered for this long closes the connection (half-open after NAT idle, F5)."""

Options = Sequence[tuple[str, int | str]]


@dataclass(frozen=True, slots=True)
class Identity:
    """One side's own key and certificate, PEM: `chain` begins with the certificate itself."""

    private_key: bytes
    chain: bytes


def _common() -> list[tuple[str, int | str]]:
    return [
        ("grpc.max_send_message_length", MESSAGE_MAX_BYTES),
        ("grpc.max_receive_message_length", MESSAGE_MAX_BYTES),
        ("grpc.keepalive_time_ms", KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    ]


def client_options(*, proxy: str | None = None, server_name: str = SERVER_NAME) -> Options:
    """Options of the agent's channel; `proxy` is an `http://` URL for CONNECT.

    Without `proxy`, grpc itself reads `grpc_proxy`, `https_proxy`, `http_proxy` and `no_proxy`.
    """
    options = _common()
    options += [
        ("grpc.ssl_target_name_override", server_name),
        ("grpc.min_reconnect_backoff_ms", 200),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 5_000),
        ("grpc.use_local_subchannel_pool", 1),  # a channel with a renewed certificate is a new connection
    ]
    if proxy:
        options.append(("grpc.http_proxy", proxy))
    return options


def server_options() -> Options:
    """Options of the link's server: pings as often as the agents send them, one call a connection."""
    return [
        *_common(),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", KEEPALIVE_MS // 2),
        ("grpc.http2.max_ping_strikes", 3),
        ("grpc.max_concurrent_streams", 4),
        ("grpc.so_reuseport", 0),
    ]


def open_channel(
    address: str,
    *,
    roots: bytes,
    identity: Identity,
    proxy: str | None = None,
    server_name: str = SERVER_NAME,
) -> grpc.aio.Channel:
    """A channel to `host:port` that trusts `roots` (PEM) alone and shows `identity`. Connects lazily."""
    credentials = grpc.ssl_channel_credentials(
        root_certificates=roots, private_key=identity.private_key, certificate_chain=identity.chain
    )
    options = list(client_options(proxy=proxy, server_name=server_name))
    return grpc.aio.secure_channel(address, credentials, options=options)


def server_credentials(identity: Identity, client_roots: bytes) -> grpc.ServerCredentials:
    """Credentials that demand a client certificate signed by one of `client_roots` (PEM, concatenated).

    The handshake checks chain and dates only; URI SAN, clientAuth EKU and revocation are the caller's to
    check at the first message (CONTRACTS.md §4).
    """
    return grpc.ssl_server_credentials(
        [(identity.private_key, identity.chain)], root_certificates=client_roots, require_client_auth=True
    )


def rotating_server_credentials(
    current: Callable[[], tuple[Identity, bytes]],
) -> grpc.ServerCredentials:
    """As `server_credentials`, asked again at each handshake: `current()` gives (identity, client roots).

    `current` runs on grpc's own thread, so it must be quick and safe to call from there.
    """

    def configuration() -> grpc.ServerCertificateConfiguration:
        identity, roots = current()
        return grpc.ssl_server_certificate_configuration(
            [(identity.private_key, identity.chain)], root_certificates=roots
        )

    return grpc.dynamic_ssl_server_credentials(
        configuration(), configuration, require_client_authentication=True
    )
