//! What a check has found, as text and as JSON.

use std::path::Path;

use serde_json::{Value, json};
use swarmscope_logstore::FileReport;
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
    json!({
        "damaged_files": report.damaged(),
        "recorded_damage": logs.recorded_damage,
        "indices": logs.indices,
        "documents": logs.documents,
        "logged_documents": logs.logged_documents,
        "sampled_rows": logs.sampled_rows,
        "files": file_bodies(&logs.files),
        "metrics": report.metrics.as_ref().map(|checked| metrics_body(&checked.report)),
        "state": report.state.as_ref().map(|checked| json!({
            "tasks": checked.report.tasks,
            "agents": checked.report.agents,
            "problems": checked.report.problems,
        })),
    })
}

fn metrics_body(report: &swarmscope_metricstore::CheckReport) -> Value {
    json!({
        "blocks": report.blocks,
        "samples": report.samples,
        "logged_frames": report.logged_frames,
        "files": file_bodies(&report.files),
    })
}

fn file_bodies(files: &[FileReport]) -> Value {
    let body = |file: &FileReport| {
        json!({
            "path": file.path,
            "bytes": file.bytes,
            "units": file.units,
            "problem": file.problem,
            "note": file.note,
        })
    };
    files.iter().map(body).collect()
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
    print_files(folder, &report.files);
    for damage in &report.recorded_damage {
        anstream::println!("{error}missing{error:#} {damage}");
    }
    anstream::println!(
        "logs: {}; {} documents of {} indices in segments, {} in the log",
        amount(&report.files),
        thousands(report.documents),
        report.indices,
        thousands(report.logged_documents),
    );
}

fn print_metrics(checked: &Checked<swarmscope_metricstore::CheckReport>) {
    let Checked { folder, report } = checked;
    print_files(folder, &report.files);
    anstream::println!(
        "metrics: {}; {} samples in {} blocks, {} frames in the log",
        amount(&report.files),
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

fn print_files(folder: &Path, files: &[FileReport]) {
    for file in files {
        let path = folder.join(&file.path);
        print_file(&path, file.problem.as_deref(), file.note.as_deref());
    }
}

/// How much was read of them.
fn amount(files: &[FileReport]) -> String {
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    let units: u64 = files.iter().map(|file| file.units).sum();
    format!(
        "{} files, {}, {} pages and frames read",
        files.len(),
        bytesize::ByteSize(bytes),
        thousands(units)
    )
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
