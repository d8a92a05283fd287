-- data_key --
-- The data key of one subject (an execution, a source text), destroyed or not.
SELECT id, wrapped, wrapped_by, destroyed_at
FROM dd0c.keys
WHERE tenant_id = %(tenant_id)s AND purpose = 'data' AND subject_id = %(subject_id)s

-- data_key_by_id --
-- The data key that a sealed value names.
SELECT id, wrapped, wrapped_by, destroyed_at
FROM dd0c.keys
WHERE tenant_id = %(tenant_id)s AND purpose = 'data' AND id = %(key_id)s

-- add_data_key --
-- The first seal for a subject makes its key; of two at once the second waits, adds nothing and reads again.
INSERT INTO dd0c.keys (tenant_id, id, purpose, subject_id, algorithm, wrapped, wrapped_by)
VALUES (%(tenant_id)s, %(key_id)s, 'data', %(subject_id)s, 'aes-256-gcm', %(wrapped)s, %(wrapped_by)s)
ON CONFLICT DO NOTHING

-- destroy_data_key --
-- Erasure: the wrapped key is gone, the row stays and says when.
UPDATE dd0c.keys
SET wrapped = NULL, destroyed_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND purpose = 'data' AND subject_id = %(subject_id)s AND destroyed_at IS NULL
RETURNING id

-- forget_readings_of_texts --
-- What an LLM said of texts quotes them, and no row says of which: with the erasure of one, all go. They are
-- asked anew where they are needed.
DELETE FROM dd0c.readings
WHERE tenant_id = %(tenant_id)s

-- retire_other_keys --
-- A rotation: every key of the purpose but the one in use signs no more.
UPDATE dd0c.keys
SET retired_at = clock_timestamp()
WHERE tenant_id = %(tenant_id)s AND purpose = %(purpose)s AND id <> %(key_id)s
  AND retired_at IS NULL AND destroyed_at IS NULL

-- record_key --
-- The public part of a tenant's key; its private part never leaves the key store.
INSERT INTO dd0c.keys (tenant_id, id, purpose, algorithm, public_key)
VALUES (%(tenant_id)s, %(key_id)s, %(purpose)s, %(algorithm)s, %(public_key)s)
ON CONFLICT DO NOTHING

-- list_public_keys --
-- The public keys of one purpose, oldest first, with when they were retired: what verifies old signatures.
SELECT id, public_key, created_at, retired_at
FROM dd0c.keys
WHERE tenant_id = %(tenant_id)s AND purpose = %(purpose)s AND public_key IS NOT NULL AND destroyed_at IS NULL
ORDER BY id

-- key_generation --
-- Rises with every key made and every key destroyed: agents keep the newest list of keys.
SELECT count(*) + count(destroyed_at) AS generation
FROM dd0c.keys
WHERE tenant_id = %(tenant_id)s AND purpose = %(purpose)s
