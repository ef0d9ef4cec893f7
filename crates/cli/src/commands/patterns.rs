//! `swarmscope patterns`: the sentences that are logged, how often, and which are new.

use std::io::Write;

use serde::Deserialize;
use serde_json::Value;
use swarmscope_model::Timestamp;

use super::logs::since;
use crate::arguments::PatternsArguments;
use crate::failure::Failure;
use crate::terminal::{
    FAINT, printable, severity_style, sparkline, thousands, unless_closed, warn,
};

#[derive(Deserialize)]
struct Reply {
    messages: u64,
    distinct: u64,
    others: u64,
    before: Option<Before>,
    patterns: Vec<Pattern>,
    #[serde(default)]
    left_out: Vec<Value>,
}

#[derive(Deserialize)]
struct Before {
    reason: Option<String>,
    since: Option<Timestamp>,
    from: Timestamp,
    compared: bool,
}

#[derive(Deserialize)]
struct Pattern {
    text: String,
    count: u64,
    share: f64,
    new: Option<bool>,
    first_seen: Option<Timestamp>,
    severities: Vec<NamedCount>,
    counts: Vec<u64>,
}

#[derive(Deserialize)]
struct NamedCount {
    name: String,
}

/// Runs the command.
///
/// # Errors
/// When the query does not parse or the server cannot be reached.
pub async fn run(arguments: PatternsArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let from = since(arguments.span.since.as_deref(), "--since")?;
    let to = since(arguments.span.until.as_deref(), "--until")?;
    let limit = arguments.limit.to_string();
    let request = client.get("/api/v1/logs/patterns").query(&[
        ("query", arguments.query.as_str()),
        ("index", &arguments.index),
        ("from", &from),
        ("to", &to),
        ("limit", &limit),
        ("field", &arguments.field),
        ("sort", arguments.sort.name()),
    ]);
    let answer: Value = client.json(request, &arguments.query).await?;
    let mut output = std::io::BufWriter::new(anstream::stdout());
    if arguments.json {
        let written = writeln!(output, "{answer:#}").and_then(|()| output.flush());
        return Ok(unless_closed(written)?);
    }
    let reply: Reply = serde_json::from_value(answer)
        .map_err(|error| Failure::new(format!("the server's answer cannot be read: {error}")))?;
    unless_closed(print(&mut output, &reply))?;
    say_what_is_missing(&reply);
    Ok(())
}

fn print(output: &mut impl Write, reply: &Reply) -> std::io::Result<()> {
    if reply.patterns.is_empty() {
        return output.flush();
    }
    writeln!(
        output,
        "{FAINT}{:>10} {:>7}  {:<3}  {:<19}  {:<24}  PATTERN{FAINT:#}",
        "COUNT", "SHARE", "NEW", "FIRST SEEN", "OVER TIME"
    )?;
    for pattern in &reply.patterns {
        let severity = pattern.severities.first();
        let style = severity_style(severity.map_or("", |severity| &severity.name));
        let mark = if pattern.new == Some(true) { "new" } else { "" };
        let first_seen = pattern.first_seen.map(|time| time.to_string());
        let first_seen: String = first_seen.unwrap_or_default().chars().take(19).collect();
        writeln!(
            output,
            "{:>10} {:>6.1}%  {mark:<3}  {FAINT}{first_seen:<19}{FAINT:#}  {:<24}  {style}{}{style:#}",
            thousands(pattern.count),
            pattern.share * 100.0,
            sparkline(&pattern.counts),
            printable(&pattern.text),
        )?;
    }
    output.flush()
}

/// What the table does not show, on standard error.
fn say_what_is_missing(reply: &Reply) {
    if reply.messages == 0 {
        anstream::eprintln!("{FAINT}no messages match{FAINT:#}");
        return;
    }
    let shown = reply.patterns.len() as u64;
    if reply.distinct > shown {
        anstream::eprintln!(
            "{FAINT}{} of {} patterns; the others have {} of {} messages, more with --limit{FAINT:#}",
            thousands(shown),
            thousands(reply.distinct),
            thousands(reply.others),
            thousands(reply.messages)
        );
    }
    match &reply.before {
        Some(Before {
            reason: Some(reason),
            ..
        }) => anstream::eprintln!("{FAINT}what is new is not known: {reason}{FAINT:#}"),
        Some(Before {
            since: Some(since),
            from,
            compared: true,
            ..
        }) if since.as_millisecond() - from.as_millisecond() > 3_600_000 => {
            anstream::eprintln!(
                "{FAINT}new is what was not there since {since}, where the logs begin{FAINT:#}"
            );
        }
        _ => {}
    }
    if !reply.left_out.is_empty() {
        warn("the results are partial: damaged parts are left out; see `swarmscope check`");
    }
}
