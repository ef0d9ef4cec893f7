//! Bodies that the document shows. A test reads each as what it is shown for.

use serde_json::{Value, json};

/// A task as it stands in the store.
pub fn task() -> Value {
    json!({
        "task_id": "0198c4a2-7a60-7b7d-a9a5-6f1d2f0f7b11", "task_type": "research", "agent_name": null,
        "state": "queued", "priority": "high",
        "created_at": "2026-01-31T12:00:00.000Z", "updated_at": "2026-01-31T12:00:00.000Z",
        "completed_at": null, "metadata": {"correlation_id": "order-17", "topic": "tides"},
        "fencing_token": 0, "lease_expires_at": null, "not_before": null,
        "retry_count": 0, "max_retries": 3, "last_error": null, "required_skills": ["french"],
    })
}

/// One task in a reply.
pub fn task_reply() -> Value {
    json!({"task": task()})
}

/// A task to enqueue.
pub fn new_task() -> Value {
    json!({
        "task_type": "research", "priority": "high", "metadata": {"topic": "tides"},
        "idempotency_key": "order-17", "required_skills": ["french"], "delay_ms": 60_000,
        "deadline_ms": 3_600_000,
    })
}

/// One agent in a reply.
pub fn agent_reply() -> Value {
    json!({"agent": {
        "agent_name": "research_agent", "agent_type": "research_agent", "status": "active",
        "last_heartbeat": "2026-01-31T12:00:00.000Z", "capabilities": {"skills": ["research", "french"]},
        "metadata": {}, "active_tasks": 1, "completed_tasks": 17, "failed_tasks": 2,
    }})
}

/// What a schedule is made of, without its name.
pub fn schedule_request() -> Value {
    json!({
        "cron": "0 6 * * 1-5", "time_zone": "Europe/Berlin",
        "task": {"task_type": "research", "metadata": {"topic": "news"}}, "overlap": "skip",
    })
}

/// A schedule as it stands.
pub fn schedule() -> Value {
    json!({
        "name": "morning-news", "cron": "0 6 * * 1-5", "time_zone": "Europe/Berlin",
        "task": {"task_id": null, "task_type": "research", "priority": "medium",
                 "metadata": {"topic": "news"}, "max_retries": null},
        "enabled": true, "overlap": "skip", "catch_up": "last",
        "next_at": "2026-02-02T05:00:00.000Z", "last_at": "2026-01-30T05:00:00.000Z",
        "last_task_id": "0198c4a2-7a60-7b7d-a9a5-6f1d2f0f7b12",
        "created_at": "2026-01-01T09:00:00.000Z", "updated_at": "2026-01-01T09:00:00.000Z",
    })
}
