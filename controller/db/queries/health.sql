-- readiness --
-- The newest migration that was applied, and how many of the two audit tables have next month's partition.
SELECT (SELECT coalesce(max(version), 0) FROM dd0c.schema_migrations) AS migration,
       (SELECT count(*)::int FROM (VALUES ('audit_events'), ('audit_chain')) AS parents (name)
         WHERE to_regclass('dd0c.' || parents.name || to_char(now() + interval '1 month', '_YYYY_MM')) IS NOT NULL)
       AS next_partitions;

-- jobs_queued --
-- Jobs of all tenants that wait, those for later included.
SELECT count(*)::int AS jobs FROM procrastinate.procrastinate_jobs WHERE status = 'todo';
