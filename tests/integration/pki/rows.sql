-- back_up --
-- Every wrapped key.
SELECT id, wrapped FROM dd0c.keys WHERE wrapped IS NOT NULL

-- put_back --
-- The row as it was.
UPDATE dd0c.keys SET wrapped = %(wrapped)s, destroyed_at = NULL WHERE id = %(id)s
