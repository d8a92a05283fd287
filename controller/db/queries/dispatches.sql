-- add_dispatch --
-- One order to one agent, written in the transaction that decided it. A run is unique by its step execution.
INSERT INTO dd0c.dispatches (tenant_id, id, agent_id, agent_instance, execution_id, step_execution_id, kind,
                             epoch, payload_type, sealed, not_after, traceparent)
VALUES (%(tenant_id)s, %(id)s, %(agent_id)s, %(agent_instance)s, %(execution_id)s, %(step_execution_id)s,
        %(kind)s, %(epoch)s, %(payload_type)s, %(sealed)s, %(not_after)s, %(traceparent)s)

-- claim --
-- What this stream sends next, marked as sent before it is written: a row that is still pending was never
-- sent. After a reconnect (`again`) what was sent and never answered goes out once more, the same bytes; but no
-- run that was stopped, paused or asked about since: it would begin what people or time have ended. Only the
-- newest stream of an agent claims; a closed gate holds back whatever starts a command.
WITH due AS (
    SELECT d.id
    FROM dd0c.dispatches d
    JOIN dd0c.agents a ON a.tenant_id = d.tenant_id AND a.id = d.agent_id
    WHERE d.tenant_id = %(tenant_id)s AND d.agent_id = %(agent_id)s
      AND (d.state = 'pending' OR (%(again)s AND d.state = 'sent'))
      AND (d.not_after IS NULL OR d.not_after > clock_timestamp())
      AND (%(gate_open)s OR d.kind NOT IN ('run', 'thaw'))
      AND NOT (d.kind = 'run' AND d.state = 'sent'
               AND EXISTS (SELECT FROM dd0c.dispatches l
                           WHERE l.tenant_id = d.tenant_id AND l.step_execution_id = d.step_execution_id
                             AND l.kind IN ('cancel', 'freeze', 'ask')))
      AND a.stream_epoch = %(stream_epoch)s AND a.revoked_at IS NULL
      AND d.id > %(after_id)s
    ORDER BY d.id
    LIMIT %(most)s
    FOR UPDATE OF d SKIP LOCKED
)
UPDATE dd0c.dispatches d
SET state = 'sent', sends = d.sends + 1, stream_epoch = %(stream_epoch)s, sent_at = clock_timestamp()
FROM due
WHERE d.tenant_id = %(tenant_id)s AND d.id = due.id
RETURNING d.id, d.kind, d.execution_id, d.step_execution_id, d.payload_type, d.sealed, d.traceparent, d.sends

-- was_sent --
-- Whether a command was ever sent to this agent under this step execution (PROMISES.md 30).
SELECT d.execution_id
FROM dd0c.dispatches d
WHERE d.tenant_id = %(tenant_id)s AND d.agent_id = %(agent_id)s
  AND d.step_execution_id = %(step_execution_id)s AND d.kind = 'run' AND d.sent_at IS NOT NULL

-- ack_run --
-- The agent holds the grant: it is not sent again.
UPDATE dd0c.dispatches
SET state = 'acked', acked_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND agent_id = %(agent_id)s AND step_execution_id = %(step_execution_id)s
  AND kind = 'run' AND state = 'sent'

-- finish_order --
-- A freeze or thaw was carried out, or a question answered.
UPDATE dd0c.dispatches
SET state = 'done', done_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND agent_id = %(agent_id)s AND step_execution_id = %(step_execution_id)s
  AND kind = %(kind)s AND state IN ('sent', 'acked')

-- finish_step --
-- The attempt ended, or never was: nothing about it is sent any more.
UPDATE dd0c.dispatches
SET state = 'done', done_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND agent_id = %(agent_id)s AND step_execution_id = %(step_execution_id)s
  AND state IN ('pending', 'sent', 'acked')

-- agents_with_pending --
-- The poll: which of these agents have something to send.
SELECT DISTINCT agent_id AS id
FROM dd0c.dispatches
WHERE tenant_id = %(tenant_id)s AND agent_id = ANY(%(agent_ids)s) AND state = 'pending'

-- running --
-- Agents that hold a command of this tenant which has not ended: whom a panic must reach.
SELECT DISTINCT agent_id AS id
FROM dd0c.dispatches
WHERE tenant_id = %(tenant_id)s AND kind = 'run' AND state IN ('sent', 'acked')
