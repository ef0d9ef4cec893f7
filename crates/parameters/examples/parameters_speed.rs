//! How long the values of a message take to find, with agent events and with the lines of a file:
//! `cargo run --release -p swarmscope-parameters --example parameters_speed [FILE]`.

use std::hint::black_box;
use std::time::Instant;

use swarmscope_bench_events::Events;

const ROUNDS: usize = 20;

fn main() -> std::io::Result<()> {
    let messages = match std::env::args().nth(1) {
        Some(file) => std::fs::read_to_string(file)?
            .lines()
            .map(str::to_owned)
            .collect(),
        None => events(),
    };
    let bytes: usize = messages.iter().map(String::len).sum();
    let started = Instant::now();
    let mut found = 0;
    for _ in 0..ROUNDS {
        for message in &messages {
            found += swarmscope_parameters::find(black_box(message)).count();
        }
    }
    let all = messages.len() * ROUNDS;
    println!(
        "{} messages of {} bytes and {:.1} values: {} ns each",
        messages.len(),
        bytes / messages.len().max(1),
        found as f64 / all as f64,
        started.elapsed().as_nanos() / all.max(1) as u128
    );
    Ok(())
}

fn events() -> Vec<String> {
    let mut events = Events::new(1, 50_000, 0..3_600_000);
    let mut messages = Vec::new();
    while let Some(line) = events.next_line() {
        let line = String::from_utf8_lossy(line);
        let message = line.split_once("\"message\":\"").map(|(_, rest)| rest);
        messages.extend(
            message
                .and_then(|rest| rest.split('"').next())
                .map(str::to_owned),
        );
    }
    messages
}
