//! `swarmscope errors requeue`: counts, asks, puts failed tasks back into the queue.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::affected::Affected;
use super::{short, whole_id};
use crate::arguments::RequeueErrorsArguments;
use crate::confirmation::confirmed;
use crate::failure::Failure;
use crate::terminal::{printable, thousands, warn};

#[derive(Debug, Default, Deserialize, Serialize)]
struct Requeued {
    requeued: u64,
    skipped: Vec<Skipped>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Skipped {
    task_id: String,
    reason: String,
}

/// Runs the command.
///
/// # Errors
/// When nobody can be asked, the number of tasks has changed, or the server cannot be reached.
pub async fn run(arguments: RequeueErrorsArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let id = whole_id(&client, &arguments.id).await?;
    let tasks = Affected::of(&client, &id, 0).await?;
    if tasks.requeueable == 0 {
        return report(&Requeued::default(), &arguments, &tasks);
    }
    let deed = format!(
        "put {} failed task(s) of group {} back into the queue",
        thousands(tasks.requeueable),
        short(&id)
    );
    if !arguments.yes && !confirmed(&deed)? {
        anstream::eprintln!("nothing was requeued");
        return Ok(());
    }
    let request = client
        .post(&format!("/api/v1/errors/{id}/requeue"))
        .json(&json!({"expected": tasks.requeueable}));
    let requeued: Requeued = client.json(request, "").await?;
    report(&requeued, &arguments, &tasks)
}

fn report(
    requeued: &Requeued,
    arguments: &RequeueErrorsArguments,
    tasks: &Affected,
) -> Result<(), Failure> {
    if arguments.json {
        let text = serde_json::to_string(requeued)
            .map_err(|error| Failure::new(format!("the result is no JSON: {error}")))?;
        anstream::println!("{text}");
        return Ok(());
    }
    anstream::println!(
        "requeued {} of the group's {} task(s)",
        thousands(requeued.requeued),
        thousands(tasks.total)
    );
    for skipped in &requeued.skipped {
        warn(&format!(
            "{} was left alone: {}",
            printable(&skipped.task_id),
            printable(&skipped.reason)
        ));
    }
    Ok(())
}
