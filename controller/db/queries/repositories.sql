-- add_repository --
-- A repository of the tenant; the same name twice is one repository (set-up runs more than once).
INSERT INTO dd0c.repositories (tenant_id, id, name, forge, remote, branch, prefix, direct_push, environment)
VALUES (%(tenant_id)s, %(id)s, %(name)s, %(forge)s, %(remote)s, %(branch)s, %(prefix)s, %(direct_push)s, %(environment)s)
ON CONFLICT (tenant_id, name) DO NOTHING

-- find_repository --
-- One repository by its id, retired ones too.
SELECT id, name, forge, remote, branch, prefix, direct_push, head_commit, synced_commit, last_sync_at,
       error_code, error_text, retired_at, rules_unread, environment,
       (SELECT count(*) FROM dd0c.repositories o
         WHERE o.tenant_id = %(tenant_id)s AND o.retired_at IS NULL) = 1 AS is_only
  FROM dd0c.repositories
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- find_repository_by_name --
-- One repository in use by its name: its place in /git/<tenant>/<name>.git.
SELECT id, name, forge, remote, branch, prefix, direct_push, head_commit, synced_commit, last_sync_at,
       error_code, error_text, retired_at, rules_unread, environment,
       (SELECT count(*) FROM dd0c.repositories o
         WHERE o.tenant_id = %(tenant_id)s AND o.retired_at IS NULL) = 1 AS is_only
  FROM dd0c.repositories
 WHERE tenant_id = %(tenant_id)s AND name = %(name)s AND retired_at IS NULL

-- repositories_in_use --
-- All repositories in use, oldest first: the first is where proposals go unless told otherwise.
SELECT id, name, forge, remote, branch, prefix, direct_push, head_commit, synced_commit, last_sync_at,
       error_code, error_text, retired_at, rules_unread, environment,
       (SELECT count(*) FROM dd0c.repositories o
         WHERE o.tenant_id = %(tenant_id)s AND o.retired_at IS NULL) = 1 AS is_only
  FROM dd0c.repositories
 WHERE tenant_id = %(tenant_id)s AND retired_at IS NULL
 ORDER BY id
 LIMIT 200

-- repositories_like --
-- Those that have this place or this name, removed ones too.
SELECT id, name, forge, remote, branch, prefix, direct_push, head_commit, synced_commit, last_sync_at,
       error_code, error_text, retired_at, rules_unread, environment
  FROM dd0c.repositories
 WHERE tenant_id = %(tenant_id)s
   AND ((remote = %(remote)s AND branch = %(branch)s AND prefix = %(prefix)s) OR name = %(name)s)
 ORDER BY retired_at IS NOT NULL, id
 LIMIT 10

-- use_again --
-- A repository that was removed comes back: all of it is read anew.
UPDATE dd0c.repositories
   SET retired_at = NULL, environment = %(environment)s, head_commit = NULL, synced_commit = NULL, last_fetch_at = NULL,
       last_sync_at = NULL, behind_since = NULL, error_code = NULL, error_text = NULL, error_at = NULL,
       told_sha256 = NULL
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND retired_at IS NOT NULL

-- retire_repository --
-- It is looked at no more; what it brought is kept, out of service.
UPDATE dd0c.repositories
   SET retired_at = clock_timestamp(), badge_sha256 = NULL, policy_source = false, behind_since = NULL
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND retired_at IS NULL

-- runbooks_in_service --
-- What goes out of service with a repository.
SELECT id, name, path
  FROM dd0c.runbooks
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND retired_at IS NULL
 ORDER BY name

-- runs_under_way --
-- Executions of a repository's runbooks that have not ended; they go on as they were started.
SELECT count(*)
  FROM dd0c.executions e
  JOIN dd0c.runbooks r ON r.tenant_id = e.tenant_id AND r.id = e.runbook_id
 WHERE e.tenant_id = %(tenant_id)s AND r.repository_id = %(repository_id)s
   AND e.state NOT IN ('completed', 'aborted')

-- flags_kept_off --
-- The flags that a repository switches off.
SELECT name
  FROM dd0c.flags
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND NOT enabled
 ORDER BY name

-- release_flags --
-- A repository that is removed switches nothing off any more.
UPDATE dd0c.flags
   SET enabled = true, document = '{"enabled": true}', updated_at = clock_timestamp()
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND NOT enabled

-- lock_repository --
-- The row that serialises syncs of one repository on all replicas.
SELECT id, name, forge, remote, branch, prefix, direct_push, head_commit, synced_commit, last_sync_at,
       error_code, error_text, retired_at, rules_unread, environment
  FROM dd0c.repositories
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s
   FOR UPDATE

-- lock_rules --
-- Whoever changes policy, flags or their source, or compares a change with those in force, does so alone in the tenant,
-- on whichever replica; it ends with the transaction. Taken before any repository is locked.
SELECT pg_advisory_xact_lock(hashtextextended('dd0c.rules ' || %(tenant_id)s::text, 0))

-- allow_direct_push --
-- Whether maintainers may push to the synced branch without a pull request.
UPDATE dd0c.repositories
   SET direct_push = %(direct_push)s
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- forget_policy_source --
-- No repository is named; the next statement of the transaction names one.
UPDATE dd0c.repositories
   SET policy_source = false
 WHERE tenant_id = %(tenant_id)s AND policy_source

-- name_policy_source --
-- The repository whose policy.json may allow something.
UPDATE dd0c.repositories
   SET policy_source = true
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND retired_at IS NULL

-- set_badge --
-- Another token shows the badge, or none.
UPDATE dd0c.repositories
   SET badge_sha256 = %(sha256)s
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- note_head --
-- A fetch saw a head that the rows do not show yet. Hits no row where another replica was faster.
UPDATE dd0c.repositories
   SET head_commit = %(head)s, last_fetch_at = clock_timestamp(),
       behind_since = coalesce(behind_since, clock_timestamp())
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND synced_commit IS NOT DISTINCT FROM %(before)s

-- note_fetch --
-- A fetch found the head where the rows are already; whatever was wrong before is over. Hits no row where another
-- replica synced a newer one, or noted another head or error since this look began.
UPDATE dd0c.repositories
   SET head_commit = %(head)s, last_fetch_at = clock_timestamp(), behind_since = NULL, error_code = NULL,
       error_text = NULL, error_at = NULL
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND synced_commit = %(head)s
   AND head_commit IS NOT DISTINCT FROM %(head_before)s AND error_text IS NOT DISTINCT FROM %(error_before)s

-- note_error --
-- The repository could not be synced as a whole; the rows stay at the commit that they show.
UPDATE dd0c.repositories
   SET error_code = %(code)s, error_text = %(text)s,
       error_at = CASE WHEN error_text IS DISTINCT FROM %(text)s THEN clock_timestamp() ELSE error_at END
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- note_synced --
-- The rows show this commit now. Hits no row where another replica was faster.
UPDATE dd0c.repositories
   SET head_commit = %(commit)s, synced_commit = %(commit)s, last_fetch_at = clock_timestamp(), behind_since = NULL,
       last_sync_at = clock_timestamp(), error_code = NULL, error_text = NULL, error_at = NULL, rules_unread = false
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND synced_commit IS NOT DISTINCT FROM %(before)s

-- standing_of --
-- What the forge is to be told of a repository: the commit that serves and what of it does not, or the head that could
-- not be synced as a whole, why not; and which status it was told last.
SELECT r.synced_commit, r.head_commit, r.error_code, r.error_text, r.told_sha256,
       (SELECT count(*)
          FROM dd0c.runbooks b
         WHERE b.tenant_id = %(tenant_id)s AND b.repository_id = r.id AND b.retired_at IS NULL) AS serving,
       (SELECT count(*)
          FROM dd0c.files f
         WHERE f.tenant_id = %(tenant_id)s AND f.repository_id = r.id
           AND (f.state = 'stale_invalid' OR (f.state = 'skipped' AND f.kind <> 'other'))) AS broken
  FROM dd0c.repositories r
 WHERE r.tenant_id = %(tenant_id)s AND r.id = %(id)s AND r.retired_at IS NULL

-- broken_files_of --
-- The first files by path whose newest content is not in service, why not, and whether an older one serves.
SELECT path, coalesce(error_line, 0) AS line, coalesce(error_reason, '') AS reason,
       serving_version_id IS NOT NULL AS serves
  FROM dd0c.files
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s
   AND (state = 'stale_invalid' OR (state = 'skipped' AND kind <> 'other'))
 ORDER BY path
 LIMIT %(count)s

-- note_told --
-- The forge was told this status. Where another replica told one since, nobody knows which came last: tell it again.
UPDATE dd0c.repositories
   SET told_sha256 = CASE WHEN told_sha256 IS NOT DISTINCT FROM %(before)s::text THEN %(told)s END
 WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- sync_totals --
-- What is in service of a repository, and what is not.
SELECT (SELECT count(*)
          FROM dd0c.runbooks
         WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND retired_at IS NULL) AS serving,
       count(*) FILTER (WHERE (state = 'stale_invalid' OR (state = 'skipped' AND kind <> 'other'))) AS broken,
       count(*) FILTER (WHERE state = 'skipped' AND kind = 'other') AS skipped
  FROM dd0c.files
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND state IN ('stale_invalid', 'skipped')

-- add_sync --
-- One sync that did something, or was asked for by hand.
INSERT INTO dd0c.syncs (tenant_id, id, repository_id, from_commit, to_commit, trigger, outcome, counts, error, started_at)
VALUES (%(tenant_id)s, %(id)s, %(repository_id)s, %(before)s, %(commit)s, %(trigger)s, %(outcome)s, %(counts)s,
        %(error)s, %(started_at)s)

-- drop_repeated_sync --
-- The last sync of a repository, where it came to the same: the next one takes its place.
DELETE FROM dd0c.syncs s
 WHERE s.tenant_id = %(tenant_id)s AND s.repository_id = %(repository_id)s
   AND s.outcome = %(outcome)s AND s.error IS NOT DISTINCT FROM %(error)s
   AND s.id = (SELECT l.id
                 FROM dd0c.syncs l
                WHERE l.tenant_id = %(tenant_id)s AND l.repository_id = %(repository_id)s
                ORDER BY l.id DESC
                LIMIT 1)

-- prune_syncs --
-- Only the newest syncs of a repository are kept.
DELETE FROM dd0c.syncs
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s
   AND id <= (SELECT id
                FROM dd0c.syncs
               WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s
               ORDER BY id DESC
              OFFSET %(kept)s
               LIMIT 1)
