"""Enrolment against a real database: one use, in time, of this tenant, for whatever identity we choose."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from base.ids import encode_base32, new_id, parse_token
from controller.link.enroll import EnrollRequest, EnrollResponse
from controller.link.identity import read_certificate
from controller.pki.ca import fingerprint
from schemas.errors import BadRequest, Conflict, NotFound, Unauthenticated
from tests.conftest import TestTenant
from tests.integration.link.kit import ROWS, Link
from tests.integration.link.scripted import certificate_request


def request(token: str, name: str = "agent-1", **more: object) -> EnrollRequest:
    fields: dict[str, object] = {
        "token": token,
        "csr": certificate_request(ec.generate_private_key(ec.SECP256R1())).decode(),
        "name": name,
        "instanceId": str(new_id()),
    }
    return EnrollRequest.model_validate(fields | more)


async def test_a_token_becomes_an_agent_with_our_identity(link: Link, tenant: TestTenant) -> None:
    created = await link.tokens.create(tenant.tenant_id, tenant.actor, labels={"env": "prod"})
    response = await link.enroller.enroll(request(created.text, labels={"env": "home", "role": "db"}))
    peer = read_certificate(response.certificate.encode(), link.parts.authority.issuer_of, datetime.now(UTC))
    assert (peer.tenant_id, peer.agent_id) == (tenant.tenant_id, response.agent_id)
    ca = x509.load_pem_x509_certificate(response.ca.encode())
    assert created.text.endswith(f"_{fingerprint(ca)}")
    assert response.ca in response.chain
    assert len(response.keys) == 1
    async with link.database.work(tenant.tenant_id) as uow:
        labels = await uow.value(ROWS["labels"])
    assert labels == {"env": "prod", "role": "db"}
    (event,) = await link.audited(tenant.tenant_id, "agent.enrolled")
    assert peer.serial in event.event_data


async def test_the_answer_reads_back_as_json(link: Link, tenant: TestTenant) -> None:
    created = await link.tokens.create(tenant.tenant_id, tenant.actor)
    response = await link.enroller.enroll(request(created.text))
    text = response.model_dump_json(by_alias=True)
    assert '"agentId"' in text
    assert '"grpcAddress"' in text
    assert EnrollResponse.model_validate_json(text) == response


async def test_r25_a_token_works_once(link: Link, tenant: TestTenant) -> None:
    created = await link.tokens.create(tenant.tenant_id, tenant.actor)
    await link.enroller.enroll(request(created.text))
    with pytest.raises(Unauthenticated):
        await link.enroller.enroll(request(created.text, "agent-2"))
    (event,) = await link.audited(tenant.tenant_id, "agent.refused")
    assert "token_used" in event.event_data


async def test_r25_of_parallel_uses_exactly_one_succeeds(link: Link, tenant: TestTenant) -> None:
    created = await link.tokens.create(tenant.tenant_id, tenant.actor)
    results = await asyncio.gather(
        *(link.enroller.enroll(request(created.text, f"agent-{number}")) for number in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, EnrollResponse) for result in results) == 1
    assert sum(isinstance(result, Unauthenticated) for result in results) == 7
    async with link.database.work(tenant.tenant_id) as uow:
        assert await uow.value(ROWS["count_agents"]) == 1


async def test_r25_a_token_out_of_time_or_revoked_is_refused(link: Link, tenant: TestTenant) -> None:
    late = await link.tokens.create(tenant.tenant_id, tenant.actor)
    async with link.database.work(tenant.tenant_id) as uow:
        await uow.run(ROWS["expire_token"], secret_sha256=bytes.fromhex(late.sha256))
    revoked = await link.tokens.create(tenant.tenant_id, tenant.actor)
    await link.tokens.revoke(tenant.tenant_id, tenant.actor, revoked.sha256)
    for token in (late, revoked):
        with pytest.raises(Unauthenticated):
            await link.enroller.enroll(request(token.text))
    codes = [event.event_data for event in await link.audited(tenant.tenant_id, "agent.refused")]
    assert "token_expired" in codes[0]
    assert "token_revoked" in codes[1]
    with pytest.raises(NotFound):
        await link.tokens.revoke(tenant.tenant_id, tenant.actor, revoked.sha256)


async def test_r25_a_token_of_another_tenant_is_refused(
    link: Link, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    created = await link.tokens.create(tenant.tenant_id, tenant.actor)
    foreign = created.text.replace(encode_base32(tenant.tenant_id), encode_base32(second_tenant.tenant_id))
    assert foreign != created.text
    for text in (foreign, created.text.replace(encode_base32(tenant.tenant_id), encode_base32(new_id()))):
        with pytest.raises(Unauthenticated):
            await link.enroller.enroll(request(text))
    (event,) = await link.audited(second_tenant.tenant_id, "agent.refused")
    assert "token_unknown" in event.event_data
    assert await link.audited(tenant.tenant_id, "agent.refused") == []
    await link.enroller.enroll(request(created.text))


@pytest.mark.parametrize(
    "damage", [lambda t: t[:-1], lambda t: t[:-64] + "0" * 64, lambda t: "x", lambda t: ""]
)
async def test_a_malformed_token_or_a_foreign_root_is_refused(
    link: Link, tenant: TestTenant, damage: object
) -> None:
    assert callable(damage)
    created = await link.tokens.create(tenant.tenant_id, tenant.actor)
    with pytest.raises(Unauthenticated):
        await link.enroller.enroll(request(damage(created.text)))
    await link.enroller.enroll(request(created.text))


async def test_a_bad_request_or_a_taken_name_leaves_the_token_usable(link: Link, tenant: TestTenant) -> None:
    first = await link.tokens.create(tenant.tenant_id, tenant.actor)
    await link.enroller.enroll(request(first.text, "taken"))
    created = await link.tokens.create(tenant.tenant_id, tenant.actor)
    with pytest.raises(Conflict, match="taken"):
        await link.enroller.enroll(request(created.text, "taken"))
    with pytest.raises(BadRequest, match="can't be read"):
        await link.enroller.enroll(request(created.text, "free", csr="nonsense"))
    await link.enroller.enroll(request(created.text, "free"))


async def test_lists_show_what_became_of_a_token_and_never_its_secret(link: Link, tenant: TestTenant) -> None:
    created = await link.tokens.create(tenant.tenant_id, tenant.actor, name="db-1")
    (before,) = await link.tokens.list(tenant.tenant_id)
    assert (before.used_at, before.agent_id, before.name) == (None, None, "db-1")
    response = await link.enroller.enroll(request(created.text, "whatever"))
    (after,) = await link.tokens.list(tenant.tenant_id)
    assert after.agent_id == response.agent_id
    assert after.sha256 == created.sha256
    secret = created.text.rpartition("_")[0]
    assert parse_token("dde", secret)[1].hex() == created.sha256
    assert secret not in repr(after)
