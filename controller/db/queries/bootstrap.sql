-- set_names --
-- The names that the blocks below read: a DO block takes no parameters, and none of this may be built from strings.
SELECT set_config('dd0c.database', %(database)s, true),
       set_config('dd0c.migrate_verifier', %(migrate)s, true),
       set_config('dd0c.app_verifier', %(app)s, true),
       set_config('dd0c.verify_verifier', %(verify)s, true)

-- make_roles --
-- The four roles, or their passwords and settings brought up to date. Passwords come as SCRAM verifiers.
-- search_path and the time limits belong to the role, so that they hold behind PgBouncer too.
DO $$
declare name text;
begin
  perform pg_advisory_xact_lock(7233173013200896);
  foreach name in array array['dd0c_owner', 'dd0c_migrate', 'dd0c_app', 'dd0c_verify'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I nologin nocreatedb nocreaterole', name);
    end if;
    execute format('alter role %I set search_path = dd0c, procrastinate', name);
    execute format('alter role %I set timezone = %L', name, 'UTC');
    if name <> 'dd0c_owner' then
      execute format('alter role %I login password %L', name,
        current_setting('dd0c.' || substr(name, 6) || '_verifier'));
    end if;
  end loop;
  grant dd0c_owner to dd0c_migrate;
  alter role dd0c_app set statement_timeout = '30s';
  alter role dd0c_app set lock_timeout = '5s';
  alter role dd0c_app set idle_in_transaction_session_timeout = '60s';
end $$

-- database_exists --
-- Whether the product's database is there.
SELECT count(*) AS found FROM pg_database WHERE datname = %(database)s

-- create_database --
-- The product's database, owned by the role that nobody logs in as. Not inside a transaction.
CREATE DATABASE {database} OWNER dd0c_owner TEMPLATE template0 ENCODING 'UTF8'

-- restrict_database --
-- Only the product's roles may connect, none may make temporary tables, nobody may create in `public`.
-- Database privileges are not copied with a template: this runs for a copy too.
DO $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to dd0c_migrate, dd0c_app, dd0c_verify', current_database());
  revoke all on schema public from public;
end $$
