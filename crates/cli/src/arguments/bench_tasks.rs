//! `swarmscope bench tasks` as it is typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::state::StateUrl;

const EXAMPLES: &str = "Examples:
  swarmscope bench tasks                               # SQLite alone, in a folder that is removed
  swarmscope bench tasks --tasks 2000 --queued 0       # a first impression
  swarmscope bench tasks --at-once 8                   # agents that work on eight tasks at a time
  SWARMSCOPE_BENCH_STATE=postgres://me:secret@127.0.0.1/bench swarmscope bench tasks --json

Tasks go through submission, claim and completion by so many agents, once through the store itself and once
over HTTP through an orchestrator of its own. PostgreSQL takes part when an empty database is named; it is
left full. `make bench-tasks` brings a PostgreSQL, and apalis as the peer on the same databases.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct BenchTasksArguments {
    /// How many tasks go through claim and completion
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub tasks: u64,
    /// How many agents claim them
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub agents: u64,
    /// How many tasks an agent claims, and completes, in one call
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub at_once: u16,
    /// How many tasks wait while the claims from a long queue are measured; 0 leaves that out
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub queued: u64,
    /// How long tasks come in at half of the greatest rate
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub paced: Duration,
    /// An empty PostgreSQL database for this run, postgres://USER:PASSWORD@HOST:PORT/DATABASE. Other
    /// users of this machine see arguments: prefer the variable
    #[arg(
        long,
        value_name = "URL",
        env = "SWARMSCOPE_BENCH_STATE",
        hide_env_values = true
    )]
    pub state: Option<StateUrl>,
    /// A program that measures another product on the same databases
    #[arg(long, value_name = "PROGRAM")]
    pub against: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    pub json: bool,
}
