-- claim --
-- Take the key, or one that has expired; 0 rows where somebody has it. Until there is an answer, `headers` say who.
INSERT INTO dd0c.idempotency_keys (tenant_id, member_id, key, request_sha256, headers, expires_at)
VALUES (%(tenant_id)s, %(member_id)s, %(key)s, %(request_sha256)s, %(holder)s,
        now() + make_interval(hours => %(hours)s))
ON CONFLICT (tenant_id, member_id, key) DO UPDATE
   SET request_sha256 = excluded.request_sha256, status = NULL, headers = excluded.headers, response = NULL,
       created_at = now(), expires_at = excluded.expires_at
 WHERE dd0c.idempotency_keys.expires_at < now();

-- find --
-- The claim as it stands. `is_there`: the process that holds it has a connection, which ends with the process; or
-- it is of a version that did not say which process it is.
SELECT request_sha256, status, headers, response,
       created_at < now() - make_interval(mins => %(minutes)s) AS is_overdue,
       headers IS NULL
       OR EXISTS (SELECT FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = headers ->> 'instance') AS is_there
  FROM dd0c.idempotency_keys
 WHERE member_id = %(member_id)s AND key = %(key)s;

-- take_over --
-- Hold the key in place of a call that has vanished; 0 rows where that one did something after all, or answered.
UPDATE dd0c.idempotency_keys
   SET headers = %(holder)s, created_at = now()
 WHERE member_id = %(member_id)s AND key = %(key)s AND status IS NULL
   AND coalesce(headers, '{}') = %(seen)s;

-- prove --
-- The call still holds its key, and has acted from this transaction on; 0 rows where another one took over.
UPDATE dd0c.idempotency_keys
   SET headers = headers || '{"acted": true}'
 WHERE member_id = %(member_id)s AND key = %(key)s AND status IS NULL AND headers ->> 'call' = %(call)s;

-- release --
-- Give an unfinished key back: of a call that was refused, or that has done nothing.
DELETE FROM dd0c.idempotency_keys
 WHERE member_id = %(member_id)s AND key = %(key)s AND status IS NULL AND headers ->> 'call' = %(call)s
   AND (%(refused)s OR NOT (headers -> 'acted')::boolean);

-- finish --
-- Keep the answer until the key expires.
UPDATE dd0c.idempotency_keys
   SET status = %(status)s, headers = %(headers)s, response = %(response)s
 WHERE member_id = %(member_id)s AND key = %(key)s AND status IS NULL AND headers ->> 'call' = %(call)s;

-- sweep --
-- Remove this tenant's expired keys, a bounded number a call.
DELETE FROM dd0c.idempotency_keys
 WHERE (member_id, key) IN (SELECT member_id, key FROM dd0c.idempotency_keys WHERE expires_at < now() LIMIT 1000);
