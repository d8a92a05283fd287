-- A verdict on a step names its version, and with it its tenant. One that somebody asked for alone is stored with its
-- audit record, which no tenant that there is not can have: the chain's head refers to it. To look the tenant up once
-- more for each verdict was a seventh of what the server does in a large sync.
ALTER TABLE dd0c.classifications DROP CONSTRAINT classifications_tenant_id_fkey;
