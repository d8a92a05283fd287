-- add_repository --
-- The least that a runbook hangs on.
INSERT INTO dd0c.repositories (tenant_id, id, name, forge, remote)
VALUES (%(tenant_id)s, %(id)s, 'main', 'builtin', 'builtin')
ON CONFLICT DO NOTHING

-- add_runbook --
-- A runbook whose version follows.
INSERT INTO dd0c.runbooks (tenant_id, id, repository_id, name, title, path)
VALUES (%(tenant_id)s, %(id)s, %(repository_id)s, %(name)s, %(title)s, %(path)s)

-- add_version --
-- One content of it.
INSERT INTO dd0c.runbook_versions (tenant_id, id, runbook_id, content_sha256, content, document, path, blob_oid,
                                   commit_oid)
VALUES (%(tenant_id)s, %(id)s, %(runbook_id)s, %(content_sha256)s, %(content)s, %(document)s, %(path)s,
        repeat('a', 40), %(commit)s)

-- serve_version --
-- It is in service.
UPDATE dd0c.runbooks SET current_version_id = %(version_id)s
WHERE tenant_id = %(tenant_id)s AND id = %(runbook_id)s

-- add_classification --
-- What a step's command was judged to be.
INSERT INTO dd0c.classifications (tenant_id, id, version_id, step_id, scanner_version, knowledge_version,
                                  advisor_version, finding, advice, rule, risk, unknown)
VALUES (%(tenant_id)s, %(id)s, %(version_id)s, %(step_id)s, '1', '1', %(advisor_version)s, %(finding)s, %(advice)s,
        %(rule)s, %(risk)s, %(unknown)s)

-- add_policy --
-- The tenant's policy at a commit.
INSERT INTO dd0c.policies (tenant_id, content_sha256, repository_id, commit_oid, document, current)
VALUES (%(tenant_id)s, %(sha256)s, %(repository_id)s, repeat('b', 40), %(document)s, true)

-- add_flag --
-- One flag.
INSERT INTO dd0c.flags (tenant_id, name, enabled) VALUES (%(tenant_id)s, %(name)s, %(enabled)s)

-- add_agent --
-- An agent whose stream is open.
INSERT INTO dd0c.agents (tenant_id, id, name, labels, instance_id, connected_at, last_seen_at, stream_epoch)
VALUES (%(tenant_id)s, %(id)s, %(name)s, %(labels)s, %(instance_id)s, clock_timestamp(),
        clock_timestamp() + interval '1 hour', 1)

-- set_instance --
-- The agent lost its journal: another instance connects.
UPDATE dd0c.agents SET instance_id = %(instance_id)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- dispatches --
-- Every order to agents, oldest first.
SELECT id, kind, state, step_execution_id, agent_id, agent_instance, epoch, sealed, not_after
FROM dd0c.dispatches WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s ORDER BY id

-- mark_sent --
-- As the link does before it writes to the stream.
UPDATE dd0c.dispatches SET state = 'sent', sent_at = clock_timestamp(), sends = sends + 1
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND state = 'pending'

-- step_rows --
-- Every step execution.
SELECT id, step_id, status, attempt, exit_code, late_result, kind
FROM dd0c.step_executions WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s ORDER BY created_at, id

-- audit --
-- The trail of an execution.
SELECT event_type, actor_id, event_data::text AS event_data
FROM dd0c.audit_events WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s ORDER BY id

-- timers --
-- What is due when.
SELECT kind, version, step_execution_id, gate_id
FROM dd0c.timers WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s ORDER BY kind

-- hasten --
-- As if the time of a timer had come.
UPDATE dd0c.timers SET due_at = clock_timestamp() - interval '1 second'
WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s AND kind = %(kind)s

-- set_mode --
-- The tenant panics, or not any more.
UPDATE dd0c.tenants SET mode = %(mode)s, panic_epoch = panic_epoch + 1 WHERE id = %(tenant_id)s

-- damage_gate --
-- One byte of what a gate shows is another one.
UPDATE dd0c.gates SET intent_sealed = %(sealed)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- gate --
-- A gate as it is stored.
SELECT id, intent_sha256, intent_sealed, voided_at, void_reason, closed_at, round, auto_rule
FROM dd0c.gates WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- approvals --
-- What was approved.
SELECT gate_id, member_id, decision, intent_sha256, role
FROM dd0c.approvals WHERE tenant_id = %(tenant_id)s AND gate_id = %(gate_id)s

-- execution --
-- The row of an execution.
SELECT state, version, crash_count, crash_version, runbook_version_id, parent_execution_id, undo_steps
FROM dd0c.executions WHERE tenant_id = %(tenant_id)s AND id = %(execution_id)s

-- stale_save --
-- A writer that was frozen and wakes late writes what it knew.
UPDATE dd0c.executions SET state = 'completed', version = %(version)s
WHERE tenant_id = %(tenant_id)s AND id = %(execution_id)s AND version = %(version)s - 1

-- diverge --
-- The row of an execution no longer agrees with its history, so that nothing can be decided about it.
UPDATE dd0c.executions SET version = version + 1 WHERE tenant_id = %(tenant_id)s AND id = %(execution_id)s

-- event_count --
-- How often an event of a type was stored.
SELECT count(*) AS count FROM dd0c.execution_events
WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s AND event_type = %(event_type)s

-- revoke_agent --
-- Trusted no more.
UPDATE dd0c.agents SET revoked_at = clock_timestamp() WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- rows_in_the_open --
-- Whatever of an execution can be read without a key.
SELECT string_agg(found.text, ' ') AS text
FROM (SELECT e::text AS text FROM dd0c.executions e WHERE e.id = %(execution_id)s
      UNION ALL SELECT v::text FROM dd0c.execution_events v WHERE v.execution_id = %(execution_id)s
      UNION ALL SELECT g::text FROM dd0c.gates g WHERE g.execution_id = %(execution_id)s
      UNION ALL SELECT a::text FROM dd0c.approvals a JOIN dd0c.gates g ON g.tenant_id = a.tenant_id AND g.id = a.gate_id
                WHERE g.execution_id = %(execution_id)s
      UNION ALL SELECT u::text FROM dd0c.audit_events u WHERE u.execution_id = %(execution_id)s) AS found

-- sealed_audit --
-- The audit records of an execution that have a sealed part.
SELECT u.id AS event_id, u.event_type, u.sealed
FROM dd0c.audit_events u
WHERE u.execution_id = %(execution_id)s AND u.sealed IS NOT NULL

-- hasten_jobs --
-- As if the time of every job of the engine that waits had come.
UPDATE procrastinate.procrastinate_jobs SET scheduled_at = NULL
WHERE status = 'todo' AND task_name LIKE 'engine.%%'

-- give_up_jobs --
-- As if every job of a task that waits had been tried too often.
UPDATE procrastinate.procrastinate_jobs SET status = 'failed' WHERE status = 'todo' AND task_name = %(task)s

-- waits_for_a_lock --
-- How many connections wait for a row that another transaction has changed.
SELECT count(*) AS count FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'

-- lock_attempt --
-- As a transition does that writes something about an attempt.
UPDATE dd0c.step_executions SET late_result = late_result WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- revoke_run --
-- As a transition does behind that: its run is taken back.
UPDATE dd0c.dispatches SET state = 'revoked', done_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND step_execution_id = %(id)s AND kind = 'run' AND state = 'pending'

-- next_job --
-- What the next worker that is free takes.
SELECT task_name AS name FROM procrastinate.procrastinate_jobs
WHERE status = 'todo' ORDER BY priority DESC, id LIMIT 1

-- jobs --
-- The jobs of a task that wait.
SELECT count(*) AS count FROM procrastinate.procrastinate_jobs WHERE status = 'todo' AND task_name = %(task)s
