//! At half of the greatest rate: how long a task waits for its agent while the agents wait for tasks.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures::future::try_join;
use futures::stream::{self, TryStreamExt};

use super::agents;
use super::door::{Door, task};
use super::figures::{Paced, percentile_ms};
use crate::arguments::BenchTasksArguments;
use crate::failure::Failure;

/// Submissions under way at once: one alone would not reach the rate where each waits for the disk.
const SUBMITTERS: usize = 8;

/// Submits single tasks evenly, and measures from the beginning of each submission until a claim has the
/// task.
pub async fn run(
    door: &Door,
    arguments: &BenchTasksArguments,
    rate: f64,
) -> Result<Paced, Failure> {
    let tasks = (rate * arguments.paced.as_secs_f64()).ceil().max(1.0) as u64;
    let run = uuid::Uuid::new_v4();
    let begin = Instant::now();
    let submissions = async {
        let numbers = (0..tasks).map(Ok::<_, Failure>);
        stream::iter(numbers)
            .map_ok(|number| {
                let task_id = format!("paced-{run}-{number}");
                async move {
                    tokio::time::sleep_until((begin + due(number, rate)).into()).await;
                    let submitted_at = Instant::now();
                    door.submit(vec![task(task_id.clone())]).await?;
                    Ok((task_id, submitted_at))
                }
            })
            .try_buffer_unordered(SUBMITTERS)
            .try_collect::<HashMap<_, _>>()
            .await
    };
    let work = agents::work(door, arguments.into(), tasks);
    let (submitted, done) = try_join(submissions, work).await?;
    let mut waits: Vec<Duration> = done
        .iter()
        .filter_map(|done| Some(done.claimed_at - *submitted.get(&done.task_id)?))
        .collect();
    waits.sort_unstable();
    Ok(Paced {
        wanted_per_second: rate,
        tasks_per_second: waits.len() as f64 / begin.elapsed().as_secs_f64(),
        submit_to_claim_p50_ms: percentile_ms(&waits, 50),
        submit_to_claim_p99_ms: percentile_ms(&waits, 99),
    })
}

/// When a task is due after the beginning.
fn due(number: u64, rate: f64) -> Duration {
    Duration::from_secs_f64(number as f64 / rate)
}
