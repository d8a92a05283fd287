-- claim --
-- Take the key, or take over one that has expired or whose first call has vanished; 0 rows where somebody has it.
INSERT INTO dd0c.idempotency_keys (tenant_id, member_id, key, request_sha256, expires_at)
VALUES (%(tenant_id)s, %(member_id)s, %(key)s, %(request_sha256)s,
        now() + make_interval(hours => %(hours)s))
ON CONFLICT (tenant_id, member_id, key) DO UPDATE
   SET request_sha256 = excluded.request_sha256, status = NULL, headers = NULL, response = NULL,
       created_at = now(), expires_at = excluded.expires_at
 WHERE dd0c.idempotency_keys.expires_at < now()
    OR (dd0c.idempotency_keys.status IS NULL AND dd0c.idempotency_keys.created_at < now() - interval '5 minutes');

-- find --
-- The claim as it stands.
SELECT request_sha256, status, headers, response
  FROM dd0c.idempotency_keys
 WHERE member_id = %(member_id)s AND key = %(key)s;

-- release --
-- Give an unfinished key back.
DELETE FROM dd0c.idempotency_keys
 WHERE member_id = %(member_id)s AND key = %(key)s AND status IS NULL;

-- finish --
-- Keep the answer until the key expires.
UPDATE dd0c.idempotency_keys
   SET status = %(status)s, headers = %(headers)s, response = %(response)s
 WHERE member_id = %(member_id)s AND key = %(key)s;

-- sweep --
-- Remove this tenant's expired keys, a bounded number a call.
DELETE FROM dd0c.idempotency_keys
 WHERE (member_id, key) IN (SELECT member_id, key FROM dd0c.idempotency_keys WHERE expires_at < now() LIMIT 1000);
