//! Another product, measured by a program of its own that prints its contenders as JSON lines.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::database::Database;
use super::figures::Contender;
use crate::arguments::BenchTasksArguments;
use crate::commands::bench::process::Process;
use crate::failure::Failure;

/// Runs the program with the numbers of this run, and tells it which process the database's server is, so
/// that its figures have the same parts as ours.
pub async fn run(
    program: &Path,
    arguments: &BenchTasksArguments,
    database: &Database,
) -> Result<Vec<Contender>, Failure> {
    let mut command = Command::new(program);
    command
        .args(["--tasks", &arguments.tasks.to_string()])
        .args(["--agents", &arguments.agents.to_string()])
        .args(["--queued", &arguments.queued.to_string()])
        .args(["--paced-seconds", &arguments.paced.as_secs().to_string()])
        // Not an argument: it may hold a password.
        .env("PEER_DATABASE", database.peer_url())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if let Some(Process(server)) = database.meter().first() {
        command.args(["--server-pid", &server.to_string()]);
    }
    let output = command.output().await.map_err(|error| {
        Failure::with_hint(
            format!("cannot run {}: {error}", program.display()),
            "build it with `cargo build --release` in benches/apalis-peer",
        )
    })?;
    if !output.status.success() {
        return Err(Failure::new(format!(
            "{} ended with {}",
            program.display(),
            output.status
        )));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            serde_json::from_str(line).map_err(|error| {
                Failure::new(format!(
                    "{} printed what are no figures: {error}",
                    program.display()
                ))
            })
        })
        .collect()
}
