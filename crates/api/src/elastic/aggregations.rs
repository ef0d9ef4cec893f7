//! Results of aggregations in Elasticsearch's shapes.

mod hits;
mod numbers;
mod pipelines;
mod significant;
mod slots;
mod spread;
mod tuples;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::{AggregationResult, AggregationResults, Bucket, BucketKey};
use swarmscope_query::elastic::{Reported, Shape, Shapes, ValueFormat, decimal};

/// The `aggregations` object, as the shapes of the request say.
pub fn render(results: AggregationResults, shapes: &Shapes, typed: bool) -> Map<String, Value> {
    let mut body = Map::new();
    let mut own = shapes.aggregations.iter();
    for (name, result) in results {
        let (kind, value) = if let AggregationResult::Pipeline(found) = &result {
            let pipeline = shapes.pipelines.iter().find(|own| own.name == name);
            let Some(pipeline) = pipeline else { continue };
            (
                pipelines::type_name(pipeline),
                pipelines::render(found, pipeline),
            )
        } else {
            let Some(shape) = own.next() else { continue };
            let kind = type_name(&result, &shape.reported);
            (kind, render_one(result, shape, typed))
        };
        let name = match typed {
            true => format!("{kind}#{name}"),
            false => name,
        };
        body.insert(name, value);
    }
    body
}

/// What `typed_keys` calls the kind of a result.
fn type_name(result: &AggregationResult, reported: &Reported) -> &'static str {
    match reported {
        Reported::Metric { kind, .. } | Reported::Single { kind } => kind,
        Reported::Stats { sigma: None, .. } => "stats",
        Reported::Stats { .. } => "extended_stats",
        Reported::Percentiles { ranks, hdr, .. } => match (hdr, ranks) {
            (false, false) => "tdigest_percentiles",
            (false, true) => "tdigest_percentile_ranks",
            (true, false) => "hdr_percentiles",
            (true, true) => "hdr_percentile_ranks",
        },
        Reported::Rate { .. } => "rate",
        Reported::DateHistogram { .. } => "date_histogram",
        Reported::AutoDateHistogram { .. } => "auto_date_histogram",
        Reported::Histogram { .. } => "histogram",
        Reported::Filters { .. } => "filters",
        Reported::AdjacencyMatrix { .. } => "adjacency_matrix",
        Reported::IpRange { .. } => "ip_range",
        Reported::Boxplot { .. } => "boxplot",
        Reported::StringStats { .. } => "string_stats",
        Reported::SignificantTerms { .. } => significant::type_name(result),
        Reported::Range { .. } => "range",
        Reported::DateRange { .. } => "date_range",
        Reported::Composite { .. } => "composite",
        Reported::MultiTerms { .. } => "multi_terms",
        Reported::TopHits(_) => "top_hits",
        Reported::TopMetrics { .. } => "top_metrics",
        Reported::RareTerms { .. } => match result {
            AggregationResult::Terms { buckets, .. } => match buckets.first() {
                Some(bucket) if !matches!(bucket.key, BucketKey::Text(_)) => "lrareterms",
                _ => "srareterms",
            },
            _ => "srareterms",
        },
        Reported::Terms { .. } => match result {
            AggregationResult::Terms { buckets, .. } => {
                match buckets.first().map(|bucket| &bucket.key) {
                    Some(BucketKey::Float(_)) => "dterms",
                    Some(BucketKey::Text(_)) | None => "sterms",
                    Some(_) => "lterms",
                }
            }
            _ => "sterms",
        },
    }
}

fn render_one(result: AggregationResult, shape: &Shape, typed: bool) -> Value {
    let mut body = Map::new();
    if let Some(meta) = &shape.meta {
        body.insert("meta".to_owned(), meta.clone());
    }
    match result {
        AggregationResult::Terms {
            buckets,
            other_count,
        } => {
            if !matches!(shape.reported, Reported::RareTerms { .. }) {
                body.insert("doc_count_error_upper_bound".to_owned(), 0.into());
                body.insert("sum_other_doc_count".to_owned(), other_count.into());
            }
            let buckets = buckets
                .into_iter()
                .map(|bucket| terms_bucket(bucket, shape, typed));
            body.insert("buckets".to_owned(), buckets.collect());
        }
        AggregationResult::Histogram { buckets } => {
            body.insert("buckets".to_owned(), histogram(buckets, shape, typed));
        }
        AggregationResult::AutoHistogram { buckets, interval } => {
            body.insert("buckets".to_owned(), histogram(buckets, shape, typed));
            body.insert("interval".to_owned(), interval.into());
        }
        AggregationResult::Significant {
            count,
            background,
            buckets,
        } => {
            body.insert("doc_count".to_owned(), count.into());
            body.insert("bg_count".to_owned(), background.into());
            let buckets = buckets
                .into_iter()
                .map(|bucket| significant::bucket(bucket, shape, typed));
            body.insert("buckets".to_owned(), buckets.collect());
        }
        AggregationResult::Slots(found) => {
            let found = found.into_iter().enumerate().collect();
            slots::slots(&mut body, found, shape, typed);
        }
        AggregationResult::ChosenSlots(found) => slots::slots(&mut body, found, shape, typed),
        AggregationResult::Tuples {
            buckets,
            after,
            other_count,
        } => {
            let after = after.as_deref();
            tuples::tuples(&mut body, buckets, after, other_count, shape, typed);
        }
        AggregationResult::Hits(found) => match &shape.reported {
            Reported::TopHits(shown) => hits::top_hits(&mut body, found, shown),
            Reported::TopMetrics {
                metrics,
                sort_format,
            } => hits::top_metrics(&mut body, found, metrics, sort_format.as_ref()),
            _ => {}
        },
        AggregationResult::Patterns { patterns, .. } => {
            let buckets = patterns.into_iter().map(|pattern| {
                let mut bucket = Map::new();
                bucket.insert("key".to_owned(), pattern.text.into());
                finish(bucket, pattern.count, pattern.within, shape, typed)
            });
            body.insert("buckets".to_owned(), buckets.collect());
        }
        other => without_buckets(&mut body, other, shape),
    }
    Value::Object(body)
}

/// The body of a result that has no buckets.
fn without_buckets(body: &mut Map<String, Value>, result: AggregationResult, shape: &Shape) {
    match result {
        AggregationResult::Metric { value, of_dates } => metric(body, value, of_dates, shape),
        AggregationResult::Count(count) => {
            body.insert("value".to_owned(), count.into());
            if let Reported::Metric { format, .. } = &shape.reported
                && let Some(text) = as_string(count as f64, false, format.as_ref())
            {
                body.insert("value_as_string".to_owned(), text.into());
            }
        }
        AggregationResult::Distinct(values) => {
            body.insert("value".to_owned(), values.count().into());
        }
        AggregationResult::Boxplot(found) => spread::boxplot(body, found, &shape.reported),
        AggregationResult::StringStats(found) => {
            spread::string_stats(body, &found, &shape.reported);
        }
        AggregationResult::Stats(found) => numbers::stats(body, &found, &shape.reported),
        AggregationResult::Percentiles { values, of_dates } => {
            numbers::percentiles(body, &values, of_dates, &shape.reported);
        }
        // Results with buckets are shown elsewhere, and pipelines are no shape's.
        _ => {}
    }
}

fn metric(body: &mut Map<String, Value>, value: Option<f64>, of_dates: bool, shape: &Shape) {
    let (kind, format) = match &shape.reported {
        Reported::Metric { kind, format } => (*kind, format),
        Reported::Rate { format, .. } => ("rate", format),
        _ => return,
    };
    // Of nothing, the sum is 0; the others have no value.
    let value = value.or((kind == "sum").then_some(0.0));
    body.insert("value".to_owned(), json!(value));
    if let Some(text) = value.and_then(|value| as_string(value, of_dates, format.as_ref())) {
        body.insert("value_as_string".to_owned(), text.into());
    }
}

/// The text that stands beside a number: of a point in time always, else when a format was asked for.
fn as_string(value: f64, of_dates: bool, format: Option<&ValueFormat>) -> Option<String> {
    match of_dates {
        true => Some(shown(value as i64, format, &TimeZone::UTC)),
        false => format.and_then(|format| format.number(value)),
    }
}

/// A point in time in the format asked for, else in ISO 8601.
fn shown(instant: i64, format: Option<&ValueFormat>, zone: &TimeZone) -> String {
    ValueFormat::date(format, instant, zone)
}

fn terms_bucket(bucket: Bucket, shape: &Shape, typed: bool) -> Value {
    let body = term_key(bucket.key, shape);
    finish(body, bucket.count, bucket.within, shape, typed)
}

/// The key of a bucket of one value, and its text where it has one.
fn term_key(key: BucketKey, shape: &Shape) -> Map<String, Value> {
    let format = match &shape.reported {
        Reported::Terms { format }
        | Reported::RareTerms { format }
        | Reported::SignificantTerms { format } => format.as_ref(),
        _ => None,
    };
    let mut body = Map::new();
    match key {
        BucketKey::Text(text) => insert_key(&mut body, text, None),
        BucketKey::Integer(number) => {
            let text = format.and_then(|format| format.number(number as f64));
            insert_key(&mut body, number, text);
        }
        BucketKey::Float(number) => {
            insert_key(
                &mut body,
                number,
                format.and_then(|format| format.number(number)),
            );
        }
        BucketKey::Boolean(value) => {
            insert_key(&mut body, u8::from(value), Some(value.to_string()));
        }
        BucketKey::Instant(instant) => {
            insert_key(
                &mut body,
                instant,
                Some(shown(instant, format, &TimeZone::UTC)),
            );
        }
    }
    body
}

/// Buckets of points in time or of numbers.
fn histogram(buckets: Vec<Bucket>, shape: &Shape, typed: bool) -> Value {
    let (keyed, format, time_zone) = match &shape.reported {
        Reported::DateHistogram {
            keyed,
            format,
            time_zone,
            ..
        } => (*keyed, format.as_ref(), time_zone),
        Reported::AutoDateHistogram { format, time_zone } => (false, format.as_ref(), time_zone),
        Reported::Histogram { keyed, format } => (*keyed, format.as_ref(), &TimeZone::UTC),
        _ => return Value::Null,
    };
    let rendered = buckets.into_iter().map(|bucket| {
        let mut body = Map::new();
        let text = match bucket.key {
            BucketKey::Float(start) => {
                body.insert("key".to_owned(), json!(start));
                match format.and_then(|format| format.number(start)) {
                    Some(text) => {
                        body.insert("key_as_string".to_owned(), text.as_str().into());
                        text
                    }
                    None => decimal(start),
                }
            }
            BucketKey::Instant(start) | BucketKey::Integer(start) => {
                let text = shown(start, format, time_zone);
                // Here, and only here, Elasticsearch puts the text first.
                body.insert("key_as_string".to_owned(), text.as_str().into());
                body.insert("key".to_owned(), start.into());
                text
            }
            BucketKey::Text(_) | BucketKey::Boolean(_) => String::new(),
        };
        (
            text,
            finish(body, bucket.count, bucket.within, shape, typed),
        )
    });
    match keyed {
        true => Value::Object(rendered.collect()),
        false => rendered.map(|(_, body)| body).collect(),
    }
}

fn insert_key(body: &mut Map<String, Value>, key: impl Into<Value>, text: Option<String>) {
    body.insert("key".to_owned(), key.into());
    if let Some(text) = text {
        body.insert("key_as_string".to_owned(), text.into());
    }
}

fn finish(
    mut body: Map<String, Value>,
    count: u64,
    within: AggregationResults,
    shape: &Shape,
    typed: bool,
) -> Value {
    body.insert("doc_count".to_owned(), count.into());
    body.extend(render(within, &shape.within, typed));
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmscope_model::Timestamp;
    use swarmscope_query::elastic;

    /// How the results of this request are shown.
    fn shapes(aggregations: &str) -> Shapes {
        let body = format!("{{\"aggs\":{aggregations}}}");
        elastic::search_body(&body, Timestamp::from_millisecond(0))
            .expect("a good request")
            .shapes
    }

    fn bucket(key: BucketKey, within: AggregationResults) -> Bucket {
        Bucket {
            key,
            count: 2,
            within,
        }
    }

    fn shown_as(aggregations: &str, result: AggregationResult) -> String {
        let rendered = render(vec![("a".to_owned(), result)], &shapes(aggregations), false);
        rendered["a"].to_string()
    }

    #[test]
    fn buckets_and_metrics_have_the_documented_shapes() {
        let average = (
            "m".to_owned(),
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
            shown_as(
                r#"{"a":{"terms":{"field":"f"},"aggs":{"m":{"avg":{"field":"n"}}}}}"#,
                terms
            ),
            r#"{"doc_count_error_upper_bound":0,"sum_other_doc_count":3,"buckets":[{"key":"INFO","doc_count":2,"m":{"value":1.5}},{"key":1,"key_as_string":"true","doc_count":2}]}"#
        );
        let dates = || AggregationResult::Histogram {
            buckets: vec![bucket(BucketKey::Instant(1_769_860_800_000), Vec::new())],
        };
        assert_eq!(
            shown_as(
                r#"{"a":{"date_histogram":{"field":"t","fixed_interval":"1h"}}}"#,
                dates()
            ),
            r#"{"buckets":[{"key_as_string":"2026-01-31T12:00:00.000Z","key":1769860800000,"doc_count":2}]}"#
        );
        assert_eq!(
            shown_as(
                r#"{"a":{"date_histogram":{"field":"t","fixed_interval":"1h","keyed":true,"format":"yyyy-MM-dd"}}}"#,
                dates()
            ),
            r#"{"buckets":{"2026-01-31":{"key_as_string":"2026-01-31","key":1769860800000,"doc_count":2}}}"#
        );
        let newest = AggregationResult::Metric {
            value: Some(1_769_860_800_000.0),
            of_dates: true,
        };
        assert_eq!(
            shown_as(r#"{"a":{"max":{"field":"t"}}}"#, newest),
            r#"{"value":1769860800000.0,"value_as_string":"2026-01-31T12:00:00.000Z"}"#
        );
        let none = || AggregationResult::Metric {
            value: None,
            of_dates: false,
        };
        assert_eq!(
            shown_as(r#"{"a":{"avg":{"field":"n"}}}"#, none()),
            r#"{"value":null}"#
        );
        assert_eq!(
            shown_as(r#"{"a":{"sum":{"field":"n"}}}"#, none()),
            r#"{"value":0.0}"#
        );
    }
}
