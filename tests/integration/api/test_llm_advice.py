"""An LLM as the second key, over HTTP: who it is asked for, what is told and kept, and how faults look."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from controller.api.parse_pool import ParsePool
from controller.db.database import Database
from controller.telemetry import AdviceFigures
from ingest.advisor.advising import UNASKED
from tests.conftest import TestTenant
from tests.integration.api.kit import Api, running_api
from tests.llm.emulator import KEY, MODEL, Emulator, answer, fault

TEXT = """# Disk is full

1. Look at the disks:

```bash
df -h
```

2. See what grows:

```bash
du -sh /var/log
```

3. Make room:

```bash
journalctl --vacuum-time=7d
```
"""


@pytest.fixture
def emulator() -> Emulator:
    return Emulator()


@asynccontextmanager
async def _with_llm(
    database: Database, tenants: tuple[TestTenant, TestTenant], folder: Path, pool: ParsePool, llm: Emulator
) -> AsyncIterator[Api]:
    from ingest.advisor.anthropic import connect  # the SDK takes a second to load

    asked = connect(
        api_key=KEY,
        base_url="http://gateway.example",
        model=MODEL,
        timeout_seconds=10,
        tokens_per_hour=10_000_000,
        watch=AdviceFigures(),
        transport=httpx2.ASGITransport(llm.app()),
    )
    async with running_api(database, *tenants, folder, pool, advising=UNASKED, llm=asked) as running:
        yield running
    await asked.close()


@pytest_asyncio.fixture
async def llm_api(
    database: Database,
    tenant: TestTenant,
    second_tenant: TestTenant,
    tmp_path: Path,
    parse_pool: ParsePool,
    emulator: Emulator,
) -> AsyncIterator[Api]:
    async with _with_llm(database, (tenant, second_tenant), tmp_path, parse_pool, emulator) as running:
        yield running


async def preview(api: Api, token: str | None = None, text: str = TEXT) -> dict[str, Any]:
    async with api.client(token) as client:
        shown = await client.post("/api/v1/runbooks/parse-preview", json={"text": text})
        assert shown.status_code == 200, shown.text
        found: dict[str, Any] = shown.json()
        return found


async def test_a_member_sees_both_keys_and_a_stranger_costs_nothing(llm_api: Api, emulator: Emulator) -> None:
    for token in ("", "ddt_wrong"):
        shown = await preview(llm_api, token)
        assert [step["risk"] for step in shown["steps"]] == ["caution"] * 3
        assert {step["keys"]["noAdvice"] for step in shown["steps"]} == {"not_asked"}
        assert shown["keys"] == {"asked": 1, "of": 2}
    assert emulator.requests == []
    shown = await preview(llm_api)
    assert [step["risk"] for step in shown["steps"]] == ["safe", "safe", "caution"]
    assert shown["steps"][0]["keys"] == {
        "given": 2,
        "of": 2,
        "scanner": "safe",
        "advisor": "safe",
        "confidence": 950,
        "advisorWhy": "as the emulator was told",
        "by": f"anthropic:{MODEL}/p1",
    }
    assert (shown["keys"], len(emulator.requests)) == ({"asked": 2, "of": 2}, 3)
    assert await preview(llm_api) == shown
    assert len(emulator.requests) == 3, "answered from the record"


async def test_a_token_that_may_not_read_spends_nothing(llm_api: Api, emulator: Emulator) -> None:
    async with llm_api.client() as client:
        made = await client.post("/api/v1/tokens", json={"name": "panics", "scopes": ["panic"]})
    shown = await preview(llm_api, made.json()["token"])
    assert {step["keys"]["noAdvice"] for step in shown["steps"]} == {"not_asked"}
    assert emulator.requests == []


async def test_one_tenant_does_not_rest_the_advisor_of_another(llm_api: Api, emulator: Emulator) -> None:
    emulator.before = lambda _: fault(401, "authentication_error", "no")
    for number in range(6):
        await preview(llm_api, text=f"# A\n\n```\ndf -h /mnt/{number}\n```\n")
    emulator.before = None
    assert {step["keys"]["noAdvice"] for step in (await preview(llm_api))["steps"]} == {"resting"}
    theirs = await preview(llm_api, llm_api.other_token)
    assert [step["risk"] for step in theirs["steps"]] == ["safe", "safe", "caution"]


async def test_who_disagrees_is_named_and_the_stricter_counts(llm_api: Api, emulator: Emulator) -> None:
    risks = {"df -h": ("caution", 0.97), "du -sh /var/log": ("safe", 0.5)}

    def mind(question: Any) -> dict[str, Any]:
        return answer(*risks.get(question["text"], ("safe", 0.99)), "it asks every mount")

    emulator.mind = mind
    steps = (await preview(llm_api))["steps"]
    assert [step["risk"] for step in steps] == ["caution", "caution", "caution"]
    keys = [step["keys"] for step in steps]
    assert [(key["scanner"], key["advisor"]) for key in keys] == [
        ("safe", "caution"),
        ("safe", "safe"),
        ("caution", "safe"),
    ]
    assert keys[0]["advisorWhy"] == "it asks every mount"


async def test_model_prompt_and_confidence_stand_in_every_record(llm_api: Api, emulator: Emulator) -> None:
    async with llm_api.client() as client:
        opened = await client.post("/api/v1/runbooks", json={"text": TEXT, "name": "disk-full"})
        assert opened.status_code == 201, opened.text
        pull = opened.json()["pull"]
        asked = len(emulator.requests)
        page = await client.get(f"/api/v1/pulls/{pull['number']}/review")
        steps = [change["after"] for change in page.json()["runbooks"][0]["steps"]]
        assert [step["advisor"]["risk"] for step in steps] == ["safe"] * 3, page.text
        assert steps[0]["advisor"]["advisorVersion"] == f"{MODEL}/p1"
        assert steps[0]["merge"]["keys"] == 2
        address = f"/api/v1/pulls/{pull['number']}/merge"
        merged = await client.post(address, json={"expectedHead": pull["head"]})
        assert merged.status_code == 200, merged.text
        assert len(emulator.requests) == asked == 3, "one question, whichever way it is looked at"
        runbook = (await client.get("/api/v1/runbooks/disk-full")).json()
        assert [step["risk"] for step in runbook["stepList"]] == ["safe", "safe", "caution"]
        shown = await client.get(
            f"/api/v1/classifications/{runbook['stepList'][0]['found']['classification']}"
        )
        advice = shown.json()["advice"]
        assert (advice["advisor"], advice["advisorVersion"]) == ("anthropic", f"{MODEL}/p1")
        assert advice["promptSha256"].startswith("sha256:")
        events = (await client.get("/api/v1/audit", params={"type": "runbook.classified"})).json()
    (event,) = [item for item in events["items"] if item["data"].get("name") == "disk-full"]
    step = event["data"]["steps"][0]
    assert step["advisorVersion"] == f"anthropic:{MODEL}/p1"
    assert (step["confidencePermille"], step["promptSha256"]) == (950, advice["promptSha256"])
    assert "reasoning" not in json.dumps(event)


async def test_a_command_by_itself_is_judged_by_both(llm_api: Api, emulator: Emulator) -> None:
    async with llm_api.client() as client:
        both = (await client.post("/api/v1/classify", json={"command": "df -h"})).json()
        assert (both["risk"], both["advice"]["confidence"]) == ("safe", 950)
        emulator.before = lambda _: fault(403, "permission_error", "no")
        alone = (await client.post("/api/v1/classify", json={"command": "uptime"})).json()
        assert (alone["risk"], alone["unknown"], alone["noAdvice"]) == ("caution", True, "denied")
        assert alone["reason"].startswith("one key: the advisor's service refuses our requests")
        kept = (await client.get(f"/api/v1/classifications/{alone['id']}")).json()
        assert kept == alone, "why there is one key only is kept with the verdict"
        figures = (await client.get("/metrics")).text
        assert 'dd0c_advice_total{outcome="denied"}' in figures
        assert 'dd0c_advice_seconds_count{outcome="answered"}' in figures
        assert 'dd0c_advice_tokens_total{outcome="answered"}' in figures


async def _never_answers(_: int) -> None:
    await asyncio.Event().wait()


async def test_r76_a_page_answers_fast_while_the_service_fails_and_says_so(
    llm_api: Api, emulator: Emulator
) -> None:
    emulator.before = lambda _: fault(401, "authentication_error", "no")
    texts = [f"# A\n\n```\ndf -h /mnt/{number}\n```\n" for number in range(6)]
    seen = [(await preview(llm_api, text=text))["steps"][0] for text in texts]
    assert [step["keys"]["noAdvice"] for step in seen] == ["denied"] * 5 + ["resting"]
    assert {(step["risk"], step["unknown"]) for step in seen} == {("caution", True)}
    assert "not asked for a while" in seen[-1]["keys"]["missing"]
    emulator.before = _never_answers
    steps = (await preview(llm_api))["steps"]
    assert {step["keys"]["noAdvice"] for step in steps} == {"resting"}, "it would still wait if it asked"
    assert len(emulator.requests) == 5


async def test_who_can_not_wait_sees_the_scanner_first_and_the_advisor_then(
    llm_api: Api, emulator: Emulator
) -> None:
    go_on = asyncio.Event()

    async def wait(_: int) -> None:
        await go_on.wait()

    emulator.before = wait
    body = {"text": TEXT, "advice": "now"}
    async with llm_api.client() as client:
        first = (await client.post("/api/v1/runbooks/parse-preview", json=body)).json()
        assert {step["keys"]["noAdvice"] for step in first["steps"]} == {"pending"}
        assert {step["risk"] for step in first["steps"]} == {"caution"}
        go_on.set()
        body["advice"] = "wait"
        then = (await client.post("/api/v1/runbooks/parse-preview", json=body)).json()
        assert [step["risk"] for step in then["steps"]] == ["safe", "safe", "caution"]
    assert len(emulator.requests) == 3


async def test_an_answer_that_comes_late_is_there_at_the_next_look(
    llm_api: Api, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def wait(_: int) -> None:
        await go_on.wait()

    monkeypatch.setattr("base.limits.ADVICE_PREVIEW_MS", 50)
    emulator.before = wait
    late = (await preview(llm_api))["steps"]
    assert {step["keys"]["noAdvice"] for step in late} == {"late"}
    go_on.set()
    monkeypatch.setattr("base.limits.ADVICE_PREVIEW_MS", 30_000)
    assert [step["risk"] for step in (await preview(llm_api))["steps"]] == ["safe", "safe", "caution"]
    assert len(emulator.requests) == 3


async def test_no_secret_of_a_paste_leaves_the_house(llm_api: Api, emulator: Emulator) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    text = (
        f"# Use {secret}\n\nThe token is {secret}.\n\n"
        f"```\ncurl -H 'Authorization: Bearer {secret}' https://x.example/a\ndf -h\n```\n"
    )
    shown = await preview(llm_api, text=text)
    assert shown["masked"]
    assert emulator.requests, "the other command is asked about"
    sent = json.dumps(emulator.requests)
    assert secret not in sent
    assert "x.example" in sent
