-- list_events --
-- Newest first, from before the event with this id. A filter that is NULL does not count. A type is a whole name, or
-- all that begin with a word and its dot: `^@` is a range of the index, and right in every collation.
SELECT c.seq, e.id, e.event_type, e.execution_id, e.actor_id, e.event_data::jsonb AS data, e.sealed IS NOT NULL AS has_sealed,
       e.created_at, c.hash
  FROM dd0c.audit_events e
  JOIN dd0c.audit_chain c ON c.tenant_id = e.tenant_id AND c.event_id = e.id
 WHERE e.tenant_id = %(tenant_id)s
   AND (%(before)s::uuid IS NULL OR e.id < %(before)s)
   AND (%(whole_type)s::text IS NULL OR e.event_type = %(whole_type)s)
   AND (%(type_begins)s::text IS NULL OR e.event_type ^@ %(type_begins)s)
   AND (%(actor_id)s::text IS NULL OR e.actor_id = %(actor_id)s)
   AND (%(since)s::timestamptz IS NULL OR e.created_at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR e.created_at < %(until)s)
 ORDER BY e.id DESC LIMIT %(limit)s

-- list_events_of_execution --
-- The same for one execution, by its own index.
SELECT c.seq, e.id, e.event_type, e.execution_id, e.actor_id, e.event_data::jsonb AS data, e.sealed IS NOT NULL AS has_sealed,
       e.created_at, c.hash
  FROM dd0c.audit_events e
  JOIN dd0c.audit_chain c ON c.tenant_id = e.tenant_id AND c.event_id = e.id
 WHERE e.tenant_id = %(tenant_id)s AND e.execution_id = %(execution_id)s
   AND (%(before)s::uuid IS NULL OR e.id < %(before)s)
   AND (%(whole_type)s::text IS NULL OR e.event_type = %(whole_type)s)
   AND (%(type_begins)s::text IS NULL OR e.event_type ^@ %(type_begins)s)
   AND (%(actor_id)s::text IS NULL OR e.actor_id = %(actor_id)s)
   AND (%(since)s::timestamptz IS NULL OR e.created_at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR e.created_at < %(until)s)
 ORDER BY e.id DESC LIMIT %(limit)s

-- find_sealed --
-- The sealed part of one event, as ciphertext.
SELECT sealed FROM dd0c.audit_events WHERE tenant_id = %(tenant_id)s AND id = %(event_id)s

-- chain_head --
-- The last link, and the database's clock. No row: nothing was ever recorded.
SELECT seq, hash, clock_timestamp() AS at
  FROM dd0c.audit_chain WHERE tenant_id = %(tenant_id)s ORDER BY seq DESC LIMIT 1

-- read_chain --
-- Links with their events in the order of the chain, a batch at a time. A link whose event is missing shows NULL.
SELECT c.seq, c.prev_hash, c.hash, c.event_id, e.created_at, e.event_type, e.actor_id, e.execution_id, e.event_data,
       e.sealed
  FROM dd0c.audit_chain c
  LEFT JOIN dd0c.audit_events e ON e.tenant_id = c.tenant_id AND e.id = c.event_id
 WHERE c.tenant_id = %(tenant_id)s AND c.seq > %(after)s AND c.seq <= %(last)s
 ORDER BY c.seq LIMIT %(limit)s

-- last_checkpoint_seq --
-- Where the newest checkpoint stands.
SELECT max(seq) FROM dd0c.audit_checkpoints WHERE tenant_id = %(tenant_id)s

-- newest_checkpoint --
-- The last signed head.
SELECT seq, hash, payload, key_id, signature, witness, created_at
  FROM dd0c.audit_checkpoints WHERE tenant_id = %(tenant_id)s ORDER BY seq DESC LIMIT 1

-- insert_checkpoint --
-- A signed head. Another replica may have been faster.
INSERT INTO dd0c.audit_checkpoints (tenant_id, seq, hash, payload, key_id, signature, witness)
VALUES (%(tenant_id)s, %(seq)s, %(hash)s, %(payload)s, %(key_id)s, %(signature)s, %(witness)s)
ON CONFLICT (tenant_id, seq) DO NOTHING

-- list_checkpoints --
-- Oldest first.
SELECT seq, hash, payload, key_id, signature, witness, created_at
  FROM dd0c.audit_checkpoints WHERE tenant_id = %(tenant_id)s ORDER BY seq

-- list_checkpoint_keys --
-- Every public key that ever signed a checkpoint of this tenant.
SELECT id, public_key FROM dd0c.keys
 WHERE tenant_id = %(tenant_id)s AND purpose = 'checkpoint' AND public_key IS NOT NULL ORDER BY id
