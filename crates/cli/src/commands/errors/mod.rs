//! `swarmscope errors`: groups of errors, what people decide about them, and the tasks that they failed.

mod affected;
mod decide;
mod requeue;
mod show;

use std::io::Write;

use serde::Deserialize;
use serde_json::Value;
use swarmscope_model::Timestamp;

use crate::arguments::{ErrorsArguments, ErrorsCommand};
use crate::client::Client;
use crate::commands::logs::since;
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, printable, severity_style, thousands, unless_closed};

/// Characters of an id that are shown; enough to type, and to tell thousands of groups apart.
const SHOWN_ID: usize = 8;
/// Agents that a line names; the others are counted.
const NAMED_AGENTS: usize = 3;
/// Length of a whole id.
const ID: usize = 32;

#[derive(Deserialize)]
struct Page {
    total: u64,
    counts: Counts,
    groups: Vec<Value>,
}

#[derive(Deserialize)]
struct Counts {
    open: u64,
    resolved: u64,
    ignored: u64,
}

/// A group, as far as it is shown in a line.
#[derive(Deserialize)]
struct Group {
    id: String,
    title: String,
    severity: String,
    count: u64,
    last_seen: Timestamp,
    state: String,
    agents: Vec<String>,
    agents_total: u64,
    culprit: String,
    regressed_at: Option<Timestamp>,
}

/// Runs the command.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn run(mut arguments: ErrorsArguments) -> Result<(), Failure> {
    match arguments.command.take() {
        None => list(arguments).await,
        Some(ErrorsCommand::Show(arguments)) => show::run(arguments).await,
        Some(ErrorsCommand::Resolve(arguments)) => decide::resolve(arguments).await,
        Some(ErrorsCommand::Reopen(arguments)) => decide::reopen(arguments).await,
        Some(ErrorsCommand::Ignore(arguments)) => decide::ignore(arguments).await,
        Some(ErrorsCommand::Note(arguments)) => decide::note(arguments).await,
        Some(ErrorsCommand::Requeue(arguments)) => requeue::run(arguments).await,
    }
}

async fn list(arguments: ErrorsArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let from = since(arguments.span.since.as_deref(), "--since")?;
    let to = since(arguments.span.until.as_deref(), "--until")?;
    let limit = arguments.limit.to_string();
    let given = |text: &Option<String>| text.clone().unwrap_or_default();
    let request = client.get("/api/v1/errors").query(&[
        ("query", arguments.query.as_str()),
        ("state", arguments.state.parameter()),
        ("agent", &given(&arguments.agent)),
        ("type", &given(&arguments.error_type)),
        ("correlation_id", &given(&arguments.correlation_id)),
        ("task_type", &given(&arguments.task_type)),
        ("version", &given(&arguments.agent_version)),
        ("from", &from),
        ("to", &to),
        ("sort", arguments.sort.parameter()),
        ("limit", &limit),
    ]);
    let page: Page = client.json(request, &arguments.query).await?;
    print(&page.groups, arguments.json)?;
    if !arguments.json {
        let Counts {
            open,
            resolved,
            ignored,
        } = page.counts;
        anstream::eprintln!(
            "{FAINT}{} of {} group(s); in all {} open, {} resolved, {} ignored{FAINT:#}",
            thousands(page.groups.len() as u64),
            thousands(page.total),
            thousands(open),
            thousands(resolved),
            thousands(ignored),
        );
    }
    Ok(())
}

/// Groups, a line each.
fn print(groups: &[Value], json: bool) -> Result<(), Failure> {
    let mut output = std::io::BufWriter::new(anstream::stdout());
    let mut written = match json || groups.is_empty() {
        true => Ok(()),
        false => writeln!(
            output,
            "{FAINT}{:<8} {:<8} {:>9} {:<24} {:<9} ERROR{FAINT:#}",
            "GROUP", "SEVERITY", "TIMES", "LAST SEEN", "STATE"
        ),
    };
    for value in groups {
        if written.is_err() {
            break;
        }
        written = match json {
            true => writeln!(output, "{value}"),
            false => print_line(&mut output, &parse(value)?),
        };
    }
    Ok(unless_closed(written.and_then(|()| output.flush()))?)
}

fn print_line(output: &mut impl Write, group: &Group) -> std::io::Result<()> {
    let style = severity_style(&group.severity);
    write!(output, "{NAME}{}{NAME:#}", short(&group.id))?;
    write!(output, " {style}{:<8}{style:#}", printable(&group.severity))?;
    write!(output, " {:>9}", thousands(group.count))?;
    write!(output, " {FAINT}{}{FAINT:#}", group.last_seen)?;
    let state = match (group.state.as_str(), group.regressed_at) {
        ("open", Some(_)) => "regressed",
        (state, _) => state,
    };
    write!(output, " {state:<9} {}", printable(&group.title))?;
    let named = &group.agents[..group.agents.len().min(NAMED_AGENTS)];
    let further = group.agents_total.saturating_sub(named.len() as u64);
    let mut agents = printable(&named.join(", "));
    if further > 0 {
        agents.push_str(&format!(" and {} more", thousands(further)));
    }
    let parts = [printable(&group.culprit), agents];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if !parts.is_empty() {
        write!(output, " {FAINT}{}{FAINT:#}", parts.join(" · "))?;
    }
    writeln!(output)
}

/// As much of a group's id as is shown, and can be typed.
pub fn short(id: &str) -> &str {
    id.get(..SHOWN_ID).unwrap_or(id)
}

fn parse<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, Failure> {
    T::deserialize(value)
        .map_err(|error| Failure::new(format!("the server's reply cannot be read: {error}")))
}

/// The whole id that begins so.
///
/// # Errors
/// When there is none, or more than one.
async fn whole_id(client: &Client, begin: &str) -> Result<String, Failure> {
    if begin.len() >= ID {
        return Ok(begin.to_owned());
    }
    // Words of titles match as well, so ids are compared once more here.
    let request = client
        .get("/api/v1/errors")
        .query(&[("query", begin), ("limit", "1000")]);
    let page: Page = client.json(request, "").await?;
    let ids = page.groups.iter().filter_map(|group| group["id"].as_str());
    let found: Vec<&str> = ids.filter(|id| id.starts_with(begin)).collect();
    match found.as_slice() {
        [id] if !begin.is_empty() => Ok((*id).to_owned()),
        [] => Err(Failure::with_hint(
            format!("there is no error group whose id begins with {begin:?}"),
            "`swarmscope errors --state all` lists them",
        )),
        several => Err(Failure::with_hint(
            format!(
                "{} error groups have ids that begin with {begin:?}",
                several.len()
            ),
            format!("write more of it, such as {}", &several[0][..ID / 2]),
        )),
    }
}

async fn whole_ids(client: &Client, begins: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::with_capacity(begins.len());
    for begin in begins {
        ids.push(whole_id(client, begin).await?);
    }
    Ok(ids)
}
