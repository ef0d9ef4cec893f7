//! `swarmscope check`: is everything in a data directory as it was written?

mod parts;
mod report;

use std::path::Path;
use std::process::ExitCode;

use parts::{logs, metrics, state};
use report::{Report, body, print};

use super::backup::progress_bar;
use crate::arguments::CheckArguments;
use crate::failure::Failure;

/// What ends a check that found damage, so that scripts can tell it from one that could not be made.
const DAMAGED: u8 = 2;

/// Runs the command.
///
/// # Errors
/// When the directory is in use, is none of ours, or cannot be read.
pub async fn run(arguments: &CheckArguments) -> Result<ExitCode, Failure> {
    let directory = &arguments.directory;
    if !directory.is_dir() {
        return Err(Failure::with_hint(
            format!("{} is no directory", directory.display()),
            "name the data directory that `swarmscope up --data` has, or a backup",
        ));
    }
    let report = check(directory).await?;
    if arguments.json {
        anstream::println!("{}", body(&report));
    } else {
        print(&report);
    }
    Ok(if report.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DAMAGED)
    })
}

/// Everything that a directory has: of a data directory the three stores, otherwise a log store alone.
async fn check(directory: &Path) -> Result<Report, Failure> {
    let bar = progress_bar();
    let mut progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let folder = directory.join("logs");
    if !folder.is_dir() {
        let logs = logs(directory, &mut progress);
        bar.finish_and_clear();
        return Ok(Report {
            logs: logs?,
            metrics: None,
            state: None,
        });
    }
    let logs = logs(&folder, &mut progress)?;
    let folder = directory.join("metrics");
    let metrics = match folder.is_dir() {
        true => Some(metrics(&folder, &mut progress)?),
        false => None,
    };
    let file = directory.join("state").join("orchestrator.db");
    let state = match file.is_file() {
        true => Some(state(&file).await),
        false => None,
    };
    bar.finish_and_clear();
    Ok(Report {
        logs,
        metrics,
        state,
    })
}
