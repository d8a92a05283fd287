"""Reads the catalog: what is missing from the promises of G7, and what a schema is, as text."""

from __future__ import annotations

from typing import Final

import psycopg

_APP: Final = {
    "tenants": "SIU", "members": "SIU", "sign_in_links": "SIU", "sessions": "SIU", "api_tokens": "SIU",
    "idempotency_keys": "SIUD", "keys": "SIU", "repositories": "SIU", "files": "SIU", "syncs": "SID",
    "runbooks": "SIU", "runbook_versions": "SI", "classifications": "SI", "source_texts": "SI",
    "readings": "SID", "reclassifications": "SIU", "comment_questions": "SIUD",
    "commit_checks": "SIUD",
    "proposals": "SIU", "pulls": "SIU", "pull_events": "SIU", "agents": "SIU", "agent_certificates": "SIU",
    "enrollment_tokens": "SIU", "executions": "SIU", "execution_events": "SI", "step_executions": "SIU",
    "gates": "SIU", "approvals": "SI", "dispatches": "SIU", "timers": "SIUD", "outputs": "SIU",
    "effects_done": "SI", "policies": "SIU", "flags": "SIU", "audit_events": "SI", "audit_chain": "S",
    "audit_heads": "", "audit_checkpoints": "SI", "schema_migrations": "S",
    "verdicts": "S", "brought_verdicts": "S",
}  # fmt: skip
"""The last column of CONTRACTS.md §2. A new table must be added here, with what the product needs of it."""

_LETTERS: Final = {
    "SELECT": "S", "INSERT": "I", "UPDATE": "U", "DELETE": "D",
    "TRUNCATE": "T", "REFERENCES": "R", "TRIGGER": "G", "MAINTAIN": "M",
}  # fmt: skip
_TENANT: Final = "NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid"


def gaps(connection: psycopg.Connection, exempt: frozenset[str]) -> list[str]:
    """Everything in schema dd0c that breaks a promise; empty where all is well."""
    return sorted(
        [
            *_unforced(connection, exempt),
            *_policies(connection, exempt),
            *_keys(connection, exempt),
            *_grants(connection),
            *_functions(connection),
            *_views(connection),
        ]
    )


def _tables(connection: psycopg.Connection) -> list[tuple[str, bool, bool, bool]]:
    return connection.execute(
        """select relname::text, relispartition, relrowsecurity, relforcerowsecurity from pg_class
           where relnamespace = 'dd0c'::regnamespace and relkind in ('r', 'p', 'f') order by 1"""
    ).fetchall()


def _unforced(connection: psycopg.Connection, exempt: frozenset[str]) -> list[str]:
    return [
        f"{name}: row-level security is not forced"
        for name, _, enabled, forced in _tables(connection)
        if name not in exempt and not (enabled and forced)
    ]


def _policies(connection: psycopg.Connection, exempt: frozenset[str]) -> list[str]:
    found = []
    policies: dict[str, list[tuple[str, str, str, str, str]]] = {}
    for row in connection.execute(
        """select tablename::text, policyname::text, permissive, cmd,
                  coalesce(qual, ''), coalesce(with_check, '')
           from pg_policies where schemaname = 'dd0c'"""
    ):
        policies.setdefault(row[0], []).append(row[1:])
    for name, partition, _, _ in _tables(connection):
        mine = policies.get(name, [])
        if name in exempt or partition:
            found += [f"{name}: should have no policy"] * bool(mine)
            continue
        key = "id" if name == "tenants" else "tenant_id"
        good = [
            row
            for row in mine
            if row[:3] == ("tenant", "PERMISSIVE", "ALL")
            and all(text.startswith(f"({key} = ( SELECT (") and _TENANT in text for text in row[3:])
        ]
        if not good:
            found.append(f"{name}: has no policy `tenant` with USING and WITH CHECK on the tenant")
        if len(mine) > len(good):
            found.append(f"{name}: has another policy than `tenant`")
    return found


def _keys(connection: psycopg.Connection, exempt: frozenset[str]) -> list[str]:
    rows = connection.execute(
        """select t.relname::text, i.relname::text,
                  (select a.attname::text from pg_attribute a
                    where a.attrelid = t.oid and a.attnum = x.indkey[0])
             from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
            where t.relnamespace = 'dd0c'::regnamespace and not t.relispartition"""
    ).fetchall()
    return [
        f"{table}: the key {index} does not begin with the tenant"
        for table, index, column in rows
        if column != "tenant_id" and table not in exempt and table != "tenants"
    ]


def _grants(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        """select c.relname::text, c.relispartition, g.grantee::regrole::text, g.privilege_type
             from pg_class c, aclexplode(c.relacl) g
            where c.relnamespace = 'dd0c'::regnamespace and c.relkind in ('r', 'p', 'v')
              and g.grantee <> c.relowner"""
    ).fetchall()
    granted: dict[tuple[str, str], set[str]] = {}
    for table, _, role, privilege in rows:
        granted.setdefault((table, role), set()).add(_LETTERS[privilege])
    found = []
    names = {letter: privilege for privilege, letter in _LETTERS.items()}
    for (table, role), letters in granted.items():
        allowed = set(_APP.get(table, "")) if role == "dd0c_app" else set()
        if role == "dd0c_verify" and table in {"audit_events", "audit_chain", "audit_checkpoints"}:
            allowed = {"S"}
        found += [f"{table}: {role} has {names[letter]}" for letter in sorted(letters - allowed)]
    for table, wanted in _APP.items():
        missing = set(wanted) - granted.get((table, "dd0c_app"), set())
        found += [f"{table}: dd0c_app lacks {names[letter]}" for letter in sorted(missing)]
    return found


def _functions(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        """select p.proname::text, p.prosecdef, has_function_privilege('public', p.oid, 'execute')
             from pg_proc p
            where p.pronamespace in ('dd0c'::regnamespace, 'procrastinate'::regnamespace)"""
    ).fetchall()
    listed = {"audit_link", "audit_head_of_new_tenant"}
    return [
        *(
            f"function {name}: is SECURITY DEFINER and not on the list"
            for name, definer, _ in rows
            if definer and name not in listed
        ),
        *(f"function {name}: PUBLIC may execute it" for name, _, public in rows if public),
    ]


def _views(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        """select relname::text from pg_class
            where relnamespace = 'dd0c'::regnamespace and relkind in ('v', 'm')
              and not coalesce('security_invoker=true' = any(reloptions), false)"""
    ).fetchall()
    return [f"{row[0]}: a view without security_invoker" for row in rows]


def describe(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Tables, columns, constraints, indexes, views, policies, functions and so on, as sorted texts."""
    return {
        name: [str(row[0]) for row in connection.execute(text.encode())]
        for name, text in _DESCRIPTION.items()
    }


_DESCRIPTION: Final = {
    "tables": """select format('%s.%s %s rls=%s/%s %s owner=%s acl=%s', relnamespace::regnamespace, relname,
                   relkind, relrowsecurity, relforcerowsecurity, reloptions, relowner::regrole,
                   (select array_agg(x::text order by x::text) from unnest(relacl) x))
                   from pg_class where relnamespace in ('dd0c'::regnamespace, 'procrastinate'::regnamespace)
                    and relkind in ('r', 'p', 'v', 'S', 'c') order by 1""",
    "columns": """select format('%s.%s %s null=%s default=%s', a.attrelid::regclass, a.attname,
                    format_type(a.atttypid, a.atttypmod), not a.attnotnull,
                    pg_get_expr(d.adbin, d.adrelid))
                    from pg_attribute a join pg_class c on c.oid = a.attrelid
                    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                   where c.relnamespace in ('dd0c'::regnamespace, 'procrastinate'::regnamespace) and
                     c.relkind in ('r', 'p', 'c') and a.attnum > 0 and not a.attisdropped order by 1""",
    "constraints": """select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
                        from pg_constraint
                       where connamespace in ('dd0c'::regnamespace, 'procrastinate'::regnamespace)
                       order by 1""",
    "indexes": """select indexdef from pg_indexes
                   where schemaname in ('dd0c', 'procrastinate') order by 1""",
    "views": """select format('%s %s', c.oid::regclass, pg_get_viewdef(c.oid)) from pg_class c
                 where c.relnamespace in ('dd0c'::regnamespace, 'procrastinate'::regnamespace)
                   and c.relkind = 'v' order by 1""",
    "policies": """select format('%s %s %s %s %s %s', tablename, policyname, roles, cmd, qual, with_check)
                     from pg_policies order by 1""",
    "functions": """select pg_get_functiondef(oid) || coalesce(proacl::text, '') from pg_proc where
                    pronamespace in ('dd0c'::regnamespace, 'procrastinate'::regnamespace) order by 1""",
    "triggers": """select format('%s %s', pg_get_triggerdef(t.oid), t.tgenabled) from pg_trigger t
                     join pg_class c on c.oid = t.tgrelid
                    where c.relnamespace in ('dd0c'::regnamespace, 'procrastinate'::regnamespace)
                      and not t.tgisinternal order by 1""",
    "schemas": """select format('%s %s %s', nspname, nspowner::regrole,
                    (select array_agg(x::text order by x::text) from unnest(nspacl) x))
                    from pg_namespace where nspname in ('dd0c', 'procrastinate') order by 1""",
    "defaults": """select format('%s %s %s', defaclrole::regrole, defaclobjtype, defaclacl)
                     from pg_default_acl order by 1""",
}
