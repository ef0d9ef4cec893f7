//! The agents of a stage: each claims, completes, and says how long both took.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::door::Door;
use crate::arguments::BenchTasksArguments;
use crate::failure::Failure;

/// How long an agent waits for a task before it looks whether the stage is over.
const WAIT: Duration = Duration::from_millis(500);
/// How long an agent goes without a task before the run counts as broken.
const PATIENCE: Duration = Duration::from_secs(30);

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

/// Who works.
#[derive(Clone, Copy)]
pub struct Crew {
    agents: u64,
    /// Tasks of one claim.
    at_once: u16,
}

impl From<&BenchTasksArguments> for Crew {
    fn from(arguments: &BenchTasksArguments) -> Self {
        Self {
            agents: arguments.agents,
            at_once: arguments.at_once,
        }
    }
}

/// All agents at work until so many tasks are completed; what each task's agent saw. Ends with a failure
/// when no task comes though some are missing.
pub async fn work(door: &Door, crew: Crew, tasks: u64) -> Result<Vec<Done>, Failure> {
    let left = Arc::new(AtomicI64::new(i64::try_from(tasks).unwrap_or(i64::MAX)));
    let mut working = JoinSet::new();
    for number in 0..crew.agents {
        working.spawn(agent(door.clone(), name(number), Arc::clone(&left), crew));
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
    crew: Crew,
) -> Result<Vec<Done>, Failure> {
    let mut done = Vec::new();
    let mut idle_since = Instant::now();
    // Permits before each claim, so that exactly so many tasks are taken and the rest of the queue stays.
    let permits = || {
        let at_once = i64::from(crew.at_once);
        let before = left.fetch_sub(at_once, Ordering::Relaxed);
        usize::try_from(before.min(at_once)).unwrap_or(0)
    };
    loop {
        let mut wanted = permits();
        if wanted == 0 {
            return Ok(done);
        }
        while wanted > 0 {
            let began = Instant::now();
            let tasks = door.claim(&name, wanted, WAIT).await?;
            let claimed_at = Instant::now();
            if tasks.is_empty() {
                if idle_since.elapsed() > PATIENCE {
                    return Err(Failure::new(format!(
                        "{name} got no task for {PATIENCE:?} though some are missing"
                    )));
                }
                continue;
            }
            door.complete(&name, &tasks).await?;
            idle_since = Instant::now();
            wanted -= tasks.len();
            done.extend(tasks.into_iter().map(|task| Done {
                task_id: task.task_id,
                claimed_at,
                claim: claimed_at - began,
            }));
        }
    }
}
