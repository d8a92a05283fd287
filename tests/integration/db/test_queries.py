"""Every named query of the product, planned by the real database as the role that runs it.

A query that names a missing column, needs a privilege that dd0c_app lacks, or can only read a whole table
fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest

from base.ids import new_id
from controller.db.queries import aggregates, load
from tests.conftest import Server

OTHER_ROLES: Final = frozenset({"bootstrap", "migrate"})
"""Query files that the product itself never runs."""

NOT_PLANNED: Final = frozenset(
    f"unit_of_work.{name}"
    for name in ("begin_tenant", "begin_planned_once", "begin", "commit", "begin_untenanted")
)
"""Transaction control, which EXPLAIN does not take."""

WHOLE_TABLE: Final = frozenset({"unit_of_work.inspect_role"})
"""Queries that may read a whole table: they look at the catalog."""

_PARAMETER: Final = re.compile(r"%\((\w+)\)[sb]")
_SEQUENTIAL: Final = re.compile(r"Seq Scan on (\w+)")

ALL: Final = sorted(
    f"{aggregate}.{name}"
    for aggregate in aggregates()
    if aggregate not in OTHER_ROLES
    for name in load(aggregate)
    if f"{aggregate}.{name}" not in NOT_PLANNED
)


@pytest.fixture(scope="module")
def planner(postgres: Server) -> Iterator[psycopg.Connection]:
    """The app role on a database of its own, with a tenant set and sequential scans made very dear."""
    name = f"plans_{new_id().hex[:8]}"
    urls = postgres.copy_template(name)
    with psycopg.connect(urls.app, autocommit=True) as connection:
        connection.execute("select set_config('app.current_tenant_id', %s, false)", (str(new_id()),))
        connection.execute("set enable_seqscan = off")
        yield connection
    postgres.drop(name)


def positional(text: str) -> str:
    """`%(name)s` as `$n`, the way the driver sends it."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return _PARAMETER.sub(number, text).replace("%%", "%")


@pytest.mark.parametrize("query", ALL)
def test_a_query_is_allowed_and_uses_an_index(planner: psycopg.Connection, query: str) -> None:
    aggregate, _, name = query.partition(".")
    statement = "EXPLAIN (GENERIC_PLAN) " + positional(load(aggregate)[name])
    plan = "\n".join(row[0] for row in planner.execute(statement.encode()))
    scanned = set(_SEQUENTIAL.findall(plan))
    if query not in WHOLE_TABLE:
        assert not scanned, plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("credentials.find_session", "sessions_pkey"),
        ("credentials.find_token", "api_tokens_pkey"),
        ("audit.read_chain", "audit_chain"),
        ("audit.list_events_of_execution", "execution_id"),
    ],
)
def test_a_hot_query_uses_its_own_index(planner: psycopg.Connection, query: str, index: str) -> None:
    aggregate, _, name = query.partition(".")
    statement = "EXPLAIN (GENERIC_PLAN) " + positional(load(aggregate)[name])
    plan = "\n".join(row[0] for row in planner.execute(statement.encode()))
    assert re.search(rf"Index (Only )?Scan( Backward)? using \w*{index}", plan), plan


@pytest.mark.parametrize(
    ("whole", "begins", "condition"),
    [
        ("step.approved", None, r"event_type = 'step\.approved'"),
        (None, "step.", r"event_type >= 'step\.'"),
    ],
)
def test_events_of_a_type_are_a_range_of_its_index(
    planner: psycopg.Connection, whole: str | None, begins: str | None, condition: str
) -> None:
    asked = dict.fromkeys(("before", "actor_id", "since", "until"))
    asked |= {"whole_type": whole, "type_begins": begins}
    # Looked for without the order, the index of the type is the only one that narrows anything.
    text = load("audit")["list_events"].replace("ORDER BY e.id DESC LIMIT %(limit)s", "")
    planner_cursor = psycopg.ClientCursor(planner)
    planner_cursor.execute("EXPLAIN " + text, {"tenant_id": new_id(), **asked})
    plan = "\n".join(row[0] for row in planner_cursor.fetchall())
    assert re.search(rf"Index Cond: .*{condition}", plan), plan


def test_a_query_without_an_index_is_noticed(planner: psycopg.Connection) -> None:
    plan = planner.execute("EXPLAIN (GENERIC_PLAN) select * from dd0c.schema_migrations where name = $1")
    assert _SEQUENTIAL.search("\n".join(row[0] for row in plan))


def test_no_version_is_opened_for_what_only_counts_or_pages_what_is_looked_at(
    planner: psycopg.Connection,
) -> None:
    """A newer scanner moves every command of a tenant, and the verdicts of a version are one long text."""
    for name, part in (
        ("count_moves", None),
        ("moves", "CTE page"),
        ("count_due", None),
        ("to_reclassify", None),
    ):
        query = positional(load("reclassifications")[name])
        (found,) = planner.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {query}".encode()).fetchone() or ()
        nodes = list(_nodes(found[0]["Plan"]))
        (looked,) = [node for node in nodes if node.get("Subplan Name") == part][
            : 1 if part is None else None
        ]
        assert "reclassifications" in [node.get("Relation Name") for node in _nodes(looked)]
        assert not [node for node in _nodes(looked) if node["Node Type"] in {"Function Scan", "ProjectSet"}]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


COUNTED: Final = """
SET session_replication_role = replica;
WITH v AS (
     INSERT INTO dd0c.runbook_versions (tenant_id, id, runbook_id, content_sha256, content, document, path,
                                        blob_oid, commit_oid)
     SELECT %(tenant_id)s, gen_random_uuid(), gen_random_uuid(), 'sha256:' || repeat('0', 64), '', '{}', 'a',
            repeat('0', 40), repeat('0', 40)
       FROM generate_series(1, 3000)
     RETURNING tenant_id, id, runbook_id
), r AS (
     INSERT INTO dd0c.runbooks (tenant_id, id, repository_id, name, path, current_version_id)
     SELECT tenant_id, runbook_id, tenant_id, id::text, id::text, id FROM v
)
INSERT INTO dd0c.classifications (tenant_id, id, version_id, step_id, command_sha256, scanner_version,
                                  knowledge_version, finding, advice, rule, risk)
SELECT tenant_id, gen_random_uuid(), id, 'look', sha256(id::text::bytea), '', '', '{}',
       '{"advisor": "a"}', 1, 'safe'
  FROM v;
ANALYZE dd0c.runbook_versions, dd0c.runbooks, dd0c.classifications
"""
"""Rows of one tenant, all of them that the server counts."""


def test_a_tenant_that_the_server_has_not_counted_yet_is_no_tenant_without_rows(postgres: Server) -> None:
    """Right after its first sync the planner took its rows for none, and one of ten files read all of them
    for each command: seconds, and more with every commit."""
    name = f"counted_{new_id().hex[:8]}"
    urls = postgres.copy_template(name)
    try:
        with psycopg.connect(urls.superuser, autocommit=True) as owner:
            psycopg.ClientCursor(owner).execute(COUNTED, {"tenant_id": new_id()})
        with psycopg.connect(urls.app, autocommit=True) as connection:
            newcomer = new_id()
            connection.execute("select set_config('app.current_tenant_id', %s, false)", (str(newcomer),))
            cursor = psycopg.ClientCursor(connection)
            asked = {"tenant_id": newcomer, "repository_id": new_id(), "commands": [b"x" * 32] * 2}
            asked |= {"runbook_ids": [new_id(), new_id()], "names": ["a", "b"], "paths": ["a", "b"]}
            asked |= {"again_runbook_ids": [new_id()], "again_commands": [b"x" * 32], "again_advisors": ["a"]}
            asked |= {"scanner_version": "1", "knowledge_version": "1"}
            asked |= {"settled_runbook_ids": [new_id()], "settled_advisors": ["a"]}
            for aggregate, query, narrowed, scans in (
                ("runbooks", "newest_advice", "runbook_versions|classifications", 4),
                ("runbooks", "serving_verdicts", "runbook_versions|classifications", 3),
                ("reclassifications", "standing_findings", "runbooks|runbook_versions|classifications", 7),
            ):
                cursor.execute("EXPLAIN " + load(aggregate)[query].replace(")b", ")s"), asked)
                plan = "\n".join(row[0] for row in cursor.fetchall())
                conditions = re.findall(rf" on (?:{narrowed})\b.*\n(?: *Recheck.*\n)?.* Cond: (.*)", plan)
                assert len(conditions) == scans, plan
                assert all(re.search(r"\b(?:runbook_id|version_id|id) = ", each) for each in conditions), plan
    finally:
        postgres.drop(name)
