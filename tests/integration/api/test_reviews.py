"""What a reviewer looks at over HTTP: the change as it would run, its history, its source, its versions."""

from __future__ import annotations

from typing import Any

import httpx

from controller.review.about import About
from controller.review.acting import actor_of
from controller.tenants.service import authenticate_token
from forge.pull_requests import Proposal, ProposedFile
from tests.integration.api.kit import PASTE, Api

SECRET = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"


async def opened(client: httpx.AsyncClient, paste: str = PASTE, name: str = "disk-full") -> dict[str, Any]:
    answer = await client.post("/api/v1/runbooks", json={"text": paste, "name": name})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["pull"]
    return found


async def broken(api: Api) -> int:
    """A pull request as a push can make it: with a document that is none. Its number."""
    owner = await authenticate_token(api.services.database, api.tokens["owner"])
    file = ProposedFile("runbooks/broken.yaml", b"kind: Cookbook\n")
    proposal = Proposal("broken", "A broken one", "Because.", (file,), actor_of(owner))
    return (await api.services.proposals.publish(owner, proposal, About("edit", "broken"))).number


async def edited(client: httpx.AsyncClient, name: str, old: str, new: str) -> dict[str, Any]:
    """Change a text of the document by a pull request."""
    shown = (await client.get(f"/api/v1/runbooks/{name}")).json()
    yaml = (await client.get(f"/api/v1/runbooks/{name}/versions/{shown['versionId']}")).text
    assert old in yaml
    answer = await client.put(
        f"/api/v1/runbooks/{name}",
        json={"yaml": yaml.replace(old, new)},
        headers={"If-Match": f'"{shown["contentSha256"]}"'},
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["pull"]
    return found


async def test_a_new_runbook_is_reviewed_step_by_step(api: Api) -> None:
    async with api.client() as client:
        pull = await opened(client)
        answer = await client.get(f"/api/v1/pulls/{pull['number']}/review")
    assert answer.status_code == 200, answer.text
    review = answer.json()
    assert (review["head"], review["raisesTrust"]) == (pull["head"], False)
    assert (review["kind"], review["hasSource"]) == ("paste", True)
    [runbook] = review["runbooks"]
    assert (runbook["change"], runbook["name"]) == ("added", "disk-full")
    assert runbook["after"]["profile"] == ["unknown", "caution"]
    assert (runbook["after"]["runsByItself"], runbook["after"]["waits"]) == (0, 2)
    look = runbook["steps"][0]["after"]
    assert (look["command"], look["scanner"]["risk"], look["merge"]["keys"]) == ("df -h", "safe", 1)
    assert look["scanner"]["spans"][0]["end"] == len("df -h")
    assert review["otherFiles"]


async def test_an_edit_is_compared_with_what_serves(api: Api) -> None:
    await api.merged()
    async with api.client() as client:
        pull = await edited(client, "disk-full", "--vacuum-time=7d", "--vacuum-time=2d")
        review = (await client.get(f"/api/v1/pulls/{pull['number']}/review")).json()
        assert (review["kind"], review["hasSource"]) == ("edit", False)
        [runbook] = review["runbooks"]
        assert [step["change"] for step in runbook["steps"]] == ["same", "changed"]
        [field] = runbook["steps"][1]["fields"]
        assert (field["field"], field["before"][-2:], field["after"][-2:]) == ("command", "7d", "2d")
        assert runbook["newVerbs"] == []
        merged = await client.post(
            f"/api/v1/pulls/{pull['number']}/merge", json={"expectedHead": pull["head"]}
        )
        assert merged.status_code == 200, merged.text
        again = (await client.get(f"/api/v1/pulls/{pull['number']}/review")).json()
        assert again["runbooks"] == review["runbooks"]

        versions = (await client.get("/api/v1/runbooks/disk-full/versions")).json()["items"]
        address = f"/api/v1/runbooks/disk-full/versions/{versions[0]['id']}/changes"
        change = (await client.get(address)).json()
        assert (change["versionId"], change["beforeId"]) == (versions[0]["id"], versions[1]["id"])
        assert change["change"]["steps"] == runbook["steps"]
        assert "+" in change["diff"]["patch"]
        first = (await client.get(f"/api/v1/runbooks/disk-full/versions/{versions[1]['id']}/changes")).json()
        assert "beforeId" not in first
        back = await client.get(address, params={"against": versions[0]["id"]})
        assert [step["change"] for step in back.json()["change"]["steps"]] == ["same", "same"]
        unknown = await client.get(address, params={"against": "ver_00000000000000000000000000"})
        assert unknown.status_code == 404


async def test_the_conversation_names_who_said_what(api: Api) -> None:
    async with api.client() as client:
        pull = await opened(client)
        address = f"/api/v1/pulls/{pull['number']}"
        body = "<script>alert(1)</script> [x](javascript:alert(1))"
        assert (await client.post(f"{address}/comments", json={"body": body})).status_code == 201
        assert (await client.post(f"{address}/close")).status_code == 200
        events = (await client.get(f"{address}/events")).json()["items"]
    assert [event["kind"] for event in events] == ["opened", "check", "comment", "closed"]
    assert [event["actorEmail"] for event in events if event["kind"] in {"opened", "comment"}] == [
        api.tenant.email
    ] * 2
    assert events[2]["body"] == body
    assert (events[1]["check"], events[1]["status"]) == ("dd0c/classification", "pass")


async def test_decisions_are_read_and_hostile_ones_are_a_problem_of_their_file(api: Api) -> None:
    async with api.client() as client:
        pull = await opened(client)
        items = (await client.get(f"/api/v1/pulls/{pull['number']}/decisions")).json()["items"]
    log, verdicts = items
    assert log["authorEmail"] == api.tenant.email
    assert log["prompt"].startswith("Turn the pasted text")
    assert [item["step"] for item in verdicts["verdicts"]]


async def test_the_source_is_for_those_who_propose_and_without_secrets(api: Api) -> None:
    async with api.client() as client:
        pull = await opened(
            client,
            PASTE
            + f"\n3. Tell them:\n\n```\ncurl -H 'Authorization: Bearer {SECRET}' https://a.example\n```\n",
        )
        address = f"/api/v1/pulls/{pull['number']}/source"
        answer = await client.get(address)
        assert answer.status_code == 200, answer.text
        source = answer.json()
        assert SECRET not in answer.text
        assert source["masked"] == 1
        assert source["text"].splitlines()[0] == "# Disk is full"
        assert source["sentences"] == source["accounted"]
        assert source["steps"][0]["line"] > 1
        assert source["createdByEmail"] == api.tenant.email
    async with api.role("responder") as responder:
        assert (await responder.get(address)).status_code == 403
        assert (await responder.get(address.replace("source", "review"))).status_code == 200
    async with api.client(api.other_token) as stranger:
        for what in ("source", "review", "events", "decisions"):
            assert (await stranger.get(address.replace("source", what))).status_code == 404


async def test_an_edit_has_no_source(api: Api) -> None:
    await api.merged()
    async with api.client() as client:
        pull = await edited(client, "disk-full", "--vacuum-time=7d", "--vacuum-time=2d")
        answer = await client.get(f"/api/v1/pulls/{pull['number']}/source")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_source")


async def test_the_list_says_who_ran_it_last(api: Api) -> None:
    await api.merged()
    async with api.client() as client:
        [item] = (await client.get("/api/v1/runbooks")).json()["items"]
        assert (item["profile"], item["owners"], item.get("lastRun")) == (["unknown", "caution"], [], None)
        started = await client.post("/api/v1/executions", json={"runbook": "disk-full"})
        assert started.status_code == 201, started.text
        [item] = (await client.get("/api/v1/runbooks")).json()["items"]
        assert item["lastRun"]["id"] == started.json()["id"]
        shown = (await client.get("/api/v1/runbooks/disk-full")).json()
    assert shown["lastRun"] == item["lastRun"]
    assert shown["stepList"][0]["found"]["keys"] == 1


async def test_a_list_carries_the_check_of_each_and_says_no_more_than_one(api: Api) -> None:
    async with api.client() as client:
        good = await opened(client)
        bad = await broken(api)
        listed = (await client.get("/api/v1/pulls")).json()["items"]
        checks = {item["number"]: item["check"] for item in listed}
        assert checks[good["number"]]["status"] == "pass"
        assert checks[bad]["status"] == "fail"
        assert all(set(check) == {"name", "status", "title"} for check in checks.values())
        shown = (await client.get(f"/api/v1/pulls/{bad}")).json()
    assert shown["mergeable"] is False
    assert shown["reason"].startswith("the check dd0c/classification fails: ")
