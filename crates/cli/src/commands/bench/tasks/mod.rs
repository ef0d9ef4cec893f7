//! `swarmscope bench tasks`: what tasks cost from submission to completion, on SQLite and on PostgreSQL,
//! through the store and over HTTP, beside another product on the same databases.
//!
//! Work is never simulated: an agent that has claimed a task completes it at once, so that everything
//! measured is the orchestrator's own.

mod agents;
mod database;
mod depth;
mod door;
mod figures;
mod paced;
mod peer;
mod server;
mod table;
mod throughput;

use std::process::ExitCode;

use crate::arguments::BenchTasksArguments;
use crate::failure::Failure;
use database::Database;
use door::Door;
use figures::{Contender, DatabaseFigures, Report};
use server::Server;

/// The one type of all tasks: every agent wants every task.
const TASK_TYPE: &str = "bench";

/// Runs the command.
///
/// # Errors
/// When a database or the orchestrator cannot be had, or loses a task.
pub async fn run(arguments: BenchTasksArguments) -> Result<ExitCode, Failure> {
    let mut databases = vec![Database::file()?];
    if let Some(url) = arguments
        .state
        .as_ref()
        .filter(|url| !url.reveal().is_empty())
    {
        databases.push(Database::postgres(url.clone()));
    }
    let mut figures = Vec::new();
    for database in &databases {
        figures.push(measure(&arguments, database).await?);
    }
    let report = Report::new(&arguments, figures);
    if arguments.json {
        let text = serde_json::to_string_pretty(&report).map_err(anyhow::Error::from)?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", table::draw(&report));
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(
    arguments: &BenchTasksArguments,
    database: &Database,
) -> Result<DatabaseFigures, Failure> {
    let mut contenders = Vec::new();
    let state = database.open().await?;
    database.refuse_used(&state).await?;
    let meter = database.meter();
    let server = Server::start(database).await?;
    let http = server.client().await?;
    for (name, door) in [
        ("store", Door::store(state.store())),
        ("http", Door::http(http)),
    ] {
        let meter = match &door {
            Door::Store { .. } => meter.clone(),
            Door::Http(_) => meter.clone().with(server.process()),
        };
        say(database, name);
        agents::register(&door, arguments.agents).await?;
        let throughput = throughput::run(&door, arguments, &meter).await?;
        let rate = throughput.tasks_per_second / 2.0;
        let paced = paced::run(&door, arguments, rate).await?;
        contenders.push(Contender::ours(name, throughput, paced));
    }
    if arguments.queued > 0 {
        say(database, "long queue");
        let door = Door::store(state.store());
        let depth = depth::run(&door, arguments, &meter).await?;
        contenders[0].long_queue = Some(depth);
    }
    drop(server);
    state.close().await;
    if let Some(program) = &arguments.against {
        say(database, "peer");
        contenders.extend(peer::run(program, arguments, database).await?);
    }
    Ok(DatabaseFigures {
        database: database.name(),
        contenders,
    })
}

/// Where the run is, on standard error: it takes minutes.
fn say(database: &Database, stage: &str) {
    anstream::eprintln!("{}: {stage}", database.name());
}
