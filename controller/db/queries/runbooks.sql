-- files_of --
-- Paths of a repository as last synced: those named, or every one that it ever showed. Each has a statement of its own:
-- one plan for both would read all rows for ten.
SELECT path, kind, blob_oid, commit_oid, state, error_line, error_column, error_reason, serving_version_id,
       may_be_at
  FROM dd0c.files
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND path = ANY(%(paths)s::text[])
 UNION ALL
SELECT path, kind, blob_oid, commit_oid, state, error_line, error_column, error_reason, serving_version_id,
       may_be_at
  FROM dd0c.files
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND %(paths)s::text[] IS NULL

-- stale_files --
-- Files whose newest content is not in service at the commit that the rows show: looked at again with every new
-- commit, because what made them wrong (a name that was taken) may lie in another file.
SELECT path, kind, blob_oid, commit_oid, state, error_line, error_column, error_reason, serving_version_id,
       may_be_at
  FROM dd0c.files
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s
   AND state IN ('stale_invalid', 'skipped')
   AND (state = 'stale_invalid' OR (state = 'skipped' AND kind <> 'other'))

-- runbooks_of --
-- Runbooks of a repository with the content in service, retired ones too: at some paths or under some names,
-- or all of them. Names are looked for where no runbook of theirs lies at one of the paths: as a rule none is, and
-- nothing is read for them. The tenant as in `newest_advice`.
WITH at AS MATERIALIZED (
     SELECT found.id, found.name
       FROM unnest(%(paths)s::text[]) AS asked (path)
      CROSS JOIN LATERAL (
            SELECT id, name
              FROM dd0c.runbooks
             WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND path = asked.path OFFSET 0) AS found
), elsewhere AS MATERIALIZED (
     SELECT name
       FROM unnest(%(names)s::text[]) AS asked (name)
      WHERE %(paths)s::text[] IS NOT NULL
     EXCEPT
     SELECT name FROM at
)
SELECT r.id, r.name, r.path, r.current_version_id, v.content_sha256 AS current_sha256,
       r.retired_at IS NOT NULL AS retired, COALESCE((v.document #>> '{spec,trustLevel}')::int, 1) AS trust,
       COALESCE(v.document #>> '{spec,governance}' = 'strict', false) AS strict,
       v.document #>> '{metadata,service}' AS service,
       COALESCE(v.document #> '{spec,target,labels}', '{}') AS labels,
       COALESCE(jsonb_path_query_array(v.document, '$.spec.steps[*] ? (exists(@.command)).target.labels'), '[]')
           AS own_labels,
       COALESCE(jsonb_array_length(jsonb_path_query_array(v.document, '$.spec.steps[*] ? (exists(@.command))')), 1)
           AS commands
  FROM dd0c.runbooks r
  LEFT JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = (SELECT %(tenant_id)s::uuid)
   AND r.id = ANY(ARRAY(
       SELECT id FROM at
        UNION ALL
       SELECT id
         FROM elsewhere
         JOIN dd0c.runbooks USING (name)
        WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND (SELECT EXISTS (SELECT FROM elsewhere))
        UNION ALL
       SELECT id
         FROM dd0c.runbooks
        WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND %(paths)s::text[] IS NULL))

-- versions_with_content --
-- Versions of these runbooks that hold one of these contents: a content that comes back serves under its old id.
-- The tenant as in `newest_advice`.
SELECT id, runbook_id, content_sha256
  FROM dd0c.runbook_versions
 WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND runbook_id = ANY(%(runbook_ids)b::uuid[])
   AND content_sha256 = ANY(%(contents)b::text[])

-- active_names --
-- Names in service with their paths, for the check of a change.
SELECT name, path
  FROM dd0c.runbooks
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND retired_at IS NULL

-- serving_digest --
-- One word for all that serves of a repository: names, files, versions. Another one after any of them changed.
SELECT md5(coalesce(string_agg(concat_ws(' ', name, path, current_version_id), E'\n' ORDER BY name), '')) AS digest
  FROM dd0c.runbooks
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND retired_at IS NULL

-- serving_documents --
-- The documents in service at some paths: what a change is compared with.
SELECT r.name, r.path, v.document
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = %(tenant_id)s AND r.repository_id = %(repository_id)s AND r.retired_at IS NULL
   AND (r.path = ANY(%(paths)s) OR r.name = ANY(%(names)s))

-- serving_contents --
-- The contents in service at some paths or under some names, to be judged beside what would replace them.
SELECT r.name, r.path, v.content
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = %(tenant_id)s AND r.repository_id = %(repository_id)s AND r.retired_at IS NULL
   AND (r.path = ANY(%(paths)s) OR r.name = ANY(%(names)s))
 ORDER BY r.path

-- trusted_runbooks --
-- All of the tenant's runbooks in service of trust level 2, whose safe steps may run by themselves, with what policy and
-- flags know them by: what a change of those reaches.
SELECT r.id, r.repository_id, r.name, (v.document #>> '{spec,trustLevel}')::int AS trust,
       COALESCE(v.document #>> '{spec,governance}' = 'strict', false) AS strict,
       v.document #>> '{metadata,service}' AS service,
       COALESCE(v.document #> '{spec,target,labels}', '{}') AS labels,
       COALESCE(jsonb_path_query_array(v.document, '$.spec.steps[*] ? (exists(@.command)).target.labels'), '[]')
           AS own_labels,
       COALESCE(jsonb_array_length(jsonb_path_query_array(v.document, '$.spec.steps[*] ? (exists(@.command))')), 1)
           AS commands
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = (SELECT %(tenant_id)s::uuid) AND r.retired_at IS NULL
   AND (v.document #>> '{spec,trustLevel}')::int >= 2
 ORDER BY r.name, r.id

-- contents_of --
-- The contents in service of these runbooks.
SELECT r.repository_id, r.name, r.path, v.content
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = (SELECT %(tenant_id)s::uuid) AND r.id = ANY(%(ids)s::uuid[])
 ORDER BY r.name, r.id

-- serving_verdicts --
-- The newest verdict on each command that serves at some paths or under some names; a version without
-- any has one row without a step.
-- The tenant as in `runbooks.newest_advice`.
SELECT r.name, v.content_sha256, c.step_id, c.finding, c.advice, c.no_advice
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
  LEFT JOIN LATERAL (
       SELECT DISTINCT ON (step_id) step_id, finding, advice, no_advice
         FROM dd0c.verdicts
        WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND version_id = v.id AND step_id IS NOT NULL
        ORDER BY step_id, created_at DESC, id DESC) c ON true
 WHERE r.tenant_id = (SELECT %(tenant_id)s::uuid) AND r.repository_id = %(repository_id)s AND r.retired_at IS NULL
   AND (r.path = ANY(%(paths)s) OR r.name = ANY(%(names)s))
 ORDER BY r.name, c.step_id

-- add_runbooks --
-- Runbooks seen for the first time, each with the version that serves in it: both at once, since each refers to the
-- other and is held against it where the statement ends.
WITH new AS MATERIALIZED (
     SELECT *
       FROM unnest(%(names)b::text[], %(titles)b::text[], %(services)b::text[], %(ids)b::uuid[], %(runbook_ids)b::uuid[],
                   %(contents_sha256)b::text[], %(contents)b::bytea[], %(documents)b::text[], %(paths)b::text[],
                   %(blob_oids)b::text[], %(verdicts)b::text[], %(scanner_versions)b::text[],
                   %(knowledge_versions)b::text[], %(advisors)b::text[], %(advisor_versions)b::text[])
            AS new (name, title, service, id, runbook_id, content_sha256, content, document, path, blob_oid, verdicts,
                    scanner_version, knowledge_version, advisor, advisor_version)
), added AS (
     INSERT INTO dd0c.runbooks (tenant_id, repository_id, id, name, title, service, path, current_version_id)
     SELECT %(tenant_id)s, %(repository_id)s, new.runbook_id, new.name, new.title, new.service, new.path, new.id
       FROM new
)
INSERT INTO dd0c.runbook_versions (tenant_id, commit_oid, author, committed_at, created_at, id, runbook_id,
                                   content_sha256, content, document, path, blob_oid, verdicts, scanner_version,
                                   knowledge_version, advisor, advisor_version)
SELECT %(tenant_id)s, %(commit_oid)s, %(author)s, %(committed_at)s, %(created_at)s, new.id, new.runbook_id,
       new.content_sha256, new.content, new.document::jsonb, new.path, new.blob_oid, new.verdicts, new.scanner_version,
       new.knowledge_version, new.advisor, new.advisor_version
  FROM new

-- add_versions --
-- Contents of runbooks with the verdicts on their commands, never changed afterwards.
INSERT INTO dd0c.runbook_versions (tenant_id, commit_oid, author, committed_at, created_at, id, runbook_id,
                                   content_sha256, content, document, path, blob_oid, verdicts, scanner_version,
                                   knowledge_version, advisor, advisor_version)
SELECT %(tenant_id)s, %(commit_oid)s, %(author)s, %(committed_at)s, %(created_at)s, new.id, new.runbook_id,
       new.content_sha256, new.content, new.document::jsonb, new.path, new.blob_oid, new.verdicts, new.scanner_version,
       new.knowledge_version, new.advisor, new.advisor_version
  FROM unnest(%(ids)b::uuid[], %(runbook_ids)b::uuid[], %(contents_sha256)b::text[], %(contents)b::bytea[],
              %(documents)b::text[], %(paths)b::text[], %(blob_oids)b::text[], %(verdicts)b::text[],
              %(scanner_versions)b::text[], %(knowledge_versions)b::text[], %(advisors)b::text[],
              %(advisor_versions)b::text[])
       AS new (id, runbook_id, content_sha256, content, document, path, blob_oid, verdicts, scanner_version,
               knowledge_version, advisor, advisor_version)

-- serve_versions --
-- These versions serve from now on; a retired runbook is in service again. Runbooks are named by id, or every one of the
-- tenant would be met.
UPDATE dd0c.runbooks AS r
   SET current_version_id = new.version_id, title = new.title, service = new.service, path = new.path,
       updated_at = clock_timestamp(), retired_at = NULL
  FROM unnest(%(ids)b::uuid[], %(version_ids)b::uuid[], %(titles)b::text[], %(services)b::text[], %(paths)b::text[])
       AS new (id, version_id, title, service, path)
 WHERE r.tenant_id = %(tenant_id)s AND r.id = ANY(%(ids)b::uuid[]) AND r.id = new.id

-- move_runbooks --
-- These runbooks go on serving as they are; their files lie elsewhere.
UPDATE dd0c.runbooks AS r
   SET path = new.path, updated_at = clock_timestamp()
  FROM unnest(%(ids)s::uuid[], %(paths)s::text[]) AS new (id, path)
 WHERE r.tenant_id = %(tenant_id)s AND r.id = ANY(%(ids)s::uuid[]) AND r.id = new.id

-- retire_runbooks --
-- These runbooks left the branch. Their versions stay.
UPDATE dd0c.runbooks
   SET retired_at = clock_timestamp(), updated_at = clock_timestamp()
 WHERE tenant_id = %(tenant_id)s AND id = ANY(%(ids)s::uuid[]) AND retired_at IS NULL

-- put_files --
-- What paths are at the new commit. A text that is empty stands for none where a column may be empty.
INSERT INTO dd0c.files (tenant_id, repository_id, path, kind, blob_oid, commit_oid, state, error_line, error_column,
                        error_reason, serving_version_id, may_be_at)
SELECT %(tenant_id)s, %(repository_id)s, new.path, new.kind, NULLIF(new.blob_oid, ''), %(commit_oid)s, new.state,
       new.error_line, new.error_column, new.error_reason, new.serving_version_id, new.may_be_at::jsonb
  FROM unnest(%(paths)b::text[], %(kinds)b::text[], %(blob_oids)b::text[], %(states)b::text[],
              %(error_lines)b::integer[], %(error_columns)b::integer[], %(error_reasons)b::text[],
              %(serving_version_ids)b::uuid[], %(may_be_at)b::text[])
       AS new (path, kind, blob_oid, state, error_line, error_column, error_reason, serving_version_id, may_be_at)
ON CONFLICT (tenant_id, repository_id, path) DO UPDATE
   SET kind = EXCLUDED.kind, blob_oid = EXCLUDED.blob_oid, commit_oid = EXCLUDED.commit_oid, state = EXCLUDED.state,
       error_line = EXCLUDED.error_line, error_column = EXCLUDED.error_column, error_reason = EXCLUDED.error_reason,
       serving_version_id = EXCLUDED.serving_version_id, may_be_at = EXCLUDED.may_be_at, updated_at = clock_timestamp()

-- newest_advice --
-- What each advisor said last about these commands in these runbooks, whichever scanner looked; but for a command in a
-- runbook about which the same advisor says something again. What one sync stored is equally new. Versions are not looked
-- into where all that was said in them is said again. The tenant stands in a subquery, so that the planner does not look
-- it up among those that it has counted: one that it has not met yet would have no rows, and any way to none is as good
-- as another.
SELECT runbook_id, command_sha256, advice
  FROM (SELECT c.runbook_id, c.command_sha256, c.advice,
               rank() OVER (PARTITION BY c.runbook_id, c.command_sha256, c.advice ->> 'advisor'
                            ORDER BY c.created_at DESC) AS age
          FROM (SELECT v.runbook_id, later.command_sha256, later.advice, later.created_at
                  FROM dd0c.runbook_versions v
                  JOIN dd0c.classifications later ON later.tenant_id = v.tenant_id AND later.version_id = v.id
                 WHERE v.tenant_id = (SELECT %(tenant_id)s::uuid) AND v.runbook_id = ANY(%(runbook_ids)b::uuid[])
                 UNION ALL
                SELECT v.runbook_id, brought.command_sha256, brought.advice, brought.created_at
                  FROM dd0c.runbook_versions v
                 CROSS JOIN LATERAL (
                       SELECT command_sha256, advice, created_at
                         FROM dd0c.brought_verdicts
                        WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND version_id = v.id OFFSET 0) AS brought
                 WHERE v.tenant_id = (SELECT %(tenant_id)s::uuid) AND v.runbook_id = ANY(%(runbook_ids)b::uuid[])
                   AND v.advisor IS DISTINCT FROM ''
                   AND ((v.runbook_id, v.advisor) IN (
                        SELECT said.runbook_id, said.advisor
                          FROM unnest(%(settled_runbook_ids)b::uuid[], %(settled_advisors)b::text[])
                               AS said (runbook_id, advisor))) IS NOT TRUE) AS c
         WHERE c.command_sha256 = ANY(%(commands)b::bytea[]) AND c.advice IS NOT NULL
           AND ((c.runbook_id, c.command_sha256, c.advice ->> 'advisor') IN (
                SELECT again.runbook_id, again.command_sha256, again.advisor
                  FROM unnest(%(again_runbook_ids)b::uuid[], %(again_commands)b::bytea[], %(again_advisors)b::text[])
                       AS again (runbook_id, command_sha256, advisor))) IS NOT TRUE) AS said
 WHERE age = 1

-- moment --
-- The time, taken where the repository is locked: not that at which the transaction began to wait for it.
SELECT clock_timestamp() AS at

-- add_changed_classifications --
-- The verdicts on steps of versions that serve again, where they differ from the newest ones: the newest count.
-- Each version is opened once.
WITH said AS MATERIALIZED (
     SELECT said.id, said.version_id, said.step_id, said.command_sha256, said.advisor_version,
            said.finding::jsonb AS finding, NULLIF(said.advice, '')::jsonb AS advice, said.no_advice, said.rule,
            said.risk::dd0c.risk AS risk, said.unknown
       FROM unnest(%(ids)b::uuid[], %(version_ids)b::uuid[], %(step_ids)b::text[], %(commands)b::bytea[],
                   %(advisor_versions)b::text[], %(findings)b::text[], %(advices)b::text[], %(no_advices)b::text[],
                   %(rules)b::integer[], %(risks)b::text[], %(unknowns)b::boolean[])
            AS said (id, version_id, step_id, command_sha256, advisor_version, finding, advice, no_advice, rule, risk, unknown)
), newest AS MATERIALIZED (
     SELECT DISTINCT ON (c.version_id, c.step_id) c.*
       FROM (SELECT DISTINCT version_id AS id FROM said) AS v
      CROSS JOIN LATERAL (
            SELECT *
              FROM dd0c.verdicts
             WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND version_id = v.id OFFSET 0) AS c
      ORDER BY c.version_id, c.step_id, c.created_at DESC, c.id DESC
)
INSERT INTO dd0c.classifications (tenant_id, scanner_version, knowledge_version, id, version_id, step_id, command_sha256,
                                  advisor_version, finding, advice, no_advice, rule, risk, unknown, created_at)
SELECT %(tenant_id)s, %(scanner_version)s, %(knowledge_version)s, new.*, %(created_at)s
  FROM said AS new
  LEFT JOIN newest USING (version_id, step_id)
 WHERE newest.id IS NULL
    OR (newest.scanner_version, newest.knowledge_version, newest.finding, newest.advice, newest.no_advice, newest.rule,
        newest.risk, newest.unknown)
       IS DISTINCT FROM
       (%(scanner_version)s, %(knowledge_version)s, new.finding, new.advice, new.no_advice, new.rule,
        new.risk, new.unknown)

-- policy_of --
-- The policy in force that came from this repository.
SELECT content_sha256
  FROM dd0c.policies
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND current

-- retire_policy --
-- No policy of this repository is in force any more; one that is written next may be.
UPDATE dd0c.policies
   SET current = false
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND current

-- put_policy --
-- A policy comes into force; one that was in force before comes back under its digest.
INSERT INTO dd0c.policies (tenant_id, content_sha256, repository_id, commit_oid, document, current)
VALUES (%(tenant_id)s, %(content_sha256)s, %(repository_id)s, %(commit_oid)s, %(document)s, true)
ON CONFLICT (tenant_id, repository_id, content_sha256) DO UPDATE
   SET commit_oid = EXCLUDED.commit_oid, document = EXCLUDED.document,
       current = true, synced_at = clock_timestamp()

-- flags_of --
-- The flags that came from this repository.
SELECT name, enabled, CASE WHEN enabled THEN '[]' ELSE COALESCE(document -> 'services', '[]') END AS services
  FROM dd0c.flags
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s

-- put_flag --
-- What the repository says about one flag; whether the product switched it off by itself is left alone.
INSERT INTO dd0c.flags (tenant_id, name, enabled, document, repository_id, commit_oid)
VALUES (%(tenant_id)s, %(name)s, %(enabled)s, %(document)s, %(repository_id)s, %(commit_oid)s)
ON CONFLICT (tenant_id, name, repository_id) DO UPDATE
   SET enabled = EXCLUDED.enabled, document = EXCLUDED.document, commit_oid = EXCLUDED.commit_oid, updated_at = clock_timestamp()
