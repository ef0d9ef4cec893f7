//! `swarmscope import`: files and standard input into a running server, in bulks, with ids.

mod bulk;
mod source;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use swarmscope_model::Timestamp;

use crate::arguments::ImportArguments;
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::thousands;
use bulk::Bulk;
use source::Source;

/// What became of the lines.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Outcome {
    pub lines: u64,
    pub stored: u64,
    /// Lines that an earlier import had stored.
    pub already_there: u64,
    pub refused: u64,
    /// Blank lines, which are no events.
    pub blank: u64,
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be read, the server cannot be reached, or a line was refused.
pub async fn run(arguments: ImportArguments) -> Result<(), Failure> {
    let index = match arguments.index {
        Some(index) => index,
        None => format!("filebeat-import-{}", Timestamp::now().index_day()),
    };
    // All files are opened before the first line is sent: a mistyped name leaves nothing half done.
    let sources: Vec<Source> = arguments
        .files
        .iter()
        .map(|path| Source::open(path))
        .collect::<Result<_, _>>()?;
    let client = Client::new(
        &arguments.elastic,
        arguments.credentials.resolve()?,
        "--elastic",
    );
    let progress = progress_bar(&sources);
    let mut outcome = Outcome::default();
    let mut first_refusal = None;
    for source in sources {
        progress.set_message(source.name());
        let mut bulk = Bulk::new(&client, &index);
        import(source, &mut bulk, &mut outcome, &progress).await?;
        first_refusal = first_refusal.or(bulk.into_first_refusal());
    }
    progress.finish_and_clear();
    report(&outcome, &index, arguments.json);
    match first_refusal {
        Some(reason) => Err(Failure::with_hint(
            format!(
                "{} of {} lines were refused; the first: {reason}",
                outcome.refused, outcome.lines
            ),
            "the other lines are stored; mend these and import the file again",
        )),
        None => Ok(()),
    }
}

async fn import(
    mut source: Source,
    bulk: &mut Bulk<'_>,
    outcome: &mut Outcome,
    progress: &ProgressBar,
) -> Result<(), Failure> {
    while let Some(line) = source.next_line()? {
        progress.inc(line.length);
        outcome.lines += 1;
        match line.document {
            Some(document) => bulk.add(&document, line.id.as_deref()),
            None => outcome.blank += 1,
        }
        if bulk.is_full() {
            bulk.send(outcome).await?;
        }
    }
    bulk.send(outcome).await
}

fn progress_bar(sources: &[Source]) -> ProgressBar {
    let known: Option<u64> = sources.iter().map(Source::length).sum();
    // indicatif draws nothing where standard error is no terminal.
    let (bar, template) = match known {
        Some(length) => (
            ProgressBar::new(length),
            "{msg} [{bar:30}] {bytes} of {total_bytes} ({bytes_per_sec}, {eta} left)",
        ),
        None => (
            ProgressBar::new_spinner(),
            "{msg} {spinner} {bytes} ({bytes_per_sec})",
        ),
    };
    let style = ProgressStyle::with_template(template).expect("the templates above are valid");
    bar.set_style(style.progress_chars("=> "));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn report(outcome: &Outcome, index: &str, json: bool) {
    if json {
        anstream::println!(
            "{}",
            serde_json::json!({ "index": index, "outcome": outcome })
        );
        return;
    }
    let mut details = vec![format!("{} stored", thousands(outcome.stored))];
    for (count, what) in [
        (outcome.already_there, "already there"),
        (outcome.blank, "blank"),
        (outcome.refused, "refused"),
    ] {
        if count > 0 {
            details.push(format!("{} {what}", thousands(count)));
        }
    }
    anstream::println!(
        "{} lines to {index}: {}",
        thousands(outcome.lines),
        details.join(", ")
    );
}
