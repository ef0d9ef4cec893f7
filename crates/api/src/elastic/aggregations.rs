//! Results of aggregations in Elasticsearch's shapes.

use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::{AggregationResult, AggregationResults, Bucket, BucketKey};

/// The `aggregations` object.
pub fn render(results: AggregationResults) -> Map<String, Value> {
    results
        .into_iter()
        .map(|(name, result)| (name, render_one(result)))
        .collect()
}

fn render_one(result: AggregationResult) -> Value {
    match result {
        AggregationResult::Terms {
            buckets,
            other_count,
        } => json!({
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": other_count,
            "buckets": buckets.into_iter().map(terms_bucket).collect::<Vec<_>>(),
        }),
        AggregationResult::DateHistogram { buckets } => json!({
            "buckets": buckets.into_iter().map(date_bucket).collect::<Vec<_>>(),
        }),
        AggregationResult::Metric { value, of_dates } => metric(value, of_dates),
        AggregationResult::Count(count) => json!({ "value": count }),
        AggregationResult::Filter { count, within } => {
            let mut body = Map::new();
            body.insert("doc_count".to_owned(), count.into());
            body.extend(render(within));
            Value::Object(body)
        }
    }
}

fn metric(value: Option<f64>, of_dates: bool) -> Value {
    let mut body = Map::new();
    body.insert("value".to_owned(), json!(value));
    if let (Some(value), true) = (value, of_dates) {
        let instant = Timestamp::from_millisecond(value as i64);
        body.insert("value_as_string".to_owned(), instant.to_string().into());
    }
    Value::Object(body)
}

fn terms_bucket(bucket: Bucket) -> Value {
    let mut body = Map::new();
    match bucket.key {
        BucketKey::Text(text) => insert_key(&mut body, text, None),
        BucketKey::Integer(number) => insert_key(&mut body, number, None),
        BucketKey::Float(number) => insert_key(&mut body, number, None),
        BucketKey::Boolean(value) => {
            insert_key(&mut body, u8::from(value), Some(value.to_string()));
        }
        BucketKey::Instant(instant) => {
            let text = Timestamp::from_millisecond(instant).to_string();
            insert_key(&mut body, instant, Some(text));
        }
    }
    finish(body, bucket.count, bucket.within)
}

fn date_bucket(bucket: Bucket) -> Value {
    let start = match bucket.key {
        BucketKey::Instant(start) | BucketKey::Integer(start) => start,
        BucketKey::Float(start) => start as i64,
        BucketKey::Text(_) | BucketKey::Boolean(_) => 0,
    };
    let mut body = Map::new();
    // Here, and only here, Elasticsearch puts the text first.
    let text = Timestamp::from_millisecond(start).to_string();
    body.insert("key_as_string".to_owned(), text.into());
    body.insert("key".to_owned(), start.into());
    finish(body, bucket.count, bucket.within)
}

fn insert_key(body: &mut Map<String, Value>, key: impl Into<Value>, text: Option<String>) {
    body.insert("key".to_owned(), key.into());
    if let Some(text) = text {
        body.insert("key_as_string".to_owned(), text.into());
    }
}

fn finish(mut body: Map<String, Value>, count: u64, within: AggregationResults) -> Value {
    body.insert("doc_count".to_owned(), count.into());
    body.extend(render(within));
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(key: BucketKey, within: AggregationResults) -> Bucket {
        Bucket {
            key,
            count: 2,
            within,
        }
    }

    #[test]
    fn buckets_and_metrics_have_the_documented_shapes() {
        let average = (
            "average".to_owned(),
            AggregationResult::Metric {
                value: Some(1.5),
                of_dates: false,
            },
        );
        let terms = AggregationResult::Terms {
            buckets: vec![
                bucket(BucketKey::Text("INFO".into()), vec![average]),
                bucket(BucketKey::Boolean(true), Vec::new()),
            ],
            other_count: 3,
        };
        assert_eq!(
            render_one(terms).to_string(),
            r#"{"doc_count_error_upper_bound":0,"sum_other_doc_count":3,"buckets":[{"key":"INFO","doc_count":2,"average":{"value":1.5}},{"key":1,"key_as_string":"true","doc_count":2}]}"#
        );
        let dates = AggregationResult::DateHistogram {
            buckets: vec![bucket(BucketKey::Instant(1_769_860_800_000), Vec::new())],
        };
        assert_eq!(
            render_one(dates).to_string(),
            r#"{"buckets":[{"key_as_string":"2026-01-31T12:00:00.000Z","key":1769860800000,"doc_count":2}]}"#
        );
        let newest = AggregationResult::Metric {
            value: Some(1_769_860_800_000.0),
            of_dates: true,
        };
        assert_eq!(
            render_one(newest).to_string(),
            r#"{"value":1769860800000.0,"value_as_string":"2026-01-31T12:00:00.000Z"}"#
        );
        let none = AggregationResult::Metric {
            value: None,
            of_dates: false,
        };
        assert_eq!(render_one(none).to_string(), r#"{"value":null}"#);
    }
}
