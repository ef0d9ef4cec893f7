//! How long it takes to find the patterns of a million messages, on as many threads as given: agent events,
//! or the lines of files over and over. `cargo run --release -p swarmscope-patterns --example patterns_speed
//! [THREADS [FILE…]]`; `time` before the built binary tells the processor time.

use std::time::Instant;

use swarmscope_bench_events::Events;
use swarmscope_patterns::Miner;

const MESSAGES: usize = 1_000_000;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let threads = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2);
    let files: Vec<String> = arguments.collect();
    let messages = if files.is_empty() {
        events()
    } else {
        lines(&files)?
    };
    let started = Instant::now();
    let mut most = 0;
    let miner = std::thread::scope(|scope| {
        let parts = messages.chunks(messages.len().div_ceil(threads));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || mined(part))).collect();
        let mut merged = Miner::default();
        for part in parts {
            let (part, compactions) = part
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            merged.merge(part);
            most = most.max(compactions);
        }
        merged
    });
    let mined = started.elapsed();
    let found = miner.templates();
    println!(
        "{} messages on {threads} threads: {:.2} s, of it {:.3} s for {} templates of {} shapes; drawn early {most} times",
        messages.len(),
        started.elapsed().as_secs_f64(),
        (started.elapsed() - mined).as_secs_f64(),
        found.templates.len(),
        miner.len()
    );
    for template in found.templates.iter().take(5) {
        println!("{:>8} {}", template.count, template.text);
    }
    Ok(())
}

fn mined(messages: &[String]) -> (Miner, usize) {
    let mut miner = Miner::default();
    let mut compactions = 0;
    for message in messages {
        miner.add(message);
        if miner.is_full() {
            miner.compact();
            compactions += 1;
        }
    }
    (miner, compactions)
}

fn events() -> Vec<String> {
    let mut events = Events::new(1, MESSAGES as u64, 0..86_400_000);
    let mut messages = Vec::with_capacity(MESSAGES);
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

fn lines(files: &[String]) -> std::io::Result<Vec<String>> {
    let mut own = Vec::new();
    for file in files {
        own.extend(std::fs::read_to_string(file)?.lines().map(str::to_owned));
    }
    Ok(own.iter().cycle().take(MESSAGES).cloned().collect())
}
