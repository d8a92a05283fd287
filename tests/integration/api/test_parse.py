"""The form for scripts over HTTP, and a kept text that is read again."""

from __future__ import annotations

from hashlib import sha256

from tests.integration.api.kit import PASTE, Api


async def test_a_stranger_may_have_a_text_read_and_nothing_is_kept(api: Api) -> None:
    async with api.client("") as stranger:
        answer = await stranger.post("/api/v1/runbooks/parse", json={"text": PASTE})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert [step["command"] for step in found["steps"]] == ["df -h", "journalctl --vacuum-time=7d"]
        assert found["source_sha256"] == sha256(PASTE.encode()).hexdigest()
        refused = await stranger.post("/api/v1/runbooks/parse", json={"text": "It was dark."})
        assert (refused.status_code, refused.json()["code"]) == (422, "nothing_to_do")
    async with api.client() as client:
        kept = await client.post(f"/api/v1/source-texts/{found['source_sha256']}/reparse")
        assert kept.status_code == 404


async def test_a_kept_text_is_read_again_by_those_who_propose(api: Api) -> None:
    async with api.client() as client:
        opened = await client.post("/api/v1/runbooks", json={"text": PASTE})
        assert opened.status_code == 201, opened.text
        digest = opened.json()["preview"]["sourceSha256"]
        address = f"/api/v1/source-texts/{digest}/reparse"
        again = await client.post(address)
        assert again.status_code == 200, again.text
        fresh = await client.post("/api/v1/runbooks/parse", json={"text": PASTE})
        assert again.json() == fresh.json()
        assert (await client.post("/api/v1/source-texts/nonsense/reparse")).status_code == 422
    async with api.role("responder") as responder:
        assert (await responder.post(address)).status_code == 403
    async with api.client("") as stranger:
        assert (await stranger.post(address)).status_code == 401
    async with api.client(api.other_token) as other:
        assert (await other.post(address)).status_code == 404


RESTART = "kubectl -n pay rollout restart deploy/payout --timeout=60s"
MISLABELLED = f"{PASTE}\n3. Then:\n\n```yaml\nreplicas: 3\n{RESTART}\n```\n"


async def test_code_in_no_step_becomes_one_by_an_answer_and_is_told_in_the_pull_request(api: Api) -> None:
    async with api.client() as client:
        preview = (await client.post("/api/v1/runbooks/parse-preview", json={"text": MISLABELLED})).json()
        (piece,) = (item for item in preview["codeLeftOut"] if item["asked"])
        assert (piece["text"], RESTART in str(preview["steps"])) == (RESTART, False)
        answers = {piece["id"]: {"option": "typed"}}
        body = {"text": MISLABELLED, "name": "typed", "answers": answers}
        typed = (await client.post("/api/v1/runbooks", json=body)).json()
        assert typed["preview"]["steps"][2]["command"] == RESTART
        (question,) = (item for item in preview["ambiguities"] if item["text"] == RESTART)
        none = {question["id"]: {"option": "not-typed"}}
        body = {"text": MISLABELLED, "name": "not-typed", "answers": none}
        opened = (await client.post("/api/v1/runbooks", json=body)).json()
        pull = (await client.get(f"/api/v1/pulls/{opened['pull']['number']}")).json()
        assert "the author says that nobody types it" in pull["body"]
        decisions = await client.get(f"/api/v1/pulls/{opened['pull']['number']}/decisions")
        assert "the author says that nobody types it" in decisions.text
