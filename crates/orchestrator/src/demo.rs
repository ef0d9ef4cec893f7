//! A demo workload: a research task about once a second, each with a correlation id of its own that
//! the agents' follow-ups keep through the pipeline. Holds back while nobody works.

use std::time::Duration;

use serde_json::Map;
use swarmscope_model::event::event_type;
use swarmscope_model::state::{NewTask, Priority, StateError, TaskState};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::dispatch::Orchestrator;

/// What the tasks ask about; the demo agents' corpus knows something about each.
pub const TOPICS: [&str; 8] = [
    "log aggregation",
    "distributed tracing",
    "time series storage",
    "task queues",
    "error budgets",
    "structured logging",
    "alert fatigue",
    "leader election",
];

/// Waiting tasks beyond which no more are added: without agents the queue must not grow for ever.
const MAX_WAITING: u64 = 100;

/// The workload's rate and length.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Between one task and the next.
    pub every: Duration,
}

impl Default for Workload {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(1),
        }
    }
}

impl Workload {
    /// Submits tasks until the orchestrator closes.
    pub async fn run(self, orchestrator: Orchestrator) {
        let mut ticks = interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for number in 0_usize.. {
            tokio::select! {
                () = orchestrator.closing().cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(error) = submit(&orchestrator, number).await {
                orchestrator
                    .logger()
                    .error(
                        event_type::OPERATION_FAILED,
                        format!("no demo task: {error}"),
                    )
                    .error(&error)
                    .emit();
            }
        }
    }
}

async fn submit(orchestrator: &Orchestrator, number: usize) -> Result<(), StateError> {
    let counts = orchestrator.store().task_counts().await?;
    let waiting = counts
        .iter()
        .find_map(|(state, tasks)| (*state == TaskState::Queued).then_some(*tasks));
    if waiting.unwrap_or(0) >= MAX_WAITING {
        return Ok(());
    }
    let topic = TOPICS[number % TOPICS.len()];
    let correlation_id = Uuid::new_v4().to_string();
    let task_id = Uuid::new_v4().to_string();
    orchestrator
        .logger()
        .info(
            event_type::TEST_TASK_CREATED,
            format!("a demo article about {topic} is wanted"),
        )
        .correlation_id(&correlation_id)
        .field("task_id", task_id.as_str())
        .field("topic", topic)
        .emit();
    let task = NewTask {
        task_id: Some(task_id),
        task_type: "research".to_owned(),
        priority: match number % 5 {
            0 => Priority::High,
            4 => Priority::Low,
            _ => Priority::Medium,
        },
        metadata: Map::from_iter([
            ("correlation_id".to_owned(), correlation_id.into()),
            ("topic".to_owned(), topic.into()),
        ]),
        ..NewTask::default()
    };
    orchestrator.submit(vec![task]).await.map(drop)
}
