//! A task as it is handed in and as it stands in the store.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Priority, TaskState};
use crate::time::Timestamp;

/// A task to enqueue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewTask {
    /// Chosen by the caller for idempotence, or made here (a UUID).
    #[serde(default)]
    pub task_id: Option<String>,
    pub task_type: String,
    #[serde(default)]
    pub priority: Priority,
    /// `correlation_id` in it ties the task to its events; without one the task id serves.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// Retries after a transient failure; as `system_config` says when left out.
    #[serde(default)]
    pub max_retries: Option<u32>,
}

/// A task as it stands in the store.
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
