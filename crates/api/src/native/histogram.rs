//! Counts over time, split by a field.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use swarmscope_model::{TimeRange, Timestamp};
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, Bucket, BucketKey, DateHistogram, Interval,
    TermsAggregation,
};
use swarmscope_query::store::SearchRequest;

use super::NativeState;
use super::errors::ApiError;
use super::fields::key_text;
use super::left_out::{LeftOutBody, left_out};
use super::logs::{elapsed_ms, parse_size};
use super::parameters::{Parameters, Selection};

const DEFAULT_BUCKETS: usize = 60;
const MOST_BUCKETS: usize = 500;
/// Values that a bucket is split into; severities are five, and more than this no eye can tell.
const SPLIT_VALUES: usize = 12;
/// The name under which the store finds a document's time.
pub const TIME_FIELD: &str = "@timestamp";

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Bucket widths that people can read.
const ROUND_INTERVALS: [i64; 29] = [
    1,
    5,
    10,
    50,
    100,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
    30 * DAY,
    91 * DAY,
    365 * DAY,
    3_652 * DAY,
];

#[derive(Debug, Deserialize)]
pub struct HistogramParameters {
    #[serde(flatten)]
    selection: Selection,
    buckets: Option<String>,
    by: Option<String>,
}

#[derive(Serialize)]
pub struct HistogramBody {
    took_ms: u64,
    interval_ms: i64,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    total: u64,
    buckets: Vec<BucketBody>,
    left_out: Vec<LeftOutBody>,
}

#[derive(Serialize)]
struct BucketBody {
    start: Timestamp,
    total: u64,
    by: IndexMap<String, u64>,
}

/// `GET /api/v1/logs/histogram`
pub async fn histogram(
    State(state): State<NativeState>,
    Parameters(parameters): Parameters<HistogramParameters>,
) -> Result<Json<HistogramBody>, ApiError> {
    let started = Instant::now();
    let most = parse_size(parameters.buckets.as_deref(), DEFAULT_BUCKETS, MOST_BUCKETS)?.max(1);
    let by = parameters
        .by
        .filter(|by| !by.is_empty())
        .unwrap_or_else(|| "severity".to_owned());
    let mut request = parameters.selection.to_request()?;
    let Some((from, to)) = bounds(&state, &request).await? else {
        return Ok(Json(HistogramBody {
            took_ms: elapsed_ms(started),
            interval_ms: MINUTE,
            from: None,
            to: None,
            total: 0,
            buckets: Vec::new(),
            left_out: Vec::new(),
        }));
    };
    let interval = round_interval(to - from, most);
    request.time = request.time.intersect(&TimeRange {
        from: Some(from),
        to: Some(to),
    });
    request.aggregations = vec![over_time(interval, (from, to - 1), by)];
    let reply = state.logs.search(request).await?;
    let buckets = match reply.aggregations.into_iter().next() {
        Some((_, AggregationResult::Histogram { buckets })) => {
            buckets.into_iter().map(bucket_body).collect()
        }
        _ => Vec::new(),
    };
    Ok(Json(HistogramBody {
        took_ms: elapsed_ms(started),
        interval_ms: interval,
        from: Some(Timestamp::from_millisecond(from)),
        to: Some(Timestamp::from_millisecond(to)),
        total: reply.total.map_or(0, |total| total.count),
        buckets,
        left_out: left_out(reply.left_out),
    }))
}

/// The range asked for; where it is open, that of the matching documents. `None` when there are none.
pub async fn bounds(
    state: &NativeState,
    request: &SearchRequest,
) -> Result<Option<(i64, i64)>, ApiError> {
    if let TimeRange {
        from: Some(from),
        to: Some(to),
    } = request.time
    {
        if from >= to {
            return Err(ApiError::invalid("`from` has to lie before `to`"));
        }
        return Ok(Some((from, to)));
    }
    let metric = |name: &str, kind| Aggregation {
        name: name.to_owned(),
        kind,
        within: Vec::new(),
    };
    let mut extent = request.clone();
    extent.aggregations = vec![
        metric(
            "first",
            AggregationKind::Min {
                field: TIME_FIELD.to_owned(),
            },
        ),
        metric(
            "last",
            AggregationKind::Max {
                field: TIME_FIELD.to_owned(),
            },
        ),
    ];
    let reply = state.logs.search(extent).await?;
    let mut values = reply
        .aggregations
        .into_iter()
        .map(|(_, result)| match result {
            AggregationResult::Metric { value, .. } => value.map(|value| value as i64),
            _ => None,
        });
    let (Some(first), Some(last)) = (values.next().flatten(), values.next().flatten()) else {
        return Ok(None);
    };
    let from = request.time.from.unwrap_or(first);
    let to = request.time.to.unwrap_or(last + 1);
    Ok(Some((from, to.max(from + 1))))
}

/// The narrowest round interval that cuts `span` into at most `most` buckets.
pub fn round_interval(span: i64, most: usize) -> i64 {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    // A range that does not start on an interval's edge touches one bucket more.
    ROUND_INTERVALS
        .into_iter()
        .find(|interval| span / interval < most)
        .unwrap_or(ROUND_INTERVALS[ROUND_INTERVALS.len() - 1])
}

fn over_time(interval: i64, bounds: (i64, i64), by: String) -> Aggregation {
    let split = TermsAggregation {
        field: by,
        size: SPLIT_VALUES,
        min_doc_count: 1,
        order: Vec::new(),
        missing: None,
    };
    Aggregation {
        name: "over_time".to_owned(),
        kind: AggregationKind::DateHistogram(DateHistogram {
            field: TIME_FIELD.to_owned(),
            interval: Interval::Fixed(interval),
            offset_ms: 0,
            time_zone: jiff::tz::TimeZone::UTC,
            min_doc_count: 0,
            extended_bounds: Some(bounds),
            hard_bounds: None,
            order: Vec::new(),
        }),
        within: vec![Aggregation {
            name: "by".to_owned(),
            kind: AggregationKind::Terms(split),
            within: Vec::new(),
        }],
    }
}

fn bucket_body(bucket: Bucket) -> BucketBody {
    let start = match bucket.key {
        BucketKey::Instant(start) => start,
        BucketKey::Integer(start) => start,
        _ => 0,
    };
    let by = bucket
        .within
        .into_iter()
        .flat_map(|(_, result)| match result {
            AggregationResult::Terms { buckets, .. } => buckets,
            _ => Vec::new(),
        })
        .map(|value| (key_text(&value.key), value.count))
        .collect();
    BucketBody {
        start: Timestamp::from_millisecond(start),
        total: bucket.count,
        by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_round_and_never_too_many() {
        assert_eq!(round_interval(HOUR, 60), 2 * MINUTE);
        assert_eq!(round_interval(HOUR - 1, 60), MINUTE);
        assert_eq!(round_interval(1, 60), 1);
        assert_eq!(round_interval(24 * HOUR, 60), 30 * MINUTE);
    }
}
