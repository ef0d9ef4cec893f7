//! Requeues or cancels all tasks that match: counts, asks, and goes on only when the number is still the same.

use swarmscope_model::state::{Skipped, TaskState};
use swarmscope_sdk::wire::TaskList;
use swarmscope_task_http::{BulkRequest, CancelReply, RequeueReply, Which};

use super::{print_json, steer};
use crate::arguments::{CancelArguments, RequeueArguments};
use crate::client::Client;
use crate::confirmation::confirmed;
use crate::failure::Failure;
use crate::terminal::{printable, thousands, warn};

/// What is requeued unless the filter names a state.
const REQUEUEABLE: [TaskState; 2] = [TaskState::Failed, TaskState::DeadLetter];
/// What can be cancelled.
const UNFINISHED: [TaskState; 3] = [TaskState::Queued, TaskState::InProgress, TaskState::Waiting];

/// Runs the command.
///
/// # Errors
/// When nobody can be asked, the number has changed, or the server cannot be reached.
pub async fn requeue(arguments: &RequeueArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let which = arguments.which.scope();
    let states = match &which.state {
        Some(state) => vec![state.as_str()],
        None => REQUEUEABLE.map(TaskState::as_str).to_vec(),
    };
    let expected = count(&client, &which, &states).await?;
    if expected == 0 {
        anstream::eprintln!("no task matches that failed or is dead");
        return Ok(());
    }
    let deed = format!("put {} task(s) back into the queue", thousands(expected));
    if !arguments.yes && !confirmed(&deed)? {
        anstream::eprintln!("nothing was changed");
        return Ok(());
    }
    let request = client
        .post("/api/v1/tasks/requeue")
        .json(&BulkRequest { which, expected });
    let reply: RequeueReply = client.json(request, "").await?;
    if arguments.json {
        return print_json(&reply);
    }
    anstream::println!("requeued {} task(s)", thousands(reply.requeued));
    tell(&reply.skipped);
    Ok(())
}

/// Cancels the tasks of these ids, or all that match.
///
/// # Errors
/// When nothing says which, nobody can be asked, the number has changed, or the server refuses or cannot be
/// reached.
pub async fn cancel(arguments: &CancelArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if !arguments.task_ids.is_empty() {
        return steer::all(&client, &arguments.task_ids, "cancel", arguments.json).await;
    }
    let which = arguments.which.scope();
    if which == Which::default() && !arguments.all {
        return Err(Failure::with_hint(
            "nothing says which tasks to cancel",
            "name their ids, or filter with --state, --type and the like; --all means every task that has not ended",
        ));
    }
    let asked = |state: &&str| which.state.as_deref().is_none_or(|asked| asked == *state);
    let states: Vec<&str> = UNFINISHED
        .iter()
        .map(|state| state.as_str())
        .filter(asked)
        .collect();
    let expected = count(&client, &which, &states).await?;
    if expected == 0 {
        anstream::eprintln!("no task matches that has not ended");
        return Ok(());
    }
    let deed = format!("cancel {} task(s), and all under them", thousands(expected));
    if !arguments.yes && !confirmed(&deed)? {
        anstream::eprintln!("nothing was changed");
        return Ok(());
    }
    let request = client
        .post("/api/v1/tasks/cancel")
        .json(&BulkRequest { which, expected });
    let reply: CancelReply = client.json(request, "").await?;
    if arguments.json {
        return print_json(&reply);
    }
    anstream::println!("cancelled {} task(s)", thousands(reply.cancelled));
    tell(&reply.skipped);
    Ok(())
}

fn tell(skipped: &[Skipped]) {
    for Skipped { task_id, reason } in skipped {
        let (task_id, reason) = (printable(task_id), printable(reason));
        warn(&format!("{task_id} stays: {reason}"));
    }
}

/// How many tasks of these states match.
async fn count(client: &Client, which: &Which, states: &[&str]) -> Result<u64, Failure> {
    let mut sum = 0;
    for state in states {
        let one = Which {
            state: Some((*state).to_owned()),
            ..which.clone()
        };
        let request = client.get("/api/v1/tasks").query(&one);
        let page: TaskList = client.json(request.query(&[("limit", 1)]), "").await?;
        sum += page.total;
    }
    Ok(sum)
}
