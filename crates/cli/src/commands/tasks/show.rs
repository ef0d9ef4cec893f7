//! One task with its attempts and children.

use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_model::state::Task;
use swarmscope_sdk::wire::{TaskDetail, TaskList};

use super::{path, print_json, text};
use crate::arguments::ShowArguments;
use crate::client::Client;
use crate::failure::Failure;

/// What `--json` prints.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    detail: &'a TaskDetail,
    children: &'a [Task],
}

/// Runs the command.
///
/// # Errors
/// When there is no such task, or the server cannot be reached.
pub async fn run(arguments: &ShowArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    show(&client, &arguments.task_id, arguments.json).await
}

/// Fetches and prints the task.
pub async fn show(client: &Client, task_id: &str, json: bool) -> Result<(), Failure> {
    let request = client.get(&path("tasks", task_id, ""));
    let detail: TaskDetail = client.json(request, "").await?;
    let request = client
        .get("/api/v1/tasks")
        .query(&[("parent_task_id", task_id), ("limit", "1000")]);
    let children: TaskList = client.json(request, "").await?;
    if json {
        return print_json(&Shown {
            detail: &detail,
            children: &children.tasks,
        });
    }
    let text = text::details(&detail, &children.tasks, Timestamp::now());
    anstream::print!("{text}");
    Ok(())
}
