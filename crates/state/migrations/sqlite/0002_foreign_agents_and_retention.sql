-- When the sweep took the agent for silent, in milliseconds since the epoch: a later sign of life by
-- SQL makes it active again, while an agent that left by itself stays inactive.
ALTER TABLE agents ADD COLUMN silenced_at INTEGER;

-- What retention looks through.
CREATE INDEX task_history_ended ON task_history (coalesce(completed_at, created_at));
