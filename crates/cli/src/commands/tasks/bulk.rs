//! Requeues all tasks that match: counts, asks, and goes on only when the number is still the same.

use swarmscope_model::state::TaskState;
use swarmscope_sdk::wire::TaskList;
use swarmscope_task_http::{BulkRequest, RequeueReply, Which};

use super::print_json;
use crate::arguments::RequeueArguments;
use crate::client::Client;
use crate::confirmation::confirmed;
use crate::failure::Failure;
use crate::terminal::{thousands, warn};

/// Runs the command.
///
/// # Errors
/// When nobody can be asked, the number has changed, or the server cannot be reached.
pub async fn requeue(arguments: &RequeueArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let which = arguments.which.scope();
    let expected = count(&client, &which).await?;
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
    for skipped in &reply.skipped {
        warn(&format!("{} stays: {}", skipped.task_id, skipped.reason));
    }
    Ok(())
}

/// How many tasks a requeueing would take.
async fn count(client: &Client, which: &Which) -> Result<u64, Failure> {
    let states = match &which.state {
        Some(state) => vec![state.as_str()],
        None => vec![TaskState::Failed.as_str(), TaskState::DeadLetter.as_str()],
    };
    let mut sum = 0;
    for state in states {
        let one = Which {
            state: Some(state.to_owned()),
            ..which.clone()
        };
        let request = client.get("/api/v1/tasks").query(&one);
        let page: TaskList = client.json(request.query(&[("limit", 1)]), "").await?;
        sum += page.total;
    }
    Ok(sum)
}
