"""A newer text of a runbook in service, over HTTP and by command line: a semantic diff, and edits kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from tests.integration.api.kit import PASTE, Api
from tests.integration.api.test_cli import Terminal
from tests.integration.api.test_floods import serving
from tests.integration.api.test_reviews import edited

NEWER = PASTE.replace("df -h", "df -hT") + "\n\nLast, look again:\n\n```sh\nuptime\n```\n"
ROUTE = "/api/v1/runbooks/disk-full/newer-text"


async def merged(client: httpx.AsyncClient, pull: dict[str, Any]) -> None:
    answer = await client.post(f"/api/v1/pulls/{pull['number']}/merge", json={"expectedHead": pull["head"]})
    assert answer.status_code == 200, answer.text


async def test_a_newer_text_keeps_what_people_edited(api: Api) -> None:
    await api.merged()
    async with api.client() as client:
        shown = (await client.get("/api/v1/runbooks/disk-full")).json()
        first = shown["document"]["spec"]["steps"][0]
        await merged(client, await edited(client, "disk-full", first["title"], "See what is full"))
        looked = await client.post(ROUTE, json={"text": NEWER, "dryRun": True})
        assert looked.status_code == 201, looked.text
        found = looked.json()
        assert found["summary"] == "1 step added, 1 changed; your edit is kept"
        assert [item["change"] for item in found["changes"]] == ["changed", "added"]
        [field] = [item for item in found["changes"][0]["fields"] if item["field"] == "command"]
        assert (field["before"], field["after"]) == ("df -h", "df -hT")
        assert found["changes"][1]["risk"] == "unknown"
        assert [(item["what"], item["field"]) for item in found["kept"]] == [("changed", "title")]
        assert found["conflicts"] == []
        assert "pull" not in found
        opened = (await client.post(ROUTE, json={"text": NEWER})).json()
        again = (await client.post(ROUTE, json={"text": NEWER})).json()
        assert (again["pull"]["number"], again["pull"]["head"]) == (
            opened["pull"]["number"],
            opened["pull"]["head"],
        )
        review = (await client.get(f"/api/v1/pulls/{opened['pull']['number']}/review")).json()
        assert (review["kind"], review["hasSource"]) == ("reimport", True)
        assert review["runbooks"][0]["steps"][0]["change"] == "changed"
        await merged(client, again["pull"])
        after = (await client.get("/api/v1/runbooks/disk-full")).json()["document"]["spec"]
        assert (after["steps"][0]["id"], after["steps"][0]["title"]) == (first["id"], "See what is full")
        assert after["steps"][0]["command"] == "df -hT"
        assert after["source"]["decisionLog"].startswith("decisions/disk-full/")
        nothing = await client.post(ROUTE, json={"text": NEWER})
        assert (nothing.status_code, nothing.json()["code"]) == (409, "no_change")


async def test_what_both_changed_is_told_and_waits_for_a_person(api: Api) -> None:
    await api.merged()
    async with api.client() as client:
        await merged(client, await edited(client, "disk-full", "df -h", "df -i"))
        opened = (await client.post(ROUTE, json={"text": NEWER})).json()
        [conflict] = opened["conflicts"]
        assert (conflict["here"], conflict["newer"], conflict["field"]) == ("df -i", "df -hT", "command")
        assert (conflict["kind"], conflict["waiting"]) == ("step", [conflict["step"]])
        assert conflict["keeps"] == f"the step {conflict['step']}"
        assert "df \\-hT" in opened["pull"]["body"] or "df -hT" in opened["pull"]["body"]
        assert "contradictory" in opened["yaml"]
        await merged(client, opened["pull"])
        shown = (await client.get("/api/v1/runbooks/disk-full")).json()["document"]["spec"]
        assert shown["steps"][0]["command"] == "df -i"
        assert [item["step"] for item in shown["ambiguities"] if item["kind"] == "contradictory"] == [
            shown["steps"][0]["id"]
        ]


async def test_a_paste_proposed_again_is_the_same_commit_whoever_proposes_it(api: Api) -> None:
    body = {"text": PASTE, "name": "disk-full"}
    async with api.client() as owner, api.role("author") as author:
        first = (await owner.post("/api/v1/runbooks", json=body)).json()["pull"]
        again = (await author.post("/api/v1/runbooks", json=body)).json()["pull"]
        assert (again["number"], again["head"]) == (first["number"], first["head"])
        both = (await owner.get(f"/api/v1/pulls/{first['number']}/decisions")).json()
    assert api.tenant.actor in str(both), "the log names who proposed it first"
    assert [event for event, _, _ in await api.world.events("runbook.proposed")] == ["runbook.proposed"]


async def test_by_command_line(api: Api, tmp_path: Path) -> None:
    await api.merged()
    (tmp_path / "newer.md").write_text(NEWER)
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        said = await dd0c.call("import", "newer.md", "--onto", "disk-full")
        assert "This is a newer text of disk-full: 1 step added, 1 changed." in said
        assert "df -hT" in said
        assert "Next: dd0c pr open FILE --onto disk-full" in said
        opened = await dd0c.json("pr", "open", "newer.md", "--onto", "disk-full")
        assert opened["pull"]["title"] == "Newer text of runbook disk-full"
        assert "no runbook" in (await dd0c.call("import", "newer.md", "--onto", "nowhere", code=4)).lower()
        await dd0c.call("import", "newer.md", "--onto", "disk-full", "--name", "x", code=2)


async def test_a_runbook_without_a_text_says_so(api: Api) -> None:
    await api.merged()
    by_hand = (
        "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: disk-full, title: By hand}\n"
        "spec: {steps: [{id: a, title: A, command: uptime}]}\n"
    )
    async with api.client() as client:
        edit = await client.put("/api/v1/runbooks/disk-full", json={"yaml": by_hand})
        await merged(client, edit.json()["pull"])
        answer = await client.post(ROUTE, json={"text": NEWER})
        assert (answer.status_code, answer.json()["code"]) == (404, "no_source")
