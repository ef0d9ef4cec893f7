-- What tasks know beyond the contract: keys, skills, deadlines, parents and children, schedules.
-- Points in time are milliseconds since the epoch.

ALTER TABLE task_states ADD COLUMN idempotency_key TEXT;
ALTER TABLE task_states ADD COLUMN idempotency_until INTEGER;
-- A JSON array of names, in order, each once: tasks with the same requirements stand together.
ALTER TABLE task_states ADD COLUMN required_skills TEXT NOT NULL DEFAULT '[]';
ALTER TABLE task_states ADD COLUMN deadline INTEGER;
ALTER TABLE task_states ADD COLUMN parent_task_id TEXT;
ALTER TABLE task_states ADD COLUMN after_children TEXT;
ALTER TABLE task_states ADD COLUMN on_child_failure TEXT;
ALTER TABLE task_states ADD COLUMN first_claimed_at INTEGER;
-- Who goes first: age, with ten minutes' head start for each level of priority, so that whoever waits
-- gains on all who come later. Agents write `created_at` in formats of their own; what is no time is
-- the oldest.
ALTER TABLE task_states ADD COLUMN claim_order INTEGER GENERATED ALWAYS AS (
    coalesce(
        CASE WHEN created_at GLOB '[0-9]*'
            THEN CAST(round((julianday(created_at) - 2440587.5) * 86400000.0) AS INTEGER) END,
        0
    ) + CASE priority WHEN 'high' THEN 0 WHEN 'low' THEN 1200000 ELSE 600000 END
) VIRTUAL;

-- Only what can be claimed now stands in the first, so that neither delayed tasks nor those kept for
-- somebody are walked over.
CREATE INDEX task_states_ready ON task_states (task_type, required_skills, claim_order)
    WHERE state = 'queued' AND not_before IS NULL AND agent_name IS NULL;
CREATE INDEX task_states_reserved ON task_states (agent_name, task_type, claim_order)
    WHERE state = 'queued' AND agent_name IS NOT NULL;
CREATE INDEX task_states_delayed ON task_states (not_before)
    WHERE state = 'queued' AND not_before IS NOT NULL;
CREATE INDEX task_states_deadline ON task_states (deadline)
    WHERE deadline IS NOT NULL AND state IN ('queued', 'in_progress', 'waiting');
CREATE INDEX task_states_children ON task_states (parent_task_id, state)
    WHERE parent_task_id IS NOT NULL;
CREATE INDEX task_states_waiting ON task_states (task_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX task_states_key ON task_states (task_type, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
DROP INDEX task_states_claimable;

ALTER TABLE agents ADD COLUMN draining INTEGER NOT NULL DEFAULT 0;

-- When claims began that a rate counts. Rows older than the rate's span are removed.
CREATE TABLE claim_starts (
    limit_key  TEXT NOT NULL,
    started_at INTEGER NOT NULL
);
CREATE INDEX claim_starts_recent ON claim_starts (limit_key, started_at);

CREATE TABLE schedules (
    name         TEXT NOT NULL PRIMARY KEY,
    cron         TEXT NOT NULL,
    time_zone    TEXT NOT NULL,
    task         TEXT NOT NULL,
    enabled      INTEGER NOT NULL,
    overlap      TEXT NOT NULL,
    catch_up     TEXT NOT NULL,
    next_at      INTEGER,
    last_at      INTEGER,
    last_task_id TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
);
CREATE INDEX schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;
