-- What a new scanner or new knowledge says of a command that serves, beside the verdict that stands: a lower one waits
-- here for an owner.

CREATE TABLE dd0c.reclassifications (
    tenant_id         uuid NOT NULL REFERENCES dd0c.tenants (id),
    id                uuid NOT NULL,
    version_id        uuid NOT NULL,
    step_id           text NOT NULL,
    scanner_version   text NOT NULL,             -- that looked again, with its knowledge
    knowledge_version text NOT NULL,
    direction         text NOT NULL CHECK (direction IN ('higher', 'same', 'lower', 'unread')),
    before_id         uuid NOT NULL,             -- the classification that stood when it looked
    standing_id       uuid NOT NULL,             -- the one that stands since
    finding           jsonb,                     -- what it comes to; NULL for unread
    advice            jsonb,
    no_advice         text NOT NULL DEFAULT '',
    accepted_by       text,
    accepted_at       timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, version_id, step_id, scanner_version, knowledge_version),
    CHECK ((accepted_by IS NULL) = (accepted_at IS NULL)),
    CHECK (accepted_at IS NULL OR direction = 'lower'),
    CHECK ((finding IS NULL) = (direction = 'unread')),
    FOREIGN KEY (tenant_id, version_id) REFERENCES dd0c.runbook_versions (tenant_id, id),
    FOREIGN KEY (tenant_id, before_id) REFERENCES dd0c.classifications (tenant_id, id),
    FOREIGN KEY (tenant_id, standing_id) REFERENCES dd0c.classifications (tenant_id, id)
);

ALTER TABLE dd0c.reclassifications ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON dd0c.reclassifications
    USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON dd0c.reclassifications TO dd0c_app;
