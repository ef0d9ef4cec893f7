//! The rows of `system_config` that the store itself keeps to: retries and limits. Pure; a row that
//! cannot be read leaves the default in force, which the orchestrator reports.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use swarmscope_model::settings;
use swarmscope_model::state::{
    AGENT_LIMIT_PREFIX, ClaimLimit, RETRY_POLICY_PREFIX, RetryPolicy, TYPE_LIMIT_PREFIX,
};

/// The rows of interest, by key.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rows: BTreeMap<String, Value>,
}

impl Rules {
    pub fn new(rows: BTreeMap<String, Value>) -> Self {
        Self { rows }
    }

    fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.rows.get(key)?.clone()).ok()
    }

    /// How a task type is retried.
    pub fn retry_policy(&self, task_type: &str) -> RetryPolicy {
        [task_type, "*"]
            .into_iter()
            .filter_map(|name| self.read(&format!("{RETRY_POLICY_PREFIX}{name}")))
            .find(|policy: &RetryPolicy| policy.fault().is_none())
            .unwrap_or_default()
    }

    /// The retries of a task that does not say.
    pub fn max_retries(&self, task_type: &str) -> u32 {
        let key = settings::max_retries();
        let general = key.read(self.rows.get(key.name)).unwrap_or(key.default);
        self.retry_policy(task_type)
            .max_retries(Some(general as u32))
    }

    /// Whether anything limits what the agent claims of these types.
    pub fn limit_claims(&self, agent_name: &str, task_types: &[String]) -> bool {
        let limited = |task_type: &String| self.type_limit(task_type).is_some();
        self.agent_limit(agent_name).is_some() || task_types.iter().any(limited)
    }

    /// What limits a task type, with the key of its row.
    pub fn type_limit(&self, task_type: &str) -> Option<(String, ClaimLimit)> {
        self.limit(format!("{TYPE_LIMIT_PREFIX}{task_type}"))
    }

    /// What limits an agent, with a key of its own whichever row says so.
    pub fn agent_limit(&self, agent_name: &str) -> Option<(String, ClaimLimit)> {
        let own = format!("{AGENT_LIMIT_PREFIX}{agent_name}");
        if self.rows.contains_key(&own) {
            return self.limit(own);
        }
        let (_, limit) = self.limit(format!("{AGENT_LIMIT_PREFIX}*"))?;
        Some((own, limit))
    }

    fn limit(&self, key: String) -> Option<(String, ClaimLimit)> {
        let limit: ClaimLimit = self.read(&key)?;
        limit.fault().is_none().then_some((key, limit))
    }
}
