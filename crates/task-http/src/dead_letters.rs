//! Dead letters with the whole history of their attempts.

use axum::Json;
use axum::extract::State;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use swarmscope_model::limits::MAX_DEAD_LETTERS;
use swarmscope_model::state::TaskState;
use swarmscope_sdk::wire::TaskDetail;
use utoipa::ToSchema;

use crate::Door;
use crate::body::Parameters;
use crate::errors::ApiError;
use crate::examples;
use crate::listing::{Page, Which};
use crate::replies::Shared;

/// Histories that are read at once.
const READS: usize = 4;

/// A page of dead letters.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct DeadLetters {
    /// How many match in all.
    pub total: u64,
    pub tasks: Vec<TaskDetail>,
}

/// A page of dead letters with their attempts, newest change first
///
/// At most 100 a page. `state` has no meaning here.
#[utoipa::path(
    get, path = "/api/v1/dead-letters", tag = "tasks", operation_id = "list_dead_letters",
    params(Which, Page),
    responses(
        (status = 200, description = "The page", body = DeadLetters,
         example = json!({"total": 1, "tasks": [{"task": examples::task(), "attempts": []}]})),
        Shared,
    )
)]
pub async fn list(
    State(door): State<Door>,
    Parameters(which): Parameters<Which>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<DeadLetters>, ApiError> {
    let mut filter = which.page(&page)?;
    filter.state = Some(TaskState::DeadLetter);
    filter.limit = filter.limit.min(MAX_DEAD_LETTERS);
    let store = door.tasks.store();
    let page = store.tasks(&filter).await?;
    let with_attempts = page.tasks.into_iter().map(|task| async move {
        let attempts = store.attempts(&task.task_id).await?;
        Ok::<_, ApiError>(TaskDetail { task, attempts })
    });
    Ok(Json(DeadLetters {
        total: page.total,
        tasks: stream::iter(with_attempts)
            .buffered(READS)
            .try_collect()
            .await?,
    }))
}
