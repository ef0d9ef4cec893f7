//! Names and ports that agents, dashboards and queries in the field rely on.

use crate::time::Timestamp;

/// Where the web UI and the native API listen.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:4700";
/// Where the Elasticsearch-compatible API listens.
pub const DEFAULT_ELASTIC: &str = "127.0.0.1:9200";
/// Where the Prometheus-compatible API listens.
pub const DEFAULT_PROMETHEUS: &str = "127.0.0.1:9090";
/// Where the orchestrator's API and metrics listen.
pub const DEFAULT_ORCHESTRATOR: &str = "127.0.0.1:8000";

/// The orchestrator's `agent_name`.
pub const ORCHESTRATOR_AGENT: &str = "orchestrator";
/// The test agent's `agent_name`.
pub const TEST_AGENT: &str = "test_agent";
/// The test agent's metrics port.
pub const TEST_AGENT_PORT: u16 = 8001;
/// Swarmscope's own `agent_name`.
pub const SELF_AGENT: &str = "swarmscope";

/// The demo agent types with the task type each works on and its metrics port.
pub const DEMO_AGENTS: [(&str, &str, u16); 4] = [
    ("research_agent", "research", 8002),
    ("writing_agent", "content_generation", 8003),
    ("editing_agent", "editing", 8004),
    ("fact_checking_agent", "fact_checking", 8005),
];

/// The daily index in which a collected event of this agent lands.
///
/// The orchestrator and the test agent have indices of their own; everything else that a collector
/// ships goes to `filebeat-swarmscope-…`, which the pattern `filebeat-*` finds.
pub fn daily_index(agent_name: &str, timestamp: Timestamp) -> String {
    let day = timestamp.index_day();
    match agent_name {
        ORCHESTRATOR_AGENT => format!("orchestrator-logs-{day}"),
        SELF_AGENT => format!("swarmscope-logs-{day}"),
        name if name == TEST_AGENT || name.starts_with("test_agent_") => {
            format!("test_agent-{day}")
        }
        _ => format!("filebeat-swarmscope-{day}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_land_in_the_indices_of_the_contract() {
        let noon = Timestamp::from_millisecond(1_769_860_800_000);
        assert_eq!(
            daily_index("orchestrator", noon),
            "orchestrator-logs-2026.01.31"
        );
        assert_eq!(daily_index("test_agent", noon), "test_agent-2026.01.31");
        assert_eq!(daily_index("test_agent_1", noon), "test_agent-2026.01.31");
        assert_eq!(
            daily_index("research_agent", noon),
            "filebeat-swarmscope-2026.01.31"
        );
    }
}
