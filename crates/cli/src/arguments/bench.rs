//! Arguments of `swarmscope bench`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::BenchTasksArguments;
use crate::commands::bench::logs::{BatchSizes, Peer};

#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Logs: loading, disk, memory, eight queries and a dashboard, beside other servers in the same run
    Logs(BenchLogsArguments),
    /// Tasks: submission, claim and completion on SQLite and PostgreSQL, through the store and over HTTP
    Tasks(BenchTasksArguments),
}

/// Of `swarmscope bench` itself.
pub const BENCH_EXAMPLES: &str = "Examples:
  swarmscope bench logs --events 200000
  swarmscope bench tasks --tasks 2000 --queued 0";

const BENCH_LOGS_EXAMPLES: &str = "Examples:
  swarmscope bench logs --events 200000                # a first impression
  swarmscope bench logs --against victorialogs=/usr/local/bin/victoria-logs
  swarmscope bench logs --against elasticsearch=http://127.0.0.1:9201 --json > figures.json

Starts a server of its own in a folder that is removed afterwards. A peer that is named by a program is
started, too. One that runs already is found by its port on this machine; its processor time, memory and
folder can be given: elasticsearch=URL,pid=PID,data=DIR. Events are written to its index swarmscope-bench,
which is removed before and after, or to a tenant of their own in VictoriaLogs.

Ends with 1 when a question is not answered, or not as by the others.";

#[derive(Debug, Args)]
#[command(after_help = BENCH_LOGS_EXAMPLES)]
pub struct BenchLogsArguments {
    /// How many events, about 403 bytes each
    #[arg(long, value_name = "N", default_value_t = 2_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub events: u64,
    /// Another server: PRODUCT=URL, or victorialogs=PROGRAM to start one
    #[arg(long, value_name = "PEER", num_args = 1..)]
    pub against: Vec<Peer>,
    /// Load once over each of these numbers of connections; questions are asked after the last
    #[arg(
        long,
        value_name = "N,N",
        value_delimiter = ',',
        default_value = "1,4",
        value_parser = connections
    )]
    pub connections: Vec<usize>,
    /// Events of a bulk
    #[arg(long, value_name = "N..M", default_value = "1000..5000")]
    pub batch: BatchSizes,
    /// How often each question is asked
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(2..))]
    pub repetitions: u64,
    /// Another one makes other events
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How long to wait for a server to write and merge what it has taken
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = humantime::parse_duration)]
    pub patience: Duration,
    /// Print the figures as JSON
    #[arg(long)]
    pub json: bool,
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=256) => Ok(number),
        _ => Err("a number from 1 to 256".to_owned()),
    }
}
