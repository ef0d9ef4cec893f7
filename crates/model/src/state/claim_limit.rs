//! How many tasks a type or an agent may have in hand, and how many it may begin in a time: what a row
//! `claim_limit:…` of `system_config` says.

use serde::{Deserialize, Serialize};

/// `system_config.config_key` of a task type's limit is this and the type.
pub const TYPE_LIMIT_PREFIX: &str = "claim_limit:task_type:";
/// `system_config.config_key` of an agent's limit is this and its name; `*` is for each agent without
/// a row of its own.
pub const AGENT_LIMIT_PREFIX: &str = "claim_limit:agent:";

/// What claims keep to. What is left out does not limit.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimLimit {
    /// Tasks in progress at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_concurrent: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<ClaimRate>,
}

/// At most `claims` in any span of `per_seconds`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRate {
    pub claims: u32,
    pub per_seconds: f64,
}

impl ClaimLimit {
    /// Why the limit cannot be in force; `None` when it can.
    pub fn fault(&self) -> Option<&'static str> {
        let rate = self.rate.as_ref()?;
        if !(1..=10_000).contains(&rate.claims) {
            return Some("rate.claims has to be from 1 to 10000");
        }
        if !(0.001..=86_400.0).contains(&rate.per_seconds) {
            return Some("rate.per_seconds has to be from 0.001 to 86400");
        }
        None
    }
}

impl ClaimRate {
    /// The span in milliseconds, at least one.
    pub fn span_ms(&self) -> i64 {
        ((self.per_seconds * 1_000.0).ceil() as i64).max(1)
    }
}
