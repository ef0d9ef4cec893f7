//! Whether a long queue slows claims: the same tasks taken from a short queue and from a long one.

use std::time::Instant;

use super::agents;
use super::database::Meter;
use super::door::Door;
use super::figures::{Cpu, LongQueue, mean_ms};
use super::throughput::submit;
use crate::arguments::BenchTasksArguments;
use crate::failure::Failure;

/// First takes all of a queue of so many tasks, then as many of a queue that stays long.
pub async fn run(
    door: &Door,
    arguments: &BenchTasksArguments,
    meter: &Meter,
) -> Result<LongQueue, Failure> {
    submit(door, "short", arguments.tasks).await?;
    let short = take(door, arguments, meter).await?;
    submit(door, "long", arguments.queued + arguments.tasks).await?;
    let long = take(door, arguments, meter).await?;
    Ok(LongQueue {
        queued: arguments.queued,
        short_tasks_per_second: short.tasks_per_second,
        tasks_per_second: long.tasks_per_second,
        short_claim_mean_ms: short.claim_mean_ms,
        claim_mean_ms: long.claim_mean_ms,
        slower: short.tasks_per_second / long.tasks_per_second,
        cpu: long.cpu,
    })
}

struct Taken {
    tasks_per_second: f64,
    claim_mean_ms: Option<f64>,
    cpu: Cpu,
}

async fn take(
    door: &Door,
    arguments: &BenchTasksArguments,
    meter: &Meter,
) -> Result<Taken, Failure> {
    let before = meter.read();
    let begin = Instant::now();
    let done = agents::work(door, arguments.into(), arguments.tasks).await?;
    Ok(Taken {
        tasks_per_second: done.len() as f64 / begin.elapsed().as_secs_f64(),
        claim_mean_ms: mean_ms(done.iter().map(|done| done.claim)),
        cpu: Cpu::between(before, meter.read()),
    })
}
