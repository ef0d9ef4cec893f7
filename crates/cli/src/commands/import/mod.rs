//! `swarmscope import`: files and standard input into a running server, in bulks, with ids.

mod lines;
mod metrics;
mod rows;
mod source;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use swarmscope_model::Timestamp;

use crate::arguments::ImportArguments;
use crate::bulk::{self, Bulk};
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::thousands;
use source::Source;

/// What became of the lines.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    lines: u64,
    /// Blank lines and rows without a document, which are no events.
    blank: u64,
    /// Whether documents went to indices that their files name.
    #[serde(skip)]
    own_indices: bool,
    #[serde(flatten)]
    sent: bulk::Outcome,
}

/// Where documents go.
struct Target {
    index: String,
    /// Whether that holds for documents that name another index.
    overriding: bool,
}

/// How often a busy server is asked.
const TRIES: u32 = 8;

/// Runs the command.
///
/// # Errors
/// When a file cannot be read, the server cannot be reached, or a line was refused.
pub async fn run(arguments: ImportArguments) -> Result<(), Failure> {
    if arguments.prometheus {
        return metrics::run(arguments).await;
    }
    let target = Target {
        overriding: arguments.index.is_some(),
        index: match arguments.index {
            Some(index) => index,
            None => format!("filebeat-import-{}", Timestamp::now().index_day()),
        },
    };
    // All files are opened before the first line is sent: a mistyped name leaves nothing half done.
    let sources: Vec<Source> = arguments
        .files
        .iter()
        .map(|path| Source::open(path))
        .collect::<Result<_, _>>()?;
    let client = arguments.elastic.client()?;
    let progress = progress_bar(&sources);
    let mut outcome = Outcome::default();
    for source in sources {
        progress.set_message(source.name());
        import(source, &client, &target, &mut outcome, &progress).await?;
    }
    progress.finish_and_clear();
    report(&outcome, &target.index, arguments.json);
    match outcome.sent.first_refusal {
        Some(reason) => Err(Failure::with_hint(
            format!(
                "{} of {} lines were refused; the first: {reason}",
                outcome.sent.refused, outcome.lines
            ),
            "the other lines are stored; mend these and import the file again",
        )),
        None => Ok(()),
    }
}

async fn import(
    mut source: Source,
    client: &Client,
    target: &Target,
    outcome: &mut Outcome,
    progress: &ProgressBar,
) -> Result<(), Failure> {
    let mut bulk = Bulk::default();
    while let Some(item) = source.next_item()? {
        progress.inc(item.length);
        outcome.lines += 1;
        let Some(document) = item.document else {
            outcome.blank += 1;
            continue;
        };
        let index = match &item.index {
            Some(own) if !target.overriding => own,
            _ => &target.index,
        };
        outcome.own_indices |= *index != target.index;
        if document.contains(&b'\n') {
            let sent = bulk::send_alone(client, index, item.id.as_deref(), document, TRIES);
            outcome.sent.add(sent.await?);
            continue;
        }
        bulk.add(index, item.id.as_deref(), &document);
        if bulk.is_full() {
            let full = std::mem::take(&mut bulk);
            outcome.sent.add(full.send(client, TRIES).await?);
        }
    }
    outcome.sent.add(bulk.send(client, TRIES).await?);
    Ok(())
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
    let mut details = vec![format!("{} stored", thousands(outcome.sent.stored))];
    for (count, what) in [
        (outcome.sent.already_there, "already there"),
        (outcome.blank, "blank"),
        (outcome.sent.refused, "refused"),
    ] {
        if count > 0 {
            details.push(format!("{} {what}", thousands(count)));
        }
    }
    let place = match outcome.own_indices {
        true => "their own indices",
        false => index,
    };
    anstream::println!(
        "{} lines to {place}: {}",
        thousands(outcome.lines),
        details.join(", ")
    );
}
