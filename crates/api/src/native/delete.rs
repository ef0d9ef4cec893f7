//! Deleting what a query finds, for good.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use swarmscope_query::store::DeleteRequest;

use super::NativeState;
use super::errors::ApiError;
use super::left_out::{LeftOutBody, left_out};
use super::logs::elapsed_ms;
use super::parameters::{Parameters, Selection};

#[derive(Serialize)]
pub struct DeletionBody {
    took_ms: u64,
    matched: u64,
    deleted: u64,
    /// Replaced since they were found; they stay.
    conflicts: u64,
    /// Whether no file in use holds their bytes.
    erased: bool,
    left_out: Vec<LeftOutBody>,
}

/// `POST /api/v1/logs/delete`
pub async fn delete(
    State(state): State<NativeState>,
    Parameters(selection): Parameters<Selection>,
) -> Result<Json<DeletionBody>, ApiError> {
    let started = Instant::now();
    if selection.query.trim().is_empty() {
        return Err(ApiError::invalid(
            "say what to delete with `query`; `*` is every document",
        ));
    }
    let search = selection.to_request()?;
    let request = DeleteRequest {
        time: search.time,
        past_conflicts: true,
        ..DeleteRequest::new(search.indices, search.query)
    };
    let deletion = state.logs.delete_by_query(request).await?;
    Ok(Json(DeletionBody {
        took_ms: elapsed_ms(started),
        matched: deletion.matched,
        deleted: deletion.deleted,
        conflicts: deletion.conflicts,
        erased: deletion.erased,
        left_out: left_out(deletion.left_out),
    }))
}
