//! Pages of hits, and whether a query parses.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_PAGE;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::Scalar;
use swarmscope_query::document::OwnTime;
use swarmscope_query::store::{Hit, SortKey, SortValue, Total};

use super::NativeState;
use super::errors::{ApiError, ErrorDetail};
use super::left_out::{LeftOutBody, left_out};
use super::parameters::{Parameters, Selection, parse_query};

const DEFAULT_SIZE: usize = 50;

#[derive(Debug, Deserialize)]
pub struct SearchParameters {
    #[serde(flatten)]
    selection: Selection,
    size: Option<String>,
    #[serde(default)]
    sort: SortOrder,
    #[serde(default)]
    after: String,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SortOrder {
    Asc,
    #[default]
    Desc,
}

#[derive(Serialize)]
pub struct SearchBody {
    took_ms: u64,
    total: TotalBody,
    hits: Vec<HitBody>,
    next: Option<String>,
    /// What the answer is without; empty when it is complete.
    left_out: Vec<LeftOutBody>,
}

#[derive(Serialize)]
struct TotalBody {
    value: u64,
    relation: &'static str,
}

impl From<Option<Total>> for TotalBody {
    fn from(total: Option<Total>) -> Self {
        let (value, exact) = total.map_or((0, false), |total| (total.count, total.exact));
        Self {
            value,
            relation: if exact { "eq" } else { "gte" },
        }
    }
}

/// One document as this API shows it.
#[derive(Serialize)]
pub struct HitBody {
    index: String,
    id: String,
    sequence: u64,
    timestamp: Timestamp,
    /// Whether that is when it arrived, because the document has no time that can be read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    timestamp_is_arrival: bool,
    source: Box<RawValue>,
}

impl From<Hit> for HitBody {
    fn from(hit: Hit) -> Self {
        Self {
            index: hit.index,
            id: hit.id,
            sequence: hit.sequence,
            timestamp: Timestamp::from_millisecond(hit.time),
            timestamp_is_arrival: !OwnTime::of(hit.source.get().as_bytes()).is_known,
            source: hit.source,
        }
    }
}

/// `GET /api/v1/logs/search`
pub async fn search(
    State(state): State<NativeState>,
    Parameters(parameters): Parameters<SearchParameters>,
) -> Result<Json<SearchBody>, ApiError> {
    let started = Instant::now();
    let size = parse_size(parameters.size.as_deref(), DEFAULT_SIZE, MAX_PAGE)?;
    let direction = match parameters.sort {
        SortOrder::Asc => Direction::Ascending,
        SortOrder::Desc => Direction::Descending,
    };
    let mut request = parameters.selection.to_request()?;
    request.sort = vec![SortKey::Time(direction), SortKey::Sequence(direction)];
    request.size = size;
    request.after = parse_cursor(&parameters.after)?;
    let reply = state.logs.search(request).await?;
    let next = match reply.hits.last() {
        Some(last) if size > 0 && reply.hits.len() == size => {
            Some(format!("{}:{}", last.time, last.sequence))
        }
        _ => None,
    };
    Ok(Json(SearchBody {
        took_ms: elapsed_ms(started),
        total: reply.total.into(),
        hits: reply.hits.into_iter().map(HitBody::from).collect(),
        next,
        left_out: left_out(reply.left_out),
    }))
}

#[derive(Debug, Deserialize)]
pub struct ValidateParameters {
    #[serde(default)]
    query: String,
    #[serde(default)]
    language: String,
}

#[derive(Serialize)]
pub struct ValidateBody {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDetail>,
}

/// `GET /api/v1/logs/validate`
pub async fn validate(
    Parameters(parameters): Parameters<ValidateParameters>,
) -> Json<ValidateBody> {
    let error = parse_query(&parameters.query, &parameters.language, Timestamp::now())
        .err()
        .map(ApiError::into_detail);
    Json(ValidateBody {
        valid: error.is_none(),
        error,
    })
}

/// A `size` or `limit` parameter within its bounds.
///
/// # Errors
/// When it is no number or above `most`.
pub fn parse_size(text: Option<&str>, default: usize, most: usize) -> Result<usize, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(default);
    };
    match text.parse::<usize>() {
        Ok(size) if size <= most => Ok(size),
        _ => Err(ApiError::invalid(format!(
            "{text:?} has to be a number from 0 to {most}"
        ))),
    }
}

/// Milliseconds since `started`.
pub fn elapsed_ms(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn parse_cursor(text: &str) -> Result<Option<Vec<SortValue>>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    let parts: Option<(i64, i64)> = text
        .split_once(':')
        .and_then(|(time, sequence)| Some((time.parse().ok()?, sequence.parse().ok()?)));
    let Some((time, sequence)) = parts else {
        return Err(ApiError::invalid(format!(
            "after={text:?} is no cursor; use the `next` of the page before"
        )));
    };
    Ok(Some(vec![
        Some(Scalar::Integer(time)),
        Some(Scalar::Integer(sequence)),
    ]))
}
