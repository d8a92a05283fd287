"""The main job over HTTP: paste, look, propose, merge, run, approve, watch, audit."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx

from base.ids import parse_id
from controller.audit.verify import verify_text
from tests.integration.api.kit import PASTE, Api
from tests.integration.engine.texts import STORY


async def _act(client: httpx.AsyncClient, x: dict[str, Any], event: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(
        f"/api/v1/executions/{x['id']}/{event}", json=body, headers={"If-Match": f'"{x["version"]}"'}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    found: dict[str, Any] = answer.json()
    return found


async def _show(client: httpx.AsyncClient, x: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/v1/executions/{x['id']}")).json()
    return found


async def test_a_paste_becomes_a_runbook_by_its_pull_request(api: Api) -> None:
    async with api.client("") as stranger:
        preview = (await stranger.post("/api/v1/runbooks/parse-preview", json={"text": PASTE})).json()
    assert [step["command"] for step in preview["steps"]] == ["df -h", "journalctl --vacuum-time=7d"]
    async with api.client() as client:
        opened = await client.post("/api/v1/runbooks", json={"text": PASTE, "name": "disk-full"})
        assert opened.status_code == 201, opened.text
        pull = opened.json()["pull"]
        assert opened.headers["location"] == f"/api/v1/pulls/{pull['number']}"
        assert opened.json()["preview"]["steps"] == preview["steps"]
        assert (pull["state"], pull["mergeable"], pull["author"]) == ("open", True, api.tenant.actor)
        assert pull["authorEmail"] == api.tenant.email
        [listed] = (await client.get("/api/v1/pulls")).json()["items"]
        assert (listed["author"], listed["authorEmail"]) == (api.tenant.actor, api.tenant.email)
        again = await client.post("/api/v1/runbooks", json={"text": PASTE, "name": "disk-full"})
        assert again.json()["pull"]["number"] == pull["number"]
        assert (await client.get("/api/v1/runbooks")).json()["items"] == []

        diff = (await client.get(f"/api/v1/pulls/{pull['number']}/diff")).json()["items"]
        assert "runbooks/disk-full.yaml" in [file["path"] for file in diff]
        moved = await client.post(f"/api/v1/pulls/{pull['number']}/merge", json={"expectedHead": "0" * 40})
        assert (moved.status_code, moved.json()["code"]) == (409, "head_moved")
        head = again.json()["pull"]["head"]
        merged = await client.post(f"/api/v1/pulls/{pull['number']}/merge", json={"expectedHead": head})
        assert merged.status_code == 200, merged.text
        assert merged.json()["sync"]["outcome"] == "synced"
        shown = (await client.get(f"/api/v1/pulls/{pull['number']}")).json()
        assert (shown["mergedBy"], shown["mergedByEmail"]) == (api.tenant.actor, api.tenant.email)

        [item] = (await client.get("/api/v1/runbooks", params={"name": "disk-full"})).json()["items"]
        assert (item["state"], item["commit"]) == ("ok", merged.json()["commit"])
        shown = await client.get("/api/v1/runbooks/disk-full")
        assert shown.headers["etag"] == f'"{item["contentSha256"]}"'
        assert [step["command"] for step in shown.json()["stepList"]] == [
            step["command"] for step in preview["steps"]
        ]
        taken = await client.post("/api/v1/runbooks", json={"text": PASTE + "x", "name": "disk-full"})
        assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
        sources = await api.world.rows("SELECT sha256, sealed FROM dd0c.source_texts")
        assert [row["sha256"] for row in sources] == [f"sha256:{preview['sourceSha256']}"]
        assert b"journalctl" not in bytes(sources[0]["sealed"])
        assert "runbook.parsed" in [kind for kind, _, _ in await api.world.events("runbook.parsed")]


async def test_an_edit_and_a_retirement_are_pull_requests_too(api: Api) -> None:
    runbook = await api.merged()
    async with api.client() as client:
        [version] = (await client.get(f"/api/v1/runbooks/{runbook['id']}/versions")).json()["items"]
        document = await client.get(f"/api/v1/runbooks/{runbook['id']}/versions/{version['id']}")
        assert document.headers["content-type"] == "text/plain; charset=utf-8"
        assert document.headers["x-content-type-options"] == "nosniff"
        yaml = document.text.replace("Disk is full", "The disk is full")

        address = f"/api/v1/runbooks/{runbook['id']}"
        stale = await client.put(address, json={"yaml": yaml}, headers={"If-Match": '"sha256:0"'})
        assert stale.status_code == 412
        same = await client.put(address, json={"yaml": document.text})
        assert (same.status_code, same.json()["code"]) == (409, "no_change")
        broken = await client.put(address, json={"yaml": yaml + "  nonsense: 1\n"})
        assert broken.status_code == 422, broken.text
        assert broken.json()["places"][0]["line"] > 0
        match = {"If-Match": f'"{runbook["contentSha256"]}"'}
        edited = await client.put(address, json={"yaml": yaml}, headers=match)
        assert edited.status_code == 201, edited.text
        await _merge(client, edited.json()["pull"])
        assert (await client.get(address)).json()["title"] == "The disk is full"

        # Back, and forth again: each is a proposal of its own, though the contents are old ones.
        await _merge(client, (await client.put(address, json={"yaml": document.text})).json()["pull"])
        await _merge(client, (await client.put(address, json={"yaml": yaml})).json()["pull"])
        assert (await client.get(address)).json()["title"] == "The disk is full"

        retired = await client.delete("/api/v1/runbooks/disk-full")
        assert retired.status_code == 201, retired.text
        assert (await client.get(address)).json()["state"] == "ok"
        await _merge(client, retired.json()["pull"])
        assert (await client.get(address)).json()["state"] == "retired"
        assert (await client.get("/api/v1/runbooks")).json()["items"] == []
        gone = await client.delete("/api/v1/runbooks/disk-full")
        assert (gone.status_code, gone.json()["code"]) == (409, "retired")
    assert (await api.merged())["state"] == "ok"


async def _merge(client: httpx.AsyncClient, pull: dict[str, Any]) -> None:
    merged = await client.post(f"/api/v1/pulls/{pull['number']}/merge", json={"expectedHead": pull["head"]})
    assert merged.status_code == 200, merged.text


async def test_an_execution_from_its_start_to_its_audit(api: Api) -> None:
    runbook_id = await api.house.runbook(STORY)
    async with api.client() as client:
        created = await client.post("/api/v1/executions", json={"runbook": "story"})
        assert created.status_code == 201, created.text
        x = created.json()
        assert (x["state"], x["runbook"]["name"]) == ("preflight", "story")
        assert parse_id("rbk", x["runbook"]["id"]) == runbook_id
        bad = await client.post(
            f"/api/v1/executions/{x['id']}/bind",
            json={"name": "host", "value": "web-1; id"},
            headers={"If-Match": f'"{x["version"]}"'},
        )
        assert (bad.status_code, bad.json()["code"]) == (422, "variable_value"), bad.text
        x = await _act(client, x, "bind", name="host", value="web-1")
        x = await _act(client, x, "tick", prerequisite="vpn")
        await api.house.work_off()
        x = await _show(client, x)
        assert (x["state"], x["gate"]["intent"]["command"]) == ("await_approval", "uname -a")
        assert {"approve", "done-by-hand", "pause"} <= set(x["actions"])

        x = await _act(client, x, "approve", intentSha256=x["gate"]["intentSha256"])
        assert x["state"] == "executing"
        attempt = x["running"]["id"]
        await api.house.finish(parse_id("exe", x["id"]), output=b"Linux \x1b[31mred\n")
        await _check_output(client, x["id"], attempt)
        x = await _act(client, await _show(client, x), "report", ok=True, answer="no")
        assert x["state"] == "completed"
        assert "gate" not in x
        assert x["steps"][0]["attempts"][0]["approvals"][0]["email"] == api.tenant.email

        history = (await client.get(f"/api/v1/executions/{x['id']}/history")).json()["items"]
        assert next(item["event"] for item in history) == "Start"
        assert await _streamed(client, f"/api/v1/executions/{x['id']}/events", 0) == [
            (str(item["version"]), item["event"]) for item in history
        ]
        assert await _streamed(client, f"/api/v1/executions/{x['id']}/events", x["version"]) == []

        events = (await client.get("/api/v1/audit", params={"execution": x["id"]})).json()["items"]
        assert events[0]["eventType"] == "execution.completed"
        exported = await client.get("/api/v1/audit/export")
        assert "json" not in exported.headers["content-type"]
        report = verify_text(exported.text)
        assert report.ok, report.reason
        [last] = (await client.get("/api/v1/audit", params={"limit": 1})).json()["items"]
        assert last["eventType"] == "audit.exported"


async def _check_output(client: httpx.AsyncClient, execution: str, attempt: str) -> None:
    address = f"/api/v1/executions/{execution}/attempts/{attempt}/output"
    whole = await client.get(address)
    assert whole.content == b"Linux \x1b[31mred\n"
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = await client.get(address, headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.content) == (206, b"Linux")
    assert part.headers["content-range"] == f"bytes 0-4/{len(whole.content)}"
    tail = await client.get(address, headers={"Range": "bytes=-4"})
    assert tail.content == b"red\n"
    assert (await client.get(address, headers={"Range": "bytes=900-"})).status_code == 416

    events = await _events(client, f"{address}/stream", 6)
    assert [event for _, event, _ in events] == ["output", "end"]
    assert base64.b64decode(events[0][2]["data"]) == whole.content[6:]
    assert events[0][0] == str(len(whole.content))


async def _streamed(client: httpx.AsyncClient, address: str, after: int) -> list[tuple[str, str]]:
    return [(number, event) for number, event, _ in await _events(client, address, after)]


async def _events(client: httpx.AsyncClient, address: str, after: int) -> list[tuple[str, str, Any]]:
    """Every event of a stream that the server ends."""
    answer = await client.get(address, headers={"Last-Event-ID": str(after)})
    assert answer.status_code == 200, answer.text
    found = []
    for block in answer.text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != ":")
        if "id" in fields:
            found.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return found


async def test_the_list_of_open_executions_leaves_out_the_ended_ones(api: Api) -> None:
    await api.house.runbook(STORY)
    async with api.client() as client:
        ended = (await client.post("/api/v1/executions", json={"runbook": "story"})).json()
        still = (await client.post("/api/v1/executions", json={"runbook": "story"})).json()
        await _act(client, ended, "abort", reason="not needed")

        async def listed(state: str) -> list[str]:
            answer = await client.get("/api/v1/executions", params={"state": state})
            assert answer.status_code == 200, answer.text
            return [item["id"] for item in answer.json()["items"]]

        assert await listed("open") == [still["id"]]
        assert await listed("ended") == [ended["id"]]
        assert await listed("aborted") == [ended["id"]]


async def test_a_change_names_the_version_that_it_saw(api: Api) -> None:
    await api.house.runbook(STORY)
    async with api.client() as client:
        x = (await client.post("/api/v1/executions", json={"runbook": "story"})).json()
        address = f"/api/v1/executions/{x['id']}"
        missing = await client.post(f"{address}/pause")
        assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
        malformed = await client.post(f"{address}/pause", headers={"If-Match": "*"})
        assert malformed.status_code == 400
        paused = await client.post(f"{address}/pause", headers={"If-Match": f'"{x["version"]}"'})
        assert paused.json()["state"] == "paused"
        # The same request again, after an answer that was lost: nothing happens, nothing is refused.
        again = await client.post(f"{address}/pause", headers={"If-Match": f'"{x["version"]}"'})
        assert again.json()["version"] == paused.json()["version"]
        stale = await client.post(f"{address}/resume", headers={"If-Match": f'"{x["version"]}"'})
        assert (stale.status_code, stale.json()["version"]) == (409, paused.json()["version"])


async def test_an_approval_names_the_intent_that_was_seen(api: Api) -> None:
    await api.house.runbook(STORY)
    async with api.client() as client:
        body = {"runbook": "story", "variables": {"host": "web-1"}, "ticked": ["vpn"]}
        x = (await client.post("/api/v1/executions", json=body)).json()
        await api.house.work_off()
        x = await _show(client, x)
        address, match = f"/api/v1/executions/{x['id']}/approve", {"If-Match": f'"{x["version"]}"'}
        assert (await client.post(address, json={}, headers=match)).status_code == 422
        wrong = {"intentSha256": "sha256:" + "0" * 64}
        refused = await client.post(address, json=wrong, headers=match)
        assert refused.status_code == 409, refused.text
        assert (await _show(client, x))["steps"][0]["attempts"] == []


async def test_a_classification_is_kept_without_its_command(api: Api) -> None:
    async with api.client() as client:
        given = await client.post("/api/v1/classify", json={"command": "rm -rf /var/lib/mysql"})
        assert given.status_code == 201, given.text
        assert given.json()["risk"] == "dangerous"
        again = await client.get(given.headers["location"])
        assert given.json()["noAdvice"] == "off"  # the reason for the missing key is kept with the verdict
        assert again.json() == given.json()
    assert [kind for kind, _, _ in await api.world.events("runbook.classified")] == ["runbook.classified"]
    async with api.client() as client:
        codes = [
            (await client.post("/api/v1/classify", json={"command": "true"})).status_code for _ in range(30)
        ]
        limited = await client.post("/api/v1/classify", json={"command": "true"})
    assert codes[:29] == [201] * 29
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) > 0
