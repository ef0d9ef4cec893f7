//! A task as it is handed in and as it stands in the store.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Join, Priority, TaskState};
use crate::time::Timestamp;

/// A task to enqueue. What is left out has its default, so write `..NewTask::default()`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NewTask {
    /// Chosen by the caller for idempotence, or made here (a UUID).
    #[serde(default)]
    pub task_id: Option<String>,
    pub task_type: String,
    #[serde(default)]
    pub priority: Priority,
    /// `correlation_id` in it ties the task to its events; without one the task id serves.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
    /// Retries after a transient failure; as `system_config` says when left out.
    #[serde(default)]
    pub max_retries: Option<u32>,
    /// Unique per task type: the same key with the same content gives the same task back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Milliseconds that the key counts; for ever when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_window_ms: Option<u64>,
    /// Only an agent that has all of these in `capabilities.skills` gets the task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_skills: Vec<String>,
    /// Not to be claimed before this point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Milliseconds from now before which it is not to be claimed; instead of `not_before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// A task that is not finished by then fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// Milliseconds from now by which it has to be finished; instead of `deadline`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// The task that this one is a part of: it exists, or stands earlier in the same call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_task_id: Option<String>,
    /// A parent that waits, from the start, for the children that come in the same call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<Join>,
}

/// A task as it stands in the store.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub task_id: String,
    pub task_type: String,
    /// Who works on it or did last; `None` while unclaimed.
    pub agent_name: Option<String>,
    pub state: TaskState,
    pub priority: Priority,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
    /// Grows with every claim.
    pub fencing_token: i64,
    pub lease_expires_at: Option<Timestamp>,
    /// Not to be claimed before this point: a retry's backoff.
    pub not_before: Option<Timestamp>,
    /// Transient failures so far.
    pub retry_count: u32,
    pub max_retries: u32,
    pub last_error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// In order, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_skills: Vec<String>,
    /// By when it has to be finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_task_id: Option<String>,
    /// How it waits, or waited last, for its children; `None` once it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<Join>,
}

impl Task {
    /// The id that ties the task's events together.
    pub fn correlation_id(&self) -> &str {
        self.metadata
            .get("correlation_id")
            .and_then(Value::as_str)
            .unwrap_or(&self.task_id)
    }
}
