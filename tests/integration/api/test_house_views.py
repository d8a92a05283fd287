"""What the pages of sync, agents, audit and settings read: states in words, names beside ids, filters."""

from __future__ import annotations

import json

from base.ids import new_id, show_id
from controller.link.enroll import EnrollRequest
from schemas.ids import member_actor
from tests.integration.api.kit import Api
from tests.integration.link.test_enroll import request as enroll_request

V = "/api/v1"


async def test_the_policy_in_force_is_the_strict_one_without_a_file(api: Api) -> None:
    async with api.role("viewer") as client:
        shown = (await client.get(f"{V}/policy")).json()
    assert (shown["source"], shown["governanceMode"], shown["autoRun"]) == ("product", "strict", False)
    assert shown["approvals"] == [
        {"risk": "safe", "members": 1, "role": "responder"},
        {"risk": "caution", "members": 1, "role": "responder"},
        {"risk": "dangerous", "members": 1, "role": "approver"},
    ]
    assert {flag["name"]: flag["on"] for flag in shown["flags"]}["dispatch"] is True


async def test_the_policy_in_force_is_what_git_says(api: Api) -> None:
    policy = {
        "governanceMode": "audit",
        "fourEyes": True,
        "approvals": {"quorumDangerous": 2},
        "rules": [{"id": "db", "services": ["payments-db"], "edit": False}],
    }
    flags = {"edit": {"enabled": False, "services": ["edge"]}, "retry": {"enabled": False}}
    commit = api.world.commit({"policy.json": json.dumps(policy), "flags.json": json.dumps({"flags": flags})})
    await api.world.sync("push")
    async with api.client() as client:
        shown = (await client.get(f"{V}/policy")).json()
    assert (shown["source"], shown["commit"]) == ("git", commit)
    assert (shown["governanceMode"], shown["fourEyes"], shown["autoRun"]) == ("audit", True, True)
    assert shown["approvals"][2] == {"risk": "dangerous", "members": 2, "role": "approver"}
    assert shown["rules"] == [{"id": "db", "services": ["payments-db"], "edit": False}]
    off = {flag["name"]: flag["services"] for flag in shown["flags"] if not flag["on"]}
    assert off == {"edit": ["edge"], "retry": []}
    async with api.client(api.other_token) as stranger:
        assert (await stranger.get(f"{V}/policy")).json()["source"] == "product"


async def test_the_trail_is_filtered_by_type_family_actor_and_time_and_names_who_did_it(api: Api) -> None:
    async with api.client() as client:
        await client.post(f"{V}/members", json={"email": "new@example.com", "role": "viewer"})
        everything = (await client.get(f"{V}/audit?limit=200")).json()["items"]
        newest = everything[0]
        assert (newest["eventType"], newest["actorName"]) == ("member.added", api.tenant.email)
        assert newest["actor"] == member_actor(api.tenant.member_id)

        async def kinds(query: str) -> set[str]:
            answer = await client.get(f"{V}/audit?limit=200&{query}")
            assert answer.status_code == 200, answer.text
            return {item["eventType"] for item in answer.json()["items"]}

        assert await kinds("type=member.added") == {"member.added"}
        assert await kinds("type=member") == {"member.added"}
        assert await kinds("type=membe") == set()
        assert "member.added" not in await kinds("actor=system:sync")
        assert await kinds(f"actor={newest['actor']}&type=member") == {"member.added"}
        assert await kinds(f"since={newest['createdAt']}") == {"member.added"}
        assert "member.added" in await kinds(f"until={newest['createdAt']}")
        assert len(
            (await client.get(f"{V}/audit?limit=200&until={newest['createdAt']}")).json()["items"]
        ) == (len(everything) - 1)
        assert (await client.get(f"{V}/audit?since=2026-11-28T20:00:00")).status_code == 422


async def test_the_chain_says_how_far_it_was_recomputed(api: Api) -> None:
    async with api.role("viewer") as client:
        chain = (await client.get(f"{V}/audit/chain")).json()
        head = (await client.get(f"{V}/audit?limit=1")).json()["items"][0]
    assert (chain["state"], chain["verifiedSeq"]) == ("verified", chain["headSeq"])
    assert (chain["headSeq"], chain["headHash"]) == (head["seq"], head["hash"])
    assert "badSeq" not in chain


async def test_a_token_says_which_agent_came_with_it(api: Api) -> None:
    async with api.client() as client:
        made = (await client.post(f"{V}/agents/enrollment-tokens", json={"name": "db-1"})).json()
        assert made["command"].endswith(f"--token {made['token']} && dd0c-agent run")
        at = f"{V}/agents/enrollment-tokens/{made['id']}"
        assert (await client.get(at)).json()["state"] == "waiting"
        fields = enroll_request(made["token"]).model_dump(by_alias=True, mode="json")
        enrolled = await api.services.enroller.enroll(EnrollRequest.model_validate(fields))
        used = (await client.get(at)).json()
        assert (used["state"], used["agentId"]) == ("used", show_id("agt", enrolled.agent_id))
        agent = (await client.get(f"{V}/agents/{used['agentId']}")).json()
        assert (agent["name"], agent["status"]) == ("db-1", "new")
        assert agent["certificateExpiresAt"] > agent["createdAt"]
        assert "executionId" not in agent
        second = (await client.post(f"{V}/agents/enrollment-tokens", json={})).json()
        await client.delete(f"{V}/agents/enrollment-tokens/{second['id']}")
        gone = (await client.get(f"{V}/agents/enrollment-tokens/{second['id']}")).json()
        assert gone["state"] == "revoked"
        for nobody in ("0" * 64, "xyz", "00"):
            assert (await client.get(f"{V}/agents/enrollment-tokens/{nobody}")).status_code == 404
    async with api.client(api.other_token) as stranger:
        assert (await stranger.get(at)).status_code == 404
    async with api.role("author") as author:
        assert (await author.get(at)).status_code == 403


async def test_a_broken_file_names_the_runbook_that_goes_on_running(api: Api) -> None:
    runbook = await api.merged()
    api.world.commit({runbook["path"]: "kind: Runbook\n", "runbooks/new.yaml": "nonsense: [\n"})
    await api.world.sync("push")
    async with api.client() as client:
        found = (await client.get(f"{V}/sync")).json()["items"]
    (repository,) = (item for item in found if item["brokenFiles"])
    assert (repository["state"], repository["trigger"]) == ("broken", "push")
    by_path = {item["path"]: item for item in repository["brokenFiles"]}
    assert by_path[runbook["path"]]["runbookId"] == runbook["id"]
    assert by_path[runbook["path"]]["since"]
    assert "runbookId" not in by_path["runbooks/new.yaml"]


async def test_a_panic_names_the_member_who_did_it(api: Api) -> None:
    async with api.role("responder") as client:
        await client.post(f"{V}/panic", json={"reason": "a test"})
        state = (await client.get(f"{V}/panic")).json()
    assert (state["on"], state["byName"]) == (True, "responder@acme.example")


async def test_a_browser_gets_a_page_for_an_address_that_is_none_and_a_program_gets_json(api: Api) -> None:
    async with api.client("") as stranger:
        page = await stranger.get("/nowhere", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        for path in ("/nowhere", f"{V}/nowhere", "/assets/nowhere.js"):
            accept = "*/*" if path == "/nowhere" else "text/html"
            answer = await stranger.get(path, headers={"Accept": accept})
            assert answer.status_code == 404
            assert "text/html" not in answer.headers["content-type"], path


async def test_a_spent_sign_in_url_leads_to_the_page_that_says_so(api: Api) -> None:
    token = await api.sign_in_token()
    async with api.client("") as first, api.client("") as second:
        assert (await first.get(f"/sign-in?token={token}")).headers["location"] == "/"
        for spent in (token, "", f"ddl_{new_id()}_x"):
            answer = await second.get(f"/sign-in?token={spent}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out?why=spent")
            assert "set-cookie" not in answer.headers
