-- Tasks that were claimed leave dead entries at the head of the index that claims walk, and each look passes
-- over all of them until a vacuum has cleaned the indexes. By default that waits for a fifth of the table,
-- 200,000 claims from a million queued tasks, and leaves indexes out that are dirty in few places.
-- deploy/init-db.sql makes the same schema, which a test compares.

ALTER TABLE task_states SET (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    vacuum_index_cleanup = on
);
