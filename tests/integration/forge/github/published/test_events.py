"""Webhooks as GitHub publishes them: each is a hint to fetch, about our repository and no other."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from forge.github.address import GitHubAddress
from forge.github.webhooks import NotForUs, verify
from tests.integration.forge.github.published.events import published

OURS = GitHubAddress("https://api.github.com", "https://github.com/acme/runbooks.git", "acme", "runbooks")
OTHER = GitHubAddress("https://api.github.com", "https://github.com/acme/other.git", "acme", "other")
SECRET = b"a secret of the published events"


def signed(payload: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    body = json.dumps(payload).encode()
    signature = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={signature}", "x-github-delivery": "d-1"}, body


@pytest.mark.parametrize(
    ("event", "action", "ref"),
    [
        ("push", None, "refs/heads/master"),
        ("ping", None, None),
        ("pull_request", "opened", None),
        ("pull_request", "synchronize", None),
        ("pull_request", "closed", None),
        ("pull_request_review", "submitted", None),
        ("check_run", "rerequested", None),
        ("issue_comment", "created", None),
    ],
)
def test_r49_each_published_event_is_a_hint(event: str, action: str | None, ref: str | None) -> None:
    headers, body = signed(published(event, action))
    hint = verify(headers, body, [SECRET], OURS)
    assert (hint.repository, hint.delivery_id, hint.ref) == ("acme/runbooks", "d-1", ref)
    with pytest.raises(NotForUs):
        verify(headers, body, [SECRET], OTHER)
