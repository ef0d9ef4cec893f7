//! `cargo xtask events N`: agent events of a plausible day, as JSON lines, for benchmarks and tests
//! that need many. The same seed gives the same events, up to the time they end at.

use std::io::{BufWriter, Write};

use anyhow::{Context, Result};
use serde_json::json;
use swarmscope_model::Timestamp;
use swarmscope_model::names::DEMO_AGENTS;

/// The events cover this span, ending now.
const SPAN_MS: i64 = 24 * 3600 * 1000;
const AGENTS: u64 = 200;
/// Events that share a correlation id.
const EVENTS_OF_A_TASK: u64 = 8;
const SEED: u64 = 0x5eed_5ca1_ab1e;

/// What happens along a task, in order.
const STEPS: [(&str, &str, &str); 8] = [
    (
        "task_received",
        "INFO",
        "Received task {task} with priority {priority}",
    ),
    (
        "task_claimed",
        "INFO",
        "Claimed task {task} after {small} ms in the queue",
    ),
    (
        "task_processing",
        "INFO",
        "Processing task {task}, step {small} of {large}",
    ),
    (
        "task_processing",
        "DEBUG",
        "Fetched {large} documents from shard {small} in {ms} ms",
    ),
    (
        "agent_heartbeat",
        "DEBUG",
        "Heartbeat {large} with {small} tasks under way",
    ),
    (
        "transient_error_retry",
        "WARNING",
        "Upstream timed out after {ms} ms, retrying task {task}",
    ),
    (
        "task_failed",
        "ERROR",
        "Task {task} failed: connection reset by peer 10.0.{small}.{small}",
    ),
    (
        "task_completed",
        "INFO",
        "Completed task {task} in {ms} ms using {large} tokens",
    ),
];

/// Writes `count` events to standard output.
///
/// # Errors
/// When standard output is closed.
pub fn run(count: &str) -> Result<()> {
    let count: u64 = count
        .parse()
        .context("how many events? A number, such as 1000000")?;
    let mut random = Random(SEED);
    let mut output = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let end = Timestamp::now().as_millisecond();
    for number in 0..count {
        let at = end - SPAN_MS
            + (SPAN_MS as i128 * i128::from(number) / i128::from(count.max(1))) as i64;
        serde_json::to_writer(&mut output, &event(number, at, &mut random))?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(())
}

fn event(number: u64, at: i64, random: &mut Random) -> serde_json::Value {
    let task = number / EVENTS_OF_A_TASK;
    let mut of_task = Random(SEED ^ task.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let task_id = of_task.uuid();
    let correlation_id = of_task.uuid();
    let (kind, task_type, _) = DEMO_AGENTS[(of_task.next() % 4) as usize];
    let agent = format!("{kind}_{}", of_task.next() % (AGENTS / 4));
    let (mut event_type, mut severity, mut template) = STEPS[(number % EVENTS_OF_A_TASK) as usize];
    if severity != "INFO" && severity != "DEBUG" && !random.next().is_multiple_of(4) {
        (event_type, severity, template) = STEPS[2];
    }
    let (small, large, ms) = (
        random.next() % 16,
        random.next() % 5_000,
        random.next() % 30_000,
    );
    let message = template
        .replace("{task}", &task_id)
        .replace(
            "{priority}",
            ["low", "medium", "high"][(of_task.next() % 3) as usize],
        )
        .replace("{small}", &small.to_string())
        .replace("{large}", &large.to_string())
        .replace("{ms}", &ms.to_string());
    let mut metadata = json!({
        "correlation_id": correlation_id,
        "task_id": task_id,
        "task_type": task_type,
        "duration_ms": ms,
    });
    if severity == "ERROR" {
        metadata["exception"] = json!({
            "type": "ConnectionResetError",
            "message": format!("[Errno 104] Connection reset by peer after {ms} ms"),
            "traceback": [
                "Traceback (most recent call last):\n",
                format!("  File \"agent.py\", line {large}, in work\n    fetch(shard)\n"),
            ],
        });
    }
    json!({
        "timestamp": Timestamp::from_millisecond(at),
        "agent_name": agent,
        "event_type": event_type,
        "severity": severity,
        "message": message,
        "metadata": metadata,
    })
}

/// splitmix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }
}
