//! Measures apalis as `swarmscope bench tasks` measures the store: submission, claim and completion, how
//! long tasks wait for a worker, and whether a long queue slows it. Prints one JSON line an arrangement.
//!
//! Never tunes apalis against its grain: one arrangement has one worker a unit of work, as agents are, the
//! other one worker that takes large batches and is told of new tasks, as its documentation shows.

mod cpu;
mod figures;
mod job;
mod postgres;
mod sqlite;
mod stages;

use std::time::Duration;

use clap::Parser;

/// Measures apalis with the numbers of a run of `swarmscope bench tasks`.
#[derive(Debug, Clone, Parser)]
pub struct Arguments {
    #[arg(long)]
    pub tasks: u64,
    #[arg(long)]
    pub agents: usize,
    #[arg(long)]
    pub queued: u64,
    #[arg(long)]
    pub paced_seconds: u64,
    /// The database's server, whose processor time counts.
    #[arg(long)]
    pub server_pid: Option<u32>,
    /// sqlite://FILE or postgres://…
    #[arg(long, env = "PEER_DATABASE", hide_env_values = true)]
    pub database: String,
}

/// How tasks reach those who work on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// So many workers, which look every [`POLL`].
    Workers,
    /// One worker of as many concurrent tasks, which the database tells of new ones.
    Batches,
}

/// How often a worker of [`Arrangement::Workers`] looks.
pub const POLL: Duration = Duration::from_millis(10);
/// Connections, enough for every arrangement.
pub const CONNECTIONS: u32 = 20;

impl Arrangement {
    pub fn door(self, agents: usize) -> String {
        match self {
            Self::Workers => format!("{agents} workers"),
            Self::Batches => format!("1 worker of {agents}"),
        }
    }

    /// Tasks that a worker takes at once: the default, or as many as it works on.
    pub fn batch(self, agents: usize) -> usize {
        match self {
            Self::Workers => 10,
            Self::Batches => agents,
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    for arrangement in [Arrangement::Batches, Arrangement::Workers] {
        let figures = if arguments.database.starts_with("sqlite:") {
            stages::run::<sqlite::Sqlite>(&arguments, arrangement).await?
        } else {
            stages::run::<postgres::Postgres>(&arguments, arrangement).await?
        };
        println!("{}", serde_json::to_string(&figures)?);
    }
    Ok(())
}
