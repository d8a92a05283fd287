-- add_proposal --
-- A proposal before its pull request is opened: the same key again is the same proposal.
INSERT INTO dd0c.proposals (tenant_id, id, repository_id, key, kind, title, runbook_name, branch, base_commit,
                            source_sha256, created_by)
VALUES (%(tenant_id)s, %(id)s, %(repository_id)s, %(key)s, %(kind)s, %(title)s, %(runbook_name)s, %(branch)s,
        %(base_commit)s, %(source_sha256)s, %(created_by)s)
ON CONFLICT (tenant_id, repository_id, key) DO NOTHING

-- proposal_begun --
-- Who proposed it first, and when: its files say so, whoever proposes the same again.
SELECT created_by, created_at
  FROM dd0c.proposals
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND key = %(key)s

-- import_turn --
-- The tenant's turn to decide what a batch brings, on whichever replica; it ends with the transaction. The forge
-- is asked meanwhile, so the transaction may wait longer than others.
SELECT set_config('idle_in_transaction_session_timeout', %(patience)s, true),
       pg_advisory_xact_lock(hashtextextended('dd0c.import ' || %(tenant_id)s::text, 0))

-- proposal_opened --
-- Its pull request exists; gives the proposal's id only the first time.
UPDATE dd0c.proposals
   SET pull_number = %(pull_number)s, state = 'open', error = NULL, updated_at = clock_timestamp()
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND key = %(key)s
   AND (pull_number IS DISTINCT FROM %(pull_number)s OR state IN ('pending', 'failed', 'closed'))
RETURNING id

-- proposal_failed --
-- Its pull request could not be opened; proposing the same again tries again.
UPDATE dd0c.proposals
   SET state = 'failed', error = %(error)s, updated_at = clock_timestamp()
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND key = %(key)s

-- add_proposed_document --
-- One text of a batch, in the pull request of all of them; found again by its digest.
INSERT INTO dd0c.proposals (tenant_id, id, repository_id, key, kind, title, runbook_name, branch, pull_number, state,
                            source_sha256, created_by)
VALUES (%(tenant_id)s, %(id)s, %(repository_id)s, %(key)s, 'document', %(title)s, %(runbook_name)s, %(branch)s,
        %(pull_number)s, 'open', %(source_sha256)s, %(created_by)s)
ON CONFLICT (tenant_id, repository_id, key) DO UPDATE
   SET pull_number = EXCLUDED.pull_number, state = 'open', updated_at = clock_timestamp()

-- documents_settled --
-- The texts of a batch go where its pull request went.
UPDATE dd0c.proposals
   SET state = %(state)s, updated_at = clock_timestamp()
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND kind = 'document'
   AND branch = (SELECT b.branch FROM dd0c.proposals b
                  WHERE b.tenant_id = %(tenant_id)s AND b.repository_id = %(repository_id)s AND b.key = %(key)s)

-- imported_texts --
-- Which texts are in an open pull request, or were merged and are in service still.
SELECT DISTINCT ON (p.source_sha256) p.source_sha256, p.runbook_name, p.pull_number, g.name AS repository_name,
       (SELECT count(*) FROM dd0c.repositories o
         WHERE o.tenant_id = %(tenant_id)s AND o.retired_at IS NULL) > 1 AS several
  FROM dd0c.proposals p
  JOIN dd0c.repositories g ON g.tenant_id = p.tenant_id AND g.id = p.repository_id
  LEFT JOIN dd0c.runbooks r ON r.tenant_id = p.tenant_id AND r.repository_id = p.repository_id
                           AND r.name = p.runbook_name
 WHERE p.tenant_id = %(tenant_id)s AND p.source_sha256 = ANY(%(digests)s::text[])
   AND (p.state = 'open' OR (p.state = 'merged' AND r.name IS NOT NULL AND r.retired_at IS NULL))
 ORDER BY p.source_sha256, p.id DESC

-- names_proposed --
-- Names that open pull requests bring.
SELECT DISTINCT runbook_name AS name
  FROM dd0c.proposals
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND state = 'open'
   AND runbook_name IS NOT NULL

-- proposal_settled --
-- Its pull request was merged or closed.
UPDATE dd0c.proposals
   SET state = %(state)s, updated_at = clock_timestamp()
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND key = %(key)s

-- proposal_settled_once --
-- Its pull request was merged or closed on a forge elsewhere; gives the proposal's id only the first time.
UPDATE dd0c.proposals
   SET state = %(state)s, updated_at = clock_timestamp()
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND key = %(key)s AND state <> %(state)s
RETURNING id

-- proposals_open --
-- Those whose pull request may have been merged or closed elsewhere, oldest first.
SELECT key, pull_number
  FROM dd0c.proposals
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND state = 'open'
   AND pull_number IS NOT NULL AND kind <> 'document'
 ORDER BY id
 LIMIT 50

-- proposal_of_pull --
-- What a pull request proposes; a branch that somebody pushed has none.
SELECT kind, runbook_name, source_sha256
  FROM dd0c.proposals
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND pull_number = %(pull_number)s
 ORDER BY kind = 'document', id DESC
 LIMIT 1

-- proposer_of_pull --
-- The member who proposed a pull request here; none for a branch that somebody pushed.
SELECT created_by
  FROM dd0c.proposals
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s AND pull_number = %(pull_number)s
 ORDER BY kind = 'document', id DESC
 LIMIT 1
