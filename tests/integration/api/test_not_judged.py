"""The API and the command line while no command can be judged: what is shown, and what can be done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from base.ids import show_id
from controller.engine.judgements import Judgements
from controller.engine.service import Engine
from tests.integration.api.kit import Api
from tests.integration.api.test_cli import Terminal
from tests.integration.api.test_floods import serving
from tests.integration.engine.judge import LONG, Judge

RUNBOOK = f"""
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {{name: NAME, title: A long gate}}
spec:
  trustLevel: 2
  target: {{labels: {{role: shell}}}}
  variables:
    - {{name: host, example: web-1}}
  steps:
    - id: long
      title: A long one
      command: "{LONG}"
    - id: short
      title: A short one
      command: touch /tmp/mark
"""


async def _waiting(api: Api, name: str = "long") -> str:
    """The id of an execution at the gate of a long command."""
    runbook = await api.house.runbook(RUNBOOK.replace("NAME", name))
    x: UUID = await api.house.started(runbook, variables={"host": "web-1"})
    return show_id("exe", x)


def _restart(api: Api, judge: Judge) -> None:
    """The engine as it is after a restart: it has judged nothing yet."""
    parts = replace(api.house.engine.parts, judgements=Judgements(judge.run))
    api.app.state.services = replace(api.services, engine=Engine(parts))


async def _show(api: Api, execution: str) -> dict[str, Any]:
    async with api.client() as client:
        answer = await client.get(f"/api/v1/executions/{execution}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_execution_is_shown_and_says_that_it_cant_be_judged_until_it_can(api: Api) -> None:
    execution = await _waiting(api)
    before = await _show(api, execution)
    assert (before["gate"]["notJudged"], "approve" in before["actions"]) == (False, True)
    judge = Judge(gone=True)
    _restart(api, judge)
    now = await _show(api, execution)
    gate = now["gate"]
    assert (gate["notJudged"], gate["unknown"], "keys" in gate) == (True, True, False)
    assert "can't be judged at this moment" in gate["why"]
    for same in ("intent", "intentSha256", "approvals", "expiresAt"):
        assert gate[same] == before["gate"][same]
    assert set(before["actions"]) - set(now["actions"]) == {"approve"}
    judge.gone = False
    assert await _show(api, execution) == before


async def test_an_approval_is_refused_with_what_to_do_next_and_its_stream_goes_on(api: Api) -> None:
    execution = await _waiting(api)
    judge = Judge(gone=True)
    _restart(api, judge)
    shown = await _show(api, execution)
    version = {"If-Match": f'"{shown["version"]}"'}
    approval = {"intentSha256": shown["gate"]["intentSha256"]}
    path = f"/api/v1/executions/{execution}"
    async with api.client() as client:
        refused = await client.post(f"{path}/approve", json=approval, headers=version)
        assert (refused.status_code, refused.json()["code"]) == (503, "not_judged")
        assert refused.json()["hint"] == "Nothing was changed. Try again in a few seconds."
        assert await _show(api, execution) == shown
        ended = await client.post(f"{path}/abort", json={"reason": "not now"}, headers=version)
        assert ended.status_code == 200, ended.text
        assert ended.json()["state"] == "aborted"
        followed = await client.get(f"{path}/events")
    assert followed.status_code == 200
    assert "event: Abort" in followed.text


async def test_a_person_at_a_terminal_sees_it_and_stops_it(api: Api, tmp_path: Path) -> None:
    executions = {event: await _waiting(api, event) for event in ("pause", "abort", "skip")}
    _restart(api, Judge(gone=True))
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        for event, execution in executions.items():
            shown = await dd0c.call("executions", "show", execution)
            assert "can't be judged at this moment" in shown
            assert "Nobody can approve it now" in shown
            digest = (await dd0c.json("executions", "show", execution))["gate"]["intentSha256"]
            refused = await dd0c.call("executions", "approve", execution, "--intent", digest, code=7)
            assert "Nothing was changed. Try again in a few seconds." in refused
            reason = [] if event == "pause" else ["--reason", "not needed"]
            await dd0c.call("executions", event, execution, *reason)
