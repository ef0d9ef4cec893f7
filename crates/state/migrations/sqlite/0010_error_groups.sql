-- Error groups, and how far the followers of log stores have come. They are ours alone; agents leave them
-- be. Times are milliseconds since the epoch on either database, so that one set of statements serves both.

CREATE TABLE error_followers (
    source    TEXT NOT NULL PRIMARY KEY,
    -- The last write of that log store which is counted.
    cursor    BIGINT,
    -- Hashes of counted documents so far.
    documents BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What tells the documents that were counted last from others, one row for each batch: two hashes each, of
-- eight bytes.
CREATE TABLE error_follower_documents (
    source    TEXT NOT NULL,
    -- Hashes so far, with these.
    documents BIGINT NOT NULL,
    hashes    BLOB NOT NULL,
    PRIMARY KEY (source, documents)
);

CREATE TABLE error_groups (
    group_id            TEXT NOT NULL PRIMARY KEY,
    fingerprint_version BIGINT NOT NULL,
    source              TEXT NOT NULL,
    title               TEXT NOT NULL,
    error_type          TEXT NOT NULL,
    culprit             TEXT NOT NULL,
    severity            TEXT NOT NULL,
    frames              TEXT NOT NULL,
    -- Title, type and culprit in lower case.
    searched            TEXT NOT NULL,
    count               BIGINT NOT NULL,
    first_seen          BIGINT NOT NULL,
    last_seen           BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    state               TEXT NOT NULL DEFAULT 'open',
    resolved_at         BIGINT,
    regressed_at        BIGINT,
    regressions         BIGINT NOT NULL DEFAULT 0,
    ignored_until       BIGINT,
    ignored_until_count BIGINT
);

CREATE INDEX error_groups_last_seen ON error_groups (last_seen);
CREATE INDEX error_groups_updated ON error_groups (updated_at);

-- How many errors began in each span of 5 minutes, hours and days.
CREATE TABLE error_group_counts (
    group_id TEXT NOT NULL,
    width    BIGINT NOT NULL,
    start    BIGINT NOT NULL,
    count    BIGINT NOT NULL,
    PRIMARY KEY (group_id, width, start)
) WITHOUT ROWID;

CREATE INDEX error_group_counts_start ON error_group_counts (width, start);

-- Errors by agent, version and task type.
CREATE TABLE error_group_parts (
    group_id  TEXT NOT NULL,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    count     BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (group_id, kind, name)
) WITHOUT ROWID;

-- Errors kept as examples: slot 0 is the oldest, the newest take turns, the others are between.
CREATE TABLE error_group_samples (
    group_id       TEXT NOT NULL,
    slot           BIGINT NOT NULL,
    number         BIGINT NOT NULL,
    index_name     TEXT NOT NULL,
    document_id    TEXT NOT NULL,
    seen_at        BIGINT NOT NULL,
    agent_name     TEXT NOT NULL,
    correlation_id TEXT,
    message        TEXT NOT NULL,
    PRIMARY KEY (group_id, slot)
) WITHOUT ROWID;

-- To which tasks the newest errors belong: by the task's id, else by the correlation id alone.
CREATE TABLE error_group_tasks (
    group_id       TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    task_id        TEXT NOT NULL,
    -- The newest such error, counted from the group's first.
    number         BIGINT NOT NULL,
    PRIMARY KEY (group_id, correlation_id, task_id)
) WITHOUT ROWID;

CREATE INDEX error_group_tasks_number ON error_group_tasks (group_id, number);
CREATE INDEX error_group_tasks_correlation ON error_group_tasks (correlation_id);
CREATE INDEX error_group_tasks_task ON error_group_tasks (task_id);

CREATE TABLE error_group_notes (
    group_id TEXT NOT NULL,
    place    BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    note     TEXT NOT NULL,
    PRIMARY KEY (group_id, place)
);
