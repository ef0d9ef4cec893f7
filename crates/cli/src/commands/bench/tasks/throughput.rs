//! As fast as it goes: all tasks are there, then all agents take them.

use std::time::Instant;

use super::agents;
use super::database::Meter;
use super::door::{Door, task};
use super::figures::{Cpu, Throughput, mean_ms};
use crate::arguments::BenchTasksArguments;
use crate::failure::Failure;

/// Tasks of one submission, as many as the API takes at once.
const BATCH: u64 = 1_000;

/// Submits tasks in batches.
pub async fn submit(door: &Door, stage: &str, tasks: u64) -> Result<(), Failure> {
    let run = uuid::Uuid::new_v4();
    let mut number = 0;
    while number < tasks {
        let end = (number + BATCH).min(tasks);
        let batch = (number..end).map(|number| task(format!("{stage}-{run}-{number}")));
        door.submit(batch.collect()).await?;
        number = end;
    }
    Ok(())
}

/// Submission, and claim and completion of all tasks.
pub async fn run(
    door: &Door,
    arguments: &BenchTasksArguments,
    meter: &Meter,
) -> Result<Throughput, Failure> {
    let begin = Instant::now();
    submit(door, "throughput", arguments.tasks).await?;
    let submitted = begin.elapsed();
    let before = meter.read();
    let begin = Instant::now();
    let done = agents::work(door, arguments.into(), arguments.tasks).await?;
    let seconds = begin.elapsed().as_secs_f64();
    Ok(Throughput {
        submits_per_second: arguments.tasks as f64 / submitted.as_secs_f64(),
        tasks_per_second: done.len() as f64 / seconds,
        seconds,
        claim_mean_ms: mean_ms(done.iter().map(|done| done.claim)),
        cpu: Cpu::between(before, meter.read()),
    })
}
