-- The four tables that agents read and write with SQL of their own. Their names and columns are a
-- contract; the columns below "own" are ours and have defaults, so that an INSERT that names only
-- the contract's columns works. Times of the contract are ISO 8601 text; our own are milliseconds
-- since the epoch, which compare and index alike on every database.

CREATE TABLE task_states (
    task_id          TEXT NOT NULL PRIMARY KEY,
    task_type        TEXT NOT NULL,
    agent_name       TEXT,
    state            TEXT NOT NULL DEFAULT 'queued',
    priority         TEXT DEFAULT 'medium',
    created_at       TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at       TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    completed_at     TEXT,
    metadata         TEXT DEFAULT '{}',
    -- own
    fencing_token    INTEGER NOT NULL DEFAULT 0,
    claimed_at       INTEGER,
    lease_expires_at INTEGER,
    lease_losses     INTEGER NOT NULL DEFAULT 0,
    not_before       INTEGER,
    retry_count      INTEGER NOT NULL DEFAULT 0,
    max_retries      INTEGER NOT NULL DEFAULT 3,
    last_error       TEXT,
    priority_rank    INTEGER GENERATED ALWAYS AS (
        CASE priority WHEN 'high' THEN 0 WHEN 'low' THEN 2 ELSE 1 END
    ) VIRTUAL,
    correlation_id   TEXT GENERATED ALWAYS AS (
        coalesce(
            CASE WHEN json_valid(metadata) THEN json_extract(metadata, '$.correlation_id') END,
            task_id
        )
    ) VIRTUAL
);

CREATE INDEX task_states_claimable ON task_states (task_type, priority_rank, created_at)
    WHERE state = 'queued';
CREATE INDEX task_states_held ON task_states (agent_name, lease_expires_at)
    WHERE state = 'in_progress';
CREATE INDEX task_states_changed ON task_states (updated_at);
CREATE INDEX task_states_state_changed ON task_states (state, updated_at);
CREATE INDEX task_states_correlation ON task_states (correlation_id);

CREATE TABLE agents (
    agent_name      TEXT NOT NULL PRIMARY KEY,
    agent_type      TEXT NOT NULL,
    status          TEXT NOT NULL DEFAULT 'active',
    last_heartbeat  TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    capabilities    TEXT DEFAULT '{}',
    metadata        TEXT DEFAULT '{}',
    -- own
    completed_tasks INTEGER NOT NULL DEFAULT 0,
    failed_tasks    INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE task_history (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id       TEXT NOT NULL,
    task_type     TEXT,
    agent_name    TEXT,
    state         TEXT,
    priority      TEXT DEFAULT 'medium',
    created_at    TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    completed_at  TEXT,
    duration_ms   INTEGER,
    success       BOOLEAN,
    error_type    TEXT,
    error_message TEXT,
    metadata      TEXT DEFAULT '{}'
);

CREATE INDEX task_history_task ON task_history (task_id, id);

-- An agent's counts are kept as attempts end, so that listing agents never reads the history, and
-- attempts that agents write with SQL of their own count too.
CREATE TRIGGER task_history_counts AFTER INSERT ON task_history
WHEN NEW.agent_name IS NOT NULL AND NEW.state NOT IN ('released', 'cancelled')
BEGIN
    UPDATE agents
    SET completed_tasks = completed_tasks + (NEW.success IS TRUE),
        failed_tasks = failed_tasks + (NEW.success IS FALSE)
    WHERE agent_name = NEW.agent_name;
END;

CREATE TABLE system_config (
    config_key   TEXT NOT NULL PRIMARY KEY,
    config_value TEXT NOT NULL DEFAULT 'null',
    description  TEXT,
    updated_at   TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
