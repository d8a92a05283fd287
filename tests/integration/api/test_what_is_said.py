"""What views say: why a command is risky, what became of a lost one, who a panic waits for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from base.ids import new_id, parse_id
from tests.integration.api.kit import Api

DECLARED = """
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: declared, title: Declared dangerous}
spec:
  steps:
    - id: look
      title: Only looks
      risk: dangerous
      confirm: mark
      command: touch /tmp/mark
    - id: again
      title: Looks again
      command: touch /tmp/again
"""


async def _act(client: httpx.AsyncClient, x: dict[str, Any], event: str, **body: Any) -> dict[str, Any]:
    now = await _show(client, x)
    answer = await client.post(
        f"/api/v1/executions/{x['id']}/{event}", json=body, headers={"If-Match": f'"{now["version"]}"'}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _show(client: httpx.AsyncClient, x: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/v1/executions/{x['id']}")).json()
    return found


async def _at_the_gate(api: Api, client: httpx.AsyncClient, text: str = DECLARED) -> dict[str, Any]:
    await api.house.runbook(text)
    x = (await client.post("/api/v1/executions", json={"runbook": "declared"})).json()
    await api.house.work_off()
    return await _show(client, x)


async def test_a_risk_that_the_runbook_declares_is_said_to_be_declared(api: Api) -> None:
    async with api.client() as client:
        x = await _at_the_gate(api, client)
        runbook = (await client.get("/api/v1/runbooks/declared")).json()
    said = "the runbook declares it dangerous; the scanner says caution: "
    for shown in (x["gate"], x["steps"][0], runbook["stepList"][0]):
        assert (shown["risk"], shown["why"][: len(said)]) == ("dangerous", said)
    assert x["steps"][1]["why"].startswith("the scanner says caution: ")


async def test_an_edited_step_shows_the_risk_of_its_edit(api: Api) -> None:
    async with api.client() as client:
        x = await _at_the_gate(api, client, DECLARED.replace("risk: dangerous", "risk: caution"))
        before = x["steps"][0]
        x = await _act(client, x, "edit", command="rm -rf /var/lib/mysql", reason="it has to go")
        x = await _show(client, x)
    step, gate = x["steps"][0], x["gate"]
    assert (before["risk"], step["risk"], gate["risk"]) == ("caution", "dangerous", "dangerous")
    assert step["why"] == gate["why"] != before["why"]
    assert step["why"].startswith("the scanner says dangerous: ")
    assert x["steps"][1]["risk"] == "caution"


@pytest.mark.parametrize("outcome", ["ran_ok", "did_not_run", "ran_and_failed"])
async def test_what_a_person_found_out_takes_the_place_of_nobody_knows(api: Api, outcome: str) -> None:
    async with api.client() as client:
        x = await _at_the_gate(api, client)
        x = await _act(
            client, x, "approve", intentSha256=x["gate"]["intentSha256"], typed=x["gate"]["confirm"]
        )
        await api.house.take(parse_id("exe", x["id"]))
        await api.house.hello(instance=new_id())
        x = await _show(client, x)
        assert (x["unknown"], x["reason"]) == (True, "nobody knows what became of the command")
        x = await _act(client, x, "resolve", outcome=outcome, note="looked on the host")
        listed = (await client.get("/api/v1/executions")).json()
    if outcome == "ran_and_failed":
        assert x["reason"] == "the step failed and nothing can be rolled back"
    else:
        words = {"ran_ok": "ran and succeeded", "did_not_run": "did not run"}[outcome]
        assert x["reason"] == f"{api.tenant.email} says: the command {words} (looked on the host)"
    assert "nobody knows" not in str((x, listed))
    rows = await api.world.rows("SELECT reason FROM dd0c.executions")
    assert "looked on the host" not in str(rows), "a person's own words are sealed"


async def test_a_panic_that_is_over_waits_for_nobody(api: Api) -> None:
    async with api.client() as owner, api.role("maintainer") as maintainer:
        await owner.post("/api/v1/panic", json={"reason": "a test"})
        first = (await maintainer.post("/api/v1/panic/clear", json={})).json()
        assert (first["on"], first["waitingFor"]) == (True, "a second maintainer")
        second = (await owner.post("/api/v1/panic/clear", json={})).json()
        assert second["on"] is False
        assert "waitingFor" not in second
        assert "waitingFor" not in (await owner.get("/api/v1/panic")).json()
