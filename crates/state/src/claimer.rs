//! An agent that claims, as far as it matters for what it gets. Pure.

use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;

/// A sign of life that is younger than this need not be written again by a claim.
const FRESH: Duration = Duration::from_secs(1);

/// What the agent's row says.
pub struct Claimer {
    /// Gets no new work.
    pub draining: bool,
    pub skills: Vec<String>,
    status_is_true: bool,
    heartbeat: Option<Timestamp>,
}

impl Claimer {
    pub fn new(
        status: Option<&str>,
        draining: bool,
        capabilities: &Map<String, Value>,
        heartbeat: Option<Timestamp>,
    ) -> Self {
        let skills = capabilities.get("skills").and_then(Value::as_array);
        Self {
            draining,
            skills: skills
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            status_is_true: status == Some("active"),
            heartbeat,
        }
    }

    /// Whether a claim at this time has to be noted as a sign of life.
    pub fn is_to_be_noted(&self, now: Timestamp) -> bool {
        let age = self
            .heartbeat
            .map(|heartbeat| now.as_millisecond().abs_diff(heartbeat.as_millisecond()));
        !self.status_is_true || age.is_none_or(|age| u128::from(age) >= FRESH.as_millis())
    }
}
