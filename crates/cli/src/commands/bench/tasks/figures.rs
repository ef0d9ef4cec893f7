//! What was measured, as `--json` prints it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::database::Reading;
use crate::arguments::BenchTasksArguments;

/// Everything that was measured in one run.
#[derive(Debug, Serialize)]
pub struct Report {
    pub tasks: u64,
    pub agents: u64,
    /// Tasks of one claim.
    pub at_once: u16,
    pub cores: usize,
    pub databases: Vec<DatabaseFigures>,
}

/// What was measured on one database.
#[derive(Debug, Serialize)]
pub struct DatabaseFigures {
    pub database: &'static str,
    /// Ours first.
    pub contenders: Vec<Contender>,
}

/// One product through one door.
#[derive(Debug, Serialize, Deserialize)]
pub struct Contender {
    pub product: String,
    pub version: String,
    /// How its tasks are reached and who works on them.
    pub door: String,
    pub throughput: Throughput,
    pub paced: Paced,
    /// Not measured when null.
    pub long_queue: Option<LongQueue>,
    /// The first contender's rate divided by this one's; above 1 the first is faster.
    #[serde(default)]
    pub ratio: Option<f64>,
}

/// As many tasks as agents can take.
#[derive(Debug, Serialize, Deserialize)]
pub struct Throughput {
    pub submits_per_second: f64,
    /// Through claim and completion.
    pub tasks_per_second: f64,
    pub seconds: f64,
    /// Null where the product does not show single claims.
    pub claim_mean_ms: Option<f64>,
    pub cpu: Cpu,
}

/// Tasks that come in at half of the greatest rate.
#[derive(Debug, Serialize, Deserialize)]
pub struct Paced {
    pub wanted_per_second: f64,
    pub tasks_per_second: f64,
    pub submit_to_claim_p50_ms: f64,
    pub submit_to_claim_p99_ms: f64,
}

/// The same number of tasks from a short and from a long queue.
#[derive(Debug, Serialize, Deserialize)]
pub struct LongQueue {
    pub queued: u64,
    pub short_tasks_per_second: f64,
    pub tasks_per_second: f64,
    pub short_claim_mean_ms: Option<f64>,
    pub claim_mean_ms: Option<f64>,
    /// How many times longer the same tasks take from the long queue.
    pub slower: f64,
    pub cpu: Cpu,
}

/// Processor seconds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cpu {
    /// Of this command: its agents, and the store where it is in this process.
    pub client_seconds: f64,
    /// Of the database's server and of the orchestrator, where they are processes of their own that can
    /// be seen.
    pub server_seconds: Option<f64>,
}

impl Cpu {
    /// What was used between two readings.
    pub fn between(before: Reading, after: Reading) -> Self {
        let used = |before: Option<Duration>, after: Option<Duration>| {
            Some(after?.saturating_sub(before?).as_secs_f64())
        };
        Self {
            client_seconds: used(before.client, after.client).unwrap_or_default(),
            server_seconds: used(before.servers, after.servers),
        }
    }

    /// Of all processes.
    pub fn all_seconds(&self) -> f64 {
        self.client_seconds + self.server_seconds.unwrap_or_default()
    }
}

impl Contender {
    pub fn ours(door: &str, throughput: Throughput, paced: Paced) -> Self {
        Self {
            product: "swarmscope".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            door: door.to_owned(),
            throughput,
            paced,
            long_queue: None,
            ratio: None,
        }
    }
}

impl Report {
    /// What the run has shown, with ratios.
    pub fn new(arguments: &BenchTasksArguments, mut databases: Vec<DatabaseFigures>) -> Self {
        for database in &mut databases {
            let rates = database.contenders.iter();
            let first = rates
                .map(|contender| contender.throughput.tasks_per_second)
                .next();
            for contender in database.contenders.iter_mut().skip(1) {
                contender.ratio = first.map(|first| first / contender.throughput.tasks_per_second);
            }
        }
        let cores = std::thread::available_parallelism();
        Self {
            tasks: arguments.tasks,
            agents: arguments.agents,
            at_once: arguments.at_once,
            cores: cores.map_or(0, std::num::NonZero::get),
            databases,
        }
    }
}

/// The mean in milliseconds; none of nothing.
pub fn mean_ms(durations: impl Iterator<Item = Duration>) -> Option<f64> {
    let (mut sum, mut count) = (Duration::ZERO, 0_u32);
    for duration in durations {
        sum += duration;
        count += 1;
    }
    (count > 0).then(|| sum.as_secs_f64() * 1e3 / f64::from(count))
}

/// The nearest-rank percentile of sorted durations in milliseconds; 0 of nothing.
pub fn percentile_ms(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted
        .get(rank)
        .map_or(0.0, |duration| duration.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        let found = [50, 99, 100].map(|percent| percentile_ms(&sorted, percent));
        assert_eq!(found, [100.0, 198.0, 200.0]);
        assert_eq!(percentile_ms(&sorted[..1], 50), 1.0);
        assert_eq!(percentile_ms(&[], 99), 0.0);
    }
}
