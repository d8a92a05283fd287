"""What a newer scanner found otherwise and what is stale, over HTTP and by command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from base.ids import new_id, parse_id
from controller.db.queries import load
from controller.governance.classification_rows import classification_row
from controller.governance.judging import Judging
from controller.upkeep.reclassifying import Reclassifying
from ingest.advisor.advising import LOCAL
from schemas.merge import merge
from schemas.risk import Risk
from schemas.verdict import Finding, NoAdvice
from tests.integration.api.kit import Api
from tests.integration.api.test_cli import Terminal
from tests.integration.api.test_floods import serving

OLDER = Finding(
    risk=Risk.DANGEROUS, why="as it was read then", scanner_version="0.1", knowledge_version="sha256:0"
)


async def as_an_older_scanner_left_it(api: Api, runbook: dict[str, Any]) -> None:
    """The first command was dangerous to the scanner of before."""
    version_id, step = parse_id("ver", runbook["versionId"]), runbook["stepList"][0]["id"]
    row = classification_row(new_id(), version_id, step, b"", merge(OLDER, NoAdvice.OFF))
    async with api.services.database.work(api.tenant.tenant_id) as uow:
        await uow.run(load("reclassifications")["add_standing"], **row)
    reclassifying = Reclassifying(api.services.database, Judging(api.services.parse_pool.run, LOCAL))
    assert await reclassifying.repository(api.tenant.tenant_id, api.world.row.id) == 1


async def test_a_lower_verdict_waits_and_an_owner_accepts_it(api: Api, tmp_path: Path) -> None:
    runbook = await api.merged()
    await as_an_older_scanner_left_it(api, runbook)
    async with api.client() as client, api.role("maintainer") as maintainer:
        report = (await client.get("/api/v1/reclassifications")).json()
        assert (report["waiting"], report["toLookAt"]) == (1, 0)
        (move,) = report["items"]
        assert (move["state"], move["before"]["risk"], move["after"]["scanner"]) == (
            "waiting",
            "dangerous",
            "safe",
        )
        assert move["command"] == "df -h"
        shown = (await client.get(f"/api/v1/runbooks/{runbook['id']}")).json()
        assert shown["stepList"][0]["risk"] == "dangerous", "the stricter one holds"
        assert {"verdict_waits", "owner_missing"} <= {reason["code"] for reason in shown["stale"]}
        refused = await maintainer.post("/api/v1/reclassifications/accept", json={"ids": [move["id"]]})
        assert refused.status_code == 403
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        told = await dd0c.call("upgrade", "report", code=5)
        assert "disk-full / " in told
        assert "dangerous → " in told
        assert "Nobody owns it." in await dd0c.call("stale", code=9)
        assert "Nobody is here to say yes" in await dd0c.call("upgrade", "accept", "--all", code=5)
        assert "1 verdict" in await dd0c.call("upgrade", "accept", "--runbook", "disk-full", "--yes")
        assert "1 accepted" in await dd0c.call("upgrade")
        assert "everything is new" in await dd0c.call("runbooks", "diff", "disk-full")
    async with api.client() as client:
        shown = (await client.get(f"/api/v1/runbooks/{runbook['id']}")).json()
        assert shown["stepList"][0]["risk"] != "dangerous"
        assert "verdict_waits" not in {reason["code"] for reason in shown["stale"]}
        again = await client.post("/api/v1/reclassifications/accept", json={"ids": [move["id"]]})
        assert (again.status_code, again.json()["code"]) == (409, "moved_on")
