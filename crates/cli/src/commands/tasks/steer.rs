//! Cancels tasks, or puts them back into the queue, by their ids.

use swarmscope_model::Timestamp;
use swarmscope_sdk::wire::TaskReply;

use super::{path, print_json, text};
use crate::arguments::SteerArguments;
use crate::client::Client;
use crate::failure::Failure;

/// Does `action` to each task in turn.
///
/// # Errors
/// At the first task that is refused; those before it are done and printed.
pub async fn run(arguments: &SteerArguments, action: &str) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    all(&client, &arguments.task_ids, action, arguments.json).await
}

/// Does `action` to each of these.
///
/// # Errors
/// As [`run`].
pub async fn all(
    client: &Client,
    task_ids: &[String],
    action: &str,
    json: bool,
) -> Result<(), Failure> {
    for task_id in task_ids {
        let request = client.post(&path("tasks", task_id, &format!("/{action}")));
        let reply: TaskReply = client.json(request, "").await?;
        match json {
            true => print_json(&reply.task)?,
            false => anstream::print!("{}", text::line(&reply.task, Timestamp::now())),
        }
    }
    Ok(())
}
