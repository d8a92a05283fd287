"""Many texts in one pull request, over HTTP: each told apart, none twice, the bad ones named."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx

from base import limits
from controller.db.bootstrap import Urls
from controller.db.database import Database
from tests.integration.api.kit import PASTE, Api, replica_of

ROUTE = "/api/v1/runbooks/batch"
PROSE = "Our team has met every Monday since the move.\n"
BY_HAND = "# Call the vendor\n\n1. Call the vendor and ask for the on-call engineer.\n"


def runbook(title: str, command: str) -> str:
    return f"# {title}\n\n1. Look at it:\n\n```sh\n{command}\n```\n"


def document(file: str, text: str, **more: Any) -> dict[str, Any]:
    return {"file": file, "text": text, **more}


async def sent(client: httpx.AsyncClient, documents: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    answer = await client.post(ROUTE, json={"documents": documents, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_batch_is_one_pull_request_that_merges_and_syncs(api: Api) -> None:
    documents = [
        document(f"{number:02}.md", runbook(f"Service {number:02} is down", f"systemctl status s{number}"))
        for number in range(limits.BATCH_MAX_DOCUMENTS)
    ]
    async with api.client() as client:
        opened = await sent(client, documents)
        assert {item["outcome"] for item in opened["documents"]} == {"proposed"}
        number = opened["pull"]["number"]
        diff = (await client.get(f"/api/v1/pulls/{number}/diff")).json()["items"]
        assert len(diff) == limits.PULL_MAX_FILES
        decisions = (await client.get(f"/api/v1/pulls/{number}/decisions")).json()
        assert "service-07-is-down" in str(decisions)
        review = (await client.get(f"/api/v1/pulls/{number}/review")).json()
        assert review["kind"] == "batch"
        assert len(review["runbooks"]) == len(documents)
        again = await sent(client, documents)
        assert {(item["outcome"], item["pull"]) for item in again["documents"]} == {
            ("imported_before", number)
        }
        assert again["pull"]["number"] == number, "the same batch is the same pull request"
        assert again["pull"]["head"] == opened["pull"]["head"]
        merged = await client.post(
            f"/api/v1/pulls/{number}/merge", json={"expectedHead": opened["pull"]["head"]}
        )
        assert merged.status_code == 200, merged.text
        assert merged.json()["sync"]["outcome"] == "synced"
        names = {item["name"] for item in (await client.get("/api/v1/runbooks?limit=200")).json()["items"]}
        assert {f"service-{number:02}-is-down" for number in range(len(documents))} <= names
        later = await sent(client, documents[:3])
        assert {item["outcome"] for item in later["documents"]} == {"imported_before"}
        closed = await client.get("/api/v1/pulls?state=open")
        assert closed.json()["items"] == []


async def test_a_bad_document_stops_no_other_one(api: Api) -> None:
    async with api.client() as client:
        found = await sent(
            client,
            [
                document("a/disk.md", PASTE),
                document("b/disk.md", PASTE.replace("full", "full again")),
                document("b/other.md", PASTE.replace("df -h", "df -i")),
                document("copy.md", PASTE),
                document("prose.md", PROSE),
                document("hand.md", BY_HAND),
                document("zero.md", "a\x00b"),
                document("large.md", "df -h\n" * 200_000),
                document("nested.html", "<div>" * 5_000 + "df -h"),
            ],
        )
        by_file = {item["file"]: item for item in found["documents"]}
        outcomes = {file: item["outcome"] for file, item in by_file.items()}
        assert outcomes == {
            "a/disk.md": "proposed", "b/disk.md": "proposed", "b/other.md": "proposed",
            "copy.md": "left_out", "prose.md": "left_out", "hand.md": "left_out",
            "zero.md": "refused", "large.md": "refused", "nested.html": "refused",
        }  # fmt: skip
        assert by_file["copy.md"]["reason"] == "it is the same text as a/disk.md"
        assert all(item.get("reason") for item in by_file.values() if item["outcome"] != "proposed")
        assert [by_file[file]["name"] for file in ("a/disk.md", "b/other.md")] == [
            "disk-is-full", "b-disk-is-full",
        ]  # fmt: skip
        hand = await sent(client, [document("hand.md", BY_HAND)], withoutCommands=True, dryRun=True)
        assert [(item["outcome"], item["commands"]) for item in hand["documents"]] == [("ready", 0)]


async def test_a_dry_run_keeps_nothing_and_two_at_once_are_one(api: Api) -> None:
    async with api.client() as client:
        looked = await sent(client, [document("disk.md", PASTE)], dryRun=True, avoid=["disk-is-full"])
        assert [(item["outcome"], item["name"]) for item in looked["documents"]] == [
            ("ready", "disk-is-full-2")
        ]
        assert (await client.get("/api/v1/pulls")).json()["items"] == []
        both = await asyncio.gather(
            sent(client, [document("disk.md", PASTE), document("x.md", runbook("X", "uptime"))]),
            sent(client, [document("disk.md", PASTE), document("y.md", runbook("Y", "uptime -p"))]),
        )
        outcomes = sorted(item["outcome"] for found in both for item in found["documents"])
        assert outcomes == ["imported_before", "proposed", "proposed", "proposed"]
        await client.post(f"/api/v1/pulls/{both[0]['pull']['number']}/close")
        await client.post(f"/api/v1/pulls/{both[1]['pull']['number']}/close")
        anew = await sent(client, [document("disk.md", PASTE)])
        assert [item["outcome"] for item in anew["documents"]] == ["proposed"]


async def test_two_replicas_import_nothing_twice(api: Api, tmp_path: Path, database_urls: Urls) -> None:
    """Two controllers on one database: the same batch at the same moment, and two that share a text."""
    other = await Database.open(database_urls.app)
    try:
        async with replica_of(api, other, tmp_path) as replica:
            texts = [document(f"{name}.md", runbook(name, f"systemctl status {name}")) for name in "abc"]
            async with api.client() as first, replica.client() as second:
                both = await asyncio.gather(sent(first, texts), sent(second, texts))
                assert len({found["pull"]["number"] for found in both}) == 1
                outcomes = sorted(item["outcome"] for found in both for item in found["documents"])
                assert outcomes == ["imported_before"] * 3 + ["proposed"] * 3
                d, e = (document(f"{name}.md", runbook(name, f"systemctl status {name}")) for name in "de")
                shared = document("s.md", runbook("Shared", "uptime"))
                both = await asyncio.gather(sent(first, [shared, d]), sent(second, [e, shared]))
                outcomes = sorted(item["outcome"] for found in both for item in found["documents"])
                assert outcomes == ["imported_before", "proposed", "proposed", "proposed"]
    finally:
        await other.close()


async def test_a_batch_has_bounds(api: Api) -> None:
    async with api.client() as client:
        most = limits.BATCH_MAX_DOCUMENTS
        answer = await client.post(
            ROUTE, json={"documents": [document(f"{n}.md", PASTE) for n in range(most + 1)]}
        )
        assert answer.status_code == 422
        answer = await client.post(ROUTE, json={"documents": [document("a\x00.md", PASTE)]})
        assert answer.status_code == 422
        answer = await client.post(ROUTE, json={"documents": []})
        assert answer.status_code == 422
