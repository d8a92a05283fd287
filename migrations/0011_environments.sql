-- Several repositories of a tenant: which environment the branch of one is for, for people to tell them apart.
ALTER TABLE dd0c.repositories
    ADD COLUMN environment text CHECK (environment ~ '^[a-z0-9][a-z0-9-]{0,30}$');
