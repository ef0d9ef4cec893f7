//! What a check has found, as text and as JSON.

use std::path::Path;

use serde_json::{Value, json};
use swarmscope_state::StateReport;

use super::parts::Checked;
use crate::terminal::{FAINT, severity_style, thousands};

/// What was found in all stores.
pub struct Report {
    pub logs: Checked<swarmscope_logstore::CheckReport>,
    pub metrics: Option<Checked<swarmscope_metricstore::CheckReport>>,
    pub state: Option<Checked<StateReport>>,
}

impl Report {
    /// Whether everything is as it was written.
    pub fn is_sound(&self) -> bool {
        self.damaged() == 0 && self.logs.report.recorded_damage.is_empty()
    }

    /// Files that are damaged now.
    fn damaged(&self) -> usize {
        let metrics = self.metrics.as_ref();
        let state = self.state.as_ref();
        self.logs.report.problems().count()
            + metrics.map_or(0, |checked| checked.report.problems().count())
            + state.map_or(0, |checked| {
                usize::from(!checked.report.problems.is_empty())
            })
    }
}

/// The report as JSON; what is said of the logs stands at the top.
pub fn body(report: &Report) -> Value {
    let logs = &report.logs.report;
    let files = logs.files.iter().map(|file| {
        let told = (&file.problem, &file.note);
        file_body(&file.path, file.bytes, file.units, told)
    });
    json!({
        "damaged_files": report.damaged(),
        "recorded_damage": logs.recorded_damage,
        "indices": logs.indices,
        "documents": logs.documents,
        "logged_documents": logs.logged_documents,
        "sampled_rows": logs.sampled_rows,
        "files": files.collect::<Vec<_>>(),
        "metrics": report.metrics.as_ref().map(|checked| metrics_body(&checked.report)),
        "state": report.state.as_ref().map(|checked| json!({
            "tasks": checked.report.tasks,
            "agents": checked.report.agents,
            "problems": checked.report.problems,
        })),
    })
}

fn metrics_body(report: &swarmscope_metricstore::CheckReport) -> Value {
    let files = report.files.iter().map(|file| {
        let told = (&file.problem, &file.note);
        file_body(&file.path, file.bytes, file.units, told)
    });
    json!({
        "blocks": report.blocks,
        "samples": report.samples,
        "logged_frames": report.logged_frames,
        "files": files.collect::<Vec<_>>(),
    })
}

/// A file as both stores have it, with its problem and its note.
fn file_body(
    path: &Path,
    bytes: u64,
    units: u64,
    (problem, note): (&Option<String>, &Option<String>),
) -> Value {
    json!({ "path": path, "bytes": bytes, "units": units, "problem": problem, "note": note })
}

/// Prints the report for people: what is wrong first, then how much was read.
pub fn print(report: &Report) {
    print_logs(&report.logs);
    if let Some(metrics) = &report.metrics {
        print_metrics(metrics);
    }
    if let Some(state) = &report.state {
        print_state(state);
    }
    if report.is_sound() {
        anstream::println!("everything is as it was written");
    } else {
        anstream::println!(
            "{} damaged now, {} on record from before {FAINT}(restore a backup, or start: what is damaged is set aside){FAINT:#}",
            report.damaged(),
            report.logs.report.recorded_damage.len()
        );
    }
}

fn print_logs(checked: &Checked<swarmscope_logstore::CheckReport>) {
    let Checked { folder, report } = checked;
    let error = severity_style("ERROR");
    for file in &report.files {
        print_file(
            &folder.join(&file.path),
            file.problem.as_deref(),
            file.note.as_deref(),
        );
    }
    for damage in &report.recorded_damage {
        anstream::println!("{error}missing{error:#} {damage}");
    }
    let bytes: u64 = report.files.iter().map(|file| file.bytes).sum();
    let units: u64 = report.files.iter().map(|file| file.units).sum();
    anstream::println!(
        "logs: {} files, {}, {} pages and frames read; {} documents of {} indices in segments, {} in the log",
        report.files.len(),
        bytesize::ByteSize(bytes),
        thousands(units),
        thousands(report.documents),
        report.indices,
        thousands(report.logged_documents),
    );
}

fn print_metrics(checked: &Checked<swarmscope_metricstore::CheckReport>) {
    let Checked { folder, report } = checked;
    for file in &report.files {
        print_file(
            &folder.join(&file.path),
            file.problem.as_deref(),
            file.note.as_deref(),
        );
    }
    let bytes: u64 = report.files.iter().map(|file| file.bytes).sum();
    let units: u64 = report.files.iter().map(|file| file.units).sum();
    anstream::println!(
        "metrics: {} files, {}, {} pages and frames read; {} samples in {} blocks, {} frames in the log",
        report.files.len(),
        bytesize::ByteSize(bytes),
        thousands(units),
        thousands(report.samples),
        report.blocks,
        thousands(report.logged_frames),
    );
}

fn print_state(checked: &Checked<StateReport>) {
    let Checked { folder, report } = checked;
    for problem in &report.problems {
        print_file(folder, Some(problem), None);
    }
    anstream::println!(
        "state: {} tasks, {} agents",
        thousands(report.tasks),
        thousands(report.agents)
    );
}

fn print_file(path: &Path, problem: Option<&str>, note: Option<&str>) {
    let (error, warning) = (severity_style("ERROR"), severity_style("WARNING"));
    if let Some(problem) = problem {
        anstream::println!("{error}damaged{error:#} {}: {problem}", path.display());
    }
    if let Some(note) = note {
        anstream::println!("{warning}note{warning:#}    {}: {note}", path.display());
    }
}
