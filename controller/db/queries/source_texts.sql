-- keep_source_text --
-- What a person pasted, sealed, under its SHA-256; the same text again is the same row.
INSERT INTO dd0c.source_texts (tenant_id, sha256, sealed, format, byte_count, masked, created_by)
VALUES (%(tenant_id)s, %(sha256)s, %(sealed)s, %(format)s, %(byte_count)s, %(masked)s, %(created_by)s)
ON CONFLICT (tenant_id, sha256) DO NOTHING

-- find_source_text --
-- A pasted text, still sealed.
SELECT sha256, sealed, format, byte_count, created_by, created_at
  FROM dd0c.source_texts
 WHERE tenant_id = %(tenant_id)s AND sha256 = %(sha256)s
