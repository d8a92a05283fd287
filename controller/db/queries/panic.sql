-- tenant_mode --
-- What the gate follows.
SELECT mode, panic_epoch
FROM dd0c.tenants
WHERE id = %(tenant_id)s

-- record_panic --
-- The row of a panic that already holds; 0 rows where this epoch was recorded before.
UPDATE dd0c.tenants
SET mode = 'panic', panic_epoch = %(epoch)s, mode_reason = %(reason)s, mode_changed_at = clock_timestamp(),
    mode_changed_by = %(actor)s, panic_clear_by = NULL, panic_clear_at = NULL
WHERE id = %(tenant_id)s AND panic_epoch < %(epoch)s

-- lock_panic --
-- Before a panic is cleared: how it stands, who asked for it first, how many members could.
SELECT t.mode, t.panic_epoch, t.panic_clear_by,
       coalesce(t.panic_clear_at > clock_timestamp() - make_interval(mins => %(minutes)s), false) AS asked_in_time,
       (SELECT count(*) FROM dd0c.members m
        WHERE m.tenant_id = t.id AND m.removed_at IS NULL AND m.role IN ('maintainer', 'owner')) AS may_clear,
       EXISTS (SELECT FROM dd0c.members m
               WHERE m.tenant_id = t.id AND m.id = %(member_id)s AND m.removed_at IS NULL
                 AND m.role IN ('maintainer', 'owner')) AS member_may
FROM dd0c.tenants t
WHERE t.id = %(tenant_id)s
FOR UPDATE OF t

-- ask_clear --
-- The first of two members who clear a panic.
UPDATE dd0c.tenants
SET panic_clear_by = %(member_id)s, panic_clear_at = clock_timestamp()
WHERE id = %(tenant_id)s AND mode = 'panic' AND panic_epoch = %(epoch)s

-- clear_panic --
-- The panic of this epoch is over.
UPDATE dd0c.tenants
SET mode = 'normal', mode_changed_at = clock_timestamp(), mode_changed_by = %(actor)s,
    panic_clear_by = %(first_id)s
WHERE id = %(tenant_id)s AND mode = 'panic' AND panic_epoch = %(epoch)s

-- cleared_by --
-- Who cleared the last panic: what a signed panic-clear names.
SELECT panic_epoch, mode_changed_by, panic_clear_by
FROM dd0c.tenants
WHERE id = %(tenant_id)s AND mode = 'normal' AND panic_epoch > 0
