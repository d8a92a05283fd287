-- The verdicts that come with a version stand in its row: as rows of their own, each with a reference, two entries of
-- indexes and what all of them have in common, they were two thirds of what a large sync stores, and half of its time.
-- Versions of before have theirs in `dd0c.classifications`, where later ones go as ever. `dd0c.verdicts` shows all.
ALTER TABLE dd0c.runbook_versions
    ADD COLUMN verdicts          text CHECK (verdicts IS JSON ARRAY),
    ADD COLUMN scanner_version   text,
    ADD COLUMN knowledge_version text,
    ADD COLUMN advisor           text,
    ADD COLUMN advisor_version   text;

CREATE VIEW dd0c.brought_verdicts WITH (security_invoker = true) AS
SELECT v.tenant_id, (left(v.id::text, 32) || lpad(to_hex(e.place), 4, '0'))::uuid AS id, v.id AS version_id,
       e.step ->> 'id' AS step_id, 'bash' AS language,
       sha256(convert_to(e.step ->> 'command', 'UTF8')) AS command_sha256,
       coalesce(e.verdict #>> '{finding,scannerVersion}', v.scanner_version) AS scanner_version,
       coalesce(e.verdict #>> '{finding,knowledgeVersion}', v.knowledge_version) AS knowledge_version,
       jsonb_build_object('ruleIds', '[]'::jsonb, 'spans', '[]'::jsonb, 'resources', '[]'::jsonb,
                          'reversibility', 'unknown', 'scannerVersion', v.scanner_version,
                          'knowledgeVersion', v.knowledge_version)
       || (e.verdict -> 'finding') AS finding,
       jsonb_build_object('advisor', coalesce(v.advisor, 'none'), 'advisorVersion', coalesce(v.advisor_version, ''),
                          'alternativesConsidered', '[]'::jsonb)
       || (e.verdict -> 'advice') AS advice,
       coalesce(e.verdict ->> 'noAdvice', '') AS no_advice,
       array_position(ARRAY['scanner_dangerous', 'scanner_caution', 'scanner_unknown', 'advice_raises', 'both_safe'],
                      e.verdict ->> 'rule') AS rule,
       (e.verdict ->> 'risk')::dd0c.risk AS risk, (e.verdict -> 'unknown')::boolean AS unknown, v.created_at
  FROM dd0c.runbook_versions v
 CROSS JOIN LATERAL ROWS FROM (
       jsonb_array_elements(v.verdicts::jsonb),
       jsonb_path_query(v.document, '$.spec.steps[*] ? (exists(@.command))')
       ) WITH ORDINALITY AS e (verdict, step, place)
 WHERE v.verdicts IS NOT NULL;

CREATE VIEW dd0c.verdicts WITH (security_invoker = true) AS
SELECT tenant_id, id, version_id, step_id, language, command_sha256, scanner_version, knowledge_version, finding, advice,
       no_advice, rule, risk, unknown, created_at
  FROM dd0c.classifications
 UNION ALL
SELECT tenant_id, id, version_id, step_id, language, command_sha256, scanner_version, knowledge_version, finding, advice,
       no_advice, rule, risk, unknown, created_at
  FROM dd0c.brought_verdicts;

GRANT SELECT ON dd0c.verdicts, dd0c.brought_verdicts TO dd0c_app;

-- A note names verdicts that may stand in a version's row; the version itself is referred to.
ALTER TABLE dd0c.reclassifications
    DROP CONSTRAINT reclassifications_tenant_id_before_id_fkey,
    DROP CONSTRAINT reclassifications_tenant_id_standing_id_fkey;
