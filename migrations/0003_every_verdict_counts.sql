-- A verdict that differs from the newest one of its step is a row of its own, also where it was given before: with a
-- key over what it said, advice that went from dangerous to safe and back was served as safe.

ALTER TABLE dd0c.classifications
    DROP CONSTRAINT classifications_tenant_id_version_id_step_id_scanner_versio_key;
CREATE INDEX classifications_step ON dd0c.classifications (tenant_id, version_id, step_id, created_at DESC, id DESC);
