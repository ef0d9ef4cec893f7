//! The test agent: makes test tasks, works on them, and fails in every class, so that a new
//! installation shows within a minute whether events, metrics, retries and state arrive.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};
use swarmscope_model::event::event_type;
use swarmscope_model::state::{NewTask, Priority, Task};
use swarmscope_sdk::agent::{Handler, Outcome};
use swarmscope_sdk::client::{ClientError, OrchestratorClient};
use swarmscope_sdk::wire::TaskQuery;
use swarmscope_sdk::{Logger, TaskError, metrics};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What the test agent works on.
pub const TASK_TYPE: &str = "test_task";
/// Tasks of a batch: every kind of end once, and ordinary ones between.
const BATCH: [Kind; 8] = [
    Kind::Plain,
    Kind::Recovers,
    Kind::Plain,
    Kind::Refused,
    Kind::Plain,
    Kind::NeverAnswers,
    Kind::Plain,
    Kind::Broken,
];
/// Waiting test tasks beyond which no more are made: without workers the queue must not grow for ever.
const MAX_WAITING: u64 = 50;

/// How a test task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Well.
    Plain,
    /// Well, at the second try.
    Recovers,
    /// Never, by a transient error: its retries run out.
    NeverAnswers,
    /// By a permanent error.
    Refused,
    /// By an error that nobody thought of.
    Broken,
}

impl Kind {
    const ALL: [Kind; 5] = [
        Kind::Plain,
        Kind::Recovers,
        Kind::NeverAnswers,
        Kind::Refused,
        Kind::Broken,
    ];

    fn name(self) -> &'static str {
        match self {
            Kind::Plain => "plain",
            Kind::Recovers => "recovers",
            Kind::NeverAnswers => "never_answers",
            Kind::Refused => "refused",
            Kind::Broken => "broken",
        }
    }

    /// What the task's metadata asks for; a task that asks for nothing is plain.
    fn of(task: &Task) -> Self {
        let wanted = task.metadata.get("test_case").and_then(Value::as_str);
        Self::ALL
            .into_iter()
            .find(|kind| Some(kind.name()) == wanted)
            .unwrap_or(Kind::Plain)
    }
}

/// The errors that test tasks end in.
#[derive(Debug, thiserror::Error)]
enum TestFailure {
    #[error("the test service did not answer within 50 ms")]
    Unavailable,
    #[error("the test task asks for what nobody may do")]
    Refused,
    #[error("the test result adds up to {sum}, expected {expected}")]
    Miscounted { sum: u64, expected: u64 },
}

/// The test agent's work.
pub struct TestHandler {
    /// How long a task takes.
    pub pace: Duration,
}

impl Handler for TestHandler {
    async fn handle(&self, task: Task, logger: Logger) -> Result<Outcome, TaskError> {
        let kind = Kind::of(&task);
        let tell = |event_type, message: String| {
            logger
                .info(event_type, message)
                .field("task_id", task.task_id.as_str())
                .field("task_type", task.task_type.as_str())
                .field("test_case", kind.name())
                .emit();
        };
        tell(
            event_type::TASK_RECEIVED,
            format!("received test task {}", task.task_id),
        );
        sleep(self.pace / 2).await;
        tell(
            event_type::TASK_PROCESSING,
            format!("adding up the numbers of test task {}", task.task_id),
        );
        sleep(self.pace / 2).await;
        let expected = task.metadata.get("expected").and_then(Value::as_u64);
        let sum = task
            .metadata
            .get("upto")
            .and_then(Value::as_u64)
            .unwrap_or(0);
        let sum: u64 = (1..=sum.min(1_000_000)).sum();
        match kind {
            Kind::Recovers if task.retry_count == 0 => {
                return Err(TaskError::transient(TestFailure::Unavailable));
            }
            Kind::NeverAnswers => return Err(TaskError::transient(TestFailure::Unavailable)),
            Kind::Refused => return Err(TaskError::permanent(TestFailure::Refused)),
            Kind::Broken => {
                let expected = expected.unwrap_or(0) + 1;
                return Err(TaskError::unexpected(TestFailure::Miscounted {
                    sum,
                    expected,
                }));
            }
            Kind::Plain | Kind::Recovers => {}
        }
        match expected {
            Some(expected) if expected != sum => {
                Err(TaskError::unexpected(TestFailure::Miscounted {
                    sum,
                    expected,
                }))
            }
            _ => Ok(Outcome {
                result: Map::from_iter([("sum".to_owned(), sum.into())]),
                ..Outcome::default()
            }),
        }
    }
}

/// Makes a batch of test tasks every so often, until the end.
pub async fn make_batches(
    client: OrchestratorClient,
    logger: Logger,
    every: Duration,
    end: CancellationToken,
) {
    let made = AtomicU64::new(0);
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = end.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = make_batch(&client, &logger, &made).await {
            logger
                .warning(
                    event_type::OPERATION_FAILED,
                    format!("no test tasks this time: {error}"),
                )
                .error(&error)
                .emit();
        }
    }
}

async fn make_batch(
    client: &OrchestratorClient,
    logger: &Logger,
    made: &AtomicU64,
) -> Result<(), ClientError> {
    let waiting = TaskQuery {
        state: Some("queued".to_owned()),
        task_type: Some(TASK_TYPE.to_owned()),
        limit: Some(1),
        ..TaskQuery::default()
    };
    if client.tasks(&waiting).await?.total >= MAX_WAITING {
        return Ok(());
    }
    let batch_id = Uuid::new_v4().to_string();
    let tasks: Vec<NewTask> = BATCH
        .iter()
        .map(|kind| new_task(*kind, &batch_id))
        .collect();
    client.submit_all(&tasks).await?;
    for task in &tasks {
        let task_id = task.task_id.as_deref().unwrap_or_default();
        metrics::increment_tasks_dispatched(TASK_TYPE);
        logger
            .info(
                event_type::TEST_TASK_CREATED,
                format!("created test task {task_id}"),
            )
            .correlation_id(task_id)
            .field("task_id", task_id)
            .field("task_type", TASK_TYPE)
            .field("batch_id", batch_id.as_str())
            .emit();
    }
    let number = made.fetch_add(1, Ordering::Relaxed) + 1;
    logger
        .info(
            event_type::TEST_TASKS_BATCH_CREATED,
            format!("created batch {number} of {} test tasks", tasks.len()),
        )
        .correlation_id(&batch_id)
        .field("batch_id", batch_id.as_str())
        .field("task_count", tasks.len() as u64)
        .emit();
    Ok(())
}

fn new_task(kind: Kind, batch_id: &str) -> NewTask {
    let metadata = json!({
        "test_case": kind.name(),
        "batch_id": batch_id,
        "upto": 100,
        "expected": 5_050,
    });
    let Value::Object(metadata) = metadata else {
        unreachable!("an object stands above");
    };
    NewTask {
        task_id: Some(Uuid::new_v4().to_string()),
        task_type: TASK_TYPE.to_owned(),
        priority: Priority::Medium,
        metadata,
        ..NewTask::default()
    }
}
