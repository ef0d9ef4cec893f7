//! `top_hits` and `top_metrics`: documents of a bucket, or some of their values.

use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::TopHits;
use swarmscope_query::datemath::Format;
use swarmscope_query::elastic::{ShownField, ShownHits, Taken};
use swarmscope_query::mapping::Mapping;
use swarmscope_query::store::Hit;

use crate::elastic::documents::document;
use crate::elastic::search_reply::{HitBody, ReplyOptions};
use crate::elastic::shown_fields;
use crate::elastic::sort_values::ShownKey;

/// The body of `top_hits`.
pub fn top_hits(body: &mut Map<String, Value>, found: TopHits, shown: &ShownHits) {
    let scored = !shown.is_sorted || shown.track_scores;
    let scores = found.hits.iter().map(|hit| hit.score);
    let max_score = scores.reduce(f32::max).filter(|_| scored);
    let keys = shown.sort_formats.iter().cloned().map(ShownKey::formatted);
    let options = ReplyOptions {
        source: shown.source.clone(),
        scored,
        version: shown.version,
        sequence: shown.sequence,
        fields: shown.fields.clone(),
        sort_keys: keys.collect(),
        // What nobody asked to sort by is not shown.
        shown_keys: if shown.is_sorted { usize::MAX } else { 0 },
        ..ReplyOptions::default()
    };
    // A stored document that is no object is left out; the search itself would say so.
    let hits = found.hits.into_iter().filter_map(|hit| {
        let hit = HitBody::new(hit, &options).ok()?;
        serde_json::to_value(hit).ok()
    });
    let hits = json!({
        "total": { "value": found.total, "relation": "eq" },
        "max_score": max_score,
        "hits": hits.collect::<Vec<_>>(),
    });
    body.insert("hits".to_owned(), hits);
}

/// The body of `top_metrics`. Documents without a value of the sort key do not count.
pub fn top_metrics(
    body: &mut Map<String, Value>,
    found: TopHits,
    fields: &[String],
    sort_format: Option<&Format>,
) {
    let key = ShownKey::formatted(sort_format.cloned());
    let with_value = found
        .hits
        .into_iter()
        .filter(|hit| hit.sort.iter().all(Option::is_some));
    let top = with_value.map(|hit| {
        let sort = hit.sort.iter().cloned();
        let sort: Vec<Value> = sort.map(|value| key.show(value)).collect();
        json!({ "sort": sort, "metrics": metrics(&hit, fields) })
    });
    body.insert("top".to_owned(), top.collect());
}

/// The first value of each field; null when there is none.
fn metrics(hit: &Hit, fields: &[String]) -> Value {
    let wanted = fields
        .iter()
        .map(|field| ShownField::named(field, Taken::Document));
    let wanted: Vec<ShownField> = wanted.collect();
    let shown = match document(hit.source.get()) {
        Ok(document) => shown_fields::values(&document, &wanted, &Mapping::default()),
        Err(_) => Map::new(),
    };
    let values = fields.iter().map(|field| {
        let first = shown.get(field).and_then(|values| values.get(0));
        (field.clone(), first.cloned().unwrap_or(Value::Null))
    });
    Value::Object(values.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::value::to_raw_value;
    use swarmscope_query::ast::Scalar;

    use super::*;

    #[test]
    fn a_hit_shows_what_it_was_asked_to_be_sorted_by() {
        for is_sorted in [false, true] {
            let hit = Hit {
                index: "logs".to_owned(),
                id: "1".to_owned(),
                sequence: 1,
                version: 1,
                time: 0,
                score: 2.5,
                sort: vec![Some(Scalar::Float(2.5))],
                source: to_raw_value(&json!({})).expect("a document"),
            };
            let found = TopHits {
                total: 1,
                hits: vec![hit],
            };
            let shown = ShownHits {
                is_sorted,
                ..ShownHits::default()
            };
            let mut body = Map::new();
            top_hits(&mut body, found, &shown);
            let sort = &body["hits"]["hits"][0]["sort"];
            assert_eq!(*sort, if is_sorted { json!([2.5]) } else { Value::Null });
        }
    }
}
