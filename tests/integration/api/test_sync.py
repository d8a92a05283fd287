"""Sync from outside: what the command line, the API and the badge say is what is so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from base.ids import show_id
from controller.db.unit_of_work import UnitOfWork
from controller.sync.results import SyncResult
from tests.integration.api.kit import Api
from tests.integration.api.test_cli import Terminal
from tests.integration.api.test_floods import serving
from tests.integration.sync.world import make_world, runbook

V = "/api/v1"
ONE = ("--repository", "runbooks")
BROKEN = runbook("disk", title="Newer", command="df -h /") + "      colour: blue\n"


async def test_the_state_of_sync_by_command_line(api: Api, tmp_path: Path) -> None:
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        good = api.world.commit({"runbooks/disk.yaml": runbook("disk"), "runbooks/old.yaml": runbook("old")})
        behind = await dd0c.call("sync", "diff", *ONE, code=13)
        assert "+ disk  runbooks/disk.yaml  (not in service yet)" in behind
        told = await dd0c.call("sync", "now", *ONE)
        assert "synced  runbooks" in told
        assert "2 added" in told
        status = await dd0c.call("sync", "status", *ONE)
        assert "✓ Synced  runbooks" in status
        assert good[:12] in status
        assert "by manual" in status
        assert "Nothing differs" in await dd0c.call("sync", "diff", *ONE)

        bad = api.world.commit({"runbooks/disk.yaml": BROKEN})
        told = await dd0c.call("sync", "now", *ONE, code=14)
        assert "partial  runbooks" in told
        assert "runbooks/disk.yaml:10" in told
        status = await dd0c.call("sync", "status", *ONE, code=14)
        assert "✗ Broken  runbooks" in status
        assert "colour" in status
        [item] = json.loads((await dd0c.run("sync", "status", *ONE, "--json", code=14))[0])["items"]
        assert (item["state"], item["broken"], item["syncedCommit"], item["head"]) == ("broken", 1, bad, bad)
        [file] = item["brokenFiles"]
        assert (file["path"], file["line"], file["commit"]) == ("runbooks/disk.yaml", 10, bad)
        assert parse_qs(urlsplit(file["link"]).query) == {"path": ["runbooks/disk.yaml"], "line": ["10"]}
        drift = await dd0c.call("sync", "diff", *ONE, code=14)
        assert "! disk  runbooks/disk.yaml:10  (its last good version serves)" in drift
        async with api.client() as client:
            listed = (await client.get(f"{V}/runbooks")).json()["items"]
        shown = {item["name"]: item for item in listed}
        assert (shown["disk"]["commit"], shown["disk"]["error"]["commit"]) == (good, bad)
        assert good[:12] in await dd0c.call("runbooks", "show", "disk")

        api.world.commit(
            {"runbooks/disk.yaml": runbook("disk", command="rm -rf /tmp/x"), "runbooks/old.yaml": None}
        )
        drift = await dd0c.call("sync", "diff", *ONE, code=13)
        assert "~ disk  runbooks/disk.yaml" in drift
        assert "step look changed: command df -h → rm -rf /tmp/x" in drift
        assert "- old  runbooks/old.yaml  (gone from git, still in service)" in drift
        told = await dd0c.call("sync", "now", *ONE)
        assert "1 changed, 1 retired" in told
        history = json.loads(await dd0c.call("sync", "history", *ONE, "--json"))["items"]
        assert [run["outcome"] for run in history][:3] == ["synced", "partial", "synced"]
        assert (history[1]["fromCommit"], history[1]["toCommit"]) == (good, bad)
        assert history[1]["counts"]["broken"] == 1
        assert "2 added" not in await dd0c.call("sync", "history", *ONE)
        await dd0c.call("sync", "status", "-r", "nothing", code=4)


async def test_synced_is_only_said_of_what_was_looked_at_lately(api: Api) -> None:
    async with api.client() as client:
        item = await _state(client)
        assert item["state"] == "synced"
        async with api.services.database.work(api.tenant.tenant_id) as uow:
            await _age(uow, 181)
        item = await _state(client)
        assert (item["state"], item["fetchAgeSeconds"] >= 181) == ("behind", True)
        assert "last looked at 3 minutes ago" in item["says"]
        done = (await client.post(f"{V}/sync", json={"repository": "runbooks"})).json()["items"]
        assert [(each["outcome"], each["state"]) for each in done] == [("unchanged", "synced")]


async def _state(client: httpx.AsyncClient) -> dict[str, Any]:
    items = (await client.get(f"{V}/sync")).json()["items"]
    found: dict[str, Any] = next(item for item in items if item["name"] == "runbooks")
    return found


async def _age(uow: UnitOfWork, seconds: int) -> None:
    await uow.run(
        "UPDATE dd0c.repositories SET last_fetch_at = clock_timestamp() - make_interval(secs => %(seconds)s)",
        seconds=seconds,
    )


async def test_a_fetch_that_fails_says_so_and_keeps_the_last_good_one(api: Api) -> None:
    api.world.repository.git().references.delete("refs/heads/main")
    async with api.client() as client:
        before = await _state(client)
        [done] = (await client.post(f"{V}/sync", json={"repository": "runbooks"})).json()["items"]
        assert (done["outcome"], done["state"]) == ("failed", "broken")
        assert "no branch main" in done["error"]
        after = await _state(client)
        assert after["fetchedAt"] == before["fetchedAt"]
        assert (after["error"], after["syncedCommit"]) == (done["error"], before["syncedCommit"])


async def test_a_repository_that_goes_while_it_is_synced_is_told_no_more(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(tenant_id: UUID, *_: object) -> dict[UUID, SyncResult | str]:
        async with api.services.database.work(tenant_id) as uow:
            await uow.run("UPDATE dd0c.repositories SET retired_at = clock_timestamp()")
        return {}

    monkeypatch.setattr(api.services.sync, "ask", ask)
    async with api.client() as client:
        done = await client.post(f"{V}/sync", json={})
        assert (done.status_code, done.json()) == (200, {"items": []})


async def test_files_pages_content_and_policies_of_several_repositories(api: Api, tmp_path: Path) -> None:
    other = await make_world(api.services.database, api.tenant.tenant_id, tmp_path / "o", name="other")
    other.commit({"policy.json": '{"version": 1, "fourEyes": true, "governanceMode": "audit"}'})
    await other.sync()
    names = ["a", "b", "c"]
    api.world.commit(
        {f"runbooks/{name}.yaml": runbook(name) for name in names} | {"runbooks/d.yaml": "kind: X\n"}
    )
    await api.world.sync()
    place = f"{V}/sync/{show_id('rpo', api.world.row.id)}"
    async with api.client() as client:
        first = (await client.get(f"{place}/files", params={"limit": 2})).json()
        rest = (await client.get(f"{place}/files", params={"after": first["nextAfter"]})).json()
        files = [*first["items"], *rest["items"]]
        assert [(file["name"], file["state"]) for file in files[:3]] == [(n, "in_service") for n in names]
        assert (files[3]["state"], "nextAfter" in rest) == ("broken", False)
        [bad] = (await client.get(f"{place}/files", params={"broken": True})).json()["items"]
        shown = (await client.get(f"{place}/content", params={"path": bad["path"]})).json()
        assert (shown["text"], shown["reason"]) == ("kind: X\n", bad["reason"])
        assert (await client.get(f"{place}/content", params={"path": "../../etc/passwd"})).status_code == 404
        page = (await client.get(f"{V}/sync/history", params={"limit": 1})).json()
        older = (
            await client.get(f"{V}/sync/history", params={"limit": 1, "cursor": page["nextCursor"]})
        ).json()
        assert older["items"][0]["id"] < page["items"][0]["id"]

        parts = {item["name"]: item["policy"] for item in (await client.get(f"{V}/sync")).json()["items"]}
        assert parts["runbooks"] == {"role": "source", "inForce": False, "asks": []}
        assert parts["other"] == {"role": "other", "inForce": True, "asks": ["fourEyes"]}
        assert (await client.put(f"{V}/sync/policy-source", json={"repository": "other"})).status_code == 200
        policy = (await client.get(f"{V}/policy")).json()
        assert (policy["governanceMode"], policy["fourEyes"]) == ("audit", True)

        other.commit({"runbooks/a.yaml": runbook("a")})
        await other.sync()
        unclear = await client.get(f"{V}/runbooks/a")
        assert (unclear.status_code, unclear.json()["code"]) == (409, "ambiguous_name")
        ids = re.findall(r"rbk_\w+", unclear.json()["hint"])
        assert (unclear.json()["ids"], set(unclear.json()["candidates"])) == (ids, {"runbooks", "other"})
        assert [(await client.get(f"{V}/runbooks/{each}")).status_code for each in ids] == [200, 200]

        texts = {"documents": [{"file": "n.md", "text": "# Disk is full\n\n1. Run `df -h`.\n"}]}
        for outcome in ("proposed", "imported_before"):
            batch = (await client.post(f"{V}/runbooks/batch", json=texts)).json()
            (one,) = batch["documents"]
            assert (one["outcome"], one["repository"]) == (outcome, "runbooks")
            assert batch["pull"]["url"].endswith(f"/pulls/{one['pull']}?repository=runbooks")

        wanted = {"name": "third", "environment": "dev"}
        added = (await client.post(f"{V}/sync/repositories", json=wanted)).json()
        third = f"{V}/sync/{added.pop('id')}"
        assert added == {**wanted, "forge": "builtin", "branch": "main", "prefix": ""}
        told = (await client.get(f"{third}/removal")).json()
        assert (told["repository"], told["runbookCount"], told.get("refused")) == ("third", 0, None)
        assert (await client.delete(third, params={"name": "other"})).status_code == 409
        assert (await client.delete(third, params={"name": "third"})).status_code == 200
        assert (await client.get(f"{third}/files")).status_code == 404
        url = {"url": "https://github.com/acme/runbooks"}
        assert (await client.post(f"{V}/sync/repositories", json=url)).status_code == 422
    async with api.role("maintainer") as client:
        refused = await client.put(f"{V}/sync/policy-source", json={"repository": "runbooks"})
        assert refused.status_code == 403
    assert len(await api.world.events("policy.source_named")) == 1


async def test_a_badge_is_seen_only_by_its_address_and_says_one_word(api: Api) -> None:
    place = f"{V}/sync/{show_id('rpo', api.world.row.id)}/badge"
    async with api.role("author") as client:
        assert (await client.post(place)).status_code == 403
    async with api.client() as client, api.client("") as stranger:
        made = (await client.post(place)).json()
        image = await stranger.get(made["svg"])
        assert (image.status_code, image.headers["content-type"]) == (200, "image/svg+xml")
        assert "runbooks: synced" in image.text
        for secret in (api.world.row.name + ".git", str(api.tenant.tenant_id), "ddb_", "main"):
            assert secret not in image.text
        api.world.commit({"runbooks/disk.yaml": "kind: X\n"})
        await api.world.sync()
        told = (await stranger.get(made["jsonUrl"])).json()
        assert told == {
            "schemaVersion": 1, "label": "runbooks", "message": "1 broken", "color": "#cf222e",
            "isError": True, "cacheSeconds": 60,
        }  # fmt: skip
        wrong = made["svg"][:-5] + ("0" if made["svg"][-5] != "0" else "1") + ".svg"
        assert (await stranger.get(wrong)).status_code == 404
        assert (await stranger.get(f"{V}/badges/none.svg")).text == (await stranger.get(wrong)).text
        second = (await client.post(place)).json()
        assert (await stranger.get(made["svg"])).status_code == 404, "the address before shows nothing"
        assert (await stranger.get(second["svg"])).status_code == 200
        assert (await client.delete(place)).status_code == 204
        assert (await stranger.get(second["svg"])).status_code == 404
    assert [data["shown"] for _, data, _ in await api.world.events("sync.badge_changed")] == [
        True,
        True,
        False,
    ]
