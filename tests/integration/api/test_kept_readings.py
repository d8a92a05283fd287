"""The tenant's record of what an LLM read: bounded by number and age, sealed, and lost without harm."""

from __future__ import annotations

import pytest

from controller.api.kept_readings import TenantReadings
from tests.integration.api.kit import Api

KEYS = [f"{number:064x}" for number in range(4)]


def record(api: Api) -> TenantReadings:
    return TenantReadings(api.services.database, api.services.sealer, api.tenant.tenant_id)


async def test_the_newest_answers_are_kept_and_the_oldest_forgotten(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("base.limits.READINGS_KEPT", 2)
    kept = record(api)
    for key in KEYS:
        await kept.put({key: f"answer {key[-1]}"})
    assert await kept.get(KEYS) == {KEYS[2]: "answer 2", KEYS[3]: "answer 3"}
    await kept.put({KEYS[3]: "another"})
    assert await kept.get(KEYS[3:]) == {KEYS[3]: "answer 3"}, "the first answer stays"
    monkeypatch.setattr("base.limits.READINGS_KEPT_DAYS", 0)
    assert await kept.get(KEYS) == {}, "too old"


async def test_r71_the_erasure_of_a_source_text_takes_the_readings_of_it_along(api: Api) -> None:
    kept, digest = record(api), "sha256:" + KEYS[1]
    await kept.put({KEYS[0]: "it quotes the text"})
    async with api.services.database.work(api.tenant.tenant_id) as uow:
        await api.services.sealer.seal(uow, "execution", digest, b"of another kind", b"row")
        assert await api.services.sealer.destroy_key(uow, "execution", digest)
    assert await kept.get(KEYS[:1])
    async with api.services.database.work(api.tenant.tenant_id) as uow:
        await api.services.sealer.seal(uow, "source_text", digest, b"the text", b"row")
        assert await api.services.sealer.destroy_key(uow, "source_text", digest)
    assert await kept.get(KEYS[:1]) == {}
    await kept.put({KEYS[0]: "another"})
    assert await kept.get(KEYS[:1]) == {KEYS[0]: "another"}


async def test_an_answer_that_does_not_open_is_none(api: Api) -> None:
    kept = record(api)
    await kept.put({KEYS[0]: "answer"})
    async with api.services.database.work(api.tenant.tenant_id) as uow:
        assert await api.services.sealer.destroy_key(uow, "reading", "answers")
    assert await kept.get(KEYS) == {}
    await kept.put({KEYS[1]: "answer"})
    assert await kept.get(KEYS) == {}, "nothing is kept of what was erased"
