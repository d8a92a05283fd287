-- add_repository --
-- The least that a runbook hangs on.
INSERT INTO dd0c.repositories (tenant_id, id, name, forge, remote)
VALUES (%(tenant_id)s, %(id)s, 'main', 'builtin', 'builtin')

-- add_runbook --
-- A runbook without content of interest.
INSERT INTO dd0c.runbooks (tenant_id, id, repository_id, name, path)
VALUES (%(tenant_id)s, %(id)s, %(repository_id)s, 'demo', 'runbooks/demo.yaml')

-- add_version --
-- A version of it.
INSERT INTO dd0c.runbook_versions (tenant_id, id, runbook_id, content_sha256, content, document, path, blob_oid,
                                   commit_oid)
VALUES (%(tenant_id)s, %(id)s, %(runbook_id)s, repeat('0', 64), '', '{}', 'runbooks/demo.yaml', repeat('0', 40),
        repeat('0', 40))

-- add_execution --
-- An execution that is running a command.
INSERT INTO dd0c.executions (tenant_id, id, runbook_id, runbook_version_id, state, version, engine_version, trust,
                             governance, requested_by)
VALUES (%(tenant_id)s, %(id)s, %(runbook_id)s, %(version_id)s, 'executing', 1, 1, 1, 'strict', 'system:test')

-- add_step_execution --
-- One attempt at its step.
INSERT INTO dd0c.step_executions (tenant_id, id, execution_id, step_id, attempt, kind, status, epoch, agent_id)
VALUES (%(tenant_id)s, %(id)s, %(execution_id)s, 'one', 1, 'forward', 'dispatched', 1, %(agent_id)s)

-- dispatch --
-- How a dispatch stands.
SELECT state, sends, stream_epoch
FROM dd0c.dispatches
WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- audit --
-- Events of a type with their data, oldest first.
SELECT event_type, actor_id, event_data::text AS event_data
FROM dd0c.audit_events
WHERE tenant_id = %(tenant_id)s AND event_type = %(event_type)s
ORDER BY id

-- agent --
-- What the agent's row says.
SELECT stream_epoch, instance_id, last_seen_at, disconnected_at, panic_epoch
FROM dd0c.agents
WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- silence --
-- As if the agent had not been heard for a while.
UPDATE dd0c.agents
SET last_seen_at = clock_timestamp() - interval '1 hour'
WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- expire_token --
-- As if an hour had passed.
UPDATE dd0c.enrollment_tokens
SET expires_at = clock_timestamp() - interval '1 second'
WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s

-- expire_dispatch --
-- As if its window had passed.
UPDATE dd0c.dispatches
SET not_after = clock_timestamp() - interval '1 second'
WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- tenant --
-- How the tenant stands.
SELECT mode, panic_epoch
FROM dd0c.tenants
WHERE id = %(tenant_id)s

-- add_member --
-- A second member.
INSERT INTO dd0c.members (tenant_id, id, email, role)
VALUES (%(tenant_id)s, %(id)s, %(email)s, %(role)s)

-- count_repositories --
-- Whether the rows that an execution hangs on are there.
SELECT count(*) FROM dd0c.repositories WHERE tenant_id = %(tenant_id)s

-- runbook_id --
-- The one runbook.
SELECT id FROM dd0c.runbooks WHERE tenant_id = %(tenant_id)s

-- version_id --
-- Its one version.
SELECT id FROM dd0c.runbook_versions WHERE tenant_id = %(tenant_id)s

-- labels --
-- The labels of the one agent.
SELECT labels FROM dd0c.agents WHERE tenant_id = %(tenant_id)s

-- count_agents --
-- How many agents were enrolled.
SELECT count(*) FROM dd0c.agents WHERE tenant_id = %(tenant_id)s

-- sealed --
-- The stored bytes of a dispatch.
SELECT sealed FROM dd0c.dispatches WHERE tenant_id = %(tenant_id)s AND id = %(id)s
