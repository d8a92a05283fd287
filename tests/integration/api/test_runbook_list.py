"""The list of runbooks: what a line says is what the runbook's page says, however long the documents are."""

from __future__ import annotations

from typing import Any, Final

from base.ids import show_id
from schemas.risk import Risk
from schemas.verdict import Advice
from tests.integration.api.kit import PASTE, Api
from tests.integration.api.turns import watched
from tests.integration.engine.kit import SAFE_ADVICE
from tests.integration.engine.texts import STORY

MIXED: Final = """
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: mixed, title: All kinds of steps, service: web, owners: ["@ada", "@acme/web"]}
spec:
  trustLevel: 0
  governance: strict
  review: {at: "2026-11-01T00:00:00.000000Z", by: ada@acme.example}
  target: {labels: {role: shell}}
  steps:
    - {id: safe, title: Safe on two keys, command: df -h}
    - {id: one-key, title: Safe on one key, command: uptime}
    - {id: unknown, title: Nobody knows, command: ./own-script.sh}
    - {id: unknown-raised, title: It is declared, command: ./own-script.sh, risk: dangerous, confirm: own}
    - {id: unknown-caution, title: Declared as what it is anyway, command: ./own-script.sh, risk: caution}
    - {id: raised, title: Declared above its verdict, command: df -h /srv, risk: dangerous, confirm: srv}
    - {id: lower, title: Declared below its verdict, command: rm -rf /srv/old, risk: safe}
    - {id: by-hand, title: By hand, manual: Look at it}
    - {id: by-hand-risky, title: By hand and risky, manual: Pull the plug, risk: dangerous}
"""


def long_one(name: str) -> str:
    """150 steps of 1.5 KB: a third of what a document may hold."""
    command = "kubectl get pods" + "; true" * 240
    steps = "".join(f'    - {{id: s{n}, title: Step {n}, command: "{command}"}}\n' for n in range(150))
    head = f"apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {{name: {name}, title: Long}}\nspec:\n"
    return f"{head}  trustLevel: 1\n  target: {{labels: {{role: shell}}}}\n  steps:\n{steps}"


async def _listed(api: Api, query: str = "retired=true") -> dict[str, dict[str, Any]]:
    async with api.client() as client:
        answer = await client.get(f"/api/v1/runbooks?limit=200&{query}")
    assert answer.status_code == 200, answer.text
    return {item["name"]: item for item in answer.json()["items"]}


def _mark(step: dict[str, Any]) -> str:
    if step.get("command") is None:
        return "manual"
    return "unknown" if step["unknown"] else str(step["risk"])


async def test_a_line_says_what_the_page_says(api: Api) -> None:
    danger = Advice(risk=Risk.DANGEROUS, confidence=990, reasoning="no", advisor="fixture")
    await api.house.runbook(MIXED, advice={"safe": SAFE_ADVICE, "unknown": danger})
    await api.house.runbook(STORY)
    await api.merged(PASTE)
    listed = await _listed(api)
    assert {"mixed", "story", "disk-full"} <= set(listed)
    async with api.client() as client:
        for item in listed.values():
            page = (await client.get(f"/api/v1/runbooks/{item['id']}")).json()
            assert item == {name: page[name] for name in item}
            assert item["profile"] == [_mark(step) for step in page["stepList"]]
    assert listed["mixed"]["profile"] == [
        "safe", "unknown", "dangerous", "dangerous", "unknown", "dangerous", "dangerous", "manual", "manual",
    ]  # fmt: skip
    assert listed["mixed"]["owners"] == ["@ada", "@acme/web"]
    assert (listed["mixed"]["trustLevel"], listed["mixed"]["governance"]) == (0, "strict")


FINAL: Final = """
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: final, title: Ways back, service: web}
spec:
  target: {labels: {role: shell}}
  steps:
    - {id: looks, title: It only looks, command: df -h}
    - {id: undone, title: It is undone, command: rm -rf /srv/a, confirm: a, rollback: {command: mkdir /srv/a}}
    - {id: never, title: It says so, command: touch /srv/a, rollback: {impossible: somebody saw it}}
    - {id: lost, title: It is gone, command: rm -rf /srv/old, confirm: old}
    - {id: declared, title: It is declared so, command: df -h /srv, risk: dangerous, confirm: srv}
    - {id: hand, title: By hand, manual: Pull the plug, risk: dangerous}
"""


async def test_a_step_without_a_way_back_is_marked(api: Api) -> None:
    found = show_id("rbk", await api.house.runbook(FINAL))
    async with api.client() as client:
        page = (await client.get(f"/api/v1/runbooks/{found}")).json()
    assert {step["id"]: step["irreversible"] for step in page["stepList"]} == {
        "looks": False, "undone": False, "never": True, "lost": True, "declared": True, "hand": False,
    }  # fmt: skip


async def test_a_page_of_long_documents_keeps_nobody_waiting(api: Api) -> None:
    runbooks = [show_id("rbk", await api.house.runbook(long_one(f"long-{number}"))) for number in range(8)]
    async with api.client() as client:
        await client.get(f"/api/v1/runbooks/{runbooks[0]}")
        async with watched() as page:
            await client.get(f"/api/v1/runbooks/{runbooks[1]}")
    await _listed(api)
    async with watched() as loop:
        listed = await _listed(api)
    assert {item["id"] for item in listed.values()} >= set(runbooks)
    seen = f"the list {loop.longest_turn:.3f} s, the page of one of its eight {page.longest_turn:.3f} s"
    assert loop.longest_turn < page.longest_turn, seen
