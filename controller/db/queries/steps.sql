-- add_step_execution --
-- One attempt at one step. The partial unique index refuses a second one while one may run.
INSERT INTO dd0c.step_executions (tenant_id, id, execution_id, step_id, gate_id, attempt, kind, status, epoch,
                                  intent_sha256, intent_sealed, agent_id, agent_instance, actor, dispatched_at,
                                  created_at)
VALUES (%(tenant_id)s, %(id)s, %(execution_id)s, %(step_id)s, %(gate_id)s, %(attempt)s, %(kind)s, 'dispatched',
        %(epoch)s, %(intent_sha256)s, %(intent_sealed)s, %(agent_id)s, %(agent_instance)s, %(actor)s, %(now)s,
        %(now)s)

-- start_step --
-- The agent spawned the command.
UPDATE dd0c.step_executions
SET status = 'started', started_at = coalesce(%(started_at)s::timestamptz, %(now)s)
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'dispatched'

-- end_step --
-- The attempt is over, one way or another; an ended one never changes again.
UPDATE dd0c.step_executions
SET status = %(status)s, exit_code = %(exit_code)s, signal = %(signal)s, refusal = %(refusal)s,
    agent_risk = %(agent_risk)s, leaked_process = %(leaked_process)s,
    output_bytes = coalesce(%(output_bytes)s, output_bytes), ended_at = %(now)s,
    started_at = CASE WHEN %(ran)s THEN coalesce(started_at, dispatched_at) ELSE started_at END
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status IN ('dispatched', 'started')

-- keep_late --
-- A report that came after the state had moved on; the first one is kept.
UPDATE dd0c.step_executions
SET late_result = coalesce(late_result, %(report)s)
WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- keep_end --
-- The attempt's end is known, but the output that decides about it is not all here yet.
UPDATE dd0c.step_executions
SET ended_report = %(report)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND ended_report IS NULL AND status IN ('dispatched', 'started')

-- step_of --
-- Which execution an attempt belongs to, and what of it was kept.
SELECT s.id, s.execution_id, s.step_id, s.kind, s.status, s.agent_id, s.agent_instance, s.attempt, s.ended_report,
       e.runbook_version_id
FROM dd0c.step_executions s
JOIN dd0c.executions e ON e.tenant_id = s.tenant_id AND e.id = s.execution_id
WHERE s.tenant_id = %(tenant_id)s AND s.id = %(id)s

-- steps_of --
-- All attempts of an execution, in order.
SELECT s.id, s.step_id, s.gate_id, s.attempt, s.kind, s.status, s.agent_id, a.name AS agent_name, s.exit_code,
       s.signal, s.refusal, s.leaked_process, s.late_result, g.created_at AS asked_at, s.dispatched_at,
       s.started_at, s.ended_at,
       coalesce(o.total_bytes, s.output_bytes, 0) AS output_bytes, coalesce(o.stored_bytes, 0) AS stored_bytes,
       coalesce(o.complete, false) AS output_complete
FROM dd0c.step_executions s
LEFT JOIN dd0c.agents a ON a.tenant_id = s.tenant_id AND a.id = s.agent_id
LEFT JOIN dd0c.gates g ON g.tenant_id = s.tenant_id AND g.id = s.gate_id
LEFT JOIN dd0c.outputs o ON o.tenant_id = s.tenant_id AND o.step_execution_id = s.id
WHERE s.tenant_id = %(tenant_id)s AND s.execution_id = %(execution_id)s
ORDER BY s.created_at, s.id

-- strays_of_agent --
-- Attempts that may run under an instance of the agent's journal that is gone.
SELECT s.id, s.execution_id,
       EXISTS (SELECT FROM dd0c.dispatches d
               WHERE d.tenant_id = s.tenant_id AND d.step_execution_id = s.id AND d.kind = 'run'
                 AND d.state = 'pending') AS unsent
FROM dd0c.step_executions s
WHERE s.tenant_id = %(tenant_id)s AND s.agent_id = %(agent_id)s AND s.status IN ('dispatched', 'started')
  AND s.agent_instance IS DISTINCT FROM %(instance_id)s

-- lock_step --
-- One attempt, before anything about it is changed.
SELECT id FROM dd0c.step_executions WHERE tenant_id = %(tenant_id)s AND id = %(id)s FOR UPDATE

-- epochs --
-- The versions of these executions, to compare with what an agent saw.
SELECT id, version
FROM dd0c.executions
WHERE tenant_id = %(tenant_id)s AND id = ANY(%(ids)s)

-- agent_instance --
-- The journal that a grant would be for.
SELECT instance_id
FROM dd0c.agents
WHERE tenant_id = %(tenant_id)s AND id = %(agent_id)s AND revoked_at IS NULL

-- revoke_unsent --
-- A run that was never sent is taken back: one row is the proof that it never ran. The claim marks a row as sent
-- before it is on the wire.
UPDATE dd0c.dispatches
SET state = 'revoked', done_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND step_execution_id = %(step_execution_id)s AND kind = 'run'
  AND state = 'pending'

-- revoke_unsent_now --
-- As `revoke_unsent`, at the database's own time.
UPDATE dd0c.dispatches
SET state = 'revoked', done_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND step_execution_id = %(step_execution_id)s AND kind = 'run'
  AND state = 'pending'
