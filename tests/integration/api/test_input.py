"""Bad input: each a clear refusal, nothing stored, the service stays up."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import httpx
import pytest

from controller.api.borders import SESSION_COOKIE
from controller.db.errors import ConnectionLost
from tests.integration.api.kit import PASTE, URL, Api

PREVIEW = "/api/v1/runbooks/parse-preview"


async def _refused(client: httpx.AsyncClient, status: int, code: str, **request: Any) -> dict[str, Any]:
    answer = await client.post(PREVIEW, **request)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    return body


async def test_a_text_that_is_no_runbook_is_refused_with_the_place_where_it_looked(api: Api) -> None:
    async with api.client("") as client:
        await _refused(client, 413, "too_large", json={"text": "word " * 400_000})
        await _refused(client, 413, "too_large", json={"text": "word " * 240_000})
        await _refused(client, 422, "empty_text", json={"text": ""})
        await _refused(client, 422, "empty_text", json={"text": " \n\t"})
        binary = await _refused(client, 422, "binary_text", json={"text": "a\nb\x00c"})
        assert (binary["places"][0]["line"], binary["places"][0]["column"]) == (2, 2)
        await _refused(client, 422, "binary_text", content=rb'{"text": "\ud800"}', headers=_json())
        prose = "The payments database was migrated in spring.\n\nIt has been faster ever since.\n"
        nothing = await _refused(client, 422, "nothing_to_do", json={"text": prose})
        assert [place["line"] for place in nothing["places"]] == [1, 3]
        await _refused(client, 400, "bad_request", content=b"\xff\xfe", headers=_json())
        await _refused(client, 400, "bad_request", content=b'{"text": ', headers=_json())
        await _refused(client, 422, "invalid_request", json={"text": PASTE, "formt": "html"})
        await _refused(client, 422, "invalid_request", json={"text": PASTE, "format": "pdf"})
        await _refused(client, 400, "bad_name", json={"text": PASTE, "name": "Not A Name"})
        assert (await client.post(PREVIEW, json={"text": PASTE})).status_code == 200
    assert await api.world.rows("SELECT 1 FROM dd0c.source_texts") == []


def _json() -> dict[str, str]:
    return {"Content-Type": "application/json"}


async def test_a_preview_is_limited_by_address(api: Api) -> None:
    async with api.client("") as client:
        codes = [(await client.post(PREVIEW, json={"text": ""})).status_code for _ in range(61)]
    assert codes == [422] * 60 + [429]


UNFIT: Final[list[tuple[str, dict[str, Any]]]] = [
    ("/api/v1/members", {"email": "a\x00b@example.com", "role": "viewer"}),
    ("/api/v1/tokens", {"name": "a\x00b"}),
    ("/api/v1/executions", {"runbook": "a\x00b"}),
    ("/api/v1/executions", {"runbook": "a", "variables": {"a\x00": "b"}}),
    ("/api/v1/agents/enrollment-tokens", {"name": "a\x00b"}),
    ("/api/v1/panic/clear", {"reason": "a\x00b"}),
]
"""Texts that no row could hold, and where they are sent."""

NO_ADDRESSES: Final = [
    "<script>alert(1)</script>@example.com",
    "a\x1b[31m@example.com",
    "a\x85b@example.com",
    "a\u202eb@example.com",
    "a`b@example.com",
    "ada@exa<b>mple.com",
    "ada@-example.com",
    "ada@example..com",
    "ada@" + ".".join(["a" * 60] * 5),
    "a" * 65 + "@example.com",
    "no-address",
    "",
]

MEANINGLESS: Final = [
    ("/api/v1/executions?cursor=nonsense!", 400),
    ("/api/v1/executions?cursor=AAAA", 400),
    ("/api/v1/executions?limit=0", 422),
    ("/api/v1/executions?limit=201", 422),
    ("/api/v1/executions?state=happy", 422),
    ("/api/v1/pulls/0", 422),
    ("/api/v1/pulls/99999999999999999999", 422),
    ("/api/v1/pulls?cursor=x", 422),
    ("/api/v1/pulls?repository=none", 404),
    ("/api/v1/executions/exe_!", 404),
    ("/api/v1/executions/rbk_00000000000000000000000000", 404),
    ("/api/v1/audit?execution=nonsense", 404),
    ("/api/v1/nothing", 404),
]


async def test_a_text_that_no_row_could_hold_is_refused(api: Api) -> None:
    async with api.client() as client:
        answers = [(path, (await client.post(path, json=body)).status_code) for path, body in UNFIT]
    assert answers == [(path, 422) for path, _ in UNFIT]


async def _codes_of_members(api: Api, emails: list[str]) -> list[tuple[str, int, str]]:
    """Each with the status that it was answered with, and whom that made a member."""
    found = []
    async with api.client() as client:
        for email in emails:
            answer = await client.post("/api/v1/members", json={"email": email, "role": "viewer"})
            found.append((email, answer.status_code, answer.json().get("email", "")))
    return found


async def test_what_is_no_address_makes_no_member(api: Api) -> None:
    assert await _codes_of_members(api, NO_ADDRESSES) == [(email, 422, "") for email in NO_ADDRESSES]
    async with api.client() as client:
        members = {member["email"] for member in (await client.get("/api/v1/members")).json()["items"]}
    assert api.tenant.email in members
    assert not members & set(NO_ADDRESSES)


async def test_what_mail_is_sent_to_makes_a_member(api: Api) -> None:
    emails = ["o'neil+x@sub.example.co.uk", "you@localhost", "A_b.c@xn--e1afmkfd.org"]
    assert await _codes_of_members(api, emails) == [(email, 201, email) for email in emails]


async def test_an_address_with_nul_is_refused(api: Api) -> None:
    paths = ["/api/v1/runbooks?name=%00", "/api/v1/audit?type=%00x", "/api/v1/runbooks/%00", "/%00"]
    async with api.client() as client:
        answers = [(path, (await client.get(path)).status_code) for path in paths]
    assert answers == [(path, 400) for path in paths]


async def test_an_address_that_means_nothing_is_a_problem_document(api: Api) -> None:
    async with api.client() as client:
        answers = [(path, await client.get(path)) for path, _ in MEANINGLESS]
    assert [(path, answer.status_code) for path, answer in answers] == MEANINGLESS
    kinds = {path: answer.headers["content-type"] for path, answer in answers}
    assert kinds == dict.fromkeys(kinds, "application/problem+json")


async def test_a_page_of_another_origin_and_an_unknown_host_are_refused(api: Api) -> None:
    async with api.client("") as client:
        for origin in ("null", "http://evil.example", "http://localhost:8081", "https://localhost:8080"):
            answer = await client.post(PREVIEW, json={"text": PASTE}, headers={"Origin": origin})
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
            assert "access-control-allow-origin" not in answer.headers
            looked = await client.get("/api/v1/me", headers={"Origin": origin})
            assert "access-control-allow-origin" not in looked.headers
        asked = await client.options(
            PREVIEW, headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
        )
        assert asked.status_code == 405
        assert not [name for name in asked.headers if name.startswith("access-control")]
        for host in (
            "evil.example",
            "evil.example:8080",
            "localhost@evil.example",
            "",
            "localhost.evil.example",
        ):
            answer = await client.get("/api/v1/me", headers={"Host": host})
            assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host"), host
        assert (await client.get("/healthz", headers={"Host": "LOCALHOST:1"})).status_code == 200


async def test_a_session_changes_nothing_without_origin_and_header(api: Api) -> None:
    token = await api.sign_in_token()
    async with api.client("") as client:
        signed_in = await client.post("/api/v1/session", json={"token": token})
        assert signed_in.status_code == 201, signed_in.text
        cookie = signed_in.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert client.cookies[SESSION_COOKIE]
        again = await client.post("/api/v1/session", json={"token": token}, headers=_page())
        assert again.status_code == 401, "a sign-in link works once"

        assert (await client.get("/api/v1/me")).json()["source"] == "web"
        for headers in ({}, {"Origin": URL}, {"X-Dd0c-Csrf": "1"}):
            answer = await client.post("/api/v1/panic", json={}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
        assert (await client.post("/api/v1/sync", headers=_page())).status_code == 200
        assert (await client.delete("/api/v1/session", headers=_page())).status_code == 204
    async with api.client("", Cookie=cookie.partition(";")[0]) as client:
        assert (await client.get("/api/v1/me")).status_code == 401, "signed out means out"


def _page() -> dict[str, str]:
    return {"Origin": URL, "X-Dd0c-Csrf": "1"}


async def test_every_answer_forbids_what_a_browser_might_do_with_it(api: Api) -> None:
    async with api.client() as client:
        for path in ("/", "/api/v1/me", "/api/v1/none", "/icon.svg", "/healthz"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert "unsafe" not in headers["content-security-policy"], path
        assert (await client.get("/api/v1/me")).headers["cache-control"] == "no-store"


async def test_the_page_of_the_app_names_only_files_that_are_served(api: Api) -> None:
    async with api.client("") as client:
        page = await client.get("/runbooks/anything/below")
        assert page.headers["content-type"].startswith("text/html")
        named = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        assert any(name.startswith("/assets/") for name in named)
        for name in named:
            answer = await client.get(name)
            assert answer.status_code == 200, name
            assert ("immutable" in answer.headers["cache-control"]) == name.startswith("/assets/"), name
        for path in ("/assets/../../pyproject.toml", "/assets/%2e%2e/%2e%2e/pyproject.toml", "/elsewhere"):
            assert (await client.get(path)).status_code == 404, path


async def test_each_page_has_a_nonce_of_its_own_that_its_policy_names(api: Api) -> None:
    async with api.client("") as client:
        pages = [await client.get("/") for _ in range(2)]
    nonces = [re.search(r'name="csp-nonce" content="([\w-]{20,})"', page.text) for page in pages]
    assert nonces[0] and nonces[1] and nonces[0][1] != nonces[1][1]
    for page, nonce in zip(pages, nonces, strict=True):
        assert nonce and f"style-src 'self' 'nonce-{nonce[1]}'" in page.headers["content-security-policy"]
        assert "script-src 'self';" in page.headers["content-security-policy"]
        assert page.text.count("<script") == 1


async def test_a_database_that_is_away_is_a_503_that_says_when(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> object:
        raise ConnectionLost("the server went away")

    monkeypatch.setattr(type(api.services.database), "work", away)
    async with api.client() as client:
        answer = await client.get("/api/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert (await client.get("/healthz")).status_code == 200


async def test_health_says_what_is_wrong(api: Api) -> None:
    async with api.client("") as client:
        ready = await client.get("/readyz")
        assert ready.json()["checks"]["database"] == "ok"
        assert ready.json()["checks"]["link"] == "ok"
        for name in ("sync", "timers"):
            assert ready.json()["checks"][name] == "does not run"
        assert ready.json()["checks"]["jobs"] == "no worker takes jobs now"
        assert ready.status_code == 503


async def test_readiness_asks_what_runs_beside_the_requests(api: Api) -> None:
    background, forever = api.services.background, asyncio.Event()
    for name in ("sync", "timers"):
        background.tasks[name] = asyncio.create_task(_until(forever))
    background.healths["sync"] = lambda: "no round for 200 s"
    background.healths["timers"] = api.house.timers.health
    async with api.services.database.jobs.working(), api.client("") as client:
        late = await client.get("/readyz")
        assert late.status_code == 503
        assert late.json()["checks"]["sync"] == "no round for 200 s"
        background.healths["sync"] = lambda: "ok"
        ready = await client.get("/readyz")
        assert set(ready.json()["checks"].values()) == {"ok"}
        assert ready.status_code == 200
        api.house.timers.looked_at -= 100
        late = await client.get("/readyz")
        assert late.json()["checks"]["timers"].startswith("has not looked for 10")
        await api.house.timers.run_once()
        assert (await client.get("/readyz")).status_code == 200
    forever.set()


async def _until(event: asyncio.Event) -> None:
    await event.wait()


async def test_figures_carry_no_command_person_or_id(api: Api) -> None:
    runbook = await api.merged()
    async with api.client() as client:
        started = await client.post("/api/v1/executions", json={"runbook": runbook["name"]})
        assert (await client.get(f"/api/v1/runbooks/{'x' * 30}")).status_code == 404
        await client.request("BREW", f"/secret-{runbook['id']}")
        text = (await client.get("/metrics")).text
    for name in (
        "dd0c_transitions_total",
        "dd0c_refusals_total",
        "dd0c_not_judged_total",
        "dd0c_ends_put_off_total",
        "dd0c_sync_total",
        "dd0c_agents_connected",
        "dd0c_jobs_queued",
        "dd0c_http_request_seconds_count",
    ):
        assert f"\n# TYPE {name.removesuffix('_count')} " in text
    assert started.status_code == 201, started.text
    assert 'dd0c_refusals_total{code="not_found"}' in text
    assert 'dd0c_sync_total{outcome="' in text
    assert f'dd0c_transitions_total{{state="{started.json()["state"]}"}}' in text
    assert 'method="GET",route="/api/v1/runbooks/{' in text
    assert 'method="OTHER",route="other"' in text
    ours = "\n".join(line for line in text.splitlines() if line.startswith("dd0c_"))
    for secret in ("secret-", "xxxx", "disk-full", "df -h", "@", runbook["id"], str(api.tenant.tenant_id)):
        assert secret not in ours
