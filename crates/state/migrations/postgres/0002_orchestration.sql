-- What tasks know beyond the contract: keys, skills, deadlines, parents and children, schedules.
-- deploy/init-db.sql makes the same schema, which a test compares.

ALTER TABLE task_states
    ADD COLUMN IF NOT EXISTS idempotency_key   TEXT,
    ADD COLUMN IF NOT EXISTS idempotency_until TIMESTAMPTZ,
    -- A JSON array of names, in order, each once: tasks with the same requirements stand together.
    ADD COLUMN IF NOT EXISTS required_skills   TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    ADD COLUMN IF NOT EXISTS deadline          TIMESTAMPTZ,
    ADD COLUMN IF NOT EXISTS parent_task_id    TEXT,
    ADD COLUMN IF NOT EXISTS after_children    TEXT,
    ADD COLUMN IF NOT EXISTS on_child_failure  TEXT,
    ADD COLUMN IF NOT EXISTS first_claimed_at  TIMESTAMPTZ;

-- Who goes first: age in milliseconds, with ten minutes' head start for each level of priority, so
-- that whoever waits gains on all who come later. Tables from before may keep times without a zone.
DO $$
DECLARE
    created TEXT;
BEGIN
    SELECT CASE data_type WHEN 'timestamp with time zone' THEN 'created_at AT TIME ZONE ''UTC'''
           ELSE 'created_at' END INTO created
    FROM information_schema.columns WHERE table_schema = current_schema()
        AND table_name = 'task_states' AND column_name = 'created_at';
    EXECUTE format(
        'ALTER TABLE task_states ADD COLUMN IF NOT EXISTS claim_order BIGINT GENERATED ALWAYS AS ('
        'coalesce((extract(epoch FROM %s) * 1000)::bigint, 0) '
        '+ CASE priority WHEN ''high'' THEN 0 WHEN ''low'' THEN 1200000 ELSE 600000 END) STORED',
        created
    );
END
$$;

-- Only what can be claimed now stands in the first, so that neither delayed tasks nor those kept for
-- somebody are walked over.
CREATE INDEX IF NOT EXISTS task_states_ready
    ON task_states (task_type, required_skills, claim_order, enqueue_order)
    WHERE state = 'queued' AND not_before IS NULL AND agent_name IS NULL;
CREATE INDEX IF NOT EXISTS task_states_reserved ON task_states (agent_name, task_type, claim_order)
    WHERE state = 'queued' AND agent_name IS NOT NULL;
CREATE INDEX IF NOT EXISTS task_states_delayed ON task_states (not_before)
    WHERE state = 'queued' AND not_before IS NOT NULL;
CREATE INDEX IF NOT EXISTS task_states_deadline ON task_states (deadline)
    WHERE deadline IS NOT NULL AND state IN ('queued', 'in_progress', 'waiting');
CREATE INDEX IF NOT EXISTS task_states_children ON task_states (parent_task_id, state)
    WHERE parent_task_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS task_states_waiting ON task_states (task_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX IF NOT EXISTS task_states_key ON task_states (task_type, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
DROP INDEX IF EXISTS task_states_claimable;

ALTER TABLE agents ADD COLUMN IF NOT EXISTS draining BOOLEAN NOT NULL DEFAULT FALSE;

-- When claims began that a rate counts. Rows older than the rate's span are removed.
CREATE TABLE IF NOT EXISTS claim_starts (
    limit_key  TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS claim_starts_recent ON claim_starts (limit_key, started_at);

CREATE TABLE IF NOT EXISTS schedules (
    name         TEXT PRIMARY KEY,
    cron         TEXT NOT NULL,
    time_zone    TEXT NOT NULL,
    task         JSONB NOT NULL,
    enabled      BOOLEAN NOT NULL,
    overlap      TEXT NOT NULL,
    catch_up     TEXT NOT NULL,
    next_at      TIMESTAMPTZ,
    last_at      TIMESTAMPTZ,
    last_task_id TEXT,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;
