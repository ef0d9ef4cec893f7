//! The agents of a stage: each claims, completes, and says how long both took.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::door::Door;
use crate::failure::Failure;

/// How long an agent waits for a task before it looks whether the stage is over.
const WAIT: Duration = Duration::from_millis(500);

/// One task's way, as its agent saw it.
pub struct Done {
    pub task_id: String,
    pub claimed_at: Instant,
    /// The claim that got it, without any wait for a task.
    pub claim: Duration,
}

fn name(number: u64) -> String {
    format!("bench-{number}")
}

/// Makes the agents known.
pub async fn register(door: &Door, agents: u64) -> Result<(), Failure> {
    for number in 0..agents {
        door.register(&name(number)).await?;
    }
    Ok(())
}

/// All agents at work until so many tasks are completed; what each task's agent saw. Ends with a failure
/// when no task comes for `patience` though some are missing.
pub async fn work(
    door: &Door,
    agents: u64,
    tasks: u64,
    patience: Duration,
) -> Result<Vec<Done>, Failure> {
    let left = Arc::new(AtomicI64::new(i64::try_from(tasks).unwrap_or(i64::MAX)));
    let mut working = JoinSet::new();
    for number in 0..agents {
        working.spawn(agent(
            door.clone(),
            name(number),
            Arc::clone(&left),
            patience,
        ));
    }
    let mut done = Vec::new();
    while let Some(ended) = working.join_next().await {
        done.extend(ended.map_err(anyhow::Error::from)??);
    }
    Ok(done)
}

async fn agent(
    door: Door,
    name: String,
    left: Arc<AtomicI64>,
    patience: Duration,
) -> Result<Vec<Done>, Failure> {
    let mut done = Vec::new();
    let mut idle_since = Instant::now();
    // A permit before each claim, so that exactly so many tasks are taken and the rest of the queue stays.
    while left.fetch_sub(1, Ordering::Relaxed) > 0 {
        loop {
            let began = Instant::now();
            if let Some(task) = door.claim(&name, WAIT).await? {
                let claimed_at = Instant::now();
                door.complete(&task).await?;
                idle_since = Instant::now();
                done.push(Done {
                    task_id: task.task_id,
                    claimed_at,
                    claim: claimed_at - began,
                });
                break;
            }
            if idle_since.elapsed() > patience {
                return Err(Failure::new(format!(
                    "{name} got no task for {patience:?} though some are missing"
                )));
            }
        }
    }
    Ok(done)
}
