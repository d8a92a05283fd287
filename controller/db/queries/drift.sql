-- served_files --
-- Every runbook in service of a repository, its policy and its flags: the file, and the blob and commit of its content.
-- The tenant as in `runbooks.newest_advice`.
SELECT r.name, r.path, v.blob_oid, v.commit_oid
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = (SELECT %(tenant_id)s::uuid) AND r.repository_id = %(repository_id)s AND r.retired_at IS NULL
 UNION ALL
SELECT f.kind, f.path, f.blob_oid, f.commit_oid
  FROM dd0c.files f
 WHERE f.tenant_id = (SELECT %(tenant_id)s::uuid) AND f.repository_id = %(repository_id)s AND f.kind IN ('policy', 'flags')
   AND f.state = 'ok'

-- kept_out_files --
-- Files whose newest content is not in service, and why.
SELECT path, kind, state, blob_oid, commit_oid, error_line, error_reason
  FROM dd0c.files
 WHERE tenant_id = %(tenant_id)s AND repository_id = %(repository_id)s
   AND (state = 'stale_invalid' OR (state = 'skipped' AND kind <> 'other'))

-- served_contents --
-- The documents in service of some paths.
SELECT r.path, v.content
  FROM dd0c.runbooks r
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
 WHERE r.tenant_id = %(tenant_id)s AND r.repository_id = %(repository_id)s AND r.retired_at IS NULL
   AND r.path = ANY(%(paths)s::text[])
