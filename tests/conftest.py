"""PostgreSQL for tests: one embedded server a test process, a fresh database a test, copied from a template.

async def test_something(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow: …
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from _pytest.runner import runtestprotocol
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from controller.db.bootstrap import Urls, with_database
from controller.db.database import Database
from controller.db.embedded import EmbeddedPostgres
from controller.db.embedded_account import ROOT_FOLDER
from controller.db.embedded_process import is_alive
from controller.db.migrate import migrate
from controller.tenants.principal import Principal
from controller.tenants.roles import Role
from controller.tenants.service import create_tenant
from schemas.ids import member_actor

_POOL_SIZE: Final = 5
_MEMORY: Final = Path("/dev/shm")
_PREFIX: Final = "dd0c-test-"
_MEMORY_BYTES: Final = 1024**3
_RESTRICT: Final = (
    "REVOKE ALL ON DATABASE {} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {} TO dd0c_migrate, dd0c_app, dd0c_verify",
)
"""What `bootstrap.restrict` does and a copy does not take over, without a connection to every copy."""
_COLLECTED_AT: Final = (20_000, 20, 20)
"""New objects, and rounds, between two looks for garbage; Python's own are 700, 10 and 10."""
_WORTH_TELLING: Final = 0.05
"""Seconds of a setup or teardown from which on it is told, for `--durations`."""
_numbers = itertools.count(1)


def pytest_collection_finish() -> None:
    """Thousands of collected tests are no garbage: the collector need not look at them again and again, nor
    as often as it does where memory is dear.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AT)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A worker tells of a test what somebody reads: how it went, and what broke or took long before and
    behind it. To send and to read five messages a test takes longer than most tests.
    """
    if not hasattr(item.config, "workerinput") or item.config.getoption("xmlpath", None):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed or report.duration > _WORTH_TELLING:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@dataclass(frozen=True)
class TestTenant:
    """A tenant with one owner, as `create_tenant` makes it."""

    __test__ = False

    tenant_id: UUID
    member_id: UUID
    email: str

    @property
    def actor(self) -> str:
        """The owner, as the audit trail names them."""
        return member_actor(self.member_id)

    def principal(self, role: Role = Role.OWNER) -> Principal:
        """The owner signed in, or the same person with another role."""
        return Principal(self.tenant_id, self.member_id, self.email, role, "test")


@dataclass(frozen=True)
class Server:
    """A running server. `urls.*` lead to the template database, which nobody may be connected to."""

    urls: Urls
    maintenance: psycopg.Connection

    def copy_template(self, name: str) -> Urls:
        """A new database like the template."""
        create = sql.SQL("CREATE DATABASE {} TEMPLATE dd0c OWNER dd0c_owner STRATEGY file_copy")
        self.maintenance.execute(create.format(sql.Identifier(name)))
        for statement in _RESTRICT:
            self.maintenance.execute(sql.SQL(statement).format(sql.Identifier(name)))
        return Urls(*(with_database(url, name) for url in vars(self.urls).values()))

    def drop(self, name: str) -> None:
        """Delete a database, whoever is still connected."""
        self.maintenance.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for this test process, without fsync, with the migrated template."""
    # A copy of the template is some 600 small files: ten times faster in memory than on a busy disk.
    in_memory = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MEMORY_BYTES
    parent = _MEMORY if in_memory else tmp_path_factory.getbasetemp()
    _remove_left_over()
    state = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
    server = _embedded(state, in_memory=in_memory)
    try:
        urls = server.start()
        _shorten_passwords(urls)
        migrate(urls.migrate, partition_months=1)
        with psycopg.connect(with_database(urls.superuser, "postgres"), autocommit=True) as connection:
            yield Server(urls, connection)
    finally:
        server.remove()
        shutil.rmtree(state, ignore_errors=True)


def _embedded(state: Path, *, in_memory: bool) -> EmbeddedPostgres:
    return EmbeddedPostgres(
        state,
        durable=False,
        dies_with_parent=shutil.which("setpriv") is not None,
        root_folder=_MEMORY / "dd0c-data" if in_memory else ROOT_FOLDER,
    )


def _shorten_passwords(urls: Urls) -> None:
    """The same passwords, proved by one round of hashing and not 4,096: half of what a connection costs."""
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        connection.execute("SET scram_iterations = 1")
        for known in map(conninfo_to_dict, vars(urls).values()):
            change = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(
                change.format(sql.Identifier(str(known["user"])), sql.Literal(known["password"]))
            )


def _remove_left_over() -> None:
    """What test processes that were killed have left in memory."""
    for state in _MEMORY.glob(f"{_PREFIX}*"):
        number = state.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdigit() and not is_alive(int(number)):
            _embedded(state, in_memory=True).remove()
            shutil.rmtree(state, ignore_errors=True)


@pytest.fixture
def database_urls(postgres: Server) -> Iterator[Urls]:
    """A fresh, migrated database for one test."""
    name = f"test_{next(_numbers)}"
    yield postgres.copy_template(name)
    postgres.drop(name)


@pytest_asyncio.fixture
async def database(database_urls: Urls) -> AsyncIterator[Database]:
    """The fresh database as the product opens it: role dd0c_app, a pool of 5."""
    opened = await Database.open(database_urls.app, _POOL_SIZE)
    try:
        yield opened
    finally:
        await opened.close()


@pytest_asyncio.fixture
async def tenant(database: Database) -> TestTenant:
    """A tenant with an owner."""
    return await make_tenant(database, "acme")


@pytest_asyncio.fixture
async def second_tenant(database: Database) -> TestTenant:
    """Another tenant, who must see nothing of the first."""
    return await make_tenant(database, "globex")


async def make_tenant(database: Database, slug: str) -> TestTenant:
    """A tenant with an owner `owner@<slug>.example`."""
    email = f"owner@{slug}.example"
    created = await create_tenant(database, slug, email)
    return TestTenant(created.tenant_id, created.member_id, email)
