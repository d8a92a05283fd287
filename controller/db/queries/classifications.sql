-- add_classification --
-- The verdict on one command that somebody asked about; the command itself is not kept.
INSERT INTO dd0c.classifications (tenant_id, id, language, command_sha256, scanner_version, knowledge_version,
                                  advisor_version, finding, advice, no_advice, rule, risk, unknown, requested_by)
VALUES (%(tenant_id)s, %(id)s, %(language)s, %(command_sha256)s, %(scanner_version)s, %(knowledge_version)s,
        %(advisor_version)s, %(finding)s, %(advice)s, %(no_advice)s, %(rule)s, %(risk)s, %(unknown)s,
        %(requested_by)s)
RETURNING created_at

-- find_classification --
-- A verdict, whether somebody asked for it, it came later than its version, or with the one whose id it has but for the
-- last digits. The tenant as in `runbooks.newest_advice`.
SELECT id, language, finding, advice, no_advice, rule, risk, unknown, created_at
  FROM dd0c.classifications
 WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND id = %(id)s
 UNION ALL
SELECT id, language, finding, advice, no_advice, rule, risk, unknown, created_at
  FROM dd0c.brought_verdicts
 WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND version_id = %(whole_id)s AND id = %(id)s
 LIMIT 1
