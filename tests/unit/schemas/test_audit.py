"""The audit trail's words: one typed payload for each event name of DESIGN.md §7."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from pydantic import ValidationError

from schemas.audit import (
    PAYLOADS,
    AuditPayload,
    AuditRecord,
    ExecutionAborted,
    StepApproved,
    TenantCreated,
    read_data,
)
from schemas.canonical import CanonicalError
from schemas.ids import agent_actor, member_actor, system_actor
from schemas.model import Model

NAMES = """
runbook.parsed runbook.classified runbook.proposed runbook.reviewed runbook.synced runbook.rejected
runbook.retired runbook.reclassified runbook.lowering_accepted alert.received alert.matched alert.unmatched
execution.started execution.paused execution.resumed execution.completed execution.aborted
execution.needs_human step.ready step.approval_requested step.approved step.approval_refused
step.approval_expired step.approval_revoked step.approval_mismatch step.auto_executed step.dispatched
step.executed step.failed step.timed_out step.lost step.late_result step.retried step.skipped step.edited
step.unlisted step.done_by_hand step.rollback_offered step.rolled_back divergence.detected divergence.proposed
agent.enrolled agent.connected agent.disconnected agent.refused agent.certificate_rotated agent.revoked
panic.triggered panic.cleared panic.drilled party_mode.entered party_mode.left
policy.changed policy.source_named repository.added repository.removed sync.badge_changed
repository.rewritten repository.let_go repository.push_changed
flag.changed flag.disabled tenant.created member.added member.removed member.role_changed
token.created token.revoked security.refused audit.exported
""".split()

SECRET_WORDS = {
    "command",
    "output",
    "text",
    "stdout",
    "email",
    "value",
    "content",
    "payload",
    "secret",
}


def test_every_event_has_a_payload_and_no_other_exists() -> None:
    assert sorted(PAYLOADS) == sorted(NAMES)
    assert all(name == kind.EVENT_TYPE for name, kind in PAYLOADS.items())


def test_names_of_classes_follow_the_events() -> None:
    for name, kind in PAYLOADS.items():
        words = name.replace(".", "_").split("_")
        assert kind.__name__ == "".join(word.capitalize() for word in words)
        assert kind.__doc__


def _fields(kind: type[Model]) -> set[str]:
    return set(kind.model_fields)


def test_no_payload_has_a_field_for_what_must_be_sealed() -> None:
    for name, kind in PAYLOADS.items():
        assert not _fields(kind) & SECRET_WORDS, name


def test_the_record_takes_its_name_from_the_payload() -> None:
    record = AuditRecord(data=TenantCreated(slug="acme"), actor_id="system:setup")
    assert record.event_type == "tenant.created"
    assert record.data_text() == '{"slug":"acme"}'


def test_stored_text_is_canonical_and_can_be_read_again() -> None:
    data = ExecutionAborted(version=5, code="member", state="paused", reason="größer")
    record = AuditRecord(data=data, actor_id=member_actor(UUID(int=1)), execution_id=UUID(int=2))
    assert record.data_text() == '{"code":"member","reason":"größer","state":"paused","version":5}'
    assert read_data("execution.aborted", data.to_json()) == data


def test_a_nul_is_not_stored_where_it_could_not_be_read_again() -> None:
    def stored(reason: str) -> str:
        data = ExecutionAborted(version=5, code="member", state="paused", reason=reason)
        return AuditRecord(data=data, actor_id="system:setup").data_text()

    for reason in ("\0", "a\\\0", "\\\\\0b"):
        with pytest.raises(CanonicalError, match="NUL"):
            stored(reason)
    for reason in ("\\u0000", "\\\\u0000", "\1"):
        assert json.loads(stored(reason))["reason"] == reason


def test_readers_ignore_unknown_fields_and_want_the_known_ones() -> None:
    assert read_data("tenant.created", {"slug": "acme", "later": 1}) == TenantCreated(slug="acme")
    with pytest.raises(ValidationError):
        read_data("tenant.created", {})
    with pytest.raises(KeyError):
        read_data("tenant.renamed", {"slug": "acme"})


@pytest.mark.parametrize(
    "actor", ["", "maria", "member:maria", "agent:", "system:", "system:A", "member:mem_1", "root:x"]
)
def test_actors_have_one_form(actor: str) -> None:
    with pytest.raises(ValueError, match=r"actor|pattern"):
        AuditRecord(data=TenantCreated(slug="acme"), actor_id=actor)


def test_actors_are_made_by_name() -> None:
    for actor in (member_actor(UUID(int=7)), agent_actor(UUID(int=7)), system_actor("timers")):
        assert AuditRecord(data=TenantCreated(slug="acme"), actor_id=actor).actor_id == actor


def test_a_payload_outside_the_registry_is_refused() -> None:
    class Invented(AuditPayload):
        EVENT_TYPE = "tenant.created"

    with pytest.raises(ValueError, match="no registered"):
        AuditRecord(data=Invented(), actor_id="system:setup")


def test_payloads_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValidationError):
        TenantCreated.from_json({"slug": "acme", "command": "rm"})
    with pytest.raises(ValidationError):
        StepApproved.from_json({"version": 1})
