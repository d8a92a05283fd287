"""Every route of the API: who may call it, written down by hand, and how a sound call of it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from base.ids import new_id, show_id
from tests.integration.api.kit import PASTE, Api
from tests.integration.engine.texts import STORY

PUBLIC: Final = "public"
MEMBER: Final = "member"

V: Final = "/api/v1"
E: Final = f"{V}/executions/{{execution_id}}"
A: Final = f"{E}/attempts/{{attempt_id}}"

ACCESS: Final[dict[str, str]] = {
    # Without sign-in: nothing else is.
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    f"GET {V}/session": PUBLIC,  # says that nobody is signed in, and no more
    f"POST {V}/session": PUBLIC,
    f"DELETE {V}/session": PUBLIC,
    f"POST {V}/runbooks/parse-preview": PUBLIC,
    f"POST {V}/runbooks/parse": PUBLIC,
    f"POST {V}/agents/enroll": PUBLIC,  # its token is the credential
    f"POST {V}/panic/by-token/{{tenant_id}}": PUBLIC,  # as above
    # For every member.
    f"GET {V}/me": MEMBER,
    f"GET {V}/tokens": MEMBER,  # their own
    f"DELETE {V}/tokens/{{token_id}}": MEMBER,  # their own
    # By permission.
    f"GET {V}/runbooks": "read",
    f"GET {V}/runbooks/{{runbook}}": "read",
    f"GET {V}/runbooks/{{runbook}}/versions": "read",
    f"GET {V}/runbooks/{{runbook}}/versions/{{version}}": "read",
    f"GET {V}/runbooks/{{runbook}}/versions/{{version}}/changes": "read",
    f"GET {V}/reclassifications": "read",
    f"POST {V}/reclassifications/accept": "accept_lower",
    f"POST {V}/runbooks": "propose",
    f"POST {V}/runbooks/batch": "propose",
    f"POST {V}/runbooks/check": "propose",
    f"POST {V}/runbooks/{{runbook}}/newer-text": "propose",
    f"PUT {V}/runbooks/{{runbook}}": "propose",
    f"DELETE {V}/runbooks/{{runbook}}": "propose",
    f"GET {V}/pulls": "read",
    f"GET {V}/pulls/{{number}}": "read",
    f"GET {V}/pulls/{{number}}/diff": "read",
    f"GET {V}/pulls/{{number}}/review": "read",
    f"GET {V}/pulls/{{number}}/events": "read",
    f"GET {V}/pulls/{{number}}/decisions": "read",
    f"GET {V}/pulls/{{number}}/source": "propose",
    f"POST {V}/source-texts/{{sha256}}/reparse": "propose",
    f"POST {V}/pulls/{{number}}/merge": "merge",
    f"POST {V}/pulls/{{number}}/close": "propose",
    f"POST {V}/pulls/{{number}}/comments": "propose",
    f"POST {V}/pulls/{{number}}/check": "propose",
    f"POST {V}/pulls/{{number}}/reviews": "propose",
    f"GET {V}/executions": "read",
    f"POST {V}/executions": "start",
    f"GET {E}": "read",
    f"GET {E}/history": "read",
    f"GET {E}/events": "read",
    f"GET {A}/output": "read",
    f"GET {A}/output/stream": "read",
    f"POST {E}/start": "start",
    f"POST {E}/bind": "respond",
    f"POST {E}/tick": "respond",
    f"POST {E}/approve": "approve_caution",
    f"POST {E}/refuse": "respond",
    f"POST {E}/ask-again": "respond",
    f"POST {E}/edit": "edit",
    f"POST {E}/skip": "skip",
    f"POST {E}/done-by-hand": "respond",
    f"POST {E}/report": "respond",
    f"POST {E}/request-rollback": "respond",
    f"POST {E}/decline-rollback": "respond",
    f"POST {E}/retry": "respond",
    f"POST {E}/stop": "respond",
    f"POST {E}/pause": "respond",
    f"POST {E}/resume": "respond",
    f"POST {E}/resolve": "respond",
    f"POST {E}/abort": "abort",
    f"POST {V}/classify": "read",
    f"GET {V}/classifications/{{classification_id}}": "read",
    f"GET {V}/agents": "read",
    f"GET {V}/agents/{{agent_id}}": "read",
    f"POST {V}/agents/{{agent_id}}/revoke": "agents",
    f"GET {V}/agents/enrollment-tokens": "agents",
    f"POST {V}/agents/enrollment-tokens": "agents",
    f"GET {V}/agents/enrollment-tokens/{{token_id}}": "agents",
    f"DELETE {V}/agents/enrollment-tokens/{{token_id}}": "agents",
    f"GET {V}/panic": "read",
    f"POST {V}/panic": "panic",
    f"POST {V}/panic/clear": "panic_clear",
    f"GET {V}/sync": "read",
    f"POST {V}/sync": "propose",
    f"GET {V}/sync/history": "read",
    f"GET {V}/sync/{{repository_id}}/files": "read",
    f"GET {V}/sync/{{repository_id}}/content": "read",
    f"GET {V}/sync/{{repository_id}}/diff": "read",
    f"PUT {V}/sync/policy-source": "raise_trust",
    f"POST {V}/sync/repositories": "raise_trust",
    f"GET {V}/sync/{{repository_id}}/removal": "raise_trust",
    f"DELETE {V}/sync/{{repository_id}}": "raise_trust",
    f"POST {V}/sync/{{repository_id}}/badge": "repositories",
    f"PUT {V}/sync/{{repository_id}}/direct-push": "raise_trust",
    f"POST {V}/sync/{{repository_id}}/let-go": "raise_trust",
    f"DELETE {V}/sync/{{repository_id}}/badge": "repositories",
    f"GET {V}/badges/{{token}}.svg": PUBLIC,  # the token in it is the credential
    f"GET {V}/badges/{{token}}.json": PUBLIC,  # as above
    f"GET {V}/audit": "read",
    f"GET {V}/audit/chain": "read",
    f"GET {V}/audit/export": "read",
    f"GET {V}/policy": "read",
    f"GET {V}/members": "read",
    f"POST {V}/members": "members",
    f"PUT {V}/members/{{member_id}}/role": "members",
    f"DELETE {V}/members/{{member_id}}": "members",
    f"POST {V}/members/{{member_id}}/sign-in-link": "members",
    f"POST {V}/tokens": "tokens",  # by a token; from a session every member may
}

BODIES: Final[dict[str, Any]] = {
    f"POST {V}/runbooks": {"text": PASTE, "name": "of-my-own"},
    f"POST {V}/reclassifications/accept": {"ids": [show_id("rcl", new_id())]},
    f"POST {V}/runbooks/batch": {"documents": [{"file": "paste.md", "text": PASTE}], "dryRun": True},
    f"POST {V}/runbooks/check": {"yaml": "kind: Runbook"},
    f"POST {V}/runbooks/{{runbook}}/newer-text": {"text": PASTE, "dryRun": True},
    f"PUT {V}/runbooks/{{runbook}}": {"yaml": "kind: Runbook"},
    f"POST {V}/pulls/{{number}}/merge": {"expectedHead": "0" * 40},
    f"POST {V}/pulls/{{number}}/comments": {"body": "Look here."},
    f"POST {V}/pulls/{{number}}/reviews": {"head": "0" * 40, "verdict": "approve"},
    f"POST {E}/bind": {"name": "host", "value": "web-1"},
    f"POST {E}/tick": {"prerequisite": "vpn"},
    f"POST {E}/approve": {"intentSha256": "sha256:" + "0" * 64},
    f"POST {E}/refuse": {"reason": "no"},
    f"POST {E}/edit": {"command": "true", "reason": "why"},
    f"POST {E}/skip": {"reason": "why"},
    f"POST {E}/done-by-hand": {"note": "done"},
    f"POST {E}/report": {"ok": True},
    f"POST {E}/resolve": {"outcome": "ran_ok", "note": "seen"},
    f"POST {E}/abort": {"reason": "why"},
    f"POST {V}/classify": {"command": "true"},
    f"POST {V}/agents/{{agent_id}}/revoke": {"reason": "why"},
    f"POST {V}/agents/enrollment-tokens": {"minutes": 5},
    f"POST {V}/panic": {"reason": "a test"},
    f"POST {V}/panic/clear": {"reason": "a test"},
    f"POST {V}/members": {"email": "new@example.com", "role": "viewer"},
    f"PUT {V}/members/{{member_id}}/role": {"role": "viewer"},
    f"POST {V}/tokens": {"name": "one"},
    f"PUT {V}/sync/policy-source": {"repository": "runbooks"},
    f"PUT {V}/sync/{{repository_id}}/direct-push": {"allowed": True},
    f"POST {V}/sync/repositories": {"name": "more"},
}


@dataclass(frozen=True)
class Call:
    """One sound call of one route."""

    key: str
    method: str
    template: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=lambda: {"If-Match": '"1"'})

    def arguments(self) -> dict[str, Any]:
        """For `httpx`."""
        return {"headers": self.headers, **({"json": self.body} if self.body is not None else {})}


async def furnish(api: Api) -> dict[str, str]:
    """One of everything that a path can name, of the first tenant."""
    runbook = await api.merged()
    await api.house.runbook(STORY)
    async with api.client() as client:
        body = {"runbook": "story", "variables": {"host": "web-1"}, "ticked": ["vpn"]}
        x = (await client.post(f"{V}/executions", json=body)).json()
        await api.house.work_off()
        x = (await client.get(f"{V}/executions/{x['id']}")).json()
        approved = await client.post(
            f"{V}/executions/{x['id']}/approve",
            json={"intentSha256": x["gate"]["intentSha256"]},
            headers={"If-Match": f'"{x["version"]}"'},
        )
        versions = (await client.get(f"{V}/runbooks/{runbook['id']}/versions")).json()["items"]
        classified = (await client.post(f"{V}/classify", json={"command": "true"})).json()
        enrolment = (await client.post(f"{V}/agents/enrollment-tokens", json={})).json()
        tokens = (await client.get(f"{V}/tokens")).json()["items"]
        members = (await client.get(f"{V}/members")).json()["items"]
    return {
        "runbook": runbook["id"],
        "version": versions[0]["id"],
        "number": "1",
        "execution_id": x["id"],
        "attempt_id": approved.json()["running"]["id"],
        "classification_id": classified["id"],
        "agent_id": show_id("agt", api.house.agent),
        "enrollment_token_id": enrolment["id"],
        "token_id": next(item["id"] for item in tokens if item["name"] == "viewer"),
        "member_id": next(item["id"] for item in members if item["role"] == "viewer"),
        "tenant_id": show_id("ten", api.tenant.tenant_id),
        "sha256": sha256(PASTE.encode()).hexdigest(),
        "repository_id": show_id("rpo", api.world.row.id),
        "token": "none",
    }


def nothing() -> dict[str, str]:
    """Ids of the same form that nobody has."""
    return {
        "runbook": show_id("rbk", new_id()),
        "version": show_id("ver", new_id()),
        "number": "999",
        "execution_id": show_id("exe", new_id()),
        "attempt_id": show_id("stx", new_id()),
        "classification_id": show_id("cls", new_id()),
        "agent_id": show_id("agt", new_id()),
        "enrollment_token_id": "0" * 64,
        "sha256": "0" * 64,
        "token_id": show_id("key", new_id()),
        "member_id": show_id("mem", new_id()),
        "tenant_id": show_id("ten", new_id()),
        "repository_id": show_id("rpo", new_id()),
        "token": "none",
    }


def calls(ids: dict[str, str]) -> list[Call]:
    """A call of every route in the table, with these ids."""
    found = []
    for key in ACCESS:
        method, _, template = key.partition(" ")
        known = dict(ids)
        if "enrollment-tokens" in template:
            known["token_id"] = ids["enrollment_token_id"]
        body = BODIES.get(key)
        if key == f"POST {V}/executions":
            body = {"runbook": ids["runbook"]}
        found.append(Call(key, method, template, template.format(**known), body))
    return found
