-- Attempts that end together are counted together: one statement for each agent's row, however many
-- attempts a statement writes. deploy/init-db.sql makes the same schema, which a test compares.

DROP TRIGGER IF EXISTS task_history_counts ON task_history;
DROP FUNCTION IF EXISTS count_attempt();

CREATE OR REPLACE FUNCTION count_attempts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Locked in the order of names, so that two of these never wait for one another.
    PERFORM FROM agents WHERE agent_name IN (SELECT ended.agent_name FROM ended)
    ORDER BY agent_name FOR NO KEY UPDATE;
    UPDATE agents
    SET completed_tasks = completed_tasks + counted.completed,
        failed_tasks = failed_tasks + counted.failed
    FROM (
        SELECT ended.agent_name, count(*) FILTER (WHERE ended.success) AS completed,
            count(*) FILTER (WHERE NOT ended.success) AS failed
        FROM ended WHERE ended.state NOT IN ('released', 'cancelled') GROUP BY ended.agent_name
    ) AS counted
    WHERE agents.agent_name = counted.agent_name;
    RETURN NULL;
END
$$;

CREATE TRIGGER task_history_counts
    AFTER INSERT ON task_history REFERENCING NEW TABLE AS ended FOR EACH STATEMENT
    EXECUTE FUNCTION count_attempts();
