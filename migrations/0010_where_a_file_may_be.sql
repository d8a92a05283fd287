-- A runbook whose file is gone is not retired while a file that came with the same commit can't be read and may be it:
-- the paths of those.
ALTER TABLE dd0c.files ADD COLUMN may_be_at jsonb NOT NULL DEFAULT '[]';
