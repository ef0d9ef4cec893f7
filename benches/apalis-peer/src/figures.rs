//! What is printed, in the shape that `swarmscope bench tasks` reads.

use std::time::Duration;

use serde::Serialize;

use crate::cpu::Reading;

#[derive(Debug, Serialize)]
pub struct Contender {
    pub product: &'static str,
    pub version: &'static str,
    pub door: String,
    pub throughput: Throughput,
    pub paced: Paced,
    pub long_queue: Option<LongQueue>,
}

#[derive(Debug, Serialize)]
pub struct Throughput {
    pub submits_per_second: f64,
    pub tasks_per_second: f64,
    pub seconds: f64,
    /// Single claims cannot be seen: apalis takes batches behind its worker.
    pub claim_mean_ms: Option<f64>,
    pub cpu: Cpu,
}

#[derive(Debug, Serialize)]
pub struct Paced {
    pub wanted_per_second: f64,
    pub tasks_per_second: f64,
    pub submit_to_claim_p50_ms: f64,
    pub submit_to_claim_p99_ms: f64,
}

#[derive(Debug, Serialize)]
pub struct LongQueue {
    pub queued: u64,
    pub short_tasks_per_second: f64,
    pub tasks_per_second: f64,
    pub short_claim_mean_ms: Option<f64>,
    pub claim_mean_ms: Option<f64>,
    pub slower: f64,
    pub cpu: Cpu,
}

#[derive(Debug, Serialize)]
pub struct Cpu {
    pub client_seconds: f64,
    pub server_seconds: Option<f64>,
}

impl Cpu {
    pub fn between(before: Reading, after: Reading) -> Self {
        Self {
            client_seconds: after.own - before.own,
            server_seconds: after
                .server
                .zip(before.server)
                .map(|(after, before)| after - before),
        }
    }
}

/// The nearest-rank percentile of sorted durations in milliseconds; 0 of nothing.
pub fn percentile_ms(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted
        .get(rank)
        .map_or(0.0, |duration| duration.as_secs_f64() * 1e3)
}
