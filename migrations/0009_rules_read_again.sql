-- Since 0005 every repository's policy and flags hold beside those of the others. Rows that an older program wrote have
-- only the last one's: each repository reads its own again at its next sync, though no commit touched them.
ALTER TABLE dd0c.repositories ADD COLUMN rules_unread boolean NOT NULL DEFAULT true;
ALTER TABLE dd0c.repositories ALTER COLUMN rules_unread SET DEFAULT false;
