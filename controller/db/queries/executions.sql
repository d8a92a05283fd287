-- add_execution --
-- A new execution, pending, at version 0.
INSERT INTO dd0c.executions (tenant_id, id, runbook_id, runbook_version_id, parent_execution_id, alert_id, state,
                             version, engine_version, trust, governance, undo_steps, title, requested_by, source)
VALUES (%(tenant_id)s, %(id)s, %(runbook_id)s, %(version_id)s, %(parent_id)s, %(alert_id)s, 'pending',
        0, %(engine_version)s, %(trust)s, 'strict', %(undo_steps)s, %(title)s, %(requested_by)s, %(source)s)

-- lock_execution --
-- The row lock that admits one writer, the time of the decision, and the tenant's mode. `now` is read after the
-- lock is held: clock_timestamp() in the outer query of a lock taken inside.
WITH locked AS MATERIALIZED (
    SELECT e.id, e.version, e.state, e.engine_version, e.runbook_version_id, e.undo_steps, e.crash_count,
           e.crash_version, e.parent_execution_id, e.requested_by
    FROM dd0c.executions e
    WHERE e.tenant_id = %(tenant_id)s AND e.id = %(execution_id)s
    FOR UPDATE
)
SELECT l.*, t.mode, t.panic_epoch, clock_timestamp() AS now
FROM locked l JOIN dd0c.tenants t ON t.id = %(tenant_id)s

-- read_execution --
-- As `lock_execution`, for looking only.
SELECT e.id, e.version, e.state, e.engine_version, e.runbook_version_id, e.undo_steps, e.crash_count,
       e.crash_version, e.parent_execution_id, e.requested_by, t.mode, t.panic_epoch, clock_timestamp() AS now
FROM dd0c.executions e JOIN dd0c.tenants t ON t.id = e.tenant_id
WHERE e.tenant_id = %(tenant_id)s AND e.id = %(execution_id)s

-- save_execution --
-- The guarded write: it must hit one row, or somebody else was faster (PROMISES.md 9).
UPDATE dd0c.executions
SET state = %(state)s, version = %(version)s, engine_version = %(engine_version)s, trust = %(trust)s,
    governance = %(governance)s, policy = %(policy)s, policy_sha256 = %(policy_sha256)s,
    policy_commit = %(policy_commit)s, cursor = %(cursor)s, resume_to = %(resume_to)s,
    held_result = %(held_result)s, panic = %(panic)s, fate_unknown = %(fate_unknown)s, reason = %(reason)s,
    snapshot = %(snapshot)s, crash_count = 0, crash_version = NULL, updated_at = %(now)s,
    started_at = %(started_at)s, ended_at = %(ended_at)s
WHERE tenant_id = %(tenant_id)s AND id = %(execution_id)s AND version = %(version)s - 1

-- append_event --
-- History, written by the transaction that moves the state.
INSERT INTO dd0c.execution_events (tenant_id, execution_id, version, event_key, event_type, event, sealed, actor,
                                   from_state, to_state, passed, effects, known, path, engine_version, decided_at)
VALUES (%(tenant_id)s, %(execution_id)s, %(version)s, %(event_key)s, %(event_type)s, %(event)s, %(sealed)s,
        %(actor)s, %(from_state)s, %(to_state)s, %(passed)s, %(effects)s, %(known)s, %(path)s,
        %(engine_version)s, %(now)s)

-- event_by_key --
-- Whether an event was taken before: a repeat changes nothing.
SELECT version
FROM dd0c.execution_events
WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s AND event_key = %(event_key)s

-- history --
-- What happened after a version, oldest first.
SELECT version, event_key, event_type, event, sealed, actor, from_state, to_state, passed, effects, known, path,
       decided_at
FROM dd0c.execution_events
WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s AND version > %(after)s
ORDER BY version
LIMIT %(most)s

-- begin_handling --
-- Counts a handling before it begins, so that one which kills the process is counted too (PROMISES.md 11).
UPDATE dd0c.executions
SET crash_count = CASE WHEN crash_version = version THEN crash_count + 1 ELSE 1 END, crash_version = version
WHERE tenant_id = %(tenant_id)s AND id = %(execution_id)s AND state NOT IN ('completed', 'aborted')
RETURNING crash_count, version

-- end_handling --
-- The handling ended without a change and without a crash.
UPDATE dd0c.executions
SET crash_count = greatest(crash_count - 1, 0)
WHERE tenant_id = %(tenant_id)s AND id = %(execution_id)s AND crash_version = version AND crash_count > 0

-- version_facts --
-- A runbook version with what an intent names, and whether it may still be started.
SELECT v.id AS version_id, v.runbook_id, v.content_sha256, v.content, v.commit_oid, r.repository_id, r.name,
       r.title, r.service,
       (r.retired_at IS NULL AND r.current_version_id = v.id) AS in_service
FROM dd0c.runbook_versions v
JOIN dd0c.runbooks r ON r.tenant_id = v.tenant_id AND r.id = v.runbook_id
WHERE v.tenant_id = %(tenant_id)s AND v.id = %(version_id)s

-- version_verdicts --
-- The newest verdict on each command of a version.
SELECT DISTINCT ON (step_id) step_id, finding, advice, no_advice
FROM dd0c.verdicts
WHERE tenant_id = %(tenant_id)s AND version_id = %(version_id)s AND step_id IS NOT NULL
ORDER BY step_id, created_at DESC, id DESC

-- current_version --
-- The version of a runbook that may be started now.
SELECT current_version_id AS id
FROM dd0c.runbooks
WHERE tenant_id = %(tenant_id)s AND id = %(runbook_id)s AND retired_at IS NULL

-- live_executions --
-- Everything that a panic concerns.
SELECT id
FROM dd0c.executions
WHERE tenant_id = %(tenant_id)s AND state NOT IN ('completed', 'aborted')
ORDER BY id

-- list_executions --
-- The newest first; `before` is the last id of the page before.
SELECT e.id, e.version, e.state, e.runbook_id, e.runbook_version_id, r.name AS runbook_name, e.title, e.trust,
       e.governance, e.panic, e.fate_unknown, e.reason, e.requested_by, e.snapshot, e.created_at, e.updated_at,
       e.started_at, e.ended_at, e.parent_execution_id
FROM dd0c.executions e
JOIN dd0c.runbooks r ON r.tenant_id = e.tenant_id AND r.id = e.runbook_id
WHERE e.tenant_id = %(tenant_id)s
  AND (%(before)s::uuid IS NULL OR e.id < %(before)s)
  AND (%(runbook_id)s::uuid IS NULL OR e.runbook_id = %(runbook_id)s)
  AND (%(states)s::text[] = '{}' OR e.state = ANY(%(states)s))
ORDER BY e.id DESC
LIMIT %(most)s

-- execution_facts --
-- What the page of one execution shows beside the fold.
SELECT e.id, e.requested_by, e.source, e.alert_id, e.parent_execution_id, e.created_at, e.updated_at
FROM dd0c.executions e
WHERE e.tenant_id = %(tenant_id)s AND e.id = %(execution_id)s

-- rollbacks_of --
-- The executions that undo another one, oldest first, and whether anything ran in them or was done by hand: an
-- attempt that an agent refused, or that was taken back before it was sent, did not run; a lost one may have.
SELECT e.id, e.state,
       EXISTS (SELECT FROM dd0c.step_executions s
               WHERE s.tenant_id = e.tenant_id AND s.execution_id = e.id AND s.status <> 'refused'
                 AND NOT EXISTS (SELECT FROM dd0c.dispatches d
                                 WHERE d.tenant_id = s.tenant_id AND d.step_execution_id = s.id
                                   AND d.kind = 'run' AND d.state = 'revoked'))
       OR EXISTS (SELECT FROM dd0c.execution_events h
                  WHERE h.tenant_id = e.tenant_id AND h.execution_id = e.id
                    AND h.event_type IN ('DoneByHand', 'Reported')) AS touched
FROM dd0c.executions e
WHERE e.tenant_id = %(tenant_id)s AND e.runbook_id = %(runbook_id)s AND e.parent_execution_id = %(execution_id)s
ORDER BY e.id

-- effect_done --
-- An external effect happened: at most once by its key.
INSERT INTO dd0c.effects_done (tenant_id, effect_key, result)
VALUES (%(tenant_id)s, %(effect_key)s, %(result)s)
ON CONFLICT DO NOTHING

-- current_policies --
-- The policy of each repository as git last had it good; the source's may allow something, the others' only tighten.
SELECT p.content_sha256, p.commit_oid, p.document, p.repository_id,
       p.repository_id IS NOT DISTINCT FROM (
           SELECT r.id
             FROM dd0c.repositories r
            WHERE r.tenant_id = %(tenant_id)s AND (r.policy_source OR r.retired_at IS NULL)
            ORDER BY r.policy_source DESC, r.id
            LIMIT 1) AS is_source
FROM dd0c.policies p
WHERE p.tenant_id = %(tenant_id)s AND p.current
ORDER BY p.repository_id

-- policy_source --
-- The repository whose policy may allow something: the one that was named, else the tenant's first.
SELECT r.id
FROM dd0c.repositories r
WHERE r.tenant_id = %(tenant_id)s AND (r.policy_source OR r.retired_at IS NULL)
ORDER BY r.policy_source DESC, r.id
LIMIT 1

-- tenant_flags --
-- What each repository says about its flags; one that the product switched off itself is off.
SELECT name, enabled, document, repository_id, disabled_at IS NOT NULL AS disabled
FROM dd0c.flags
WHERE tenant_id = %(tenant_id)s

-- in_state --
-- Executions that rest in one state.
SELECT id, version
FROM dd0c.executions
WHERE tenant_id = %(tenant_id)s AND state = %(state)s
ORDER BY id
LIMIT 1000
