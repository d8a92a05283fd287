"""A delivery of GitHub's webhooks: its signature over the raw bytes first, then what it hints at. Pure.

Nothing in it is trusted further than that it is worth to fetch: what counts is where the branch is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from base import limits
from forge.errors import ForgeRefused, TooLarge
from forge.github.address import GitHubAddress
from forge.github.answers import at
from forge.pull_requests import Hint

SIGNATURE_HEADER: Final = "x-hub-signature-256"
DELIVERY_HEADER: Final = "x-github-delivery"

_SIGNATURE: Final = re.compile(r"sha256=([0-9a-f]{64})")
_DELIVERY: Final = re.compile(r"[A-Za-z0-9-]{1,100}")


class BadSignature(ForgeRefused):
    """Nobody who knows a secret signed this: it was not read."""


class NotForUs(ForgeRefused):
    """Signed, and about another repository or nothing that can be read."""


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], address: GitHubAddress) -> Hint:
    """What a delivery hints at. `headers` have lower-case names. Raises TooLarge, BadSignature, NotForUs.

    1. bounds, 2. form of the signature, 3. every live secret is tried, in constant time, whichever fits,
    4. only then the body is parsed, 5. the repository must be this one.
    """
    if len(body) > limits.GITHUB_WEBHOOK_MAX_BYTES:
        raise TooLarge(f"a delivery is larger than {limits.GITHUB_WEBHOOK_MAX_BYTES} bytes")
    given = _SIGNATURE.fullmatch(headers.get(SIGNATURE_HEADER, ""))
    if not _is_signed(body, given.group(1) if given else "", secrets) or given is None:
        raise BadSignature("the delivery is not signed with a secret of this server")
    delivery = headers.get(DELIVERY_HEADER, "")
    if not _DELIVERY.fullmatch(delivery):
        raise NotForUs("the delivery has no id")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise NotForUs("the delivery is no JSON") from None
    if not address.is_this(at(document, "repository", "full_name")):
        raise NotForUs("the delivery is about another repository")
    ref = at(document, "ref")
    return Hint(address.full_name, delivery, ref[:300] if isinstance(ref, str) else None)


def _is_signed(body: bytes, signature: str, secrets: Sequence[bytes]) -> bool:
    fits = False
    for secret in secrets:
        expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
        fits |= hmac.compare_digest(expected, signature) and bool(secret)
    return fits
