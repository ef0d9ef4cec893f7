-- Whether there are groups of an older fingerprint is asked for every batch of errors, and mostly there are none.
-- deploy/init-db.sql makes the same schema, which a test compares.

CREATE INDEX IF NOT EXISTS error_groups_version ON error_groups (fingerprint_version);
