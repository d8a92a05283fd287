-- add_agent --
-- An agent is born at its enrolment; a name that is taken inserts nothing.
INSERT INTO dd0c.agents (tenant_id, id, name, labels, instance_id, created_by)
VALUES (%(tenant_id)s, %(id)s, %(name)s, %(labels)s, %(instance_id)s, %(created_by)s)
ON CONFLICT DO NOTHING

-- record_certificate --
-- Every serial that was issued; one that is not here is served nothing.
INSERT INTO dd0c.agent_certificates (tenant_id, serial, agent_id, fingerprint_sha256, not_before, not_after)
VALUES (%(tenant_id)s, %(serial)s, %(agent_id)s, %(fingerprint_sha256)s, %(not_before)s, %(not_after)s)

-- admission --
-- What decides whether a certificate is served: its record, its agent, its tenant.
SELECT c.agent_id, c.fingerprint_sha256, c.revoked_at AS certificate_revoked_at,
       a.revoked_at AS agent_revoked_at, a.name
FROM dd0c.agent_certificates c
JOIN dd0c.agents a ON a.tenant_id = c.tenant_id AND a.id = c.agent_id
WHERE c.tenant_id = %(tenant_id)s AND c.serial = %(serial)s

-- lock_agent --
-- Before a stream is accepted: what the agent was until now.
SELECT instance_id, stream_epoch, connected_at, disconnected_at, last_seen_at, replica, revoked_at,
       clock_timestamp() AS now
FROM dd0c.agents
WHERE tenant_id = %(tenant_id)s AND id = %(agent_id)s
FOR UPDATE

-- accept_stream --
-- The newer stream wins: the epoch rises, and older streams claim nothing from here on. Labels are those of
-- the enrolment: they decide which commands an agent sees, so it can't choose others when it connects.
UPDATE dd0c.agents
SET stream_epoch = stream_epoch + 1, instance_id = %(instance_id)s,
    agent_version = %(agent_version)s, protocol = %(protocol)s, scanner_version = %(scanner_version)s,
    knowledge_sha256 = %(knowledge_sha256)s, panic_epoch = %(panic_epoch)s, read_only = %(read_only)s,
    replica = %(replica)s, connected_at = clock_timestamp(), disconnected_at = NULL,
    last_seen_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND id = %(agent_id)s AND revoked_at IS NULL
RETURNING stream_epoch

-- end_stream --
-- The stream ended; 0 rows where a newer one took its place.
UPDATE dd0c.agents
SET disconnected_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND id = %(agent_id)s AND stream_epoch = %(stream_epoch)s
  AND disconnected_at IS NULL

-- latched --
-- The agent said that it latched or left a panic.
UPDATE dd0c.agents
SET panic_epoch = %(panic_epoch)s
WHERE tenant_id = %(tenant_id)s AND id = %(agent_id)s

-- touch --
-- Heartbeats, batched: one statement for all agents of a tenant that this replica heard.
UPDATE dd0c.agents
SET last_seen_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND id = ANY(%(agent_ids)s)

-- standing --
-- The poll: whether these agents' streams may go on, and which of their certificates were revoked.
SELECT a.id, a.stream_epoch, a.revoked_at,
       ARRAY(SELECT c.serial FROM dd0c.agent_certificates c
             WHERE c.tenant_id = a.tenant_id AND c.agent_id = a.id AND c.revoked_at IS NOT NULL
               AND c.not_after > clock_timestamp()) AS revoked_serials
FROM dd0c.agents a
WHERE a.tenant_id = %(tenant_id)s AND a.id = ANY(%(agent_ids)s)

-- revoke_agent --
-- For good: the row stays, its name stays taken.
UPDATE dd0c.agents
SET revoked_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND id = %(agent_id)s AND revoked_at IS NULL

-- revoke_certificates --
-- All of an agent's certificates, or the one with the serial.
UPDATE dd0c.agent_certificates
SET revoked_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND agent_id = %(agent_id)s AND revoked_at IS NULL
  AND (%(serial)s::text IS NULL OR serial = %(serial)s)

-- list_agents --
-- All agents of the tenant by name; online = a stream is open and was heard in time.
SELECT id, name, labels, instance_id, agent_version, scanner_version, knowledge_sha256, read_only, panic_epoch,
       connected_at, disconnected_at, last_seen_at, created_at, revoked_at,
       (revoked_at IS NULL AND connected_at IS NOT NULL AND disconnected_at IS NULL
        AND last_seen_at > clock_timestamp() - make_interval(secs => %(silence_seconds)s)) AS online
FROM dd0c.agents
WHERE tenant_id = %(tenant_id)s AND (%(agent_id)s::uuid IS NULL OR id = %(agent_id)s)
ORDER BY name

-- fleet_facts --
-- What a list of agents says beside each: until when its newest certificate is good, and the execution that it
-- runs a command of now.
SELECT a.id AS agent_id,
       (SELECT max(c.not_after) FROM dd0c.agent_certificates c
         WHERE c.tenant_id = a.tenant_id AND c.agent_id = a.id AND c.revoked_at IS NULL) AS certificate_not_after,
       (SELECT s.execution_id FROM dd0c.step_executions s
         WHERE s.tenant_id = a.tenant_id AND s.agent_id = a.id AND s.status IN ('dispatched', 'started')
         ORDER BY s.id LIMIT 1) AS execution_id
FROM dd0c.agents a
WHERE a.tenant_id = %(tenant_id)s AND (%(agent_id)s::uuid IS NULL OR a.id = %(agent_id)s)

-- names_of --
-- The names of these agents, also of those that were revoked.
SELECT id, name FROM dd0c.agents WHERE tenant_id = %(tenant_id)s AND id = ANY(%(agents)s::uuid[])

-- choose --
-- Online agents that carry all of these labels, the one with the fewest open commands first.
SELECT a.id, a.name, a.labels, a.instance_id, a.agent_version, a.scanner_version, a.knowledge_sha256,
       a.read_only, a.panic_epoch, a.connected_at, a.disconnected_at, a.last_seen_at, a.created_at, a.revoked_at,
       true AS online
FROM dd0c.agents a
WHERE a.tenant_id = %(tenant_id)s AND a.revoked_at IS NULL AND NOT a.read_only
  AND a.connected_at IS NOT NULL AND a.disconnected_at IS NULL AND a.instance_id IS NOT NULL
  AND a.last_seen_at > clock_timestamp() - make_interval(secs => %(silence_seconds)s)
  AND a.labels @> %(labels)s
ORDER BY (SELECT count(*) FROM dd0c.dispatches d
          WHERE d.tenant_id = a.tenant_id AND d.agent_id = a.id AND d.kind = 'run'
            AND d.state IN ('pending', 'sent', 'acked')), a.name
LIMIT 1
