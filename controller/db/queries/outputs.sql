-- keep_output --
-- How much of an attempt's output is stored. It only grows.
INSERT INTO dd0c.outputs (tenant_id, step_execution_id, object_key, stored_bytes, total_bytes, complete, updated_at)
VALUES (%(tenant_id)s, %(step_execution_id)s, %(object_key)s, %(stored_bytes)s, %(stored_bytes)s, %(complete)s,
        clock_timestamp())
ON CONFLICT (tenant_id, step_execution_id) DO UPDATE
SET stored_bytes = greatest(outputs.stored_bytes, excluded.stored_bytes),
    total_bytes = greatest(outputs.total_bytes, excluded.stored_bytes),
    complete = outputs.complete OR excluded.complete, updated_at = excluded.updated_at

-- end_output --
-- What the command wrote in all, and its hash, as the agent counted; stored is what was kept of it.
INSERT INTO dd0c.outputs (tenant_id, step_execution_id, object_key, total_bytes, sha256, complete, updated_at)
VALUES (%(tenant_id)s, %(step_execution_id)s, %(object_key)s, %(total_bytes)s::bigint, %(sha256)s,
        %(total_bytes)s::bigint = 0, clock_timestamp())
ON CONFLICT (tenant_id, step_execution_id) DO UPDATE
SET total_bytes = greatest(outputs.total_bytes, excluded.total_bytes), sha256 = excluded.sha256,
    complete = outputs.complete OR outputs.stored_bytes >= excluded.total_bytes,
    updated_at = excluded.updated_at

-- output_of --
-- The output of an attempt.
SELECT object_key, total_bytes, stored_bytes, complete, sha256
FROM dd0c.outputs
WHERE tenant_id = %(tenant_id)s AND step_execution_id = %(step_execution_id)s
