-- set_timer --
-- One row a kind, replaced by the next transition.
INSERT INTO dd0c.timers (tenant_id, execution_id, kind, due_at, version, step_execution_id, gate_id)
VALUES (%(tenant_id)s, %(execution_id)s, %(kind)s, %(due_at)s, %(version)s, %(step_execution_id)s, %(gate_id)s)
ON CONFLICT (tenant_id, execution_id, kind) DO UPDATE
SET due_at = excluded.due_at, version = excluded.version, step_execution_id = excluded.step_execution_id,
    gate_id = excluded.gate_id

-- clear_timers --
-- Nothing is due any more.
DELETE FROM dd0c.timers
WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s

-- take_due --
-- Lease what is due: whoever takes a row has until the lease ends, then it is due again.
UPDATE dd0c.timers t
SET due_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
FROM (SELECT tenant_id, execution_id, kind
      FROM dd0c.timers
      WHERE due_at <= clock_timestamp()
      ORDER BY due_at
      LIMIT %(most)s
      FOR UPDATE SKIP LOCKED) due
WHERE t.tenant_id = due.tenant_id AND t.execution_id = due.execution_id AND t.kind = due.kind
RETURNING t.tenant_id, t.execution_id, t.kind, t.version, t.step_execution_id, t.gate_id

-- drop_timer --
-- It was handled, or it was about something that is over; one that was set anew meanwhile stays.
DELETE FROM dd0c.timers
WHERE tenant_id = %(tenant_id)s AND execution_id = %(execution_id)s AND kind = %(kind)s
  AND version = %(version)s

-- set_timer_in --
-- The first timer of an execution that was just made, so many seconds from now.
INSERT INTO dd0c.timers (tenant_id, execution_id, kind, due_at)
VALUES (%(tenant_id)s, %(execution_id)s, %(kind)s, clock_timestamp() + make_interval(secs => %(seconds)s))
