-- Exactly the contract's columns: what agents in the field may rely on, and no more.
CREATE TABLE task_states (task_id text PRIMARY KEY, task_type text, agent_name text, state text,
    priority text, created_at timestamptz, updated_at timestamptz, completed_at timestamptz, metadata jsonb);
CREATE TABLE agents (agent_name text UNIQUE, agent_type text, status text, last_heartbeat timestamptz,
    capabilities jsonb, metadata jsonb);
CREATE TABLE task_history (task_id text, task_type text, agent_name text, state text, priority text,
    created_at timestamptz, completed_at timestamptz, duration_ms bigint, success boolean,
    error_type text, error_message text, metadata jsonb);
CREATE TABLE system_config (config_key text PRIMARY KEY, config_value jsonb, description text,
    updated_at timestamptz);
