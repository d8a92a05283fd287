-- insert_tenant --
-- A new tenant, by a unit of work whose tenant it is. Its audit head is made by a trigger.
INSERT INTO dd0c.tenants (id, slug, title) VALUES (%(tenant_id)s, %(slug)s, %(title)s)

-- find_tenant --
-- The tenant of the unit of work.
SELECT id, slug, title, mode, panic_epoch, created_at FROM dd0c.tenants WHERE id = %(tenant_id)s

-- upsert_member --
-- A new member, or one who left and comes back. 0 rows: the address is that of a present member.
INSERT INTO dd0c.members (tenant_id, id, email, display_name, role)
VALUES (%(tenant_id)s, %(member_id)s, %(email)s, %(display_name)s, %(role)s)
ON CONFLICT (tenant_id, lower(email)) DO UPDATE
   SET removed_at = NULL, role = excluded.role, display_name = excluded.display_name
 WHERE dd0c.members.removed_at IS NOT NULL
RETURNING id

-- find_member --
-- One member, present or removed.
SELECT id, email, display_name, role, created_at, removed_at
  FROM dd0c.members WHERE tenant_id = %(tenant_id)s AND id = %(member_id)s

-- find_member_by_email --
-- A present member by address, as a JWT names them.
SELECT id, email, display_name, role, created_at, removed_at
  FROM dd0c.members
 WHERE tenant_id = %(tenant_id)s AND lower(email) = lower(%(email)s) AND removed_at IS NULL

-- emails_of --
-- Who these members are, present or removed.
SELECT id, email FROM dd0c.members WHERE tenant_id = %(tenant_id)s AND id = ANY(%(members)s::uuid[])

-- members_by_email --
-- Whoever is in the tenant under these addresses, in lower case.
SELECT id, lower(email) AS email
  FROM dd0c.members
 WHERE tenant_id = %(tenant_id)s AND removed_at IS NULL AND lower(email) = ANY(%(emails)s::text[])
 LIMIT 100

-- list_members --
-- The members who are present, oldest first.
SELECT id, email, display_name, role, created_at, removed_at
  FROM dd0c.members
 WHERE tenant_id = %(tenant_id)s AND removed_at IS NULL AND id > %(after)s
 ORDER BY id LIMIT %(limit)s

-- lock_owners --
-- The owners who are present, locked: who changes one of them does so alone.
SELECT id FROM dd0c.members
 WHERE tenant_id = %(tenant_id)s AND role = 'owner' AND removed_at IS NULL
 ORDER BY id FOR UPDATE

-- change_role --
-- A present member's new role.
UPDATE dd0c.members SET role = %(role)s
 WHERE tenant_id = %(tenant_id)s AND id = %(member_id)s AND removed_at IS NULL

-- remove_member --
-- The row stays: approvals refer to it.
UPDATE dd0c.members SET removed_at = now()
 WHERE tenant_id = %(tenant_id)s AND id = %(member_id)s AND removed_at IS NULL

-- revoke_sessions_of_member --
-- With a member go their sessions.
UPDATE dd0c.sessions SET revoked_at = now()
 WHERE tenant_id = %(tenant_id)s AND member_id = %(member_id)s AND revoked_at IS NULL

-- revoke_tokens_of_member --
-- With a member go their API tokens.
UPDATE dd0c.api_tokens SET revoked_at = now()
 WHERE tenant_id = %(tenant_id)s AND member_id = %(member_id)s AND revoked_at IS NULL
