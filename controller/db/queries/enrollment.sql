-- add_token --
-- A one-time token for one agent; only the hash of its secret is kept.
INSERT INTO dd0c.enrollment_tokens (tenant_id, secret_sha256, name, labels, created_by, expires_at)
VALUES (%(tenant_id)s, %(secret_sha256)s, %(name)s, %(labels)s, %(created_by)s,
        clock_timestamp() + make_interval(mins => %(minutes)s))
RETURNING created_at, expires_at

-- list_tokens --
-- Tokens of the tenant, newest first, with what became of them; or only those that can still be used.
SELECT secret_sha256, name, labels, created_by, created_at, expires_at, used_at, agent_id, revoked_at
FROM dd0c.enrollment_tokens
WHERE tenant_id = %(tenant_id)s
  AND (NOT %(outstanding)s::boolean
       OR (used_at IS NULL AND revoked_at IS NULL AND expires_at > clock_timestamp()))
ORDER BY created_at DESC, secret_sha256
LIMIT %(most)s

-- find_token --
-- One token and what became of it.
SELECT secret_sha256, name, labels, created_by, created_at, expires_at, used_at, agent_id, revoked_at,
       expires_at <= clock_timestamp() AS expired
FROM dd0c.enrollment_tokens
WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s

-- use_token --
-- One use: of any number of uses at once exactly one hits a row (PROMISES.md 25).
UPDATE dd0c.enrollment_tokens
SET used_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s
  AND used_at IS NULL AND revoked_at IS NULL AND expires_at > clock_timestamp()
RETURNING name, labels, created_by

-- token_fate --
-- Why a token was refused, for the audit record; the caller is told nothing of it.
SELECT used_at, revoked_at, expires_at <= clock_timestamp() AS expired
FROM dd0c.enrollment_tokens
WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s

-- revoke_token --
-- A token that nobody used yet; the hash is shown in lists, so a prefix of it finds it.
UPDATE dd0c.enrollment_tokens
SET revoked_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s AND used_at IS NULL AND revoked_at IS NULL

-- bind_token --
-- Which agent a token became; in the transaction that used it.
UPDATE dd0c.enrollment_tokens
SET agent_id = %(agent_id)s
WHERE tenant_id = %(tenant_id)s AND secret_sha256 = %(secret_sha256)s
