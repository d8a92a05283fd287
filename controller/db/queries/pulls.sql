-- find_pull --
-- One pull request of the built-in forge.
SELECT number, key, title, body, branch, base_branch, base_commit, head_commit, state, author, created_at, updated_at,
       merge_commit, merged_by, merged_at
  FROM dd0c.pulls
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND number = %(number)s

-- find_pull_by_key --
-- The pull request of a proposal's key.
SELECT number, key, title, body, branch, base_branch, base_commit, head_commit, state, author, created_at, updated_at,
       merge_commit, merged_by, merged_at
  FROM dd0c.pulls
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND key = %(key)s

-- page_of_pulls --
-- Newest first, below a number.
SELECT number, key, title, body, branch, base_branch, base_commit, head_commit, state, author, created_at, updated_at,
       merge_commit, merged_by, merged_at
  FROM dd0c.pulls
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND state = %(state)s
   AND (%(before)s::integer IS NULL OR number < %(before)s::integer)
 ORDER BY number DESC
 LIMIT %(count)s

-- unsettled_pulls --
-- The newest ones, whatever they say: what a repair holds against git.
SELECT number, key, title, body, branch, base_branch, base_commit, head_commit, state, author, created_at, updated_at,
       merge_commit, merged_by, merged_at
  FROM dd0c.pulls
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s
 ORDER BY number DESC
 LIMIT 1000

-- pulls_headed_by --
-- The numbers of those whose head is this commit.
SELECT number
  FROM dd0c.pulls
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND head_commit = %(commit)s
 ORDER BY number

-- put_pull --
-- A pull request as it is now.
INSERT INTO dd0c.pulls (tenant_id, repository_id, number, key, title, body, branch, base_branch, base_commit,
                        head_commit, state, merge_commit, author, merged_by, created_at, updated_at, merged_at, closed_at)
VALUES (%(tenant_id)s, %(repository_id)s, %(number)s, %(key)s, %(title)s, %(body)s, %(branch)s, %(base_branch)s,
        %(base_commit)s, %(head_commit)s, %(state)s, %(merge_commit)s, %(author)s, %(merged_by)s, %(created_at)s,
        %(updated_at)s, %(merged_at)s, CASE WHEN %(state)s = 'closed' THEN clock_timestamp() END)
ON CONFLICT (tenant_id, repository_id, number) DO UPDATE
   SET key = EXCLUDED.key, title = EXCLUDED.title, body = EXCLUDED.body, branch = EXCLUDED.branch,
       base_branch = EXCLUDED.base_branch, base_commit = EXCLUDED.base_commit, head_commit = EXCLUDED.head_commit,
       state = EXCLUDED.state, merge_commit = EXCLUDED.merge_commit, author = EXCLUDED.author,
       merged_by = EXCLUDED.merged_by, updated_at = EXCLUDED.updated_at, merged_at = EXCLUDED.merged_at,
       closed_at = EXCLUDED.closed_at

-- lock_pull --
-- Held while an event is numbered.
SELECT number
  FROM dd0c.pulls
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND number = %(number)s
   FOR UPDATE

-- put_pull_event --
-- Append an event; with a key, the same kind, key and commit replaces what was there: a review goes to the end
-- with it, since the newest word counts. Under lock_pull.
WITH last AS (
    SELECT coalesce(max(seq), 0) AS seq
      FROM dd0c.pull_events
     WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND number = %(number)s
), replaced AS (
    UPDATE dd0c.pull_events
       SET body = %(body)s, data = %(data)s, actor = %(actor)s, updated_at = %(at)s,
           created_at = CASE WHEN kind = 'review' THEN %(at)s ELSE created_at END,
           seq = CASE WHEN kind = 'review' THEN (SELECT seq FROM last) + 1 ELSE seq END
     WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND number = %(number)s
       AND %(key)s::text IS NOT NULL AND kind = %(kind)s AND key = %(key)s::text
       AND commit_oid IS NOT DISTINCT FROM %(commit)s::text
    RETURNING 1
)
INSERT INTO dd0c.pull_events (tenant_id, repository_id, number, seq, kind, key, commit_oid, actor, body, data,
                              created_at, updated_at)
SELECT %(tenant_id)s, %(repository_id)s, %(number)s, (SELECT seq FROM last) + 1,
       %(kind)s, %(key)s, %(commit)s, %(actor)s, %(body)s, %(data)s, %(at)s, %(at)s
 WHERE NOT EXISTS (SELECT FROM replaced)

-- pull_events_of --
-- What happened to a pull request, in order.
SELECT kind, actor, created_at AS at, key, commit_oid AS commit, body, data
  FROM dd0c.pull_events
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND number = %(number)s
 ORDER BY seq
 LIMIT %(most)s

-- checks_of_heads --
-- What the checks said about these heads of pull requests, without what they wrote: for a page of a list.
SELECT e.number, e.actor, e.created_at AS at, e.key, e.commit_oid AS commit, e.data
  FROM unnest(%(numbers)s::integer[], %(commits)s::text[]) AS head (number, commit_oid)
  JOIN dd0c.pull_events e
    ON e.tenant_id = %(tenant_id)s AND e.repository_id = %(repository_id)s AND e.number = head.number
   AND e.kind = 'check' AND e.key IS NOT NULL AND e.commit_oid = head.commit_oid
 ORDER BY e.number, e.seq

-- put_commit_check --
-- What a check says of a commit that heads no pull request.
INSERT INTO dd0c.commit_checks (tenant_id, repository_id, commit_oid, name, status, title, summary)
VALUES (%(tenant_id)s, %(repository_id)s, %(commit)s, %(name)s, %(status)s, %(title)s, %(summary)s)
ON CONFLICT (tenant_id, repository_id, commit_oid, name) DO UPDATE
   SET status = EXCLUDED.status, title = EXCLUDED.title, summary = EXCLUDED.summary, updated_at = EXCLUDED.updated_at

-- prune_commit_checks --
-- Only the newest of a repository are kept.
DELETE FROM dd0c.commit_checks
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s
   AND updated_at <= (SELECT updated_at
                        FROM dd0c.commit_checks
                       WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s
                       ORDER BY updated_at DESC
                      OFFSET %(kept)s
                       LIMIT 1)

-- commit_checks_on --
-- What checks said of a commit that heads no pull request.
SELECT name, status, title, summary
  FROM dd0c.commit_checks
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND commit_oid = %(commit)s
 ORDER BY name
 LIMIT 100
