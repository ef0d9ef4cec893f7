//! Queries over mapped fields, on one document.

use serde_json::{Value, json};
use swarmscope_model::Timestamp;

use super::*;
use crate::document::Document;
use crate::elastic::query_body;
use crate::evaluate::compile;

fn mapping() -> Mapping {
    let mappings = json!({
        "dynamic": false,
        "properties": {
            "name": { "type": "keyword" },
            "host": { "type": "keyword", "normalizer": "lower" },
            "title": { "type": "text", "fields": { "raw": { "type": "keyword", "ignore_above": 12 } } },
            "size": { "type": "long" },
            "addr": { "type": "ip" },
            "day": { "type": "date", "format": "yyyy/MM/dd" },
            "seen": { "type": "date", "format": "epoch_second" },
            "labels": { "type": "flattened" },
            "who": { "type": "alias", "path": "name" },
            "blob": { "type": "object", "enabled": false },
            "open": { "type": "object", "dynamic": true },
            "hidden": { "type": "keyword", "index": false, "doc_values": false }
        }
    });
    let analysis = json!({ "normalizer": { "lower": { "filter": ["lowercase"] } } });
    Mapping::read(mappings.as_object().expect("an object"), &analysis)
}

const DOCUMENT: &str = r#"{"name":"Nova Compute","host":"WEB-01","title":"Quick fox","size":"9","addr":"10.0.0.7",
    "day":"2026/02/01","seen":1769990400,"labels":{"env":"prod"},"blob":{"x":"deep"},"open":{"y":"free"},"other":"z"}"#;

fn found(query: &Value) -> Result<bool, MappingError> {
    let now = Timestamp::from_millisecond(0);
    let query = query_body(&json!({ "query": query }).to_string(), now).expect("a query");
    let rewritten = mapping().apply(&query, now)?;
    let document = Document::parse(DOCUMENT.as_bytes()).expect("a document");
    Ok(compile(&rewritten)
        .expect("a query")
        .matches(&document, "1", 0))
}

#[test]
fn fields_are_looked_at_as_they_are_mapped() {
    for query in [
        json!({ "term": { "name": "Nova Compute" } }),
        json!({ "match": { "name": "Nova Compute" } }),
        json!({ "term": { "who": "Nova Compute" } }),
        json!({ "term": { "host": "web-01" } }),
        json!({ "terms": { "host": ["Web-01"] } }),
        json!({ "term": { "title.raw": "Quick fox" } }),
        json!({ "exists": { "field": "title.raw" } }),
        json!({ "match": { "title": "fox" } }),
        json!({ "range": { "size": { "gte": 5, "lt": 10 } } }),
        json!({ "term": { "addr": "10.0.0.0/8" } }),
        json!({ "range": { "addr": { "gt": "9.255.0.0", "lte": "10.0.0.7" } } }),
        json!({ "term": { "day": "2026/02/01" } }),
        json!({ "range": { "day": { "gte": "2026/03/01||-1M", "lt": "2026/02/02" } } }),
        json!({ "range": { "day": { "gte": "01/02/2026", "format": "dd/MM/yyyy" } } }),
        json!({ "range": { "seen": { "gte": 1769990400, "lt": 1769990401 } } }),
        json!({ "term": { "labels": "prod" } }),
        json!({ "term": { "labels.env": "prod" } }),
        json!({ "term": { "open.y": "free" } }),
    ] {
        assert_eq!(found(&query), Ok(true), "{query}");
    }
    for query in [
        json!({ "match": { "name": "nova" } }),
        json!({ "term": { "title.raw": "fox" } }),
        json!({ "range": { "size": { "gt": 9 } } }),
        json!({ "term": { "addr": "10.1.0.0/16" } }),
        json!({ "range": { "day": { "gt": "2026/02/01" } } }),
        json!({ "term": { "blob.x": "deep" } }),
        json!({ "term": { "other": "z" } }),
        json!({ "exists": { "field": "other" } }),
        json!({ "exists": { "field": "hidden" } }),
    ] {
        assert_eq!(found(&query), Ok(false), "{query}");
    }
}

#[test]
fn what_a_field_cannot_hold_is_refused() {
    assert!(matches!(
        found(&json!({ "term": { "addr": "nonsense" } })),
        Err(MappingError::NoAddress { .. })
    ));
    assert!(matches!(
        found(&json!({ "term": { "hidden": "x" } })),
        Err(MappingError::NotSearched { .. })
    ));
    assert!(matches!(
        found(&json!({ "range": { "day": { "gte": "2026-02-01" } } })),
        Err(MappingError::Date(_))
    ));
}

#[test]
fn a_strict_object_takes_its_own_fields_only() {
    let mappings = json!({
        "dynamic": "strict",
        "properties": { "n": { "type": "long" }, "o": { "type": "object", "dynamic": true } }
    });
    let strict = Mapping::read(mappings.as_object().expect("an object"), &Value::Null);
    let check = |document: Value| strict.check(document.as_object().expect("an object"));
    assert!(strict.is_strict() && !mapping().is_strict());
    assert_eq!(
        check(json!({ "n": 1, "o": { "free": [{ "x": 1 }] }, "none": null })),
        Ok(())
    );
    assert_eq!(
        check(json!({ "n": 1, "other": 2 })),
        Err(Unmapped {
            field: "other".to_owned(),
            object: "_doc".to_owned(),
        })
    );
}
