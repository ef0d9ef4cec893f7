//! `composite` and `multi_terms`: buckets whose keys are several values.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::{BucketKey, TupleBucket};
use swarmscope_query::elastic::{Reported, Shape, ValueFormat};

use super::{finish, shown};

/// The buckets with what stands beside them.
pub fn tuples(
    body: &mut Map<String, Value>,
    buckets: Vec<TupleBucket>,
    after: Option<&[Option<BucketKey>]>,
    other_count: u64,
    shape: &Shape,
    typed: bool,
) {
    match &shape.reported {
        Reported::Composite { .. } => {
            if let Some(after) = after {
                body.insert("after_key".to_owned(), key(after, &shape.reported));
            }
        }
        _ => {
            body.insert("doc_count_error_upper_bound".to_owned(), 0.into());
            body.insert("sum_other_doc_count".to_owned(), other_count.into());
        }
    }
    let buckets = buckets.into_iter().map(|bucket| {
        let mut own = Map::new();
        own.insert("key".to_owned(), key(&bucket.key, &shape.reported));
        if matches!(shape.reported, Reported::MultiTerms { .. }) {
            let text = shape.reported.tuple_label(&bucket.key);
            own.insert("key_as_string".to_owned(), text.into());
        }
        finish(own, bucket.count, bucket.within, shape, typed)
    });
    body.insert("buckets".to_owned(), buckets.collect());
}

/// An object of the sources' names, or an array.
fn key(key: &[Option<BucketKey>], reported: &Reported) -> Value {
    match reported {
        Reported::Composite { sources } => {
            let named = sources.iter().zip(key).map(|(source, key)| {
                let value = match (key, &source.format) {
                    (Some(BucketKey::Instant(instant)), None) => json!(instant),
                    (key, format) => value(key.as_ref(), format.as_ref(), &source.time_zone),
                };
                (source.name.clone(), value)
            });
            Value::Object(named.collect())
        }
        Reported::MultiTerms { formats } => {
            let values = formats.iter().zip(key);
            let values =
                values.map(|(format, key)| value(key.as_ref(), format.as_ref(), &TimeZone::UTC));
            values.collect()
        }
        _ => Value::Null,
    }
}

fn value(key: Option<&BucketKey>, format: Option<&ValueFormat>, zone: &TimeZone) -> Value {
    let number = |number: f64| format.and_then(|format| format.number(number));
    match key {
        None => Value::Null,
        Some(BucketKey::Text(text)) => text.as_str().into(),
        Some(BucketKey::Boolean(flag)) => (*flag).into(),
        Some(BucketKey::Integer(whole)) => {
            number(*whole as f64).map_or_else(|| json!(whole), Value::from)
        }
        Some(BucketKey::Float(value)) => number(*value).map_or_else(|| json!(value), Value::from),
        Some(BucketKey::Instant(instant)) => shown(*instant, format, zone).into(),
    }
}
