-- standing_findings --
-- What stands for these commands, each in a runbook, that the asking classifier did not find itself (NULL: whoever found
-- it): of the version in service, or, where it lacks a command, of every version that has it, since the one that served
-- last need not be the one that was made last. Versions before are looked at only where a command is not served, and what
-- they brought not where it is all of the asking classifier. The tenant as in `runbooks.newest_advice`; runbooks are named by id, or every one of the tenant would be met.
WITH asked AS MATERIALIZED (
     SELECT DISTINCT asked.runbook_id, asked.command_sha256
       FROM unnest(%(runbook_ids)b::uuid[], %(commands)b::bytea[]) AS asked (runbook_id, command_sha256)
), serving AS MATERIALIZED (
     SELECT DISTINCT ON (c.version_id, c.step_id) r.id AS runbook_id, c.command_sha256, c.finding, c.scanner_version,
            c.knowledge_version
       FROM dd0c.runbooks r
      CROSS JOIN LATERAL (
            SELECT *
              FROM dd0c.verdicts
             WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND version_id = r.current_version_id OFFSET 0) AS c
      WHERE r.tenant_id = (SELECT %(tenant_id)s::uuid) AND r.id = ANY(ARRAY(SELECT DISTINCT runbook_id FROM asked))
      ORDER BY c.version_id, c.step_id, c.created_at DESC, c.id DESC
), missing AS MATERIALIZED (
     SELECT runbook_id, command_sha256 FROM asked
     EXCEPT
     SELECT runbook_id, command_sha256 FROM serving
), earlier AS MATERIALIZED (
     SELECT DISTINCT ON (c.version_id, c.step_id) c.runbook_id, c.command_sha256, c.finding, c.scanner_version,
            c.knowledge_version
       FROM (SELECT v.runbook_id, later.version_id, later.step_id, later.command_sha256, later.finding,
                    later.scanner_version, later.knowledge_version, later.created_at, later.id
               FROM dd0c.runbook_versions v
               JOIN dd0c.classifications later ON later.tenant_id = v.tenant_id AND later.version_id = v.id
              WHERE v.tenant_id = (SELECT %(tenant_id)s::uuid)
                AND v.runbook_id = ANY(ARRAY(SELECT DISTINCT runbook_id FROM missing))
              UNION ALL
             SELECT v.runbook_id, brought.*
               FROM dd0c.runbook_versions v
              CROSS JOIN LATERAL (
                    SELECT version_id, step_id, command_sha256, finding, scanner_version, knowledge_version, created_at, id
                      FROM dd0c.brought_verdicts
                     WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND version_id = v.id OFFSET 0) AS brought
              WHERE v.tenant_id = (SELECT %(tenant_id)s::uuid)
                AND v.runbook_id = ANY(ARRAY(SELECT DISTINCT runbook_id FROM missing))
                AND (%(scanner_version)s::text IS NULL
                     OR (v.scanner_version, v.knowledge_version)
                        IS DISTINCT FROM (%(scanner_version)s::text, %(knowledge_version)s::text))) AS c
      WHERE ((c.runbook_id, c.command_sha256) IN (SELECT runbook_id, command_sha256 FROM missing)) IS TRUE
      ORDER BY c.version_id, c.step_id, c.created_at DESC, c.id DESC
)
SELECT DISTINCT runbook_id, command_sha256, finding
  FROM (SELECT * FROM serving UNION ALL SELECT * FROM earlier) AS standing
 WHERE (%(scanner_version)s::text IS NULL
        OR (scanner_version, knowledge_version) IS DISTINCT FROM (%(scanner_version)s::text, %(knowledge_version)s::text))
   AND ((runbook_id, command_sha256) IN (SELECT runbook_id, command_sha256 FROM asked)) IS TRUE

-- to_reclassify --
-- Versions in service of a repository of which some command's standing verdict is of another scanner or other
-- knowledge, and was not looked at by this one since. `skipped` are those that this process could not judge. A classifier
-- looks at all that is due of a version at once: where it noted or said anything since, what came with the version was
-- looked at, and what came later tells the rest. So no version is opened, round after round.
-- The tenant as in `runbooks.newest_advice`.
SELECT r.id AS runbook_id, r.name, r.path, v.id AS version_id, v.content
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = (SELECT %(tenant_id)s::uuid) AND r.repository_id = %(repository_id)s AND r.retired_at IS NULL
   AND NOT v.id = ANY(%(skipped)s::uuid[])
   AND (EXISTS (
        SELECT 1
          FROM (SELECT DISTINCT ON (c.step_id) c.id, c.step_id, c.scanner_version, c.knowledge_version
                  FROM dd0c.classifications c
                 WHERE c.tenant_id = r.tenant_id AND c.version_id = v.id
                 ORDER BY c.step_id, c.created_at DESC, c.id DESC) newest
         WHERE (newest.scanner_version, newest.knowledge_version)
               IS DISTINCT FROM (%(scanner_version)s::text, %(knowledge_version)s::text)
           AND NOT EXISTS (
               SELECT 1
                 FROM dd0c.reclassifications m
                WHERE m.tenant_id = r.tenant_id AND m.version_id = v.id AND m.step_id = newest.step_id
                  AND m.scanner_version = %(scanner_version)s AND m.knowledge_version = %(knowledge_version)s
                  AND m.standing_id = newest.id))
        OR (v.verdicts <> '[]'
            AND (v.scanner_version, v.knowledge_version)
                IS DISTINCT FROM (%(scanner_version)s::text, %(knowledge_version)s::text)
            AND NOT EXISTS (
                SELECT 1
                  FROM dd0c.reclassifications m
                 WHERE m.tenant_id = r.tenant_id AND m.version_id = v.id
                   AND m.scanner_version = %(scanner_version)s AND m.knowledge_version = %(knowledge_version)s)
            AND NOT EXISTS (
                SELECT 1
                  FROM dd0c.classifications c
                 WHERE c.tenant_id = r.tenant_id AND c.version_id = v.id
                   AND c.scanner_version = %(scanner_version)s AND c.knowledge_version = %(knowledge_version)s)))
 ORDER BY r.id
 LIMIT %(count)s

-- is_serving --
-- Whether a version serves at this moment. The repository is locked.
SELECT 1
  FROM dd0c.runbooks
 WHERE tenant_id = %(tenant_id)s AND id = %(runbook_id)s AND current_version_id = %(version_id)s
   AND retired_at IS NULL

-- standing_verdicts --
-- The newest verdict on each step of a version, and what this classifier noted of the step before.
SELECT DISTINCT ON (c.step_id) c.step_id, c.id, c.command_sha256, c.scanner_version, c.knowledge_version, c.finding,
       c.advice, c.no_advice, m.standing_id AS noted_id
  FROM dd0c.verdicts c
  LEFT JOIN dd0c.reclassifications m
         ON m.tenant_id = c.tenant_id AND m.version_id = c.version_id AND m.step_id = c.step_id
        AND m.scanner_version = %(scanner_version)s AND m.knowledge_version = %(knowledge_version)s
 WHERE c.tenant_id = %(tenant_id)s AND c.version_id = %(version_id)s AND c.step_id IS NOT NULL
 ORDER BY c.step_id, c.created_at DESC, c.id DESC

-- add_standing --
-- The verdict that stands from now on.
INSERT INTO dd0c.classifications (tenant_id, id, version_id, step_id, command_sha256, scanner_version,
                                  knowledge_version, advisor_version, finding, advice, no_advice, rule, risk,
                                  unknown, created_at)
VALUES (%(tenant_id)s, %(id)s, %(version_id)s, %(step_id)s, %(command_sha256)s, %(scanner_version)s,
        %(knowledge_version)s, %(advisor_version)s, %(finding)s, %(advice)s, %(no_advice)s, %(rule)s, %(risk)s,
        %(unknown)s, clock_timestamp())

-- note --
-- What one look at one step came to; a later look of the same classifier takes its place, and an owner is asked again.
INSERT INTO dd0c.reclassifications (tenant_id, id, version_id, step_id, scanner_version, knowledge_version, direction,
                                    before_id, standing_id, finding, advice, no_advice)
VALUES (%(tenant_id)s, %(id)s, %(version_id)s, %(step_id)s, %(scanner_version)s, %(knowledge_version)s, %(direction)s,
        %(before_id)s, %(standing_id)s, %(finding)s, %(advice)s, %(no_advice)s)
ON CONFLICT (tenant_id, version_id, step_id, scanner_version, knowledge_version) DO UPDATE
   SET id = EXCLUDED.id, direction = EXCLUDED.direction, before_id = EXCLUDED.before_id,
       standing_id = EXCLUDED.standing_id, finding = EXCLUDED.finding, advice = EXCLUDED.advice,
       no_advice = EXCLUDED.no_advice, accepted_by = NULL, accepted_at = NULL, created_at = EXCLUDED.created_at

-- moves --
-- A page of what this classifier found otherwise in versions that serve, newest first: all of it, or what waits for an
-- owner. `stands` says whether the verdict is still the one that it left standing: where none came later than the version,
-- that is the one which came with it. Only for a page are versions opened, where their verdicts stand.
-- The tenant as in `runbooks.newest_advice`.
WITH page AS MATERIALIZED (
     SELECT m.id, m.version_id, m.step_id, m.direction, m.before_id, m.standing_id, m.finding, m.advice, m.no_advice,
            m.accepted_by, m.accepted_at, m.created_at, r.id AS runbook_id, r.repository_id, r.name, r.title,
            coalesce(later.id = m.standing_id, true) AS stands
       FROM dd0c.reclassifications m
       JOIN dd0c.runbook_versions v ON v.tenant_id = m.tenant_id AND v.id = m.version_id
       JOIN dd0c.runbooks r ON r.tenant_id = v.tenant_id AND r.id = v.runbook_id AND r.current_version_id = v.id
        AND r.retired_at IS NULL
       LEFT JOIN LATERAL (
            SELECT c.id
              FROM dd0c.classifications c
             WHERE c.tenant_id = m.tenant_id AND c.version_id = m.version_id AND c.step_id = m.step_id
             ORDER BY c.created_at DESC, c.id DESC
             LIMIT 1) later ON true
      WHERE m.tenant_id = (SELECT %(tenant_id)s::uuid)
        AND m.scanner_version = %(scanner_version)s AND m.knowledge_version = %(knowledge_version)s
        AND m.direction <> 'same'
        AND (%(before)s::uuid IS NULL OR m.id < %(before)s::uuid)
        AND (%(ids)s::uuid[] IS NULL OR m.id = ANY(%(ids)s::uuid[]))
        AND (%(runbook_id)s::uuid IS NULL OR r.id = %(runbook_id)s::uuid)
        AND (NOT %(waiting)s
             OR (m.direction = 'lower' AND m.accepted_at IS NULL AND coalesce(later.id = m.standing_id, true)))
      ORDER BY m.id DESC
      LIMIT %(count)s
)
SELECT m.*, b.finding AS before_finding, b.advice AS before_advice, b.no_advice AS before_no_advice,
       s.step ->> 'command' AS command, s.step ->> 'title' AS step_title
  FROM page m
  JOIN dd0c.runbook_versions v ON v.tenant_id = (SELECT %(tenant_id)s::uuid) AND v.id = m.version_id
  JOIN LATERAL (
       SELECT c.finding, c.advice, c.no_advice
         FROM dd0c.verdicts c
        WHERE c.tenant_id = v.tenant_id AND c.version_id = v.id AND c.id = m.before_id
        LIMIT 1) b ON true
  LEFT JOIN LATERAL (
       SELECT e.step
         FROM jsonb_array_elements(v.document #> '{spec,steps}') AS e (step)
        WHERE e.step ->> 'id' = m.step_id
        LIMIT 1) s ON true
 ORDER BY m.id DESC

-- count_moves --
-- How many verdicts of versions that serve this classifier raised, found lower and left waiting, had accepted, or
-- could not read. What stands as in `moves`; the tenant as in `runbooks.newest_advice`.
SELECT count(*) FILTER (WHERE m.direction = 'higher') AS raised,
       count(*) FILTER (WHERE m.direction = 'lower' AND m.accepted_at IS NULL
                          AND coalesce(later.id = m.standing_id, true)) AS waiting,
       count(*) FILTER (WHERE m.accepted_at IS NOT NULL) AS accepted,
       count(*) FILTER (WHERE m.direction = 'unread') AS unread
  FROM dd0c.reclassifications m
  JOIN dd0c.runbook_versions v ON v.tenant_id = m.tenant_id AND v.id = m.version_id
  JOIN dd0c.runbooks r ON r.tenant_id = v.tenant_id AND r.id = v.runbook_id AND r.current_version_id = v.id
   AND r.retired_at IS NULL
  LEFT JOIN LATERAL (
       SELECT c.id
         FROM dd0c.classifications c
        WHERE c.tenant_id = m.tenant_id AND c.version_id = m.version_id AND c.step_id = m.step_id
        ORDER BY c.created_at DESC, c.id DESC
        LIMIT 1) later ON true
 WHERE m.tenant_id = (SELECT %(tenant_id)s::uuid)
   AND m.scanner_version = %(scanner_version)s AND m.knowledge_version = %(knowledge_version)s
   AND m.direction <> 'same'

-- count_due --
-- How many runbooks that serve this classifier has not looked at yet, as in `to_reclassify`.
-- The tenant as in `runbooks.newest_advice`.
SELECT count(*)
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = (SELECT %(tenant_id)s::uuid) AND r.retired_at IS NULL
   AND (EXISTS (
        SELECT 1
          FROM (SELECT DISTINCT ON (c.step_id) c.id, c.step_id, c.scanner_version, c.knowledge_version
                  FROM dd0c.classifications c
                 WHERE c.tenant_id = r.tenant_id AND c.version_id = v.id
                 ORDER BY c.step_id, c.created_at DESC, c.id DESC) newest
         WHERE (newest.scanner_version, newest.knowledge_version)
               IS DISTINCT FROM (%(scanner_version)s::text, %(knowledge_version)s::text)
           AND NOT EXISTS (
               SELECT 1
                 FROM dd0c.reclassifications m
                WHERE m.tenant_id = r.tenant_id AND m.version_id = v.id AND m.step_id = newest.step_id
                  AND m.scanner_version = %(scanner_version)s AND m.knowledge_version = %(knowledge_version)s
                  AND m.standing_id = newest.id))
        OR (v.verdicts <> '[]'
            AND (v.scanner_version, v.knowledge_version)
                IS DISTINCT FROM (%(scanner_version)s::text, %(knowledge_version)s::text)
            AND NOT EXISTS (
                SELECT 1
                  FROM dd0c.reclassifications m
                 WHERE m.tenant_id = r.tenant_id AND m.version_id = v.id
                   AND m.scanner_version = %(scanner_version)s AND m.knowledge_version = %(knowledge_version)s)
            AND NOT EXISTS (
                SELECT 1
                  FROM dd0c.classifications c
                 WHERE c.tenant_id = r.tenant_id AND c.version_id = v.id
                   AND c.scanner_version = %(scanner_version)s AND c.knowledge_version = %(knowledge_version)s)))

-- repositories_of_moves --
-- The repositories that these notes are about, in the order in which they are locked.
-- The tenant as in `runbooks.newest_advice`.
SELECT DISTINCT r.repository_id AS id
  FROM dd0c.reclassifications m
  JOIN dd0c.runbook_versions v ON v.tenant_id = m.tenant_id AND v.id = m.version_id
  JOIN dd0c.runbooks r ON r.tenant_id = v.tenant_id AND r.id = v.runbook_id
 WHERE m.tenant_id = (SELECT %(tenant_id)s::uuid) AND m.id = ANY(%(ids)s::uuid[])
 ORDER BY r.repository_id

-- accept --
-- An owner's word for one lower verdict. Hits no row where it was given already.
UPDATE dd0c.reclassifications
   SET accepted_by = %(actor)s, accepted_at = clock_timestamp(), standing_id = %(standing_id)s
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND direction = 'lower' AND accepted_at IS NULL
   AND standing_id = %(stood_id)s

-- command_of --
-- The digest of the command of a version that a verdict is about.
SELECT command_sha256
  FROM dd0c.verdicts
 WHERE tenant_id = %(tenant_id)s AND version_id = %(version_id)s AND id = %(id)s
