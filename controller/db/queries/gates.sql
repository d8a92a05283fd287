-- add_gate --
-- A gate with the intent that it shows. Round 0 is an automatic run: closed at birth.
INSERT INTO dd0c.gates (tenant_id, id, execution_id, step_id, kind, round, execution_version, intent_sha256,
                        intent_sealed, agent_id, risk, unknown, confirm, quorum, auto_rule, created_at, expires_at,
                        closed_at)
VALUES (%(tenant_id)s, %(id)s, %(execution_id)s, %(step_id)s, %(kind)s, %(round)s, %(version)s, %(intent_sha256)s,
        %(intent_sealed)s, %(agent_id)s, %(risk)s, %(unknown)s, %(confirm)s, %(quorum)s, %(auto_rule)s, %(now)s,
        %(expires_at)s, %(closed_at)s)

-- void_gate --
-- Its approvals count no longer.
UPDATE dd0c.gates
SET voided_at = %(now)s, void_reason = %(reason)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND voided_at IS NULL AND closed_at IS NULL

-- close_gate --
-- The quorum was reached: the command may run.
UPDATE dd0c.gates
SET closed_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND voided_at IS NULL AND closed_at IS NULL

-- gate_intent --
-- What a gate shows, sealed.
SELECT id, intent_sha256, intent_sealed
FROM dd0c.gates
WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- gate_opened --
-- Since when a gate asks.
SELECT created_at
FROM dd0c.gates
WHERE tenant_id = %(tenant_id)s AND id = %(id)s

-- add_approval --
-- A member's word on exactly one intent; never updated.
INSERT INTO dd0c.approvals (tenant_id, id, gate_id, member_id, role, decision, intent_sha256, source, typed,
                            execution_version, created_at)
VALUES (%(tenant_id)s, %(id)s, %(gate_id)s, %(member_id)s, %(role)s, %(decision)s, %(intent_sha256)s, %(source)s,
        %(typed)s, %(version)s, %(now)s)

-- approvals_of --
-- Every approval and refusal of an execution, with the member's name, in order.
SELECT a.id, a.gate_id, g.step_id, a.member_id, m.email, m.display_name, a.role, a.decision, a.source, a.typed,
       a.created_at, g.created_at AS asked_at
FROM dd0c.approvals a
JOIN dd0c.gates g ON g.tenant_id = a.tenant_id AND g.id = a.gate_id
JOIN dd0c.members m ON m.tenant_id = a.tenant_id AND m.id = a.member_id
WHERE a.tenant_id = %(tenant_id)s AND g.execution_id = %(execution_id)s
ORDER BY a.created_at, a.id

-- roles_now --
-- The roles that these members have now; who left is missing. Locked, so that a change waits for the dispatch.
SELECT id, role
FROM dd0c.members
WHERE tenant_id = %(tenant_id)s AND id = ANY(%(members)s) AND removed_at IS NULL
FOR SHARE
