"""What a GitHub App asks for in its own name: who it is, where it is installed, a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.integration.forge.github.routes import MISSING, REPO, Call, Reply, route
from tests.integration.forge.github.state import APP_ID, APP_LOGIN, NAME

APP = "app itself"
"""The login of a request that carries the App's own signed word."""
INSTALLATION = 77


@route("GET", "/app")
def app(call: Call) -> Reply:
    if call.login != APP:
        return 401, {"message": "A JSON web token could not be decoded"}
    return 200, {"id": APP_ID, "slug": APP_LOGIN.removesuffix("[bot]")}


@route("GET", f"{REPO}/installation")
def installation(call: Call) -> Reply:
    if call.login != APP or not call.state.installed:
        return MISSING
    return 200, {"id": INSTALLATION, "app_id": APP_ID}


@route("POST", f"/app/installations/{INSTALLATION}/access_tokens")
def access_token(call: Call) -> Reply:
    if call.login != APP or call.body.get("repositories") != [NAME]:
        return 422, {"message": "Validation Failed"}
    token = f"ghs_{call.state.next_id():036d}"
    call.state.issued[token] = APP_LOGIN
    expires = datetime.now(UTC) + timedelta(seconds=call.state.token_seconds)
    return 201, {"token": token, "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}
