-- facts --
-- What tells whether these runbooks are still what they were: owners, the end of the last run, the file's state, and of
-- each command the risks, with what this classifier noted where it looked since.
SELECT r.id, r.name, r.created_at AS since, clock_timestamp() AS now, v.commit_oid,
       v.document #> '{metadata,owners}' AS owners, v.document #> '{spec,review}' AS review,
       e.state AS last_end, e.ended_at AS last_run_at,
       f.state AS file_state, f.error_reason AS file_reason, p.error_text AS repository_error,
       coalesce(s.steps, '[]') AS steps
  FROM dd0c.runbooks r
  JOIN dd0c.repositories p ON p.tenant_id = r.tenant_id AND p.id = r.repository_id
  JOIN dd0c.runbook_versions v ON v.tenant_id = r.tenant_id AND v.id = r.current_version_id
  LEFT JOIN dd0c.files f ON f.tenant_id = r.tenant_id AND f.repository_id = r.repository_id AND f.path = r.path
  LEFT JOIN LATERAL (
       SELECT x.state, coalesce(x.ended_at, x.updated_at) AS ended_at
         FROM dd0c.executions x
        WHERE x.tenant_id = r.tenant_id AND x.runbook_id = r.id AND x.parent_execution_id IS NULL
          AND x.state IN ('completed', 'aborted', 'manual_intervention')
        ORDER BY x.id DESC
        LIMIT 1) e ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(
                  jsonb_build_object(
                      'step', d.step ->> 'id', 'declared', d.step ->> 'risk',
                      'found', coalesce(m.finding, c.finding) ->> 'risk',
                      'rules', coalesce(m.finding, c.finding) -> 'ruleIds',
                      'why', coalesce(m.finding, c.finding) ->> 'why',
                      'waits', coalesce(m.direction = 'lower' AND m.accepted_at IS NULL
                                        AND m.standing_id = c.id, false),
                      'current', (c.scanner_version, c.knowledge_version)
                                 = (%(scanner_version)s::text, %(knowledge_version)s::text)
                                 OR coalesce(m.standing_id = c.id AND m.direction <> 'unread', false))
                  ORDER BY d.place) AS steps
         FROM jsonb_array_elements(v.document #> '{spec,steps}') WITH ORDINALITY AS d (step, place)
         JOIN (
              SELECT DISTINCT ON (step_id) id, step_id, finding, scanner_version, knowledge_version
                FROM dd0c.verdicts
               WHERE tenant_id = %(tenant_id)s AND version_id = v.id
               ORDER BY step_id, created_at DESC, id DESC) c ON c.step_id = d.step ->> 'id'
         LEFT JOIN dd0c.reclassifications m
                ON m.tenant_id = %(tenant_id)s AND m.version_id = v.id AND m.step_id = c.step_id
               AND m.scanner_version = %(scanner_version)s AND m.knowledge_version = %(knowledge_version)s) s ON true
 WHERE r.tenant_id = %(tenant_id)s AND r.id = ANY(%(ids)s::uuid[]) AND r.retired_at IS NULL

-- merges --
-- Who let these commits in, by merging or by pushing, newest first; a member by their address.
SELECT said.data ->> 'commit' AS commit_oid, coalesce((said.data ->> 'direct')::boolean, false) AS direct,
       e.actor_id, e.created_at AS at
  FROM dd0c.audit_events e
 CROSS JOIN LATERAL (SELECT e.event_data::jsonb AS data OFFSET 0) AS said
 WHERE e.tenant_id = %(tenant_id)s AND e.event_type = 'runbook.reviewed'
   AND said.data ->> 'outcome' IN ('merged', 'pushed') AND said.data ->> 'commit' = ANY(%(commits)s)
 ORDER BY e.id DESC
 LIMIT 1000

-- member_addresses --
-- The addresses of everybody who is in the tenant.
SELECT id, lower(email) AS email
  FROM dd0c.members
 WHERE tenant_id = %(tenant_id)s AND removed_at IS NULL
 LIMIT 10000
