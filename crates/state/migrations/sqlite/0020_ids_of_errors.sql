-- The tasks of a group were a row for each error, in four B-trees in random order: 76 of the 98 µs that an error cost
-- SQLite (docs/error-groups.md). Now the errors of a batch that fall into one group leave one row with all their ids, and what leads from
-- an id to groups is written where the last was.

-- To which tasks the newest errors of a group belong, a row for each batch.
CREATE TABLE error_group_batches (
    group_id        TEXT NOT NULL,
    -- The last of these errors, counted from the group's first.
    number          BIGINT NOT NULL,
    -- JSON arrays of texts: tasks that errors name, and correlation ids of errors that name no task.
    task_ids        TEXT NOT NULL,
    correlation_ids TEXT NOT NULL,
    PRIMARY KEY (group_id, number)
) WITHOUT ROWID;

-- From the ids of tasks and correlation ids to groups. Errors that came together are in one span, so that what is
-- written lies together, however the ids are spread; who looks an id up looks into each span.
CREATE TABLE error_ids (
    span     BIGINT NOT NULL,
    id       TEXT NOT NULL,
    group_id TEXT NOT NULL,
    -- The newest such error, counted from the group's first.
    number   BIGINT NOT NULL,
    -- 1 when an error names it as its task.
    is_task  BIGINT NOT NULL,
    PRIMARY KEY (span, id, group_id)
) WITHOUT ROWID;

CREATE TABLE error_id_spans (
    span       BIGINT NOT NULL PRIMARY KEY,
    updated_at BIGINT NOT NULL,
    -- 1 when only the newest errors of each group are left.
    is_thinned BIGINT NOT NULL DEFAULT 0
);

-- Errors so far, which say to which span the next ones belong.
ALTER TABLE error_followers ADD COLUMN errors BIGINT NOT NULL DEFAULT 0;

INSERT INTO error_group_batches (group_id, number, task_ids, correlation_ids)
SELECT group_id, max(number),
    json_group_array(task_id) FILTER (WHERE task_id <> ''),
    json_group_array(correlation_id) FILTER (WHERE task_id = '')
FROM error_group_tasks GROUP BY group_id, number / 256;

-- What was there gets spans below those to come, by groups: those that changed last are in the last of them.
CREATE TEMPORARY TABLE group_spans AS
SELECT known.group_id AS group_id, error_groups.updated_at AS updated_at,
    -1 - CAST(sum(known.ids) OVER (ORDER BY error_groups.updated_at DESC, known.group_id) AS BIGINT) / 8192 AS span
FROM (SELECT group_id, count(*) AS ids FROM error_group_tasks GROUP BY group_id) AS known
JOIN error_groups ON error_groups.group_id = known.group_id;

INSERT INTO error_ids (span, id, group_id, number, is_task)
SELECT group_spans.span, named.correlation_id, named.group_id, max(named.number), 0
FROM error_group_tasks AS named JOIN group_spans ON group_spans.group_id = named.group_id
WHERE named.correlation_id <> '' GROUP BY group_spans.span, named.group_id, named.correlation_id;

INSERT INTO error_ids (span, id, group_id, number, is_task)
SELECT group_spans.span, named.task_id, named.group_id, max(named.number), 1
FROM error_group_tasks AS named JOIN group_spans ON group_spans.group_id = named.group_id
WHERE named.task_id <> '' GROUP BY group_spans.span, named.group_id, named.task_id
ON CONFLICT (span, id, group_id) DO UPDATE SET number = max(error_ids.number, excluded.number), is_task = 1;

INSERT INTO error_id_spans (span, updated_at) SELECT span, max(updated_at) FROM group_spans GROUP BY span;

DROP TABLE group_spans;
DROP TABLE error_group_tasks;
