//! `cargo xtask events N`: the agent events of a day that ends now, as JSON lines, for tests that need many.

use std::io::{BufWriter, Write};

use anyhow::{Context, Result};
use swarmscope_bench_events::Events;
use swarmscope_model::Timestamp;

/// The events cover this span, ending now.
const SPAN_MS: i64 = 24 * 3600 * 1000;
const SEED: u64 = 0x5eed_5ca1_ab1e;

/// Writes `count` events to standard output.
///
/// # Errors
/// When standard output is closed.
pub fn run(count: &str) -> Result<()> {
    let count: u64 = count
        .parse()
        .context("how many events? A number, such as 1000000")?;
    let end = Timestamp::now().as_millisecond();
    let mut events = Events::new(SEED, count, end - SPAN_MS..end);
    let mut output = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    while let Some(line) = events.next_line() {
        output.write_all(line)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(())
}
