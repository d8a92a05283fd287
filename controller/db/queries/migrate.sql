-- become_owner --
-- Objects belong to dd0c_owner whoever migrates.
SET ROLE dd0c_owner

-- limit_waiting --
-- A migration waits a moment for locks and for other migrators, never for ever.
SELECT set_config('lock_timeout', %(lock_timeout)s, false),
       set_config('statement_timeout', %(statement_timeout)s, false)

-- lock --
-- One migrator at a time; released with the connection.
SELECT pg_advisory_lock(7233173013200897)

-- has_table --
-- Whether anything was ever migrated here.
SELECT to_regclass('dd0c.schema_migrations') IS NOT NULL AS found

-- applied --
-- What ran, and with which text.
SELECT version, name, sha256 FROM dd0c.schema_migrations ORDER BY version

-- record --
-- A migration ran, in its own transaction.
INSERT INTO dd0c.schema_migrations (version, name, sha256) VALUES (%(version)s, %(name)s, %(sha256)s)

-- make_partitions --
-- The audit trail's monthly partitions from this month on; how many were made.
SELECT dd0c.make_audit_partitions((now() AT TIME ZONE 'UTC')::date, %(months)s) AS made
