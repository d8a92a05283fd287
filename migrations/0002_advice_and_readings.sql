-- What was first written into 0001 after databases had been made with it: the reason for missing advice, the index
-- for what was said of a command, and what an LLM read. IF NOT EXISTS and IF EXISTS are for the databases that were
-- made with one of those texts (`controller.db.migrate.EDITED`); all of them end alike.

ALTER TABLE dd0c.classifications ADD COLUMN IF NOT EXISTS no_advice text NOT NULL DEFAULT '';

-- The name is the one that PostgreSQL gave it, both times.
ALTER TABLE dd0c.classifications
    DROP CONSTRAINT IF EXISTS classifications_tenant_id_version_id_step_id_scanner_versio_key,
    ADD UNIQUE (tenant_id, version_id, step_id, scanner_version, knowledge_version, advisor_version, no_advice, risk);

CREATE INDEX IF NOT EXISTS classifications_command ON dd0c.classifications (tenant_id, command_sha256)
    WHERE advice IS NOT NULL AND version_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS dd0c.readings (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    key           dd0c.digest NOT NULL,          -- of model, prompt, schema and the masked passages that were shown
    sealed        bytea NOT NULL,                -- what an LLM said of them
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX IF NOT EXISTS readings_age ON dd0c.readings (tenant_id, created_at);

ALTER TABLE dd0c.readings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS tenant ON dd0c.readings;
CREATE POLICY tenant ON dd0c.readings
    USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON dd0c.readings TO dd0c_app;
