//! `swarmscope logs delete`: counts, asks, deletes.

use serde::{Deserialize, Serialize};

use super::{LeftOut, Total, since};
use crate::arguments::DeleteArguments;
use crate::confirmation::confirmed;
use crate::failure::Failure;
use crate::terminal::{printable, severity_style, thousands};

/// What a search answers, as far as it counts.
#[derive(Deserialize)]
struct Counted {
    total: Total,
}

/// What was done.
#[derive(Debug, Deserialize, Serialize)]
struct Deletion {
    took_ms: u64,
    matched: u64,
    deleted: u64,
    conflicts: u64,
    erased: bool,
    left_out: Vec<LeftOut>,
}

/// Runs the command.
///
/// # Errors
/// When the query does not parse, nobody can be asked, the server cannot be reached, or bytes of
/// deleted events may still be on disk.
pub async fn run(arguments: DeleteArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let from = since(arguments.span.since.as_deref(), "--since")?;
    let to = since(arguments.span.until.as_deref(), "--until")?;
    let selection = [
        ("query", arguments.query.as_str()),
        ("index", &arguments.index),
        ("from", &from),
        ("to", &to),
    ];
    if !arguments.yes {
        let request = client
            .get("/api/v1/logs/search")
            .query(&selection)
            .query(&[("size", "0")]);
        let counted: Counted = client.json(request, &arguments.query).await?;
        if counted.total.value > 0 && !agreed(&arguments, counted.total.value)? {
            anstream::eprintln!("nothing was deleted");
            return Ok(());
        }
    }
    let request = client.post("/api/v1/logs/delete").query(&selection);
    let deletion: Deletion = client.json(request, &arguments.query).await?;
    report(&deletion, arguments.json)?;
    complete(&deletion)
}

/// Asks the person at the terminal.
fn agreed(arguments: &DeleteArguments, count: u64) -> Result<bool, Failure> {
    let within = match arguments.index.as_str() {
        "" => "all indices",
        index => index,
    };
    let deed = format!(
        "delete {} event(s) that match {:?} in {within}, for good",
        thousands(count),
        arguments.query
    );
    confirmed(&deed)
}

fn report(deletion: &Deletion, json: bool) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string(deletion)
            .map_err(|error| Failure::new(format!("the result is no JSON: {error}")))?;
        anstream::println!("{text}");
        return Ok(());
    }
    anstream::println!(
        "deleted {} event(s) in {} ms; no file of the log store holds them{}",
        thousands(deletion.deleted),
        thousands(deletion.took_ms),
        if deletion.erased {
            ""
        } else {
            " but the write-ahead log"
        },
    );
    if deletion.conflicts > 0 {
        anstream::println!(
            "{} event(s) were replaced meanwhile and stay",
            thousands(deletion.conflicts)
        );
    }
    let warning = severity_style("WARNING");
    for left_out in &deletion.left_out {
        anstream::eprintln!(
            "{warning}warning:{warning:#} {} damaged part(s) of {} could not be searched and may hold such events: {}",
            left_out.parts,
            printable(&left_out.index),
            printable(&left_out.reason)
        );
    }
    Ok(())
}

/// For scripts: an end with 0 has to mean that everything is gone.
fn complete(deletion: &Deletion) -> Result<(), Failure> {
    if !deletion.erased {
        return Err(Failure::with_hint(
            "the events are deleted, but the write-ahead log still holds their bytes",
            "run the same command again",
        ));
    }
    if deletion.left_out.is_empty() {
        return Ok(());
    }
    Err(Failure::with_hint(
        "damaged files may still hold such events",
        "remove the files that `swarmscope check` names, after saving what you need of them",
    ))
}
