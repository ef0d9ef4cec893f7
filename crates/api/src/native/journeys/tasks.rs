//! The tasks of a correlation id with their attempts, and the relatives that they name.

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::stream;
use swarmscope_journey::{StoryEvent, TaskStory, Truncated};
use swarmscope_model::limits::{MAX_JOURNEY_RELATIVES, MAX_JOURNEY_TASKS};
use swarmscope_model::state::{StateError, StateStore, Task, TaskFilter, TaskState};

/// Questions to the state at once: half of its connections, so that agents are not kept waiting.
const AT_ONCE: usize = 4;

/// Tasks that were found, and what was not.
pub struct Found {
    pub own: Vec<TaskStory>,
    pub truncated: Vec<Truncated>,
}

/// The tasks of the id. A state that does not answer leaves a journey of events, which says so.
pub async fn of(state: &dyn StateStore, correlation_id: &str) -> Found {
    match fetch(state, correlation_id).await {
        Ok(found) => found,
        Err(error) => Found {
            own: Vec::new(),
            truncated: vec![Truncated {
                what: "tasks".to_owned(),
                shown: 0,
                total: 0,
                reason: error.reason(),
            }],
        },
    }
}

async fn fetch(state: &dyn StateStore, correlation_id: &str) -> Result<Found, StateError> {
    let filter = TaskFilter {
        correlation_id: Some(correlation_id.to_owned()),
        limit: MAX_JOURNEY_TASKS,
        ..TaskFilter::default()
    };
    let page = state.tasks(&filter).await?;
    let mut truncated = Vec::new();
    if page.total > page.tasks.len() as u64 {
        truncated.push(Truncated {
            what: "tasks".to_owned(),
            shown: page.tasks.len() as u64,
            total: page.total,
            reason: format!("a journey shows {MAX_JOURNEY_TASKS} tasks, those that changed last"),
        });
    }
    let own: Vec<Result<TaskStory, StateError>> = stream::iter(page.tasks)
        .map(|task| async move {
            let attempts = state.attempts(&task.task_id).await?;
            Ok(TaskStory { task, attempts })
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    Ok(Found {
        own: own.into_iter().collect::<Result<_, _>>()?,
        truncated,
    })
}

/// Tasks that the journey names and that are not its own: parents, and what its events are about. One
/// that is gone is no failure.
pub async fn related(
    state: &dyn StateStore,
    own: &[TaskStory],
    events: &[StoryEvent],
) -> Vec<TaskStory> {
    let known: BTreeSet<&str> = own
        .iter()
        .map(|story| story.task.task_id.as_str())
        .collect();
    let parents = own.iter().filter_map(TaskStory::parent);
    let named = parents.chain(events.iter().filter_map(StoryEvent::task_id));
    let missing: BTreeSet<&str> = named.filter(|id| !known.contains(id)).collect();
    let missing = missing.into_iter().take(MAX_JOURNEY_RELATIVES);
    let missing: Vec<String> = missing.map(str::to_owned).collect();
    let found: Vec<Option<Task>> = stream::iter(missing)
        .map(|id| async move { state.task(&id).await.ok() })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let parts = children(state, own, &known).await;
    let relatives = found
        .into_iter()
        .flatten()
        .chain(parts)
        .map(|task| TaskStory {
            task,
            attempts: Vec::new(),
        });
    relatives.collect()
}

/// Whether the task waits for parts, or has waited.
fn has_fanned_out(story: &TaskStory) -> bool {
    let waiting = TaskState::Waiting.as_str();
    story.task.join.is_some()
        || story
            .attempts
            .iter()
            .any(|attempt| attempt.state == waiting)
}

/// Parts of the journey's tasks that have another correlation id.
async fn children(state: &dyn StateStore, own: &[TaskStory], known: &BTreeSet<&str>) -> Vec<Task> {
    let mut found = Vec::new();
    for whole in own.iter().filter(|story| has_fanned_out(story)) {
        let filter = TaskFilter {
            parent_task_id: Some(whole.task.task_id.clone()),
            limit: MAX_JOURNEY_RELATIVES,
            ..TaskFilter::default()
        };
        let page = state.tasks(&filter).await;
        let parts = page.map_or(Vec::new(), |page| page.tasks);
        found.extend(
            parts
                .into_iter()
                .filter(|task| !known.contains(task.task_id.as_str())),
        );
        if found.len() >= MAX_JOURNEY_RELATIVES {
            break;
        }
    }
    found
}
