"""SQL lives in `.sql` files under names; Python passes the name."""

from __future__ import annotations

import pytest

from tests.architecture.sql import literals, looks_like_sql, unnamed_calls
from tests.architecture.tree import ROOMS, Module, modules, report

LITERALS_ALLOWED: frozenset[tuple[str, str]] = frozenset()
"""(path, first 40 characters): literals that only look like SQL, or cannot live in a file."""

CALLS_ALLOWED: frozenset[tuple[str, str]] = frozenset(
    {
        *(
            ("controller/db/unit_of_work.py", method)
            for method in ("all", "send", "value", "run", "run_many")
        ),
        ("controller/db/migrate.py", "_apply"),  # runs the file of a migration
        ("controller/db/bootstrap.py", "bootstrap"),  # CREATE DATABASE takes no parameter, only an identifier
    }
)
"""(path, function): the few functions that run the query which their caller named, and two with a reason."""


def test_no_sql_statement_in_python() -> None:
    found = [violation for module in modules(*ROOMS) for violation in literals(module, LITERALS_ALLOWED)]
    assert not found, report(found)


def test_queries_are_passed_by_name() -> None:
    found = [violation for module in modules(*ROOMS) for violation in unnamed_calls(module, CALLS_ALLOWED)]
    assert not found, report(found)


def test_every_exception_is_needed() -> None:
    by_path = {module.path: module for module in modules(*ROOMS)}
    for path, start in LITERALS_ALLOWED:
        assert any(start in found.message for found in literals(by_path[path])), (path, start)
    for path, name in CALLS_ALLOWED:
        others = CALLS_ALLOWED - {(path, name)}
        assert unnamed_calls(by_path[path], others), (path, name)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM dd0c.tenants",
        "select id\n  from executions where id = 1",
        "select set_config('a', 'b', true)",
        "select pg_notify('a', 'b')",
        "select 1",
        "insert into tenants values (1)",
        "UPDATE tenants SET mode = 'panic'",
        "delete from timers",
        "TRUNCATE audit_events",
        "with a as (select 1) select * from a",
        "create or replace function f() returns int",
        "ALTER TABLE x ADD COLUMN y int",
        "drop database dd0c",
        "GRANT SELECT ON x TO dd0c_app",
        "SET LOCAL lock_timeout = '1s'",
        "copy dd0c.timers (id) from stdin",
        "LISTEN wake_up",
    ],
)
def test_a_statement_is_recognised(text: str) -> None:
    assert looks_like_sql(text)
    assert literals(Module("forge/x.py", f"x = {text!r}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "Select a runbook, then start it",
        "update the runbook",
        "listen to it",
        "COMMIT",
        "delete",
        "copy the file from the host",
        "set the variable",
        "create a pull request",
        "with the approval of a member",
        "drop",
        "grant",
    ],
)
def test_prose_is_no_statement(text: str) -> None:
    assert not looks_like_sql(text)


def test_a_docstring_may_speak_of_sql_and_an_fstring_may_not_hide_it() -> None:
    assert not literals(Module("forge/x.py", '"""SELECT * FROM x is in the file."""\n'))
    assert literals(Module("forge/x.py", 'x = f"select * from {table}"\n'))
    assert literals(Module("forge/x.py", 'x = f"update {table} set a = 1"\n'))
    assert literals(Module("forge/x.py", 'x = b"delete from timers"\n'))
    assert literals(Module("forge/x.py", 'x = "select a " "from b"\n'))


@pytest.mark.parametrize(
    "call",
    [
        "cursor.execute('x')",
        "await connection.execute(f'x {y}')",
        "cursor.executemany('a' + b, rows)",
        "uow.one('x'.format(y), Row)",
        "await uow.all(text, Row)",
        "self._uow.run(build(), id=1)",
        "uow.run(query=text)",
        "await uow.value('x')",
        "await uow.run_many(text, rows)",
        "await uow.several(QueryRows(text, Row, {}))",
        "cursor.execute(QUERIES['a'] + ' limit 1')",
        "cursor.execute(sql.SQL('x').format(y))",
    ],
)
def test_a_statement_that_is_not_a_name_is_found(call: str) -> None:
    assert unnamed_calls(Module("forge/x.py", f"async def f(text):\n    {call}\n"))


@pytest.mark.parametrize(
    "body",
    [
        "await uow.one(QUERIES['lock'], Row, id=1)",
        "await uow.run(_QUERIES['lock'])",
        "await uow.all(LOCK_EXECUTION, Row)",
        "await uow.several(QueryRows(_QUERIES['lock'], Row, {}))",
        "await cursor.execute(executions.QUERIES['lock'])",
        "query = QUERIES['a'] if x else QUERIES['b']\n    await uow.run(query)",
        "subprocess.run(command)",
        "asyncio.run(main())",
        "cursor.fetchall()",
    ],
)
def test_a_named_query_passes(body: str) -> None:
    assert not unnamed_calls(Module("forge/x.py", f"async def f(x):\n    {body}\n"))


def test_a_name_that_was_built_is_found() -> None:
    body = "query = QUERIES['a']\n    query = query + ' limit 1'\n    await uow.run(query)"
    assert unnamed_calls(Module("forge/x.py", f"async def f(x):\n    {body}\n"))
    body = "query = QUERIES['a']\n    query += ' limit 1'\n    await uow.run(query)"
    assert unnamed_calls(Module("forge/x.py", f"async def f(x):\n    {body}\n"))


def test_a_parameter_of_a_private_function_is_a_name_where_every_caller_passes_one() -> None:
    helper = "async def _find(uow, query):\n    await uow.one(query)\n"
    good = "async def f(uow):\n    await _find(uow, QUERIES['a'])\n    await _find(uow, query=QUERIES['b'])\n"
    bad = "async def g(uow, text):\n    await _find(uow, text)\n"
    assert not unnamed_calls(Module("forge/x.py", helper + good))
    assert unnamed_calls(Module("forge/x.py", helper + good + bad))
    assert unnamed_calls(Module("forge/x.py", helper))
    assert unnamed_calls(
        Module("forge/x.py", helper.replace("_find", "find") + good.replace("_find", "find"))
    )


def test_an_exception_names_one_function() -> None:
    source = (
        "async def one(query):\n    await cursor.execute(query)\nasync def two(q):\n    cursor.execute(q)\n"
    )
    allowed = frozenset({("forge/x.py", "one")})
    assert [found.line for found in unnamed_calls(Module("forge/x.py", source), allowed)] == [4]
