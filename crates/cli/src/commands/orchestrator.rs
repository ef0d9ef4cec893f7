//! `swarmscope orchestrator`: dispatch, leases and retries, on a port of its own.
