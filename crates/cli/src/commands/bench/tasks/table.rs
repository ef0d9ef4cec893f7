//! The report for people.

use std::fmt::Write;

use super::figures::{Contender, DatabaseFigures, Report};
use crate::terminal::{FAINT, thousands};

/// Width of the names of lines.
const NAME_WIDTH: usize = 46;
/// Width of a figure.
const WIDTH: usize = 18;

/// One table a database.
pub fn draw(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = tables(report, &mut text);
    text
}

fn tables(report: &Report, text: &mut String) -> std::fmt::Result {
    writeln!(
        text,
        "{} tasks, {} agents, {} cores",
        thousands(report.tasks),
        report.agents,
        report.cores
    )?;
    for database in &report.databases {
        table(database, text)?;
    }
    writeln!(
        text,
        "{FAINT}ratio: tasks/s of the first column divided by this one's{FAINT:#}"
    )
}

fn table(database: &DatabaseFigures, text: &mut String) -> std::fmt::Result {
    let heading = |name: fn(&Contender) -> &str| {
        let names = database.contenders.iter();
        names
            .map(|contender| format!("{:>WIDTH$}", name(contender)))
            .collect::<String>()
    };
    writeln!(text)?;
    writeln!(
        text,
        "{FAINT}{:NAME_WIDTH$}{}{FAINT:#}",
        database.database,
        heading(|contender| &contender.product)
    )?;
    writeln!(
        text,
        "{FAINT}{:NAME_WIDTH$}{}{FAINT:#}",
        "",
        heading(|contender| &contender.door)
    )?;
    for (name, digits, value) in ROWS {
        write!(text, "{name:NAME_WIDTH$}")?;
        for contender in &database.contenders {
            match value(contender) {
                Some(value) => write!(text, "{value:>WIDTH$.digits$}")?,
                None => write!(text, "{:>WIDTH$}", "-")?,
            }
        }
        writeln!(text)?;
    }
    Ok(())
}

/// A line: its name, the digits behind the point, and its figure.
type Row = (&'static str, usize, fn(&Contender) -> Option<f64>);

const ROWS: [Row; 12] = [
    ("submitted tasks/s, batches", 0, |contender| {
        Some(contender.throughput.submits_per_second)
    }),
    ("tasks/s through claim and completion", 0, |contender| {
        Some(contender.throughput.tasks_per_second)
    }),
    ("ratio", 2, |contender| contender.ratio),
    ("claim, mean ms", 2, |contender| {
        contender.throughput.claim_mean_ms
    }),
    ("processor seconds, this command", 1, |contender| {
        Some(contender.throughput.cpu.client_seconds)
    }),
    ("processor seconds, servers", 1, |contender| {
        contender.throughput.cpu.server_seconds
    }),
    ("processor ms a task, all", 3, |contender| {
        let throughput = &contender.throughput;
        let tasks = throughput.tasks_per_second * throughput.seconds;
        Some(throughput.cpu.all_seconds() * 1e3 / tasks)
    }),
    ("paced tasks/s", 0, |contender| {
        Some(contender.paced.tasks_per_second)
    }),
    ("submit to claim, p50 ms", 1, |contender| {
        Some(contender.paced.submit_to_claim_p50_ms)
    }),
    ("submit to claim, p99 ms", 1, |contender| {
        Some(contender.paced.submit_to_claim_p99_ms)
    }),
    ("tasks/s from a long queue", 0, |contender| {
        Some(contender.long_queue.as_ref()?.tasks_per_second)
    }),
    ("times slower than from a short queue", 2, |contender| {
        Some(contender.long_queue.as_ref()?.slower)
    }),
];
