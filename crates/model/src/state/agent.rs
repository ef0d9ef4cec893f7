//! Agents, as they introduce themselves and as the store knows them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Timestamp;

/// An agent that introduces itself.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewAgent {
    pub agent_name: String,
    pub agent_type: String,
    /// By contract `{"skills": […]}`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub capabilities: Map<String, Value>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
}

/// An agent as it stands in the store.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    pub agent_name: String,
    pub agent_type: String,
    /// `active`, `draining` (gets no new work), `inactive`, or what an agent set itself.
    pub status: String,
    pub last_heartbeat: Option<Timestamp>,
    /// When it was found silent; `None` while it gives signs of life, and of one that left in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silenced_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub capabilities: Map<String, Value>,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
    /// Tasks under lease now.
    pub active_tasks: u64,
    /// Attempts that succeeded and that did not, in all.
    pub completed_tasks: u64,
    pub failed_tasks: u64,
}

impl Agent {
    /// The skills that the agent says it has.
    pub fn skills(&self) -> impl Iterator<Item = &str> {
        self.capabilities
            .get("skills")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }
}
