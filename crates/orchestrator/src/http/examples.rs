//! Bodies that the document shows of workers' calls.

use serde_json::{Value, json};

/// A claimed task in a reply.
pub fn claimed() -> Value {
    json!({"task": claimed_task()})
}

/// A claimed task.
pub fn claimed_task() -> Value {
    json!({
        "task_id": "0198c4a2-7a60-7b7d-a9a5-6f1d2f0f7b11", "task_type": "research",
        "agent_name": "research_agent", "state": "in_progress", "priority": "high",
        "created_at": "2026-01-31T12:00:00.000Z", "updated_at": "2026-01-31T12:00:03.250Z",
        "completed_at": null, "metadata": {"topic": "tides"}, "fencing_token": 1,
        "lease_expires_at": "2026-01-31T12:00:13.250Z", "not_before": null,
        "retry_count": 0, "max_retries": 3, "last_error": null,
    })
}

/// An agent.
pub fn agent() -> Value {
    json!({
        "agent_name": "research_agent", "agent_type": "research_agent", "status": "active",
        "last_heartbeat": "2026-01-31T12:00:00.000Z", "capabilities": {"skills": ["research"]},
        "metadata": {}, "active_tasks": 0, "completed_tasks": 0, "failed_tasks": 0,
    })
}
