//! From a line in the logs to its error group: the group that counts the document.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use swarmscope_error_groups::{Newest, is_error, memberships};
use swarmscope_model::Timestamp;
use swarmscope_model::state::StateError;

use super::NativeState;
use super::error_groups::{GroupBody, span};
use super::errors::ApiError;
use super::parameters::Parameters;

#[derive(Debug, Deserialize)]
pub struct OfEventParameters {
    index: String,
    id: String,
}

/// `GET /api/v1/errors/of_event`
pub async fn show(
    State(state): State<NativeState>,
    Parameters(OfEventParameters { index, id }): Parameters<OfEventParameters>,
) -> Result<Json<GroupBody>, ApiError> {
    let found = state.logs.get(&index, &id).await?;
    let hit = found.ok_or_else(|| {
        ApiError::not_found(format!(
            "there is no document {id:?} in the index {index:?}"
        ))
        .hint("it may have been removed by retention; its group is listed by /api/v1/errors")
    })?;
    if !is_error(hit.source.get()) {
        return Err(
            ApiError::not_found(format!("the document {id:?} belongs to no error group"))
                .hint("only documents with the severity ERROR or CRITICAL do"),
        );
    }
    let document = hit.source.get().as_bytes();
    let memberships = memberships(&[document], &Newest, state.errors.as_ref()).await?;
    let group = memberships.into_iter().next().map(|group| group.group_id);
    let group = group.unwrap_or_default();
    let history = span(None, None, Timestamp::now());
    match state.errors.error_group(&group, history).await {
        Ok(detail) => Ok(Json(GroupBody { group: detail.group })),
        Err(StateError::NotFound { .. }) => Err(ApiError::not_found(format!(
            "the error {id:?} is not in a group yet"
        ))
        .hint("errors are grouped within seconds; error_groups in /api/v1/status says how far that is")),
        Err(error) => Err(error.into()),
    }
}
