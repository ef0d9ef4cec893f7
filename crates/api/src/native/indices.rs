//! The indices, their sizes and times.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::IndexInfo;

use super::NativeState;
use super::errors::ApiError;

#[derive(Serialize)]
pub struct IndicesBody {
    indices: Vec<IndexBody>,
}

#[derive(Serialize)]
struct IndexBody {
    name: String,
    documents: u64,
    bytes: u64,
    segments: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<String>,
}

impl From<IndexInfo> for IndexBody {
    fn from(index: IndexInfo) -> Self {
        Self {
            name: index.name,
            documents: index.documents,
            bytes: index.bytes,
            segments: index.segments,
            first: index
                .time
                .map(|(first, _)| Timestamp::from_millisecond(first)),
            last: index
                .time
                .map(|(_, last)| Timestamp::from_millisecond(last)),
            damage: index.damage,
        }
    }
}

/// `GET /api/v1/indices`
pub async fn indices(State(state): State<NativeState>) -> Result<Json<IndicesBody>, ApiError> {
    let indices = state.logs.indices(&IndexExpression::all()).await?;
    Ok(Json(IndicesBody {
        indices: indices.into_iter().map(IndexBody::from).collect(),
    }))
}
