"""A change of policy or flags, as its reviewers see it: what it changes, and whom it reaches."""

from __future__ import annotations

from pathlib import Path

from controller.db.database import Database
from controller.governance.judging import Judging
from controller.review.about import About
from controller.review.acting import actor_of
from controller.review.reviewer import Reviewer
from controller.review.reviews import PullReview, Reviews
from controller.tenants.principal import Principal
from controller.tenants.service import authenticate_token, create_token
from forge.pull_requests import Proposal, ProposedFile
from ingest.advisor.advising import LOCAL
from tests.conftest import TestTenant
from tests.integration.sync.world import World, in_a_thread, make_world, runbook

STRICT = '{"version": 1, "approvals": {"quorumDangerous": 2}}'
AUDIT = '{"version": 1, "governanceMode": "audit"}'
TRUSTED = "  trustLevel: 2\n"
MORE = (
    "    - {id: wipe, title: Wipe, command: rm -rf /srv/data}\n    - {id: up, title: Up, command: uptime}\n"
)


class Place:
    """A tenant whose policy is strict, with three runbooks, and its owner."""

    def __init__(self, world: World, owner: Principal) -> None:
        judging = Judging(in_a_thread, LOCAL)
        reviewer = Reviewer(world.database, judging)
        self.world, self.owner = world, owner
        self.reviews = Reviews(world.forges, reviewer, judging, approval_minutes=30)

    async def proposed(self, key: str, *files: tuple[str, str]) -> int:
        changed = tuple(ProposedFile(path, text.encode()) for path, text in files)
        proposal = Proposal(key, "Policy", "", changed, actor_of(self.owner))
        return (await self.world.proposals.publish(self.owner, proposal, About("edit", "policy"))).number

    async def review(self, number: int) -> PullReview:
        return await self.reviews.review(self.owner, number)


async def place_of(database: Database, tenant: TestTenant, folder: Path) -> Place:
    world = await make_world(database, tenant.tenant_id, folder, judging=Judging(in_a_thread, LOCAL))
    texts = {
        "policy.json": STRICT,
        "runbooks/a.yaml": runbook("a", top=TRUSTED, extra=MORE),
        "runbooks/b.yaml": runbook("b", top=TRUSTED),
        "runbooks/c.yaml": runbook("c"),
    }
    world.commit(texts)
    assert (await world.sync()).outcome == "synced"
    async with database.work(tenant.tenant_id) as uow:
        token = await create_token(uow, tenant.member_id, "owner", actor=tenant.actor)
    return Place(world, await authenticate_token(database, token.text))


def alone(found: PullReview) -> dict[str, tuple[int, int, tuple[int, ...]]]:
    return {
        each.name: (each.before.runs_by_itself, each.after.runs_by_itself, each.begins_alone)
        for each in found.reached
        if each.before is not None and each.after is not None
    }


async def test_a_policy_is_shown_with_all_that_runs_otherwise_under_it(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    place = await place_of(database, tenant, tmp_path)
    number = await place.proposed("policy", ("policy.json", AUDIT))
    found = await place.review(number)
    assert (found.runbooks, found.rules, found.raises_trust) == ((), ("policy.json",), True)
    assert [(each.name, each.before, each.after, each.looser) for each in found.rule_changes] == [
        ("governanceMode", "strict", "audit", True), ("approvals.quorumDangerous", "2", "1", True),
    ]  # fmt: skip
    assert alone(found) == {"a": (0, 2, (1, 3)), "b": (0, 1, (1,))}
    (told,) = [note for note in found.notes if note.place.code == "widened"]
    assert "3 step(s) of 2 runbook(s) that it does not touch" in told.place.message
    assert "a (look, up); b (look)" in told.place.message

    pull = await place.world.proposals.get(place.owner, number)
    merged = await place.world.proposals.merge(place.owner, number, pull.head)
    assert merged.sync.outcome == "synced"
    again = await place.review(number)
    assert again.rule_changes == found.rule_changes, "what a merged one changed is still told"
    assert alone(again) == alone(found)


async def test_a_rule_about_agents_reaches_steps_with_a_target_of_their_own(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    place = await place_of(database, tenant, tmp_path)
    rule = '{"id": "r", "targets": {"role": "db"}, "autoRun": false}'
    kept = f'{{"version": 1, "governanceMode": "audit", "rules": [{rule}]}}'
    own = "    - {id: db, title: Db, command: uptime, target: {labels: {role: db}}}\n"
    place.world.commit({"policy.json": kept, "runbooks/b.yaml": runbook("b", top=TRUSTED, extra=own)})
    assert (await place.world.sync()).outcome in {"synced", "partial"}
    found = await place.review(await place.proposed("rule", ("policy.json", AUDIT)))
    assert alone(found) == {"b": (0, 2, (1, 2))}
    assert [(each.name, each.looser) for each in found.rule_changes] == [("rule r", True)]


async def test_what_the_change_itself_writes_is_among_its_own_runbooks(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    place = await place_of(database, tenant, tmp_path)
    edit = ("runbooks/b.yaml", runbook("b", title="Other", top=TRUSTED))
    broken = ("runbooks/a.yaml", runbook("a", top=TRUSTED) + "      colour: blue\n")
    found = await place.review(await place.proposed("both", ("policy.json", AUDIT), edit))
    assert ([each.name for each in found.runbooks], list(alone(found))) == (["b"], ["a"])
    found = await place.review(await place.proposed("broken", ("policy.json", AUDIT), broken))
    assert list(alone(found)) == ["a", "b"], "a broken file leaves its runbook in service"


async def test_a_policy_that_only_asks_for_more_reaches_nobody(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    place = await place_of(database, tenant, tmp_path)
    text = '{"version": 1, "approvals": {"quorumDangerous": 2}, "skip": false}'
    found = await place.review(await place.proposed("more", ("policy.json", text)))
    assert [(each.name, each.looser) for each in found.rule_changes] == [("skip", False)]
    assert (found.reached, found.reached_left_out) == ((), 0)
    assert {note.place.code for note in found.notes} == {"settings"}


async def test_ansecond_tenant_is_reached_by_nothing(
    database: Database, tenant: TestTenant, second_tenant: TestTenant, tmp_path: Path
) -> None:
    await place_of(database, second_tenant, tmp_path / "other")
    place = await place_of(database, tenant, tmp_path / "ours")
    found = await place.review(await place.proposed("policy", ("policy.json", AUDIT)))
    assert [each.name for each in found.reached] == ["a", "b"]
