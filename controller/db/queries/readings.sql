-- kept_readings --
-- What an LLM said of these parts of texts, still sealed.
SELECT key, sealed
  FROM dd0c.readings
 WHERE tenant_id = %(tenant_id)s AND key = ANY(%(keys)s)
   AND created_at > now() - make_interval(days => %(days)s)

-- keep_reading --
-- An answer under the digest of all that was asked; the first one stays.
INSERT INTO dd0c.readings (tenant_id, key, sealed)
VALUES (%(tenant_id)s, %(key)s, %(sealed)s)
ON CONFLICT (tenant_id, key) DO NOTHING

-- forget_readings --
-- Those that are old, and the oldest of too many.
DELETE FROM dd0c.readings
 WHERE tenant_id = %(tenant_id)s
   AND (created_at <= now() - make_interval(days => %(days)s)
        OR key IN (SELECT key FROM dd0c.readings
                    WHERE tenant_id = %(tenant_id)s
                    ORDER BY created_at DESC, key OFFSET %(most)s))
