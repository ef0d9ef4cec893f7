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
/// When there is no such task, or several whose ids begin so, or the server cannot be reached.
pub async fn run(arguments: &ShowArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let given = &arguments.task_id;
    let request = client.get(&path("tasks", given, ""));
    // What is an id is no begin of another.
    if let Some(detail) = client.json_if_found(request).await? {
        return print(&client, &detail, arguments.json).await;
    }
    let id = whole_id(&client, given).await?;
    show(&client, &id, arguments.json).await
}

/// The id of the one task whose id begins so, as journeys and pages shorten it; what is given where there is none.
async fn whole_id(client: &Client, begin: &str) -> Result<String, Failure> {
    let request = client
        .get("/api/v1/tasks")
        .query(&[("text", begin), ("limit", "1000")]);
    let found: TaskList = client.json(request, "").await?;
    let looked_at = found.tasks.len();
    let ids = found.tasks.into_iter().map(|task| task.task_id);
    let mut ids: Vec<String> = ids.filter(|id| id.starts_with(begin)).collect();
    let refused = |reason: String| Err(Failure::with_hint(reason, "give more of the id"));
    match (ids.pop(), ids.pop()) {
        (Some(one), Some(other)) => refused(format!(
            "the ids of several tasks begin with {begin:?}, such as {one:?} and {other:?}"
        )),
        _ if found.total > looked_at as u64 => refused(format!(
            "there is no task {begin:?}, and {} tasks hold this text, too many to look for one whose id begins so",
            found.total
        )),
        (one, _) => Ok(one.unwrap_or_else(|| begin.to_owned())),
    }
}

/// Fetches and prints the task.
pub async fn show(client: &Client, task_id: &str, json: bool) -> Result<(), Failure> {
    let request = client.get(&path("tasks", task_id, ""));
    let detail: TaskDetail = client.json(request, "").await?;
    print(client, &detail, json).await
}

async fn print(client: &Client, detail: &TaskDetail, json: bool) -> Result<(), Failure> {
    let request = client.get("/api/v1/tasks").query(&[
        ("parent_task_id", detail.task.task_id.as_str()),
        ("limit", "1000"),
    ]);
    let children: TaskList = client.json(request, "").await?;
    if json {
        return print_json(&Shown {
            detail,
            children: &children.tasks,
        });
    }
    let text = text::details(detail, &children.tasks, Timestamp::now());
    anstream::print!("{text}");
    Ok(())
}
