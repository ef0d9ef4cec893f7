//! `significant_terms`: buckets of values with their scores.

use serde_json::{Value, json};
use swarmscope_query::aggregate::{AggregationResult, BucketKey, SignificantBucket};
use swarmscope_query::elastic::Shape;

use super::{render, term_key};

/// What `typed_keys` calls the kind of a result.
pub fn type_name(result: &AggregationResult) -> &'static str {
    match result {
        AggregationResult::Significant { buckets, .. } => match buckets.first() {
            Some(first) if !matches!(first.bucket.key, BucketKey::Text(_)) => "siglterms",
            _ => "sigsterms",
        },
        _ => "sigsterms",
    }
}

/// One bucket.
pub fn bucket(found: SignificantBucket, shape: &Shape, typed: bool) -> Value {
    let mut body = term_key(found.bucket.key, shape);
    body.insert("doc_count".to_owned(), found.bucket.count.into());
    body.insert("score".to_owned(), json!(found.score));
    body.insert("bg_count".to_owned(), found.background.into());
    body.extend(render(found.bucket.within, &shape.within, typed));
    Value::Object(body)
}
