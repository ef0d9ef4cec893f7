//! One task with its attempts and children.

use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_model::state::Task;
use swarmscope_sdk::wire::{TaskDetail, TaskList};

use super::{path, print_json, text};
use crate::arguments::ShowArguments;
use crate::client::Client;
use crate::failure::Failure;

/// Length of the ids that the orchestrator gives.
const UUID: usize = 36;

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
    let id = whole_id(&client, &arguments.task_id).await?;
    show(&client, &id, arguments.json).await
}

/// The id of the one task whose id begins so, as journeys and pages shorten it; what is given where there is none,
/// or more than one.
async fn whole_id(client: &Client, begin: &str) -> Result<String, Failure> {
    if begin.len() >= UUID {
        return Ok(begin.to_owned());
    }
    let request = client
        .get("/api/v1/tasks")
        .query(&[("text", begin), ("limit", "1000")]);
    let found: TaskList = client.json(request, "").await?;
    let ids = found.tasks.into_iter().map(|task| task.task_id);
    let ids: Vec<String> = ids.filter(|id| id.starts_with(begin)).collect();
    // One may be the begin of another.
    Ok(match ids.as_slice() {
        [id] => id.clone(),
        _ => begin.to_owned(),
    })
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
