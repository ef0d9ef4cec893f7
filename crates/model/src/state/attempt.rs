//! One try at a task, as `task_history` has it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Priority;
use crate::time::Timestamp;

/// One try at a task, from `task_history`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub task_id: String,
    pub task_type: String,
    pub agent_name: Option<String>,
    /// How the attempt ended: a task state's name, `lease_expired`, or `released` when its agent
    /// handed it back by deregistering.
    pub state: String,
    pub priority: Priority,
    pub created_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub duration_ms: Option<i64>,
    pub success: bool,
    pub error_type: Option<String>,
    pub error_message: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
}
