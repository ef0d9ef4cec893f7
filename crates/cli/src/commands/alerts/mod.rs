//! `swarmscope alerts`: what fires, what became of it, silences, and rules tried or checked before they are used.

mod check;
mod history;
mod list;
mod silence;
mod test;

use std::collections::BTreeMap;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use reqwest::RequestBuilder;
use serde_json::Value;

use crate::arguments::{AlertsArguments, AlertsCommand};
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::{FAINT, printable};

/// The label with an alert's name, which is shown by itself.
const ALERT_NAME: &str = "alertname";

/// Runs the command.
///
/// # Errors
/// When the server cannot be reached or refuses, or a file cannot be read.
pub async fn run(arguments: AlertsArguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        None => list::run(arguments.list).await?,
        Some(AlertsCommand::List(arguments)) => list::run(arguments).await?,
        Some(AlertsCommand::History(arguments)) => history::run(arguments).await?,
        Some(AlertsCommand::Silence(arguments)) => silence::run(arguments).await?,
        Some(AlertsCommand::Test(arguments)) => test::run(arguments).await?,
        Some(AlertsCommand::Check(arguments)) => return check::run(&arguments),
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a reply as it came. Gives it back where it is to be shown to people.
async fn answer(
    client: &Client,
    request: RequestBuilder,
    as_json: bool,
) -> Result<Option<Value>, Failure> {
    let body: Value = client.json(request, "").await?;
    if as_json {
        anstream::println!("{body}");
        return Ok(None);
    }
    Ok(Some(body))
}

/// A part of a reply in the type that it should have.
fn part<T: serde::de::DeserializeOwned>(body: &Value, name: &str) -> Result<T, Failure> {
    serde_json::from_value(body[name].clone()).map_err(|error| {
        Failure::with_hint(
            format!("the server's `{name}` is not as expected: {error}"),
            "is the server of the same version as this command?",
        )
    })
}

/// The colour of a state.
fn state_style(state: &str) -> Style {
    match state {
        "firing" => AnsiColor::Red.on_default().bold(),
        "pending" => AnsiColor::Yellow.on_default(),
        "active" => AnsiColor::Cyan.on_default(),
        "expired" => FAINT,
        _ => AnsiColor::Green.on_default(),
    }
}

/// Labels in a line, the alert's name aside.
fn labels_text(labels: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .filter(|(name, _)| *name != ALERT_NAME)
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    pairs.join(" ")
}

/// The first line of what an alert says for itself, if it says anything.
fn summary(annotations: &BTreeMap<String, String>) -> &str {
    let text = annotations
        .get("summary")
        .or(annotations.get("description"));
    text.map_or("", |text| text.lines().next().unwrap_or(""))
}
