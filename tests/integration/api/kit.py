"""The whole application over the real rooms, called in-process; the agent's side is played by the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import httpx

from controller.api.app import create_app
from controller.api.jwt import JwtVerifier
from controller.api.parse_pool import ParsePool
from controller.api.rates import Rates
from controller.api.services import Background, Services
from controller.config import Settings
from controller.db.database import Database
from controller.engine.judgements import Judgements
from controller.governance.judging import Judging
from controller.review.records import Records
from controller.review.repositories import Repositories
from controller.review.reviewer import Reviewer
from controller.review.reviews import Reviews
from controller.review.talking import Talking
from controller.tenants.members import add_member
from controller.tenants.roles import Role
from controller.tenants.service import create_sign_in_link, create_token
from controller.upkeep.moves import Moves
from forge.server import git_app
from ingest.advisor.advising import ONE_KEY, Advising
from ingest.advisor.llm import Asks
from ingest.extract.llm import Reads
from tests.conftest import TestTenant
from tests.integration.engine.kit import House, open_house
from tests.integration.link.kit import Link, running_link
from tests.integration.sync.world import World, make_world

ROOT: Final = Path(__file__).resolve().parents[3]
URL: Final = "http://localhost:8080"
PASTE: Final = """# Disk is full

1. See how full it is:

```
df -h
```

2. Remove old logs:

```
journalctl --vacuum-time=7d
```
"""


@dataclass
class Api:
    """The application, its rooms, two tenants, and a token for every role of the first."""

    app: Any
    services: Services
    world: World
    house: House
    link: Link
    tenant: TestTenant
    other: TestTenant
    tokens: dict[str, str] = field(default_factory=dict)
    other_token: str = ""

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A client with the owner's token, with another one, or with none (an empty text)."""
        chosen = self.tokens["owner"] if token is None else token
        if chosen:
            headers["Authorization"] = f"Bearer {chosen}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("127.0.0.9", 4711))
        return httpx.AsyncClient(transport=transport, base_url=URL, headers=headers, timeout=30)

    def role(self, role: str) -> httpx.AsyncClient:
        """A client of a member with this role."""
        return self.client(self.tokens[role])

    async def sign_in_token(self) -> str:
        """The secret of a one-time URL for the owner."""
        async with self.services.database.work(self.tenant.tenant_id) as uow:
            return await create_sign_in_link(uow, self.tenant.member_id, actor=self.tenant.actor)

    async def merged(self, paste: str = PASTE, name: str = "disk-full") -> dict[str, Any]:
        """Propose a paste and merge it: the runbook as the API shows it."""
        async with self.client() as client:
            opened = await client.post("/api/v1/runbooks", json={"text": paste, "name": name})
            assert opened.status_code == 201, opened.text
            pull = opened.json()["pull"]
            merged = await client.post(
                f"/api/v1/pulls/{pull['number']}/merge",
                params={"repository": pull["repository"]},
                json={"expectedHead": pull["head"]},
            )
            assert merged.status_code == 200, merged.text
            shown = await client.get(f"/api/v1/runbooks/{name}")
            assert shown.status_code == 200, shown.text
            found: dict[str, Any] = shown.json()
            return found


@asynccontextmanager
async def running_api(
    database: Database,
    tenant: TestTenant,
    other: TestTenant,
    folder: Path,
    pool: ParsePool,
    jwt: JwtVerifier | None = None,
    advising: Advising = ONE_KEY,
    llm: Asks | None = None,
    reads: Reads | None = None,
) -> AsyncIterator[Api]:
    """Build the application as `controller/main/assembly.py` joins it."""
    judging = Judging(pool.run, advising, llm)
    world = await make_world(database, tenant.tenant_id, folder, judging=judging)
    await world.forges.set_up(other.tenant_id, name="runbooks")
    await world.sync("start")
    judgements = Judgements(pool.run)
    reviews = Reviews(world.forges, Reviewer(database, judging), judging, approval_minutes=30)
    house = open_house(database, tenant.principal(), folder, judgements=judgements)
    house.repository = world.row.id  # its runbooks lie in the repository that is there
    await house.prepare()
    async with running_link(database, folder, bus=house.bus) as link:
        services = Services(
            settings=Settings(state_dir=folder),
            database=database,
            bus=house.bus,
            objects=house.engine.parts.objects,
            sealer=house.engine.parts.sealer,
            engine=house.engine,
            gate=link.parts.gate,
            panic=link.panic,
            panic_clearer=link.clearer,
            enroller=link.enroller,
            enrollment_tokens=link.tokens,
            agent_admin=link.admin,
            link=link.server,
            sync=world.sync_service,
            proposals=world.proposals,
            reviews=reviews,
            repositories=Repositories(world.forges),
            talking=Talking(world.forges, world.proposals, reviews),
            records=Records(world.forges, house.engine.parts.sealer, pool.run),
            moves=Moves(database),
            parse_pool=pool,
            rates=Rates(),
            jwt=jwt,
            web_folder=ROOT / "web" / "dist",
            background=Background(),
            advising=advising,
            llm=llm,
            reads=reads,
        )
        app = create_app(services, git_app(world.access.open))
        api = Api(app, services, world, house, link, tenant, other)
        await _tokens(api)
        yield api
    await world.forges.runner.close()


@asynccontextmanager
async def replica_of(api: Api, database: Database, folder: Path) -> AsyncIterator[Api]:
    """Another controller over the same database and folder, with connections, forges and locks of its own."""
    judging = Judging(api.services.parse_pool.run)
    world = await make_world(database, api.tenant.tenant_id, folder, judging=judging)
    services = replace(api.services, database=database, proposals=world.proposals, sync=world.sync_service)
    app = create_app(services, git_app(world.access.open))
    yield replace(api, app=app, services=services, world=world)
    await world.forges.runner.close()


async def _tokens(api: Api) -> None:
    async with api.services.database.work(api.tenant.tenant_id) as uow:
        for role in Role:
            if role is Role.OWNER:
                member_id = api.tenant.member_id
            else:
                member_id = await add_member(uow, f"{role}@acme.example", role, actor=api.tenant.actor)
            made = await create_token(uow, member_id, role.value, actor=api.tenant.actor)
            api.tokens[role.value] = made.text
    async with api.services.database.work(api.other.tenant_id) as uow:
        made = await create_token(uow, api.other.member_id, "other", actor=api.other.actor)
        api.other_token = made.text
