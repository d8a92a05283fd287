-- list_runbooks --
-- A page of runbooks, newest first, with the version in service and the state of its file. Of the documents, which
-- may have half a megabyte each, only what a line shows: for each step whether it has a command, the risk that is
-- declared, and that of its latest classification.
WITH page AS (
SELECT *
  FROM dd0c.runbooks r
 WHERE r.tenant_id = %(tenant_id)s
   AND (%(before)s::uuid IS NULL OR r.id < %(before)s::uuid)
   AND (%(name)s::text IS NULL OR r.name = %(name)s)
   AND (%(retired)s OR r.retired_at IS NULL)
 ORDER BY r.id DESC
 LIMIT %(count)s)
SELECT r.id, r.name, r.title, r.service, r.path, r.retired_at, r.updated_at,
       r.repository_id, p.name AS repository_name, v.id AS version_id, v.content_sha256,
       CASE WHEN f.state = 'ok' THEN coalesce(f.commit_oid, v.commit_oid) ELSE v.commit_oid END AS commit_oid,
       f.commit_oid AS file_commit,
       f.state AS file_state, f.error_line, f.error_column, f.error_reason,
       (v.document #>> '{spec,trustLevel}')::int AS trust_level, v.document #>> '{spec,governance}' AS governance,
       v.document #> '{metadata,owners}' AS owners, v.document #> '{spec,review}' AS review,
       coalesce(m.marks, '[]') AS marks
  FROM page r
  JOIN dd0c.repositories p ON p.tenant_id = r.tenant_id AND p.id = r.repository_id
  LEFT JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
  LEFT JOIN dd0c.files f ON f.tenant_id = r.tenant_id AND f.repository_id = r.repository_id AND f.path = r.path
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(
                  jsonb_build_array(s.step ->> 'command' IS NOT NULL, s.step ->> 'risk', c.risk, c.unknown)
                  ORDER BY s.place) AS marks
         FROM jsonb_array_elements(v.document #> '{spec,steps}') WITH ORDINALITY AS s (step, place)
         LEFT JOIN (
              SELECT DISTINCT ON (step_id) step_id, risk, unknown
                FROM dd0c.verdicts
               WHERE tenant_id = %(tenant_id)s AND version_id = v.id
               ORDER BY step_id, created_at DESC, id DESC) c ON c.step_id = s.step ->> 'id') m ON true
 ORDER BY r.id DESC;

-- find_runbook --
-- One runbook, retired ones too, with the whole document in service and the state of its file.
SELECT r.id, r.name, r.title, r.service, r.path, r.retired_at, r.updated_at,
       r.repository_id, p.name AS repository_name, v.id AS version_id, v.content_sha256,
       CASE WHEN f.state = 'ok' THEN coalesce(f.commit_oid, v.commit_oid) ELSE v.commit_oid END AS commit_oid,
       f.commit_oid AS file_commit,
       f.state AS file_state, f.error_line, f.error_column, f.error_reason,
       (v.document #>> '{spec,trustLevel}')::int AS trust_level, v.document #>> '{spec,governance}' AS governance,
       v.document #> '{metadata,owners}' AS owners, v.document #> '{spec,review}' AS review, v.document
  FROM dd0c.runbooks r
  JOIN dd0c.repositories p ON p.tenant_id = r.tenant_id AND p.id = r.repository_id
  LEFT JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
  LEFT JOIN dd0c.files f ON f.tenant_id = r.tenant_id AND f.repository_id = r.repository_id AND f.path = r.path
 WHERE r.tenant_id = %(tenant_id)s AND r.id = %(id)s;

-- has_runbook --
-- Whether there is such a runbook, a retired one too.
SELECT 1 FROM dd0c.runbooks WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- list_versions --
-- A page of a runbook's versions, newest first.
SELECT id, content_sha256, path, blob_oid, commit_oid, author, committed_at, created_at
  FROM dd0c.runbook_versions
 WHERE tenant_id = %(tenant_id)s AND runbook_id = %(runbook_id)s
   AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
 ORDER BY id DESC
 LIMIT %(count)s;

-- version_content --
-- The bytes of one version, as they were in git.
SELECT id, content_sha256, content, path, commit_oid
  FROM dd0c.runbook_versions
 WHERE tenant_id = %(tenant_id)s AND runbook_id = %(runbook_id)s AND id = %(id)s;

-- version_before --
-- The version that was in service before one of them for the first time.
SELECT id, content_sha256, content, path, commit_oid
  FROM dd0c.runbook_versions
 WHERE tenant_id = %(tenant_id)s AND runbook_id = %(runbook_id)s AND id < %(id)s
 ORDER BY id DESC
 LIMIT 1;

-- last_runs --
-- The newest execution of each of these runbooks.
SELECT wanted.id AS runbook_id, e.id, e.state, e.created_at, e.ended_at
  FROM unnest(%(runbook_ids)s::uuid[]) AS wanted (id)
 CROSS JOIN LATERAL (
       SELECT id, state, created_at, ended_at
         FROM dd0c.executions
        WHERE tenant_id = %(tenant_id)s AND runbook_id = wanted.id
        ORDER BY id DESC
        LIMIT 1) e;

-- version_verdicts --
-- The latest verdict on each step of these versions.
-- The tenant as in `runbooks.newest_advice`.
SELECT DISTINCT ON (version_id, step_id) version_id, step_id, id, finding, advice, no_advice, rule, risk, unknown
  FROM dd0c.verdicts
 WHERE tenant_id = (SELECT %(tenant_id)s::uuid) AND version_id = ANY(%(version_ids)s)
 ORDER BY version_id, step_id, created_at DESC, id DESC;

-- list_repositories --
-- Every repository in use, or the one of a name, or some, with how far it is synced; ages in seconds of this clock.
SELECT p.id, p.name, p.forge, p.remote, p.branch, p.prefix, p.environment, p.head_commit,
       p.synced_commit, p.last_fetch_at, p.last_sync_at,
       p.behind_since, p.error_text, p.error_at, p.badge_sha256, p.direct_push,
       extract(epoch FROM clock_timestamp() - p.last_fetch_at)::float8 AS fetch_age,
       extract(epoch FROM clock_timestamp() - p.behind_since)::float8 AS lag,
       (SELECT s.trigger
          FROM dd0c.syncs s
         WHERE s.tenant_id = p.tenant_id AND s.repository_id = p.id AND s.outcome IN ('synced', 'partial')
         ORDER BY s.id DESC
         LIMIT 1) AS trigger,
       (SELECT count(*)
          FROM dd0c.runbooks r
         WHERE r.tenant_id = p.tenant_id AND r.repository_id = p.id AND r.retired_at IS NULL) AS runbooks,
       (SELECT count(*)
          FROM dd0c.files f
         WHERE f.tenant_id = p.tenant_id AND f.repository_id = p.id
           AND (f.state = 'stale_invalid' OR (f.state = 'skipped' AND f.kind <> 'other'))) AS broken
  FROM dd0c.repositories p
 WHERE p.tenant_id = %(tenant_id)s AND p.retired_at IS NULL AND (%(name)s::text IS NULL OR p.name = %(name)s::text)
   AND (%(ids)s::uuid[] IS NULL OR p.id = ANY(%(ids)s::uuid[]))
 ORDER BY p.name
 LIMIT 200;

-- broken_files --
-- Files whose newest content is not in service, and why.
SELECT f.repository_id, f.path, f.state, f.commit_oid, f.error_line, f.error_column, f.error_reason,
       f.serving_version_id, v.runbook_id, f.updated_at
  FROM dd0c.files f
  LEFT JOIN dd0c.runbook_versions v ON v.tenant_id = f.tenant_id AND v.id = f.serving_version_id
 WHERE f.tenant_id = %(tenant_id)s
   AND (f.state = 'stale_invalid' OR (f.state = 'skipped' AND f.kind <> 'other'))
 ORDER BY f.repository_id, f.path
 LIMIT 1000;

-- files_page --
-- A page of the files of a repository by path, with what of each is in service.
SELECT f.path, f.kind, f.state, f.commit_oid, f.blob_oid, f.error_line, f.error_column, f.error_reason, f.updated_at,
       r.id AS runbook_id, r.name, v.commit_oid AS service_commit
  FROM dd0c.files f
  LEFT JOIN dd0c.runbooks r
    ON r.tenant_id = f.tenant_id AND r.repository_id = f.repository_id AND r.path = f.path AND r.retired_at IS NULL
  LEFT JOIN dd0c.runbook_versions v ON v.tenant_id = f.tenant_id AND v.id = r.current_version_id
 WHERE f.tenant_id = %(tenant_id)s AND f.repository_id = %(repository_id)s AND f.state <> 'retired'
   AND (NOT %(broken)s OR (f.state = 'stale_invalid' OR (f.state = 'skipped' AND f.kind <> 'other')))
   AND (%(after)s::text IS NULL OR f.path > %(after)s::text)
   AND (%(path)s::text IS NULL OR f.path = %(path)s::text)
 ORDER BY f.path
 LIMIT %(count)s;

-- recent_syncs --
-- The last syncs of a repository or of all, newest first.
SELECT s.id, s.repository_id, p.name AS repository, s.from_commit, s.to_commit, s.trigger, s.outcome, s.counts, s.error,
       s.started_at, s.finished_at
  FROM dd0c.syncs s
  JOIN dd0c.repositories p ON p.tenant_id = s.tenant_id AND p.id = s.repository_id
 WHERE s.tenant_id = %(tenant_id)s
   AND (%(repository_id)s::uuid IS NULL OR s.repository_id = %(repository_id)s::uuid)
   AND (%(before)s::uuid IS NULL OR s.id < %(before)s::uuid)
 ORDER BY s.id DESC
 LIMIT %(count)s;

-- panic_state --
-- The tenant's mode as the database knows it.
SELECT mode, panic_epoch, mode_changed_at, mode_changed_by, mode_reason, panic_clear_by
  FROM dd0c.tenants
 WHERE id = %(tenant_id)s;

-- attempt_state --
-- Whether an attempt of this execution is over, and long enough for its output to be, too.
SELECT ended_at IS NOT NULL AS ended,
       coalesce(ended_at < clock_timestamp() - make_interval(secs => %(drain_seconds)s), false) AS settled
  FROM dd0c.step_executions
 WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s AND id = %(id)s;

-- runbook_by_name --
-- The runbooks of this name: those in service before retired ones, the newest first.
SELECT r.id, p.name AS repository, r.retired_at IS NULL AS serves
  FROM dd0c.runbooks r
  JOIN dd0c.repositories p ON p.tenant_id = r.tenant_id AND p.id = r.repository_id
 WHERE r.tenant_id = %(tenant_id)s AND r.name = %(name)s
 ORDER BY r.retired_at IS NOT NULL, r.id DESC
 LIMIT 10;

-- names_of_repository --
-- Every name that a repository has or had.
SELECT name, path, retired_at
  FROM dd0c.runbooks
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s;

-- paths_of_repository --
-- Every runbook file that is on the branch, in service or broken.
SELECT path
  FROM dd0c.files
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND kind = 'runbook' AND state <> 'retired';

-- served_content --
-- What a change of a runbook starts from: its content in service, and the newest blob of its file.
SELECT r.id, r.name, r.path, r.retired_at, p.name AS repository_name, p.prefix, v.content, v.content_sha256,
       f.blob_oid, f.commit_oid, f.state AS file_state
  FROM dd0c.runbooks r
  JOIN dd0c.repositories p ON p.tenant_id = r.tenant_id AND p.id = r.repository_id
  LEFT JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
  LEFT JOIN dd0c.files f ON f.tenant_id = r.tenant_id AND f.repository_id = r.repository_id AND f.path = r.path
 WHERE r.tenant_id = %(tenant_id)s AND r.id = %(id)s;
