//! `swarmscope errors show`: everything that is kept of one group.

use std::io::Write;

use serde::Deserialize;
use serde_json::Value;
use swarmscope_model::Timestamp;

use super::affected::Affected;
use super::{Group, parse, print_line, whole_id};
use crate::arguments::OneErrorArguments;
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, printable, thousands, unless_closed};

/// Names and samples that are shown; the rest is in `--json`.
const SHOWN: usize = 10;

#[derive(Deserialize)]
struct Detail {
    group: Group,
    frames: Vec<Frame>,
    agents: Vec<Part>,
    versions: Vec<Part>,
    task_types: Vec<Part>,
    samples: Vec<Sample>,
    notes: Vec<Note>,
}

#[derive(Deserialize)]
struct Frame {
    function: String,
    file: String,
    line: Option<u32>,
    in_app: bool,
}

#[derive(Deserialize)]
struct Part {
    name: String,
    count: u64,
}

#[derive(Deserialize)]
struct Sample {
    timestamp: Timestamp,
    agent_name: String,
    correlation_id: Option<String>,
    message: String,
}

#[derive(Deserialize)]
struct Note {
    at: Timestamp,
    text: String,
}

/// What only the detail shows of a group.
#[derive(Deserialize)]
struct Dates {
    first_seen: Timestamp,
    resolved_at: Option<Timestamp>,
    regressed_at: Option<Timestamp>,
    regressions: u64,
    ignored_until: Option<Timestamp>,
    ignored_until_count: Option<u64>,
}

/// Runs the command.
///
/// # Errors
/// When there is no such group or the server cannot be reached.
pub async fn run(arguments: OneErrorArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let id = whole_id(&client, &arguments.id).await?;
    let request = client.get(&format!("/api/v1/errors/{id}"));
    let value: Value = client.json(request, "").await?;
    if arguments.json {
        anstream::println!("{value}");
        return Ok(());
    }
    let affected = Affected::of(&client, &id, SHOWN).await?;
    let mut output = std::io::BufWriter::new(anstream::stdout());
    let written = print(&mut output, &parse(&value)?, &parse(&value["group"])?)
        .and_then(|()| affected.print(&mut output, &id, Timestamp::now()))
        .and_then(|()| output.flush());
    Ok(unless_closed(written)?)
}

fn print(output: &mut impl Write, detail: &Detail, dates: &Dates) -> std::io::Result<()> {
    print_line(output, &detail.group)?;
    writeln!(output, "\n  id          {}", detail.group.id)?;
    writeln!(output, "  first seen  {}", dates.first_seen)?;
    let dated = [
        ("resolved", dates.resolved_at),
        ("regressed", dates.regressed_at),
        ("ignored to", dates.ignored_until),
    ];
    for (what, time) in dated {
        if let Some(time) = time {
            writeln!(output, "  {what:<11} {time}")?;
        }
    }
    if dates.regressions > 1 {
        writeln!(
            output,
            "  came back   {} times",
            thousands(dates.regressions)
        )?;
    }
    if let Some(count) = dates.ignored_until_count {
        writeln!(output, "  ignored to  {} errors", thousands(count))?;
    }
    print_parts(output, "agents", &detail.agents)?;
    print_parts(output, "versions", &detail.versions)?;
    print_parts(output, "task types", &detail.task_types)?;
    print_frames(output, &detail.frames)?;
    print_samples(output, &detail.samples)?;
    for (place, note) in detail.notes.iter().enumerate() {
        if place == 0 {
            writeln!(output, "\nNotes")?;
        }
        writeln!(
            output,
            "  {FAINT}{}{FAINT:#} {}",
            note.at,
            printable(&note.text)
        )?;
    }
    Ok(())
}

fn print_parts(output: &mut impl Write, what: &str, parts: &[Part]) -> std::io::Result<()> {
    if parts.is_empty() {
        return Ok(());
    }
    let named = parts.iter().take(SHOWN).map(|part| {
        let name = match part.name.as_str() {
            "" => "others".to_owned(),
            name => printable(name),
        };
        format!("{name} ({})", thousands(part.count))
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    if parts.len() > SHOWN {
        text.push_str(&format!(" and {} more", parts.len() - SHOWN));
    }
    writeln!(output, "  {what:<11} {text}")
}

/// The program's own frames stand out; those of libraries in a row are counted.
fn print_frames(output: &mut impl Write, frames: &[Frame]) -> std::io::Result<()> {
    if !frames.is_empty() {
        writeln!(output, "\nFrames, the innermost first")?;
    }
    for part in frames.chunk_by(|a, b| a.in_app == b.in_app) {
        if let [Frame { in_app: false, .. }, _, ..] = part {
            let count = part.len();
            writeln!(output, "  {FAINT}… {count} frames of libraries{FAINT:#}")?;
            continue;
        }
        for frame in part {
            print_frame(output, frame)?;
        }
    }
    Ok(())
}

fn print_frame(output: &mut impl Write, frame: &Frame) -> std::io::Result<()> {
    let line = frame
        .line
        .map(|line| format!(":{line}"))
        .unwrap_or_default();
    let text = format!(
        "{} {}{line}",
        printable(&frame.function),
        printable(&frame.file)
    );
    match frame.in_app {
        true => writeln!(output, "  {}", text.trim()),
        false => writeln!(output, "  {FAINT}{}{FAINT:#}", text.trim()),
    }
}

fn print_samples(output: &mut impl Write, samples: &[Sample]) -> std::io::Result<()> {
    for (place, sample) in samples.iter().take(SHOWN).enumerate() {
        if place == 0 {
            writeln!(output, "\nSamples, the newest first")?;
        }
        write!(
            output,
            "  {FAINT}{}{FAINT:#} {NAME}{}{NAME:#} {}",
            sample.timestamp,
            printable(&sample.agent_name),
            printable(&sample.message)
        )?;
        if let Some(id) = &sample.correlation_id {
            write!(output, " {FAINT}{}{FAINT:#}", printable(id))?;
        }
        writeln!(output)?;
    }
    Ok(())
}
