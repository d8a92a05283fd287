-- insert_sign_in_link --
-- A link that signs its member in once.
INSERT INTO dd0c.sign_in_links (tenant_id, secret_sha256, member_id, source, expires_at)
VALUES (%(tenant_id)s, %(secret_sha256)s, %(member_id)s, %(source)s, now() + make_interval(secs => %(seconds)s))

-- use_sign_in_link --
-- One use: of two at once exactly one gets the row.
UPDATE dd0c.sign_in_links SET used_at = now()
 WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s
   AND used_at IS NULL AND expires_at > now()
RETURNING member_id, source

-- insert_session --
-- A signed-in browser.
INSERT INTO dd0c.sessions (tenant_id, secret_sha256, member_id, source, expires_at)
VALUES (%(tenant_id)s, %(secret_sha256)s, %(member_id)s, %(source)s, now() + make_interval(secs => %(seconds)s))
RETURNING expires_at

-- find_session --
-- A session that still counts, with its member.
SELECT s.secret_sha256, s.source, ARRAY[]::text[] AS scopes, s.created_at, false AS stale,
       m.id AS member_id, m.email, m.display_name, m.role
  FROM dd0c.sessions s
  JOIN dd0c.members m ON m.tenant_id = s.tenant_id AND m.id = s.member_id
 WHERE s.tenant_id = %(tenant_id)s AND s.secret_sha256 = %(secret_sha256)s
   AND s.revoked_at IS NULL AND s.expires_at > now() AND m.removed_at IS NULL

-- revoke_session --
-- Signed out.
UPDATE dd0c.sessions SET revoked_at = now()
 WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s AND revoked_at IS NULL
RETURNING member_id

-- insert_token --
-- An API token; only its hash is kept.
INSERT INTO dd0c.api_tokens (tenant_id, secret_sha256, id, member_id, name, scopes, created_by, expires_at)
VALUES (%(tenant_id)s, %(secret_sha256)s, %(token_id)s, %(member_id)s, %(name)s, %(scopes)s, %(actor)s,
        now() + make_interval(secs => %(seconds)s))
RETURNING expires_at

-- find_token --
-- An API token that still counts, with its member. `stale`: its last use was noted more than five minutes ago.
SELECT t.secret_sha256, 'token' AS source, t.scopes, t.created_at,
       coalesce(t.last_used_at < now() - interval '5 minutes', true) AS stale,
       m.id AS member_id, m.email, m.display_name, m.role
  FROM dd0c.api_tokens t
  JOIN dd0c.members m ON m.tenant_id = t.tenant_id AND m.id = t.member_id
 WHERE t.tenant_id = %(tenant_id)s AND t.secret_sha256 = %(secret_sha256)s
   AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND m.removed_at IS NULL

-- note_token_use --
-- For people who look for tokens that nobody uses.
UPDATE dd0c.api_tokens SET last_used_at = now()
 WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s

-- list_tokens --
-- Tokens of the tenant, or of one member where given, newest first; never the secret.
SELECT t.id, t.member_id, m.email, t.name, t.scopes, t.created_at, t.created_by, t.expires_at, t.revoked_at,
       t.last_used_at
  FROM dd0c.api_tokens t
  JOIN dd0c.members m ON m.tenant_id = t.tenant_id AND m.id = t.member_id
 WHERE t.tenant_id = %(tenant_id)s AND (%(before)s::uuid IS NULL OR t.id < %(before)s)
   AND (%(of_member)s::uuid IS NULL OR t.member_id = %(of_member)s)
 ORDER BY t.id DESC LIMIT %(limit)s

-- revoke_token --
-- By the id that people see; 0 rows where it is unknown, revoked, or not of the one member where given.
UPDATE dd0c.api_tokens SET revoked_at = now()
 WHERE tenant_id = %(tenant_id)s AND id = %(token_id)s AND revoked_at IS NULL
   AND (%(of_member)s::uuid IS NULL OR member_id = %(of_member)s)
RETURNING secret_sha256, member_id
