//! What became of alerts.

use std::collections::BTreeMap;

use serde::Deserialize;
use swarmscope_model::Timestamp;

use super::{answer, labels_text, part, printable, state_style, summary};
use crate::arguments::AlertHistoryArguments;
use crate::commands::logs::since;
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME};

#[derive(Deserialize)]
struct Change {
    at: i64,
    rule: String,
    from: String,
    to: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

/// Prints the changes, newest last.
///
/// # Errors
/// When the server cannot be reached, or the time is none.
pub async fn run(arguments: AlertHistoryArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let since = since(Some(&arguments.since), "--since")?;
    let size = arguments.limit.to_string();
    let request = client
        .get("/api/v1/alerts/history")
        .query(&[("since", since.as_str()), ("size", &size)]);
    let Some(body) = answer(&client, request, arguments.json).await? else {
        return Ok(());
    };
    let changes: Vec<Change> = part(&body, "history")?;
    if changes.is_empty() {
        anstream::println!("no alert has changed in that time");
    }
    for change in changes.iter().rev() {
        let style = state_style(&change.to);
        let text = summary(&change.annotations);
        anstream::println!(
            "{FAINT}{}{FAINT:#} {} → {style}{}{style:#} {NAME}{}{NAME:#} {} {}",
            Timestamp::from_millisecond(change.at),
            change.from,
            change.to,
            printable(&change.rule),
            printable(&labels_text(&change.labels)),
            printable(text)
        );
    }
    Ok(())
}
