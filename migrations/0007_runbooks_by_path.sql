-- An incremental sync asks for the runbooks at the paths that a commit touches, by the hundred among thousands.

CREATE INDEX runbooks_path ON dd0c.runbooks (tenant_id, repository_id, path);
