//! Waking those whom a limit may have held back, when an attempt that it counted has ended. Where there are no
//! limits nobody is woken. Never counts anything: whether there is room is the store's to say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use swarmscope_model::state::{AGENT_LIMIT_PREFIX, News, TYPE_LIMIT_PREFIX};

use crate::dispatch::Orchestrator;

/// Whose claims are limited, as of the last look at `system_config`.
#[derive(Debug, Default)]
pub struct Limited {
    task_types: BTreeSet<String>,
    /// With `*` for each agent without a limit of its own.
    agents: BTreeSet<String>,
}

impl Limited {
    /// Reads the names of rows; what a limit says is not asked.
    pub fn read(rows: &BTreeMap<String, Value>) -> Self {
        let named = |prefix: &str| {
            let names = rows.keys().filter_map(|key| key.strip_prefix(prefix));
            names.map(str::to_owned).collect()
        };
        Self {
            task_types: named(TYPE_LIMIT_PREFIX),
            agents: named(AGENT_LIMIT_PREFIX),
        }
    }

    /// Whom the end of one attempt may concern.
    pub fn after(&self, task_type: &str, agent_name: &str) -> Vec<News> {
        let mut news = Vec::new();
        if self.task_types.contains(task_type) {
            news.push(News::Tasks {
                task_type: task_type.to_owned(),
                count: 1,
                selective: false,
            });
        }
        if self.agents.contains(agent_name) || self.agents.contains("*") {
            news.push(News::Agent(agent_name.to_owned()));
        }
        news
    }

    /// Whether nobody's claims are limited.
    pub fn is_empty(&self) -> bool {
        self.task_types.is_empty() && self.agents.is_empty()
    }
}

impl Orchestrator {
    /// Wakes who may have waited for the end of this attempt.
    pub(crate) fn attempt_ended(&self, task_type: &str, agent_name: &str) {
        self.tell(self.live().limited().after(task_type, agent_name));
    }

    /// Wakes who may have waited for the end of any attempts: nobody knows which ended.
    pub(crate) fn attempts_ended(&self) {
        if !self.live().limited().is_empty() {
            self.ring_all();
        }
    }
}
