//! Prints agent events as JSON lines, for tests from outside: `events COUNT`.

use std::io::{BufWriter, Write};

use swarmscope_bench_events::Events;

/// A day, so that histograms by the hour have buckets.
const SPAN: std::ops::Range<i64> = 1_769_817_600_000..1_769_904_000_000;

fn main() -> std::io::Result<()> {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let Some(count) = count else {
        eprintln!("usage: events COUNT");
        std::process::exit(2);
    };
    let mut output = BufWriter::new(std::io::stdout().lock());
    let mut events = Events::new(1, count, SPAN);
    while let Some(line) = events.next_line() {
        output.write_all(line)?;
        output.write_all(b"\n")?;
    }
    output.flush()
}
