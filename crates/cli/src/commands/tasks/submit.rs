//! Submits a task, and waits for its end when that is asked for.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{NewTask, Priority, Task, TaskState};
use swarmscope_sdk::wire::{TaskDetail, milliseconds};

use super::{path, print_json, show, text};
use crate::arguments::SubmitArguments;
use crate::client::Client;
use crate::failure::Failure;

/// How often is looked whether the task has ended.
const LOOK: Duration = Duration::from_millis(300);

/// Runs the command; ends with 1 when a task that is waited for ends without success.
///
/// # Errors
/// When the metadata is no JSON object, or the server refuses or cannot be reached.
pub async fn run(arguments: SubmitArguments) -> Result<ExitCode, Failure> {
    let client = arguments.server.client()?;
    let request = client.post("/api/v1/tasks").json(&new_task(&arguments)?);
    let task: Task = client.json(request, "").await?;
    if !arguments.wait {
        match arguments.json {
            true => print_json(&task)?,
            false => anstream::print!("{}", text::line(&task, Timestamp::now())),
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !arguments.json {
        anstream::eprint!("{}", text::line(&task, Timestamp::now()));
    }
    let state = ended(&client, &task.task_id).await?;
    show::show(&client, &task.task_id, arguments.json).await?;
    Ok(match state {
        TaskState::Completed => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn new_task(arguments: &SubmitArguments) -> Result<NewTask, Failure> {
    let mut metadata = object(&arguments.metadata)?;
    if let Some(id) = &arguments.correlation_id {
        metadata.insert("correlation_id".to_owned(), id.as_str().into());
    }
    Ok(NewTask {
        task_type: arguments.task_type.clone(),
        priority: Priority::from_name(&arguments.priority).unwrap_or_default(),
        metadata,
        max_retries: arguments.max_retries,
        idempotency_key: arguments.key.clone(),
        required_skills: arguments.skills.clone(),
        delay_ms: arguments.delay.map(milliseconds),
        deadline_ms: arguments.deadline.map(milliseconds),
        parent_task_id: arguments.parent.clone(),
        ..NewTask::default()
    })
}

/// The object that was typed.
///
/// # Errors
/// When it is none.
pub fn object(text: &str) -> Result<Map<String, Value>, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::with_hint(
            format!("--metadata is no JSON object: {error}"),
            "quote it for the shell, such as --metadata '{\"topic\": \"tides\"}'",
        )
    })
}

/// The state in which the task ends.
async fn ended(client: &Client, task_id: &str) -> Result<TaskState, Failure> {
    loop {
        let request = client.get(&path("tasks", task_id, ""));
        let TaskDetail { task, .. } = client.json(request, "").await?;
        if task.state.is_final() {
            return Ok(task.state);
        }
        tokio::time::sleep(LOOK).await;
    }
}
