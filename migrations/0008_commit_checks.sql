-- What a check said of a commit that is the head of no pull request: of the synced branch of the built-in forge. The
-- newest of a repository are kept.
CREATE TABLE dd0c.commit_checks (
    tenant_id     uuid NOT NULL,
    repository_id uuid NOT NULL,
    commit_oid    dd0c.oid NOT NULL,
    name          text NOT NULL CHECK (length(name) <= 200),
    status        text NOT NULL CHECK (status IN ('pass', 'fail', 'attention')),
    title         text NOT NULL,
    summary       text NOT NULL DEFAULT '',
    updated_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, repository_id, commit_oid, name),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);
CREATE INDEX commit_checks_age ON dd0c.commit_checks (tenant_id, repository_id, updated_at);

ALTER TABLE dd0c.commit_checks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON dd0c.commit_checks
    USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON dd0c.commit_checks TO dd0c_app;

-- Which status of which commit the forge was told last: another one has to be told.
ALTER TABLE dd0c.repositories ADD COLUMN told_sha256 dd0c.digest;
