"""The tenant that `make run` makes: one owner, one repository with examples, one token for the terminal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Final

from base.clock import SystemClock
from controller.audit.checkpoints import schedule_checkpoint
from controller.config import Settings
from controller.db.database import Database, UnsafeDatabase
from controller.db.errors import DatabaseError
from controller.governance.repositories import RepositoryRow, repositories_in_use
from controller.home.stages import HomeError
from controller.link.agents import list_agents
from controller.link.enrollment_tokens import EnrollmentTokens
from controller.pki.ca import CertificateAuthority
from controller.pki.keystore import KeyStore, KeyStoreError
from controller.review.bridge import ForgeRunner, LoopBridge
from controller.review.forges import Forges, github_of
from controller.settings.places import CLIENT_FILE
from controller.tenants import service as tenants
from controller.tenants.members import DEMO_EMAIL, DEMO_SLUG, CreatedTenant
from forge.errors import ForgeRefused
from forge.storage import RepositoryFolder
from schemas.errors import Unauthenticated

EXAMPLE_FOLDER: Final = Path(__file__).resolve().parents[2] / "runbooks-example"
_BOOTSTRAP: Final = "system:home"
_LABEL: Final = "command line of make run"


class Demo:
    """Reads and writes the demo tenant's rows while `make run` starts."""

    def __init__(self, settings: Settings, database: Database, tenant: CreatedTenant) -> None:
        self._settings = settings
        self._database = database
        self._tenant = tenant
        self.token = ""

    @classmethod
    async def open(cls, settings: Settings, url: str) -> Demo:
        """Connect and find or make the tenant. Raises HomeError."""
        try:
            database = await Database.open(url, 2)
        except (DatabaseError, UnsafeDatabase) as error:
            raise HomeError(f"The database can't be used: {error}") from error
        try:
            return cls(settings, database, await tenants.ensure_demo_tenant(database))
        except BaseException:  # cancelled or refused: no connection may be left open
            await database.close()
            raise

    async def close(self) -> None:
        """Close the connections."""
        await self._database.close()

    async def prepare(self) -> str:
        """Make what is missing; gives a word for the stage's line."""
        self.token = await self._token()
        async with self._database.work(self._tenant.tenant_id) as uow:
            await schedule_checkpoint(uow)
        runner = ForgeRunner(1)
        forges = Forges(
            self._database,
            RepositoryFolder(self._settings.state_dir / "git"),
            runner,
            LoopBridge(asyncio.get_running_loop()),
            SystemClock(),
            self._settings.url,
            github_of(self._settings, SystemClock()),
        )
        try:
            row = await self._repository(forges)
        finally:
            await runner.close()
        if row.forge == "github":
            return f"{DEMO_EMAIL}, {row.remote}"
        return f"{DEMO_EMAIL}, {self._settings.url}/git/{DEMO_SLUG}/{row.name}.git"

    async def _repository(self, forges: Forges) -> RepositoryRow:
        """Raises HomeError where GitHub refuses; one that does not answer now is asked again by the sync."""
        settings = self._settings
        if settings.github_repository is None or settings.forge != "github":
            return await forges.set_up(self._tenant.tenant_id, example=EXAMPLE_FOLDER, direct_push=True)
        try:
            return await forges.set_up_github(
                self._tenant.tenant_id, remote=settings.github_repository, branch=settings.github_branch
            )
        except ForgeRefused as refusal:
            raise HomeError(f"GitHub can't be used: {refusal.reason}", refusal.hint) from refusal

    async def _token(self) -> str:
        """The token of an earlier start where it still works, else a new one."""
        try:
            saved = json.loads((self._settings.state_dir / CLIENT_FILE).read_text(encoding="utf-8"))
            await tenants.authenticate_token(self._database, str(saved["token"]))
            return str(saved["token"])
        except (OSError, ValueError, KeyError, TypeError, Unauthenticated):
            async with self._database.work(self._tenant.tenant_id) as uow:
                made = await tenants.create_token(
                    uow, self._tenant.member_id, _LABEL, actor=_BOOTSTRAP, days=365
                )
            return made.text

    async def sign_in_url(self) -> str:
        """A URL that signs the owner in, once."""
        async with self._database.work(self._tenant.tenant_id) as uow:
            text = await tenants.create_sign_in_link(
                uow, self._tenant.member_id, actor=_BOOTSTRAP, source="host"
            )
        return f"{self._settings.url}/sign-in?token={text}"

    async def enrollment_token(self) -> str:
        """A token that enrols one agent, once."""
        try:
            store = KeyStore(self._settings.folder(self._settings.key_store_url, "keys"))
            authority = CertificateAuthority(store, SystemClock(), sorted(self._settings.hosts))
        except KeyStoreError as error:
            raise HomeError(str(error)) from error
        made = await EnrollmentTokens(self._database, authority).create(
            self._tenant.tenant_id, _BOOTSTRAP, minutes=10
        )
        return made.text

    async def runbooks_are_served(self) -> bool:
        """Whether the built-in repository was looked at once: its runbooks are there, or an error that its
        page shows. One on GitHub may not answer now, and is not waited for.
        """
        async with self._database.work(self._tenant.tenant_id) as uow:
            rows = await repositories_in_use(uow)
        return all(row.forge != "builtin" or row.synced_commit or row.error_code for row in rows)

    async def agent_is_online(self, name: str) -> bool:
        """Whether the link holds a stream of the agent with this name."""
        async with self._database.work(self._tenant.tenant_id) as uow:
            return any(agent.name == name and agent.online for agent in await list_agents(uow))
