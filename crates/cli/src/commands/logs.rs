//! `swarmscope logs`: search, and follow what arrives.

mod delete;

use std::io::Write;

use anstyle::Style;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use swarmscope_model::Timestamp;

use crate::arguments::{LogsArguments, LogsCommand};
use crate::client::Client;
use crate::event_stream::EventStream;
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, printable, severity_style, thousands};

/// Hits fetched at once, the API's most.
const PAGE: usize = 1_000;

#[derive(Deserialize)]
struct Page {
    total: Total,
    hits: Vec<Hit>,
    next: Option<String>,
    #[serde(default)]
    left_out: Vec<LeftOut>,
}

/// Damaged parts of an index, which the answer is without.
#[derive(Debug, Deserialize, Serialize)]
struct LeftOut {
    index: String,
    parts: u64,
    reason: String,
}

#[derive(Deserialize)]
struct Total {
    value: u64,
}

#[derive(Deserialize)]
struct Hit {
    timestamp: Timestamp,
    source: Value,
}

#[derive(Deserialize)]
struct TailHits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Lagged {
    skipped: u64,
}

/// Runs the command.
///
/// # Errors
/// When the query does not parse or the server cannot be reached.
pub async fn run(mut arguments: LogsArguments) -> Result<(), Failure> {
    if let Some(LogsCommand::Delete(arguments)) = arguments.command.take() {
        return delete::run(arguments).await;
    }
    let client = arguments.server.client()?;
    // The tail starts before the page is read, so that nothing falls between the two.
    let tail = match arguments.follow {
        true => Some(open_tail(&client, &arguments).await?),
        false => None,
    };
    let (total, hits) = newest(&client, &arguments).await?;
    let mut output = std::io::BufWriter::new(anstream::stdout());
    let result = print_all(&mut output, &hits, arguments.json);
    if is_closed(&result) {
        return Ok(());
    }
    result?;
    let shown = hits.len() as u64;
    if total == 0 && !arguments.json {
        anstream::eprintln!("{FAINT}no event matches{FAINT:#}");
    }
    if total > shown && !arguments.json && arguments.limit > 0 {
        anstream::eprintln!(
            "{FAINT}the newest {} of {} events; more with --limit{FAINT:#}",
            thousands(shown),
            thousands(total)
        );
    }
    match tail {
        Some(response) => follow(response, &mut output, arguments.json).await,
        None => Ok(()),
    }
}

/// The newest hits within the limit, oldest first, and how many there are in all.
async fn newest(client: &Client, arguments: &LogsArguments) -> Result<(u64, Vec<Hit>), Failure> {
    let from = since(arguments.span.since.as_deref(), "--since")?;
    let to = since(arguments.span.until.as_deref(), "--until")?;
    let mut hits: Vec<Hit> = Vec::new();
    let mut after = String::new();
    loop {
        let size = (arguments.limit - hits.len()).min(PAGE).to_string();
        let request = client.get("/api/v1/logs/search").query(&[
            ("query", arguments.query.as_str()),
            ("language", language(arguments)),
            ("index", &arguments.index),
            ("from", &from),
            ("to", &to),
            ("size", &size),
            ("after", &after),
        ]);
        let page: Page = client.json(request, &arguments.query).await?;
        hits.extend(page.hits);
        match page.next {
            Some(next) if hits.len() < arguments.limit => after = next,
            _ => {
                warn_of(&page.left_out);
                hits.reverse();
                return Ok((page.total.value, hits));
            }
        }
    }
}

/// What the server calls the language of the query.
fn language(arguments: &LogsArguments) -> &'static str {
    match arguments.kql {
        true => "kql",
        false => "lucene",
    }
}

/// Says on standard error what the answer is without.
fn warn_of(left_out: &[LeftOut]) {
    let warning = severity_style("WARNING");
    for LeftOut {
        index,
        parts,
        reason,
    } in left_out
    {
        anstream::eprintln!(
            "{warning}warning:{warning:#} the results are partial: {parts} damaged part(s) of {} left out: {}",
            printable(index),
            printable(reason)
        );
    }
}

/// A duration becomes date math; a time stays what it is.
///
/// # Errors
/// When the text is neither; the message names the flag.
pub fn since(text: Option<&str>, flag: &str) -> Result<String, Failure> {
    let Some(text) = text else {
        return Ok(String::new());
    };
    if let Ok(duration) = humantime::parse_duration(text) {
        return Ok(format!("now-{}s", duration.as_secs()));
    }
    if text.starts_with("now") || Timestamp::parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err(Failure::with_hint(
        format!("{flag} {text:?} is neither a duration nor a time"),
        "write it like 15m, 2h, 7d, or 2026-01-31T12:00:00Z",
    ))
}

async fn open_tail(
    client: &Client,
    arguments: &LogsArguments,
) -> Result<reqwest::Response, Failure> {
    let request = client.get("/api/v1/logs/tail").query(&[
        ("query", arguments.query.as_str()),
        ("language", language(arguments)),
        ("index", &arguments.index),
    ]);
    client.accepted(request, &arguments.query).await
}

/// Reads server-sent events until the server goes or we are interrupted.
async fn follow(
    response: reqwest::Response,
    output: &mut impl Write,
    json: bool,
) -> Result<(), Failure> {
    let mut stream = EventStream::new(response);
    loop {
        let event = stream.next().await?;
        let result = match event.name.as_str() {
            "hits" => {
                let tail: TailHits = event.body()?;
                print_all(output, &tail.hits, json)
            }
            "lagged" => {
                let Lagged { skipped } = event.body()?;
                anstream::eprintln!("{FAINT}… {} more{FAINT:#}", thousands(skipped));
                Ok(())
            }
            _ => Ok(()),
        };
        if is_closed(&result) {
            return Ok(());
        }
        result?;
    }
}

/// Whether nobody reads standard output any more, as after `| head`.
fn is_closed(result: &std::io::Result<()>) -> bool {
    result
        .as_ref()
        .is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn print_all(output: &mut impl Write, hits: &[Hit], json: bool) -> std::io::Result<()> {
    for hit in hits {
        if json {
            writeln!(output, "{}", hit.source)?;
        } else {
            print_line(output, hit)?;
        }
    }
    output.flush()
}

fn print_line(output: &mut impl Write, hit: &Hit) -> std::io::Result<()> {
    let text = |field: &str| hit.source.get(field).and_then(Value::as_str).unwrap_or("");
    let severity = text("severity");
    let style = severity_style(severity);
    write!(output, "{FAINT}{}{FAINT:#}", hit.timestamp)?;
    write_padded(output, severity, 8, style)?;
    write_padded(output, text("agent_name"), 20, NAME)?;
    write_padded(output, text("event_type"), 22, FAINT)?;
    match hit.source.get("message").and_then(Value::as_str) {
        Some(message) => write!(output, " {}", printable(message))?,
        None => write!(output, " {}", hit.source)?,
    }
    if let Some(id) = hit
        .source
        .pointer("/metadata/correlation_id")
        .and_then(Value::as_str)
    {
        write!(output, " {FAINT}{}{FAINT:#}", printable(id))?;
    }
    writeln!(output)?;
    print_exception(output, hit)
}

fn print_exception(output: &mut impl Write, hit: &Hit) -> std::io::Result<()> {
    let Some(exception) = hit.source.pointer("/metadata/exception") else {
        return Ok(());
    };
    let text = |field: &str| exception.get(field).and_then(Value::as_str).unwrap_or("");
    writeln!(
        output,
        "    {}: {}",
        printable(text("type")),
        printable(text("message"))
    )?;
    let traceback = exception.get("traceback").and_then(Value::as_array);
    for line in traceback.into_iter().flatten().filter_map(Value::as_str) {
        for part in line.lines() {
            writeln!(output, "    {FAINT}{}{FAINT:#}", printable(part))?;
        }
    }
    Ok(())
}

fn write_padded(
    output: &mut impl Write,
    text: &str,
    width: usize,
    style: Style,
) -> std::io::Result<()> {
    write!(output, " {style}{:<width$}{style:#}", printable(text))
}
