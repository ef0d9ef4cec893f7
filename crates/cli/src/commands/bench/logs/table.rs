//! The report for people.

use std::fmt::Write;

use super::figures::Report;
use crate::terminal::{FAINT, thousands};

/// Width of the names of lines.
const NAME_WIDTH: usize = 44;
/// Width of a figure.
const WIDTH: usize = 14;
/// Width of a ratio.
const RATIO_WIDTH: usize = 7;

/// The table, with what did not agree below it.
pub fn draw(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = table(report, &mut text);
    text
}

fn table(report: &Report, text: &mut String) -> std::fmt::Result {
    writeln!(
        text,
        "{} events, {:.1} MB of JSON, bulks of {} to {}, {} cores, seed {}",
        thousands(report.events),
        report.raw_bytes as f64 / 1e6,
        report.batch[0],
        report.batch[1],
        report.cores,
        report.seed
    )?;
    write!(text, "{FAINT}{:NAME_WIDTH$}", "")?;
    for (at, figures) in report.contenders.iter().enumerate() {
        write!(text, "{:>WIDTH$}", figures.name)?;
        if at > 0 {
            write!(text, "{:>RATIO_WIDTH$}", "ratio")?;
        }
    }
    writeln!(text, "{FAINT:#}")?;
    for row in report.rows() {
        write!(text, "{:NAME_WIDTH$}", row.name)?;
        for (at, value) in row.values.iter().enumerate() {
            match value {
                Some(value) => write!(text, "{value:>WIDTH$.0$}", row.digits)?,
                None => write!(text, "{:>WIDTH$}", "-")?,
            }
            match (at, row.ratio(at).ratio) {
                (0, _) => {}
                (_, Some(ratio)) => write!(text, "{ratio:>RATIO_WIDTH$.2}")?,
                (_, None) => write!(text, "{:>RATIO_WIDTH$}", "-")?,
            }
        }
        writeln!(text)?;
    }
    writeln!(
        text,
        "{FAINT}ratio: swarmscope's figure divided by that on its left; questions: warm p50, p99, the first time, and what one costs the server, all in ms{FAINT:#}"
    )?;
    remarks(report, text)
}

fn remarks(report: &Report, text: &mut String) -> std::fmt::Result {
    for figures in &report.contenders {
        let name = figures.name;
        for load in figures.loads.iter().filter(|load| !load.settled) {
            let connections = load.connections;
            writeln!(
                text,
                "{name} was still at work when patience ended ({connections} connections)"
            )?;
        }
        for query in figures.queries.iter().chain(&figures.journey) {
            if let Some(failure) = &query.failure {
                writeln!(text, "{name} does not answer: {}: {failure}", query.name)?;
            }
            if let Some(difference) = &query.difference {
                writeln!(
                    text,
                    "{name} answers otherwise: {}: {difference}",
                    query.name
                )?;
            }
        }
    }
    Ok(())
}
