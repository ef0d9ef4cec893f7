//! `swarmscope tasks`: find, look at, submit and steer tasks.

mod bulk;
mod limits;
mod policies;
mod schedules;
mod show;
mod steer;
mod submit;
mod text;
mod watch;

pub use text::{since, table};

use std::process::ExitCode;

use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_sdk::wire::TaskList;

use crate::arguments::{TasksArguments, TasksCommand};
use crate::failure::Failure;
use crate::terminal::{FAINT, thousands};

/// Runs the command.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn run(mut arguments: TasksArguments) -> Result<ExitCode, Failure> {
    match arguments.command.take() {
        None => list(&arguments).await?,
        Some(TasksCommand::Show(arguments)) => show::run(&arguments).await?,
        Some(TasksCommand::Submit(arguments)) => return submit::run(arguments).await,
        Some(TasksCommand::Cancel(arguments)) => bulk::cancel(&arguments).await?,
        Some(TasksCommand::Retry(arguments)) => steer::run(&arguments, "retry").await?,
        Some(TasksCommand::Requeue(arguments)) => bulk::requeue(&arguments).await?,
        Some(TasksCommand::Watch(arguments)) => watch::run(&arguments).await?,
        Some(TasksCommand::Schedules(arguments)) => schedules::run(arguments).await?,
        Some(TasksCommand::Limits(arguments)) => limits::run(arguments).await?,
        Some(TasksCommand::Policies(arguments)) => policies::run(arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(arguments: &TasksArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let request = client
        .get("/api/v1/tasks")
        .query(&arguments.which.scope())
        .query(&[("limit", arguments.limit)]);
    let page: TaskList = client.json(request, "").await?;
    if arguments.json {
        return print_json(&page.tasks);
    }
    anstream::print!("{}", text::table(&page.tasks, Timestamp::now()));
    let shown = page.tasks.len() as u64;
    if page.total > shown {
        anstream::eprintln!(
            "{FAINT}the newest {} of {} tasks; more with --limit{FAINT:#}",
            thousands(shown),
            thousands(page.total)
        );
    } else if page.total == 0 {
        anstream::eprintln!("{FAINT}no task matches{FAINT:#}");
    }
    Ok(())
}

/// Prints what `--json` asks for.
fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
    anstream::println!("{text}");
    Ok(())
}

/// A path below `/api/v1/` with one name in it, whatever characters it has.
fn path(kind: &str, name: &str, action: &str) -> String {
    let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("/api/v1/{kind}/{name}{action}")
}
