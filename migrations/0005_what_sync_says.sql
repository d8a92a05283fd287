-- What a sync says of itself, and policies and flags of several repositories side by side, the strictest winning.

-- Since when a fetch sees a head that is not in service: the lag. A commit's own date is its author's claim.
ALTER TABLE dd0c.repositories
    ADD COLUMN behind_since timestamptz,
    ADD COLUMN badge_sha256 dd0c.secret_sha256,
    ADD COLUMN policy_source boolean NOT NULL DEFAULT false;

-- The one repository whose policy.json may allow something; where none is named, it is the tenant's first. Those of
-- the others only tighten.
CREATE UNIQUE INDEX repositories_policy_source ON dd0c.repositories (tenant_id) WHERE policy_source;

-- A tenant has one policy in force a repository, not one in all; two repositories may hold the same text.
DROP INDEX dd0c.policies_current;
ALTER TABLE dd0c.policies
    DROP CONSTRAINT policies_pkey,
    ADD UNIQUE NULLS NOT DISTINCT (tenant_id, repository_id, content_sha256);
CREATE UNIQUE INDEX policies_current ON dd0c.policies (tenant_id, repository_id) NULLS NOT DISTINCT WHERE current;

ALTER TABLE dd0c.flags
    DROP CONSTRAINT flags_pkey,
    ADD UNIQUE NULLS NOT DISTINCT (tenant_id, name, repository_id);

-- The history of a repository is bounded; a sync ends when it is written, not when its transaction began.
ALTER TABLE dd0c.syncs ALTER COLUMN finished_at SET DEFAULT clock_timestamp();
GRANT DELETE ON dd0c.syncs TO dd0c_app;
