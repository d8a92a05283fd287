"""The step before the first migration: roles, their passwords, and the empty database (CONTRACTS.md §2).

It needs a URL of a role that may create roles and databases, once; the product itself never has it.
`dd0c_owner` (no login) owns everything, `dd0c_migrate` may become it, `dd0c_app` is what the controller
runs as, `dd0c_verify` reads the audit trail. Running it again changes nothing but the passwords given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from controller.db.errors import border
from controller.db.queries import load

DATABASE: Final = "dd0c"
_SCRAM: Final = b"scram-sha-256"


@dataclass(frozen=True)
class Passwords:
    """What the three roles that log in are known by."""

    migrate: str
    app: str
    verify: str


@dataclass(frozen=True)
class Urls:
    """Where each role finds the database. `superuser` is for bootstrap and tests, never for the product."""

    superuser: str
    migrate: str
    app: str
    verify: str


def with_database(url: str, database: str) -> str:
    """The same server and role, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{database}"))


def with_role(url: str, role: str, password: str, database: str) -> str:
    """The same server, another role and database."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{host}", path=f"/{database}"))


def urls_of(superuser_url: str, passwords: Passwords, database: str = DATABASE) -> Urls:
    """The URLs of all roles at the server of `superuser_url`."""
    return Urls(
        superuser=with_database(superuser_url, database),
        migrate=with_role(superuser_url, "dd0c_migrate", passwords.migrate, database),
        app=with_role(superuser_url, "dd0c_app", passwords.app, database),
        verify=with_role(superuser_url, "dd0c_verify", passwords.verify, database),
    )


def bootstrap(superuser_url: str, passwords: Passwords, database: str = DATABASE) -> Urls:
    """Make roles and database where they are missing, and set the passwords.

    Passwords travel as SCRAM verifiers made here: the server and its log never see the text.
    Raises errors of `controller.db.errors`.
    """
    queries = load("bootstrap")
    with border(), psycopg.connect(superuser_url, autocommit=True) as connection:
        names: dict[str, str] = {"database": database}
        for role in ("migrate", "app", "verify"):
            secret: str = getattr(passwords, role)
            verifier = connection.pgconn.encrypt_password(secret.encode(), f"dd0c_{role}".encode(), _SCRAM)
            names[role] = verifier.decode()
        with connection.transaction():
            connection.execute(queries["set_names"], names)
            connection.execute(queries["make_roles"])
        row = connection.execute(queries["database_exists"], {"database": database}).fetchone()
        if row == (0,):
            connection.execute(sql.SQL(queries["create_database"]).format(database=sql.Identifier(database)))
    urls = urls_of(superuser_url, passwords, database)
    restrict(urls.superuser)
    return urls


def restrict(superuser_url_of_database: str) -> None:
    """Take from PUBLIC what a new or copied database gives to everyone."""
    with border(), psycopg.connect(superuser_url_of_database, autocommit=True) as connection:
        connection.execute(load("bootstrap")["restrict_database"])
