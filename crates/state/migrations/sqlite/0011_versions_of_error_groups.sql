-- Whether there are groups of an older fingerprint is asked for every batch of errors, and mostly there are none.

CREATE INDEX error_groups_version ON error_groups (fingerprint_version);
