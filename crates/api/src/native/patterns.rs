//! The templates of messages, how often each came, and which are new.
//!
//! One search covers the range and the window before it, so that both are grouped alike and a template of
//! the one is a template of the other.

mod body;
mod filter;

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use swarmscope_model::limits::{MAX_PATTERN_DOCUMENTS, MAX_PATTERNS};
use swarmscope_model::{TimeRange, Timestamp};
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, DateHistogram, HalfOpen, Interval,
    PatternsAggregation, TermsAggregation,
};
use swarmscope_query::ast::{Field, Query};
use swarmscope_query::store::{SearchRequest, TrackTotal};

use super::NativeState;
use super::errors::ApiError;
use super::histogram::{TIME_FIELD, bounds, round_interval};
use super::left_out::left_out;
use super::logs::{elapsed_ms, parse_size};
use super::parameters::{Parameters, Selection};
use body::{Before, PatternsBody, Range};

const DEFAULT_PATTERNS: usize = 50;
/// Points of a pattern's sparkline: as many as one tells apart in the width of a column.
const MOST_BUCKETS: usize = 24;
/// Severities that are told of a pattern, and agents.
const SEVERITIES: usize = 8;
const AGENTS: usize = 8;
/// Documents that are named of a pattern.
const SAMPLES: usize = 3;
const DAY: i64 = 24 * 60 * 60 * 1_000;

#[derive(Debug, Deserialize)]
pub struct PatternsParameters {
    #[serde(flatten)]
    selection: Selection,
    limit: Option<String>,
    field: Option<String>,
    sort: Option<String>,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Count,
    /// Those that are new, then by count.
    New,
}

/// `GET /api/v1/logs/patterns`
pub async fn patterns(
    State(state): State<NativeState>,
    Parameters(parameters): Parameters<PatternsParameters>,
) -> Result<Json<PatternsBody>, ApiError> {
    let started = Instant::now();
    let limit = parse_size(parameters.limit.as_deref(), DEFAULT_PATTERNS, MAX_PATTERNS)?;
    let order = parse_order(parameters.sort.as_deref())?;
    let field = parameters.field.filter(|field| !field.is_empty());
    let field = field.unwrap_or_else(|| "message".to_owned());
    let request = parameters.selection.to_request()?;
    let Some((from, to)) = bounds(&state, &request).await? else {
        return Ok(Json(PatternsBody::empty(field, elapsed_ms(started))));
    };
    let range = Range {
        from,
        to,
        interval: round_interval(to - from, MOST_BUCKETS),
    };
    let before = before(&state, &request, range).await?;
    let reply = state
        .logs
        .search(search(request, range, &before, &field))
        .await?;
    let mut body = PatternsBody::new(field, range, before, reply.aggregations);
    body.order_and_cut(order == Order::New, limit);
    body.left_out = left_out(reply.left_out);
    body.took_ms = elapsed_ms(started);
    Ok(Json(body))
}

fn parse_order(text: Option<&str>) -> Result<Order, ApiError> {
    match text {
        None | Some("" | "count") => Ok(Order::Count),
        Some("new") => Ok(Order::New),
        Some(other) => Err(ApiError::invalid(format!(
            "sort={other:?} is neither count nor new"
        ))),
    }
}

/// The window that the range is compared with: up to the range, and since a day before the range's end or,
/// when the range is a day or longer, a day before its start.
async fn before(
    state: &NativeState,
    request: &SearchRequest,
    range: Range,
) -> Result<Before, ApiError> {
    let a_day_before_the_end = range.to.saturating_sub(DAY);
    let from = if a_day_before_the_end < range.from {
        a_day_before_the_end
    } else {
        range.from.saturating_sub(DAY)
    };
    let window = TimeRange {
        from: Some(from),
        to: Some(range.from),
    };
    // Whether there was anything to compare with is about all documents, not those of the query.
    let mut anything = SearchRequest::new(request.indices.clone(), Query::All);
    anything.time = window;
    anything.aggregations = vec![named("oldest", min_time(), Vec::new())];
    let reply = state.logs.search(anything).await?;
    let oldest = reply
        .aggregations
        .into_iter()
        .find_map(|(_, result)| match result {
            AggregationResult::Metric { value, .. } => value.map(|value| value as i64),
            _ => None,
        });
    let mut matching = request.clone();
    matching.time = TimeRange {
        from: Some(from),
        to: Some(range.to),
    };
    matching.total = TrackTotal::UpTo(MAX_PATTERN_DOCUMENTS);
    let matching = state.logs.search(matching).await?.total;
    Ok(Before {
        from,
        to: range.from,
        since: oldest.map(Timestamp::from_millisecond),
        is_too_much: matching.is_some_and(|total| !total.exact),
    })
}

/// The search that finds everything: within each template, the range and the window before it.
fn search(mut request: SearchRequest, range: Range, before: &Before, field: &str) -> SearchRequest {
    let compared = before.is_compared();
    request.time = TimeRange {
        from: Some(if compared { before.from } else { range.from }),
        to: Some(range.to),
    };
    let in_range = |within| named("now", slot(range.from, range.to), within);
    let in_window = || named("before", slot(before.from, before.to), Vec::new());
    let patterns = AggregationKind::Patterns(PatternsAggregation {
        field: field.to_owned(),
        size: MAX_PATTERNS,
        samples: SAMPLES,
    });
    let present = AggregationKind::Filter(Query::Exists {
        field: Field::Named(field.to_owned()),
    });
    let told = vec![
        named("first", min_time(), Vec::new()),
        named(
            "last",
            AggregationKind::Max {
                field: TIME_FIELD.to_owned(),
            },
            Vec::new(),
        ),
        named("over_time", over_time(range.interval), Vec::new()),
        named("severities", top("severity", SEVERITIES), Vec::new()),
        named("agents", top("agent_name", AGENTS), Vec::new()),
    ];
    request.aggregations = vec![
        named("patterns", patterns, vec![in_range(told), in_window()]),
        named("present", present, vec![in_range(Vec::new()), in_window()]),
    ];
    request
}

fn named(name: &str, kind: AggregationKind, within: Vec<Aggregation>) -> Aggregation {
    Aggregation {
        name: name.to_owned(),
        kind,
        within,
    }
}

fn slot(from: i64, to: i64) -> AggregationKind {
    AggregationKind::DateRange {
        field: TIME_FIELD.to_owned(),
        ranges: vec![HalfOpen {
            from: Some(from),
            to: Some(to),
        }],
    }
}

fn min_time() -> AggregationKind {
    AggregationKind::Min {
        field: TIME_FIELD.to_owned(),
    }
}

fn top(field: &str, size: usize) -> AggregationKind {
    AggregationKind::Terms(TermsAggregation {
        field: field.to_owned(),
        size,
        min_doc_count: 1,
        order: Vec::new(),
        missing: None,
    })
}

fn over_time(interval: i64) -> AggregationKind {
    AggregationKind::DateHistogram(DateHistogram {
        field: TIME_FIELD.to_owned(),
        interval: Interval::Fixed(interval),
        offset_ms: 0,
        time_zone: jiff::tz::TimeZone::UTC,
        min_doc_count: 1,
        extended_bounds: None,
        hard_bounds: None,
        order: Vec::new(),
    })
}
