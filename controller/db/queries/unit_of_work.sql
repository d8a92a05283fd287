-- begin_tenant --
-- Begin, and set the tenant for this transaction only (true): the setting can't outlive it, whatever the pool or
-- PgBouncer does with the connection. Sent as one message.
BEGIN; SELECT set_config('app.current_tenant_id', %(tenant_id)s, true)

-- begin_planned_once --
-- The same; statements that are prepared have one plan for all values, made at their first use on the connection.
BEGIN; SELECT set_config('app.current_tenant_id', %(tenant_id)s, true),
              set_config('plan_cache_mode', 'force_generic_plan', true)

-- begin --
-- Begin; the tenant is set by the statement that is sent with it.
BEGIN

-- set_tenant --
-- Set the tenant for this transaction only, as in `begin_tenant`.
SELECT set_config('app.current_tenant_id', %(tenant_id)s, true)

-- commit --
-- Make it durable.
COMMIT

-- begin_untenanted --
-- Begin with no tenant: only the tables that are exempt from row-level security show anything.
BEGIN; SELECT set_config('app.current_tenant_id', '', true)

-- append_audit --
-- The audit records of a transaction in one statement, or in several of a few hundred, the last before COMMIT: the
-- chain's head is then the last lock taken. Ids sort in the order in which the records were made.
INSERT INTO dd0c.audit_events (tenant_id, id, event_type, execution_id, actor_id, event_data, sealed)
SELECT %(tenant_id)s, record.*
  FROM unnest(%(ids)b::uuid[], %(event_types)b::text[], %(execution_ids)b::uuid[], %(actor_ids)b::text[],
              %(event_data)b::text[], %(sealed)b::bytea[]) AS record

-- has_stored --
-- Whether this transaction has written: only then has it a number of its own.
SELECT pg_current_xact_id_if_assigned() IS NOT NULL

-- inspect_role --
-- What the connected role could do if it wanted to (PROMISES.md 57).
SELECT current_user::text AS role, rolsuper AS superuser, rolbypassrls AS bypasses_rls,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'dd0c' AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owns_tables,
       coalesce((SELECT string_agg(DISTINCT c.relname, ', ')
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'dd0c' AND c.relkind IN ('r', 'p')
           AND has_table_privilege(c.oid, 'TRUNCATE, REFERENCES, TRIGGER')), '') AS excessive,
       coalesce((SELECT string_agg(c.relname, ', ')
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'dd0c' AND c.relkind IN ('r', 'p')
           AND c.relname NOT IN ('timers', 'schema_migrations')
           AND NOT (c.relrowsecurity AND c.relforcerowsecurity)), '') AS unprotected
  FROM pg_roles WHERE rolname = current_user
