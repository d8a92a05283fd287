-- dd0c/run: the whole truth about the database (CONTRACTS.md §2).
--
-- Read this file to know what the database is; `dd0c db migrate` gets there by the numbered files beside it,
-- and a test builds both and compares the catalogs. Everything here runs as dd0c_owner (the migrator does
-- SET ROLE). Rules: tenant_id first in every key; every foreign key carries tenant_id; every table has row-level
-- security forced, but the ones listed as exempt at the end; privileges are granted table by table, never "ON ALL".
-- Until 0.1.0 is released 0001_initial.sql is a copy of this file; afterwards each change is a numbered file, and here.

CREATE SCHEMA dd0c;
CREATE SCHEMA procrastinate;
REVOKE ALL ON SCHEMA dd0c, procrastinate FROM PUBLIC;
GRANT USAGE ON SCHEMA dd0c, procrastinate TO dd0c_app;
GRANT USAGE ON SCHEMA dd0c TO dd0c_verify;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE dd0c.schema_migrations (
    version     integer PRIMARY KEY,
    name        text NOT NULL,
    sha256      text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- ---------------------------------------------------------------- words

CREATE DOMAIN dd0c.digest AS text CHECK (value ~ '^(sha256:)?[0-9a-f]{64}$');       -- a SHA-256 as people read it
CREATE DOMAIN dd0c.secret_sha256 AS bytea CHECK (octet_length(value) = 32);          -- what is kept of a credential
CREATE DOMAIN dd0c.oid AS text CHECK (value ~ '^[0-9a-f]{40}([0-9a-f]{24})?$');      -- a git object
CREATE DOMAIN dd0c.risk AS text CHECK (value IN ('safe', 'caution', 'dangerous'));   -- a verdict; never unknown
CREATE DOMAIN dd0c.role AS text
    CHECK (value IN ('viewer', 'responder', 'approver', 'author', 'maintainer', 'owner'));

-- ---------------------------------------------------------------- tenants and people

CREATE TABLE dd0c.tenants (
    id            uuid PRIMARY KEY,
    slug          text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{0,62}$'),
    title         text NOT NULL DEFAULT '',
    mode          text NOT NULL DEFAULT 'normal' CHECK (mode IN ('normal', 'panic', 'party')),
    panic_epoch   bigint NOT NULL DEFAULT 0 CHECK (panic_epoch >= 0),
    mode_reason   text,
    mode_changed_at timestamptz,
    mode_changed_by text,                        -- an actor: member:…, system:…
    panic_clear_by uuid,                         -- the first of the two members who clear a panic
    panic_clear_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE dd0c.members (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    id            uuid NOT NULL,
    email         text NOT NULL CHECK (email ~ '^[^@\s]{1,64}@[^@\s]{1,190}$'),
    display_name  text NOT NULL DEFAULT '',
    role          dd0c.role NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    removed_at    timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX members_email ON dd0c.members (tenant_id, lower(email));

CREATE TABLE dd0c.sign_in_links (                -- one use: exchanged for a session
    tenant_id     uuid NOT NULL,
    secret_sha256 dd0c.secret_sha256 NOT NULL,
    member_id     uuid NOT NULL,
    source        text NOT NULL DEFAULT 'web',   -- of the session: host where it was made with the state folder
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    PRIMARY KEY (tenant_id, secret_sha256),
    FOREIGN KEY (tenant_id, member_id) REFERENCES dd0c.members (tenant_id, id)
);

CREATE TABLE dd0c.sessions (
    tenant_id     uuid NOT NULL,
    secret_sha256 dd0c.secret_sha256 NOT NULL,
    member_id     uuid NOT NULL,
    source        text NOT NULL,                 -- web, host, slack, jwt: how the person came in
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    PRIMARY KEY (tenant_id, secret_sha256),
    FOREIGN KEY (tenant_id, member_id) REFERENCES dd0c.members (tenant_id, id)
);
CREATE INDEX sessions_member ON dd0c.sessions (tenant_id, member_id);

CREATE TABLE dd0c.api_tokens (
    tenant_id     uuid NOT NULL,
    secret_sha256 dd0c.secret_sha256 NOT NULL,
    id            uuid NOT NULL,                 -- what people see and revoke by
    member_id     uuid NOT NULL,
    name          text NOT NULL,
    scopes        text[] NOT NULL DEFAULT '{}',  -- empty: everything its member may do
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    text NOT NULL,
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz,
    PRIMARY KEY (tenant_id, secret_sha256),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES dd0c.members (tenant_id, id)
);
CREATE INDEX api_tokens_member ON dd0c.api_tokens (tenant_id, member_id);

CREATE TABLE dd0c.idempotency_keys (
    tenant_id      uuid NOT NULL,
    member_id      uuid NOT NULL,
    key            text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 255),
    request_sha256 bytea NOT NULL CHECK (octet_length(request_sha256) = 32),
    status         integer,                      -- NULL while the first request is still at work
    headers        jsonb,
    response       bytea,                        -- NULL: made anew from `content-location` among the headers
    created_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL DEFAULT now() + interval '24 hours',
    PRIMARY KEY (tenant_id, member_id, key),
    FOREIGN KEY (tenant_id, member_id) REFERENCES dd0c.members (tenant_id, id)
);
CREATE INDEX idempotency_keys_expiry ON dd0c.idempotency_keys (tenant_id, expires_at);

CREATE TABLE dd0c.keys (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    id            uuid NOT NULL,
    purpose       text NOT NULL CHECK (purpose IN ('tenant', 'grant', 'data', 'checkpoint')),
    subject_id    text,                          -- purpose data: the execution or source text that it seals
    algorithm     text NOT NULL,                 -- ed25519, aes-256-gcm
    public_key    bytea,                         -- grant, checkpoint
    wrapped       bytea,                         -- the private or data key under the tenant's key; NULL once destroyed
    wrapped_by    uuid,                          -- the tenant key that wraps it; NULL: the key store's root
    created_at    timestamptz NOT NULL DEFAULT now(),
    retired_at    timestamptz,                   -- signs no more, still verifies
    destroyed_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK (destroyed_at IS NULL OR wrapped IS NULL),
    CHECK ((purpose = 'data') = (subject_id IS NOT NULL))
);
CREATE UNIQUE INDEX keys_data ON dd0c.keys (tenant_id, subject_id) WHERE purpose = 'data';
CREATE UNIQUE INDEX keys_current ON dd0c.keys (tenant_id, purpose)
    WHERE purpose <> 'data' AND retired_at IS NULL AND destroyed_at IS NULL;

-- ---------------------------------------------------------------- git

CREATE TABLE dd0c.repositories (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    id            uuid NOT NULL,
    name          text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),   -- its place in /git/<tenant>/<name>.git
    forge         text NOT NULL CHECK (forge IN ('builtin', 'github')),
    remote        text NOT NULL,
    branch        text NOT NULL DEFAULT 'main',
    prefix        text NOT NULL DEFAULT '',
    direct_push   boolean NOT NULL DEFAULT false,   -- maintainers may push to the protected branch; recorded
    head_commit   dd0c.oid,                          -- seen at the remote
    synced_commit dd0c.oid,                          -- what the rows show
    last_fetch_at timestamptz,
    last_sync_at  timestamptz,
    error_code    text,
    error_text    text,
    error_at      timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    retired_at    timestamptz,
    behind_since  timestamptz,                       -- since when a head is seen that is not in service
    badge_sha256  dd0c.secret_sha256,                -- of the token that shows the badge; NULL: nobody sees it
    policy_source boolean NOT NULL DEFAULT false,    -- its policy.json may allow something; none named: the first one's
    environment   text CHECK (environment ~ '^[a-z0-9][a-z0-9-]{0,30}$'),   -- which one its branch is for, in a word
    rules_unread  boolean NOT NULL DEFAULT false,    -- policy and flags are read again at the next sync
    told_sha256   dd0c.digest,                       -- which status of which commit the forge was told last
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, remote, branch, prefix),
    UNIQUE (tenant_id, name)
);
CREATE UNIQUE INDEX repositories_policy_source ON dd0c.repositories (tenant_id) WHERE policy_source;

CREATE TABLE dd0c.syncs (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    repository_id uuid NOT NULL,
    from_commit   dd0c.oid,
    to_commit     dd0c.oid,
    trigger       text NOT NULL,                 -- start, poll, webhook, push, merge, manual
    outcome       text NOT NULL,                 -- synced, unchanged, partial, failed
    counts        jsonb NOT NULL DEFAULT '{}',
    error         text,
    started_at    timestamptz NOT NULL,
    finished_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);
CREATE INDEX syncs_repository ON dd0c.syncs (tenant_id, repository_id, id DESC);

CREATE TABLE dd0c.runbooks (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    repository_id uuid NOT NULL,
    name          text NOT NULL,                 -- metadata.name: the identity
    title         text NOT NULL DEFAULT '',
    service       text NOT NULL DEFAULT '',
    path          text NOT NULL,
    current_version_id uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    retired_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, repository_id, name),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);
CREATE INDEX runbooks_service ON dd0c.runbooks (tenant_id, service, id) WHERE retired_at IS NULL;
CREATE INDEX runbooks_path ON dd0c.runbooks (tenant_id, repository_id, path);

CREATE TABLE dd0c.runbook_versions (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    runbook_id     uuid NOT NULL,
    content_sha256 dd0c.digest NOT NULL,
    content        bytea NOT NULL,               -- the file's bytes as they were in git
    document       jsonb NOT NULL,               -- the parsed document, for queries; `content` is what counts
    path           text NOT NULL,
    blob_oid       dd0c.oid NOT NULL,
    commit_oid     dd0c.oid NOT NULL,            -- the first commit that brought this content
    author         text NOT NULL DEFAULT '',
    committed_at   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    verdicts          text CHECK (verdicts IS JSON ARRAY),   -- on its commands, in order, as it came (`dd0c.verdicts`)
    scanner_version   text,                      -- that judged all of them; NULL: each says it itself
    knowledge_version text,
    advisor           text,                      -- that advised on all of them; empty: none did; NULL as above
    advisor_version   text,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, runbook_id, content_sha256),
    FOREIGN KEY (tenant_id, runbook_id) REFERENCES dd0c.runbooks (tenant_id, id)
);
CREATE INDEX runbook_versions_runbook ON dd0c.runbook_versions (tenant_id, runbook_id, id DESC);
ALTER TABLE dd0c.runbooks ADD CONSTRAINT runbooks_current_version_fkey
    FOREIGN KEY (tenant_id, current_version_id) REFERENCES dd0c.runbook_versions (tenant_id, id);

CREATE TABLE dd0c.files (
    tenant_id     uuid NOT NULL,
    repository_id uuid NOT NULL,
    path          text NOT NULL,
    kind          text NOT NULL DEFAULT 'runbook',   -- runbook, policy, flags, decision, other
    blob_oid      dd0c.oid,
    commit_oid    dd0c.oid,                          -- the commit that brought this state
    state         text NOT NULL CHECK (state IN ('ok', 'stale_invalid', 'skipped', 'retired')),
    error_line    integer,
    error_column  integer,
    error_reason  text,
    serving_version_id uuid,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    may_be_at     jsonb NOT NULL DEFAULT '[]',       -- of a file that is gone: where its runbook may have moved
    PRIMARY KEY (tenant_id, repository_id, path),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id),
    FOREIGN KEY (tenant_id, serving_version_id) REFERENCES dd0c.runbook_versions (tenant_id, id)
);
CREATE INDEX files_kept_out ON dd0c.files (tenant_id, repository_id) WHERE state IN ('stale_invalid', 'skipped');

-- Verdicts that came later than their version, and on commands that somebody asked about.
CREATE TABLE dd0c.classifications (
    tenant_id         uuid NOT NULL,             -- that of its version, or of the audit record beside it
    id                uuid NOT NULL,
    version_id        uuid,                      -- NULL, as step_id, for POST /classify
    step_id           text,
    language          text NOT NULL DEFAULT 'bash',
    command_sha256    bytea,
    scanner_version   text NOT NULL,
    knowledge_version text NOT NULL,
    advisor_version   text NOT NULL DEFAULT '',  -- empty: no advisor was asked
    finding           jsonb NOT NULL,
    advice            jsonb,
    no_advice         text NOT NULL DEFAULT '',  -- why there is no advice (schemas.verdict.NoAdvice); empty: there is
    rule              integer NOT NULL CHECK (rule BETWEEN 1 AND 5),
    risk              dd0c.risk NOT NULL,
    unknown           boolean NOT NULL DEFAULT false,
    requested_by      text,
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, version_id) REFERENCES dd0c.runbook_versions (tenant_id, id)
);
CREATE INDEX classifications_step ON dd0c.classifications (tenant_id, version_id, step_id, created_at DESC, id DESC);

-- Every verdict, one row each. Those that came with a version stand in its row, without what has its default or is the
-- same for all: the n-th is on the n-th step with a command, and n in the last four digits of the version's id is its own.
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

-- What a new scanner or new knowledge says of a command that serves, beside the verdict that stands: a lower one waits
-- here for an owner.
CREATE TABLE dd0c.reclassifications (
    tenant_id         uuid NOT NULL REFERENCES dd0c.tenants (id),
    id                uuid NOT NULL,
    version_id        uuid NOT NULL,
    step_id           text NOT NULL,
    scanner_version   text NOT NULL,             -- that looked again, with its knowledge
    knowledge_version text NOT NULL,
    direction         text NOT NULL CHECK (direction IN ('higher', 'same', 'lower', 'unread')),
    before_id         uuid NOT NULL,             -- the verdict (`dd0c.verdicts`) that stood when it looked
    standing_id       uuid NOT NULL,             -- the one that stands since
    finding           jsonb,                     -- what it comes to; NULL for unread
    advice            jsonb,
    no_advice         text NOT NULL DEFAULT '',
    accepted_by       text,
    accepted_at       timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, version_id, step_id, scanner_version, knowledge_version),
    CHECK ((accepted_by IS NULL) = (accepted_at IS NULL)),
    CHECK (accepted_at IS NULL OR direction = 'lower'),
    CHECK ((finding IS NULL) = (direction = 'unread')),
    FOREIGN KEY (tenant_id, version_id) REFERENCES dd0c.runbook_versions (tenant_id, id)
);

CREATE TABLE dd0c.source_texts (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    sha256        dd0c.digest NOT NULL,
    sealed        bytea NOT NULL,
    format        text NOT NULL,
    byte_count    bigint NOT NULL,
    masked        jsonb NOT NULL DEFAULT '[]',   -- where secrets stood: positions, never values
    created_by    text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, sha256)
);

CREATE TABLE dd0c.readings (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    key           dd0c.digest NOT NULL,          -- of model, prompt, schema and the masked passages that were shown
    sealed        bytea NOT NULL,                -- what an LLM said of them
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX readings_age ON dd0c.readings (tenant_id, created_at);

CREATE TABLE dd0c.proposals (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    repository_id uuid NOT NULL,
    key           text NOT NULL,                 -- sha256(kind, source, base blob): the same proposal is made once
    kind          text NOT NULL,                 -- paste, edit, retire, divergence
    title         text NOT NULL,
    runbook_name  text,
    branch        text NOT NULL,
    base_commit   dd0c.oid,
    pull_number   integer,
    state         text NOT NULL DEFAULT 'pending'
                  CHECK (state IN ('pending', 'open', 'merged', 'closed', 'failed')),
    error         text,
    source_sha256 dd0c.digest,
    created_by    text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, repository_id, key),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);
CREATE INDEX proposals_pull ON dd0c.proposals (tenant_id, repository_id, pull_number);

CREATE TABLE dd0c.pulls (                        -- the built-in forge's; the truth is git, rows are repaired from it
    tenant_id     uuid NOT NULL,
    repository_id uuid NOT NULL,
    number        integer NOT NULL CHECK (number > 0),
    key           text,
    title         text NOT NULL,
    body          text NOT NULL DEFAULT '',
    branch        text NOT NULL,
    base_branch   text NOT NULL,
    base_commit   dd0c.oid NOT NULL,
    head_commit   dd0c.oid NOT NULL,
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'closed')),
    merge_commit  dd0c.oid,
    author        text NOT NULL,
    merged_by     text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    merged_at     timestamptz,
    closed_at     timestamptz,
    PRIMARY KEY (tenant_id, repository_id, number),
    UNIQUE (tenant_id, repository_id, merge_commit),
    UNIQUE (tenant_id, repository_id, key),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);
CREATE INDEX pulls_state ON dd0c.pulls (tenant_id, repository_id, state, number DESC);

CREATE TABLE dd0c.pull_events (
    tenant_id     uuid NOT NULL,
    repository_id uuid NOT NULL,
    number        integer NOT NULL,
    seq           integer NOT NULL,
    kind          text NOT NULL,                 -- opened, pushed, check, comment, review, merged, closed
    key           text,                          -- comment: hidden key of an upsert; check: its name
    commit_oid    dd0c.oid,
    actor         text NOT NULL,
    body          text NOT NULL DEFAULT '',
    data          jsonb NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, repository_id, number, seq),
    UNIQUE NULLS DISTINCT (tenant_id, repository_id, number, kind, key, commit_oid),
    FOREIGN KEY (tenant_id, repository_id, number) REFERENCES dd0c.pulls (tenant_id, repository_id, number)
);

CREATE TABLE dd0c.policies (                     -- from git, last good; one in force a repository
    tenant_id      uuid NOT NULL,
    content_sha256 dd0c.digest NOT NULL,
    repository_id  uuid,
    commit_oid     dd0c.oid,
    document       jsonb NOT NULL,
    current        boolean NOT NULL DEFAULT false,
    synced_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (tenant_id, repository_id, content_sha256),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);
CREATE UNIQUE INDEX policies_current ON dd0c.policies (tenant_id, repository_id) NULLS NOT DISTINCT WHERE current;

CREATE TABLE dd0c.flags (                        -- from git, last good; an unknown flag is off
    tenant_id     uuid NOT NULL,
    name          text NOT NULL,
    enabled       boolean NOT NULL,
    document      jsonb NOT NULL DEFAULT '{}',
    repository_id uuid,
    commit_oid    dd0c.oid,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz,                   -- switched off by the product itself, whatever git says
    disabled_reason text,
    UNIQUE NULLS NOT DISTINCT (tenant_id, name, repository_id),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);

CREATE TABLE dd0c.comment_questions (            -- /dd0c … in comments on a forge elsewhere: who answers takes it first
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

CREATE TABLE dd0c.commit_checks (                -- of a commit that heads no pull request of the built-in forge
    tenant_id     uuid NOT NULL,
    repository_id uuid NOT NULL,
    commit_oid    dd0c.oid NOT NULL,
    name          text NOT NULL CHECK (length(name) <= 200),
    status        text NOT NULL CHECK (status IN ('pass', 'fail', 'attention')),
    title         text NOT NULL,
    summary       text NOT NULL DEFAULT '',
    updated_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, repository_id, commit_oid, name),
    FOREIGN KEY (tenant_id, repository_id) REFERENCES dd0c.repositories (tenant_id, id)
);
CREATE INDEX commit_checks_age ON dd0c.commit_checks (tenant_id, repository_id, updated_at);

-- ---------------------------------------------------------------- agents

CREATE TABLE dd0c.agents (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    id            uuid NOT NULL,
    name          text NOT NULL,
    labels        jsonb NOT NULL DEFAULT '{}',
    instance_id   uuid,                          -- born with the agent's journal
    stream_epoch  bigint NOT NULL DEFAULT 0,     -- raised by every accepted stream: the newer wins
    agent_version text,
    protocol      integer,
    scanner_version text,
    knowledge_sha256 text,
    panic_epoch   bigint NOT NULL DEFAULT 0,     -- the highest that it has latched
    read_only     boolean NOT NULL DEFAULT false,
    replica       text,                          -- which link replica holds its stream
    connected_at  timestamptz,
    disconnected_at timestamptz,
    last_seen_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    text NOT NULL DEFAULT 'system:enroll',
    revoked_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE dd0c.agent_certificates (
    tenant_id     uuid NOT NULL,
    serial        text NOT NULL CHECK (serial ~ '^[0-9a-f]{1,40}$'),
    agent_id      uuid NOT NULL,
    fingerprint_sha256 bytea NOT NULL CHECK (octet_length(fingerprint_sha256) = 32),
    not_before    timestamptz NOT NULL,
    not_after     timestamptz NOT NULL,
    issued_at     timestamptz NOT NULL DEFAULT now(),
    revoked_at    timestamptz,
    PRIMARY KEY (tenant_id, serial),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES dd0c.agents (tenant_id, id)
);
CREATE INDEX agent_certificates_agent ON dd0c.agent_certificates (tenant_id, agent_id, not_after DESC);

CREATE TABLE dd0c.enrollment_tokens (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    secret_sha256 dd0c.secret_sha256 NOT NULL,
    name          text,                          -- the name that the agent will have; NULL: it chooses
    labels        jsonb NOT NULL DEFAULT '{}',
    created_by    text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,                   -- one use: the guarded UPDATE … WHERE used_at IS NULL hits 1 row
    agent_id      uuid,
    revoked_at    timestamptz,
    PRIMARY KEY (tenant_id, secret_sha256),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES dd0c.agents (tenant_id, id)
);

-- ---------------------------------------------------------------- executions

CREATE TABLE dd0c.executions (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    runbook_id    uuid NOT NULL,
    runbook_version_id uuid NOT NULL,
    parent_execution_id uuid,
    alert_id      uuid,                          -- its foreign key comes with alerts
    state         text NOT NULL CHECK (state IN (
                      'pending', 'preflight', 'await_approval', 'await_manual', 'executing', 'rollback_available',
                      'rolling_back', 'paused', 'manual_intervention', 'completed', 'aborted')),
    version       integer NOT NULL CHECK (version >= 0),
    engine_version integer NOT NULL,
    trust         smallint NOT NULL CHECK (trust BETWEEN 0 AND 2),
    governance    text NOT NULL CHECK (governance IN ('strict', 'audit')),
    policy_sha256 dd0c.digest,                   -- pinned at the start
    policy_commit dd0c.oid,
    policy        jsonb NOT NULL DEFAULT '{}',
    cursor        integer NOT NULL DEFAULT 0,    -- index into the order of the steps
    resume_to     text,
    held_result   jsonb,
    panic         boolean NOT NULL DEFAULT false,
    fate_unknown  boolean NOT NULL DEFAULT false,
    crash_count   integer NOT NULL DEFAULT 0,
    crash_version integer,
    snapshot      jsonb NOT NULL DEFAULT '{}',   -- what a list shows: counts, the step, the gate's risk
    undo_steps    text[] NOT NULL DEFAULT '{}',  -- a rollback after the end: the parent's steps, in the order done
    title         text NOT NULL DEFAULT '',
    reason        text,                          -- a sentence of ours; what people wrote is sealed in the event
    requested_by  text NOT NULL,                 -- an actor
    source        text NOT NULL DEFAULT 'api',
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    started_at    timestamptz,
    ended_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, runbook_id) REFERENCES dd0c.runbooks (tenant_id, id),
    FOREIGN KEY (tenant_id, runbook_version_id) REFERENCES dd0c.runbook_versions (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_execution_id) REFERENCES dd0c.executions (tenant_id, id)
) WITH (fillfactor = 70);
CREATE INDEX executions_live ON dd0c.executions (tenant_id, state, id)
    WHERE state NOT IN ('completed', 'aborted');
CREATE INDEX executions_runbook ON dd0c.executions (tenant_id, runbook_id, id DESC);

CREATE TABLE dd0c.execution_events (
    tenant_id     uuid NOT NULL,
    execution_id  uuid NOT NULL,
    version       integer NOT NULL,
    event_key     text NOT NULL,                 -- makes a retry after an unknown commit a no-op
    event_type    text NOT NULL,
    event         jsonb NOT NULL,
    sealed        bytea,                         -- edited command, bound values, reasons and notes
    actor         text NOT NULL,
    from_state    text NOT NULL,
    to_state      text NOT NULL,
    passed        text[] NOT NULL DEFAULT '{}',  -- step_ready, auto_execute, step_complete passed through
    effects       jsonb NOT NULL DEFAULT '[]',
    known         jsonb NOT NULL DEFAULT '{}',   -- what the decision knew beside the event: a replay needs it
    path          integer[] NOT NULL DEFAULT '{}',  -- rows of the transition table that were gone through
    engine_version integer NOT NULL,
    decided_at    timestamptz NOT NULL,          -- the `now` that the decision saw
    PRIMARY KEY (tenant_id, execution_id, version),
    UNIQUE (tenant_id, execution_id, event_key),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES dd0c.executions (tenant_id, id)
);

CREATE TABLE dd0c.gates (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    execution_id  uuid NOT NULL,
    step_id       text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('forward', 'rollback')),
    round         integer NOT NULL CHECK (round >= 0),      -- 0: an automatic run
    execution_version integer NOT NULL,
    intent_sha256 dd0c.digest NOT NULL,
    intent_sealed bytea NOT NULL,
    agent_id      uuid,
    risk          dd0c.risk NOT NULL,
    unknown       boolean NOT NULL DEFAULT false,
    confirm       text,                          -- what a person must type
    quorum        smallint NOT NULL DEFAULT 1,
    auto_rule     jsonb,                         -- round 0: the policy decision that let it run
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    voided_at     timestamptz,
    void_reason   text,
    closed_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK ((round = 0) = (auto_rule IS NOT NULL)),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES dd0c.executions (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES dd0c.agents (tenant_id, id)
);
CREATE UNIQUE INDEX gates_open ON dd0c.gates (tenant_id, execution_id)
    WHERE voided_at IS NULL AND closed_at IS NULL;
CREATE INDEX gates_execution ON dd0c.gates (tenant_id, execution_id, id);

CREATE TABLE dd0c.approvals (                    -- never updated
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    gate_id       uuid NOT NULL,
    member_id     uuid NOT NULL,
    role          dd0c.role NOT NULL,            -- at the time of the click
    decision      text NOT NULL CHECK (decision IN ('approve', 'refuse')),
    intent_sha256 dd0c.digest NOT NULL,
    source        text NOT NULL,                 -- web, cli, api, slack
    typed         text,
    execution_version integer NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, gate_id, member_id),
    FOREIGN KEY (tenant_id, gate_id) REFERENCES dd0c.gates (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES dd0c.members (tenant_id, id)
);

CREATE TABLE dd0c.step_executions (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    execution_id  uuid NOT NULL,
    step_id       text NOT NULL,
    gate_id       uuid,                          -- NULL: a manual step
    attempt       integer NOT NULL CHECK (attempt >= 1),
    kind          text NOT NULL CHECK (kind IN ('forward', 'rollback', 'manual')),
    status        text NOT NULL CHECK (status IN (
                      'dispatched', 'started', 'succeeded', 'failed', 'timed_out', 'killed', 'refused', 'lost',
                      'skipped', 'skipped_by_branch', 'done_by_hand', 'rolled_back')),
    epoch         integer NOT NULL,              -- the execution's version that dispatched it
    intent_sha256 dd0c.digest,
    intent_sealed bytea,
    agent_id      uuid,
    agent_instance uuid,
    exit_code     integer,
    signal        integer,
    refusal       text,
    agent_risk    text,
    leaked_process boolean NOT NULL DEFAULT false,
    output_bytes  bigint,
    output_sha256 bytea,
    answer        text,                          -- manual: what the person reported
    note          text,
    actor         text,
    report_seq    bigint NOT NULL DEFAULT 0,     -- the last report taken: a repeated one changes nothing
    ended_report  jsonb,                         -- its end, kept until the output head that decides is here
    late_result   jsonb,
    created_at    timestamptz NOT NULL DEFAULT now(),
    dispatched_at timestamptz,
    started_at    timestamptz,
    ended_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, execution_id, gate_id, attempt),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES dd0c.executions (tenant_id, id),
    FOREIGN KEY (tenant_id, gate_id) REFERENCES dd0c.gates (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES dd0c.agents (tenant_id, id)
);
CREATE UNIQUE INDEX step_executions_one_at_a_time ON dd0c.step_executions (tenant_id, execution_id)
    WHERE status IN ('dispatched', 'started');
CREATE INDEX step_executions_execution ON dd0c.step_executions (tenant_id, execution_id, id);

CREATE TABLE dd0c.dispatches (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    agent_id      uuid NOT NULL,
    agent_instance uuid,
    execution_id  uuid NOT NULL,
    step_execution_id uuid,
    kind          text NOT NULL CHECK (kind IN ('run', 'cancel', 'freeze', 'thaw', 'ask')),
    epoch         integer NOT NULL,
    payload_type  text,                          -- dd0c.grant.v1 …; NULL for ask, which is not signed
    sealed        bytea,                         -- the signed envelope, sealed under the execution's data key
    not_after     timestamptz,
    state         text NOT NULL DEFAULT 'pending'
                  CHECK (state IN ('pending', 'sent', 'acked', 'done', 'revoked')),
    sends         integer NOT NULL DEFAULT 0,
    stream_epoch  bigint,                        -- of the stream that it was last sent on
    traceparent   text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    sent_at       timestamptz,
    acked_at      timestamptz,
    done_at       timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES dd0c.agents (tenant_id, id),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES dd0c.executions (tenant_id, id),
    FOREIGN KEY (tenant_id, step_execution_id) REFERENCES dd0c.step_executions (tenant_id, id)
);
CREATE UNIQUE INDEX dispatches_run_once ON dd0c.dispatches (tenant_id, step_execution_id) WHERE kind = 'run';
CREATE INDEX dispatches_open ON dd0c.dispatches (tenant_id, agent_id, id) WHERE state IN ('pending', 'sent');
CREATE INDEX dispatches_step ON dd0c.dispatches (tenant_id, step_execution_id);

CREATE TABLE dd0c.timers (                       -- exempt from RLS: ids and times only; one loop serves all tenants
    tenant_id     uuid NOT NULL,
    execution_id  uuid NOT NULL,
    kind          text NOT NULL,                 -- pending, approval, deadline, lost
    due_at        timestamptz NOT NULL,
    version       integer NOT NULL DEFAULT 0,    -- of the execution that set it
    step_execution_id uuid,
    gate_id       uuid,
    PRIMARY KEY (tenant_id, execution_id, kind),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES dd0c.executions (tenant_id, id)
);
CREATE INDEX timers_due ON dd0c.timers (due_at);

CREATE TABLE dd0c.outputs (                      -- the bytes are in the object store
    tenant_id     uuid NOT NULL,
    step_execution_id uuid NOT NULL,
    object_key    text NOT NULL,
    total_bytes   bigint NOT NULL DEFAULT 0,     -- what the command wrote
    stored_bytes  bigint NOT NULL DEFAULT 0,     -- what the object holds; also the next offset asked for
    head_bytes    bigint NOT NULL DEFAULT 0,
    tail_bytes    bigint NOT NULL DEFAULT 0,     -- > 0: there is a gap between head and tail
    sha256        bytea,
    complete      boolean NOT NULL DEFAULT false,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, step_execution_id),
    FOREIGN KEY (tenant_id, step_execution_id) REFERENCES dd0c.step_executions (tenant_id, id)
);

CREATE TABLE dd0c.effects_done (                 -- external effects at most once
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    effect_key    text NOT NULL,                 -- execution, version, index
    result        jsonb NOT NULL DEFAULT '{}',
    done_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, effect_key)
);

-- ---------------------------------------------------------------- audit (CONTRACTS.md §2, §3)

CREATE TABLE dd0c.audit_events (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    event_type    text NOT NULL CHECK (event_type ~ '^[a-z_]+\.[a-z_]+$'),
    execution_id  uuid,
    actor_id      text NOT NULL CHECK (octet_length(actor_id) BETWEEN 1 AND 200),
    event_data    text NOT NULL,                 -- canonical JSON: the hash covers exactly these bytes
    sealed        bytea,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX audit_events_type ON dd0c.audit_events (tenant_id, event_type, id);
CREATE INDEX audit_events_execution ON dd0c.audit_events (tenant_id, execution_id, id)
    WHERE execution_id IS NOT NULL;

CREATE TABLE dd0c.audit_chain (                  -- written only by audit_link()
    tenant_id     uuid NOT NULL,
    seq           bigint NOT NULL,
    event_id      uuid NOT NULL,
    prev_hash     bytea NOT NULL,
    hash          bytea NOT NULL,
    linked_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, seq, linked_at)
) PARTITION BY RANGE (linked_at);
CREATE INDEX audit_chain_event ON dd0c.audit_chain (tenant_id, event_id);

CREATE TABLE dd0c.audit_heads (                  -- one a tenant, made with it; none is an error, never a new chain
    tenant_id     uuid PRIMARY KEY REFERENCES dd0c.tenants (id),
    seq           bigint NOT NULL DEFAULT 0,
    hash          bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
) WITH (fillfactor = 20);

CREATE TABLE dd0c.audit_checkpoints (
    tenant_id     uuid NOT NULL REFERENCES dd0c.tenants (id),
    seq           bigint NOT NULL,
    hash          bytea NOT NULL,
    payload       bytea NOT NULL,                -- canonical JSON of dd0c.checkpoint.v1, as signed
    key_id        text NOT NULL,
    signature     bytea NOT NULL,
    witness       text,                          -- the commit on refs/heads/dd0c-audit, where one was written
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, seq)
);

-- Links the rows of each INSERT into their tenant's chain, in id order, and writes the head once. A statement
-- trigger: 22 µs a row and linear, where a row trigger took 132 µs at 500 rows and deadlocked (CONTRACTS.md §2).
-- It runs as dd0c_owner, whom FORCE ROW LEVEL SECURITY binds too: it can only touch the current tenant's rows.
CREATE FUNCTION dd0c.audit_link() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
declare h record; r record; s bigint; p bytea; x bytea; d bytea; t uuid; z bytea;
begin
  if exists (select from newrows where created_at <> now()) then
    raise exception 'created_at is not chosen by the writer' using errcode = 'DD002';
  end if;
  if exists (select from newrows where event_data is not json object) then
    raise exception 'event_data is no JSON object' using errcode = 'invalid_text_representation';
  end if;
  for t in select distinct tenant_id from newrows order by 1 loop
    select seq, hash into h from dd0c.audit_heads where tenant_id = t for update;
    if not found then
      raise exception 'no chain head' using errcode = 'DD001';
    end if;
    s := h.seq; p := h.hash;
    for r in select * from newrows where tenant_id = t order by id loop
      s := s + 1;
      d := convert_to(r.event_data, 'UTF8');
      z := case when r.sealed is null then '\x'::bytea else sha256(r.sealed) end;
      x := sha256(convert_to(E'dd0c.audit.v1\n', 'UTF8') || p || int8send(s) || uuid_send(t) || uuid_send(r.id)
        || int8send((extract(epoch from r.created_at) * 1000000)::bigint)
        || int4send(octet_length(convert_to(r.event_type, 'UTF8'))) || convert_to(r.event_type, 'UTF8')
        || int4send(octet_length(convert_to(r.actor_id, 'UTF8'))) || convert_to(r.actor_id, 'UTF8')
        || uuid_send(coalesce(r.execution_id, '00000000-0000-0000-0000-000000000000'))
        || int4send(octet_length(d)) || d || int4send(octet_length(z)) || z);
      insert into dd0c.audit_chain (tenant_id, seq, event_id, prev_hash, hash, linked_at)
        values (t, s, r.id, p, x, clock_timestamp());
      p := x;
    end loop;
    update dd0c.audit_heads set seq = s, hash = p where tenant_id = t;
  end loop;
  return null;
end $function$;

CREATE TRIGGER audit_link AFTER INSERT ON dd0c.audit_events
    REFERENCING NEW TABLE AS newrows FOR EACH STATEMENT EXECUTE FUNCTION dd0c.audit_link();

CREATE FUNCTION dd0c.audit_head_of_new_tenant() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
begin
  insert into dd0c.audit_heads (tenant_id) values (new.id);
  return null;
end $function$;

CREATE TRIGGER audit_head AFTER INSERT ON dd0c.tenants
    FOR EACH ROW EXECUTE FUNCTION dd0c.audit_head_of_new_tenant();

-- Makes the monthly partitions from `first` on that are not there yet. The migrator calls it every time it runs.
-- A partition has row-level security forced and no policy: reached directly it shows nothing, to anyone.
CREATE FUNCTION dd0c.make_audit_partitions(first date, months integer) RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
declare parent text; partition text; start date; made integer := 0;
begin
  foreach parent in array array['audit_events', 'audit_chain'] loop
    for i in 0 .. months loop
      start := (date_trunc('month', first) + make_interval(months => i))::date;
      partition := parent || to_char(start, '_YYYY_MM');
      continue when to_regclass('dd0c.' || partition) is not null;
      execute format('create table dd0c.%I partition of dd0c.%I for values from (%L) to (%L)', partition, parent,
        start::text || ' 00:00:00+00', (start + interval '1 month')::date::text || ' 00:00:00+00');
      execute format('alter table dd0c.%I enable row level security, force row level security', partition);
      made := made + 1;
    end loop;
  end loop;
  return made;
end $function$;

CREATE TABLE dd0c.audit_events_default PARTITION OF dd0c.audit_events DEFAULT;
CREATE TABLE dd0c.audit_chain_default PARTITION OF dd0c.audit_chain DEFAULT;

-- ---------------------------------------------------------------- row-level security

-- Exempt, content-free: timers (ids and times) and schema_migrations; a test lists them.
DO $do$
declare name text; key text;
begin
  for name in select c.relname from pg_class c
      where c.relnamespace = 'dd0c'::regnamespace and c.relkind in ('r', 'p')
        and c.relname not in ('timers', 'schema_migrations') order by 1 loop
    execute format('alter table dd0c.%I enable row level security, force row level security', name);
    continue when exists (select from pg_inherits where inhrelid = format('dd0c.%I', name)::regclass);
    key := case name when 'tenants' then 'id' else 'tenant_id' end;
    execute format($policy$create policy tenant on dd0c.%I
      using (%I = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid))
      with check (%I = (select nullif(current_setting('app.current_tenant_id', true), '')::uuid))$policy$,
      name, key, key);
  end loop;
end $do$;

-- ---------------------------------------------------------------- privileges

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA dd0c FROM PUBLIC;

GRANT SELECT, INSERT, UPDATE ON
    dd0c.tenants, dd0c.members, dd0c.sign_in_links, dd0c.sessions, dd0c.api_tokens, dd0c.keys,
    dd0c.repositories, dd0c.files, dd0c.runbooks, dd0c.proposals, dd0c.pulls, dd0c.pull_events,
    dd0c.agents, dd0c.agent_certificates, dd0c.enrollment_tokens,
    dd0c.executions, dd0c.step_executions, dd0c.gates, dd0c.dispatches, dd0c.outputs,
    dd0c.policies, dd0c.flags, dd0c.reclassifications
    TO dd0c_app;
GRANT SELECT, INSERT ON
    dd0c.runbook_versions, dd0c.classifications, dd0c.source_texts,
    dd0c.execution_events, dd0c.approvals, dd0c.effects_done, dd0c.audit_events, dd0c.audit_checkpoints
    TO dd0c_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON dd0c.idempotency_keys, dd0c.timers TO dd0c_app;
GRANT SELECT, INSERT, DELETE ON dd0c.readings, dd0c.syncs TO dd0c_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON dd0c.comment_questions, dd0c.commit_checks TO dd0c_app;
GRANT SELECT ON dd0c.audit_chain, dd0c.schema_migrations, dd0c.verdicts, dd0c.brought_verdicts TO dd0c_app;
GRANT SELECT ON dd0c.audit_events, dd0c.audit_chain, dd0c.audit_checkpoints TO dd0c_verify;

-- ---------------------------------------------------------------- jobs

\ir procrastinate-3.10.0.sql

-- pg_notify takes a database-wide lock at commit (2,966 → 313 inserts/s): workers poll, and are woken over our bus.
ALTER TABLE procrastinate.procrastinate_jobs DISABLE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1;
ALTER TABLE procrastinate.procrastinate_jobs DISABLE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA procrastinate FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    procrastinate.procrastinate_workers, procrastinate.procrastinate_jobs,
    procrastinate.procrastinate_periodic_defers, procrastinate.procrastinate_events
    TO dd0c_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA procrastinate TO dd0c_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA procrastinate TO dd0c_app;
