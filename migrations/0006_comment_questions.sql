-- Questions in comments on a forge elsewhere: who answers one takes its row first, so that of several replicas one does,
-- and one that can't be answered is tried so often and no more.

CREATE TABLE dd0c.comment_questions (
    tenant_id     uuid NOT NULL,
    repository_id uuid NOT NULL,
    comment_key   text NOT NULL CHECK (length(comment_key) <= 200),
    pull_number   integer NOT NULL CHECK (pull_number > 0),
    attempts      integer NOT NULL DEFAULT 1 CHECK (attempts >= 0),
    settled       boolean NOT NULL DEFAULT false, -- answered, refused or given up
    taken_until   timestamptz NOT NULL,           -- nobody else tries before
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, repository_id, comment_key),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);
CREATE INDEX comment_questions_age ON dd0c.comment_questions (tenant_id, created_at);

ALTER TABLE dd0c.comment_questions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON dd0c.comment_questions
    USING (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON dd0c.comment_questions TO dd0c_app;
