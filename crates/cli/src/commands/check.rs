//! `swarmscope check`: is everything in a data directory as it was written?

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use swarmscope_logstore::{CheckReport, OpenError, check};

use super::backup::progress_bar;
use crate::arguments::CheckArguments;
use crate::failure::Failure;
use crate::terminal::{FAINT, severity_style, thousands};

/// What ends a check that found damage, so that scripts can tell it from one that could not be made.
const DAMAGED: u8 = 2;

/// Runs the command.
///
/// # Errors
/// When the directory is in use, is none of ours, or cannot be read.
pub fn run(arguments: &CheckArguments) -> Result<ExitCode, Failure> {
    let folder = log_folder(&arguments.directory)?;
    let bar = progress_bar();
    let report = check(&folder, &mut |progress| {
        bar.set_length(progress.bytes);
        bar.set_position(progress.bytes_done);
    });
    bar.finish_and_clear();
    let report = report.map_err(|error| explain(error, &folder))?;
    if arguments.json {
        anstream::println!("{}", body(&report));
    } else {
        print(&report, &folder);
    }
    let sound = report.problems().next().is_none() && report.recorded_damage.is_empty();
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DAMAGED)
    })
}

/// The log store's folder: of a data directory, or the directory itself.
fn log_folder(directory: &Path) -> Result<PathBuf, Failure> {
    if !directory.is_dir() {
        return Err(Failure::with_hint(
            format!("{} is no directory", directory.display()),
            "name the data directory that `swarmscope up --data` has, or a backup",
        ));
    }
    let logs = directory.join("logs");
    Ok(match logs.is_dir() {
        true => logs,
        false => directory.to_owned(),
    })
}

fn body(report: &CheckReport) -> Value {
    let files: Vec<Value> = report
        .files
        .iter()
        .map(|file| {
            json!({
                "path": file.path,
                "bytes": file.bytes,
                "units": file.units,
                "problem": file.problem,
                "note": file.note,
            })
        })
        .collect();
    json!({
        "damaged_files": report.problems().count(),
        "recorded_damage": report.recorded_damage,
        "indices": report.indices,
        "documents": report.documents,
        "logged_documents": report.logged_documents,
        "sampled_rows": report.sampled_rows,
        "files": files,
    })
}

fn print(report: &CheckReport, folder: &Path) {
    let (error, warning) = (severity_style("ERROR"), severity_style("WARNING"));
    for file in report.problems() {
        let problem = file.problem.as_deref().unwrap_or_default();
        anstream::println!(
            "{error}damaged{error:#} {}: {problem}",
            folder.join(&file.path).display()
        );
    }
    for damage in &report.recorded_damage {
        anstream::println!("{error}missing{error:#} {damage}");
    }
    for file in &report.files {
        if let Some(note) = &file.note {
            let path = folder.join(&file.path);
            anstream::println!("{warning}note{warning:#}    {}: {note}", path.display());
        }
    }
    let bytes: u64 = report.files.iter().map(|file| file.bytes).sum();
    let units: u64 = report.files.iter().map(|file| file.units).sum();
    let damaged = report.problems().count();
    anstream::println!(
        "{} files, {}, {} pages and frames read; {} documents of {} indices in segments, {} in the log",
        report.files.len(),
        bytesize::ByteSize(bytes),
        thousands(units),
        thousands(report.documents),
        report.indices,
        thousands(report.logged_documents),
    );
    if damaged == 0 && report.recorded_damage.is_empty() {
        anstream::println!("everything is as it was written");
    } else {
        anstream::println!(
            "{damaged} damaged now, {} on record from before {FAINT}(restore a backup, or start: what is damaged is set aside){FAINT:#}",
            report.recorded_damage.len()
        );
    }
}

fn explain(error: OpenError, folder: &Path) -> Failure {
    match error {
        OpenError::InUse { holder, .. } => Failure::with_hint(
            format!("{} is in use by another process{holder}", folder.display()),
            "stop that one, or make a backup (`swarmscope backup URL DEST`) and check the backup",
        ),
        OpenError::NotAStore { .. } => Failure::with_hint(
            format!("{} is no data directory of Swarmscope", folder.display()),
            "name the data directory that `swarmscope up --data` has, or a backup",
        ),
        other => Failure::from(anyhow::Error::new(other)),
    }
}
