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

/// Whether a document with such a date is found by a range.
fn in_range(format: &str, date: &Value, range: &Value) -> bool {
    let mappings = json!({ "properties": { "at": { "type": "date", "format": format } } });
    let mapping = Mapping::read(mappings.as_object().expect("an object"), &Value::Null);
    let now = Timestamp::from_millisecond(0);
    let query = json!({ "query": { "range": { "at": range } } }).to_string();
    let query = query_body(&query, now).expect("a query");
    let query = compile(&mapping.apply(&query, now).expect("a query")).expect("a query");
    let document = json!({ "at": date }).to_string();
    let document = Document::parse(document.as_bytes()).expect("a document");
    query.matches(&document, "1", 0)
}

#[test]
fn ranges_of_dates_are_of_times_in_every_format() {
    let two = "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis";
    let either = "yyyy-MM-dd||yyyy/MM/dd";
    let cases = json!([
        [two, "2026/02/01", { "lt": "2026/02/01 00:00:00" }, false],
        [two, "2026/02/01", { "gte": "2026/02/01 00:00:00" }, true],
        [two, 1_769_904_000_000_i64, { "gte": "2026/02/01" }, true],
        [either, "2026/02/01", { "lt": "2026-03-01" }, true],
        [either, "2026/04/01", { "lt": "2026-03-01" }, false],
        ["dd_MM_yyyy", "02_01_2026", { "gt": "01_02_2026" }, false],
        ["dd_MM_yyyy", "01_02_2026", { "gt": "02_01_2026" }, true],
        ["yyyy-M-d", "2026-10-1", { "gt": "2026-9-1" }, true],
        ["yyyy-M-d", "2026-9-1", { "gt": "2026-10-1" }, false],
        ["yyyy-MM-dd HH:mmZ", "2026-02-01 00:30+0100", { "lt": "2026-02-01 00:00+0000" }, true],
        ["yyyy-MM-dd HH:mmXXX", "2026-01-31 23:30-01:00", { "gte": "2026-02-01 00:00Z" }, true],
        ["basic_date", 20_260_201, { "gte": "20260131" }, true],
        ["yyyy-MM-dd HH:mm", "2026-02-01 10:00", { "gt": "2026-02-01 09:59" }, true],
        ["strict_date||epoch_millis", 1_769_904_000_000_i64, { "gte": "2026-02-01" }, true]
    ]);
    for case in cases.as_array().expect("cases") {
        let format = case[0].as_str().expect("a format");
        assert_eq!(in_range(format, &case[1], &case[2]), case[3], "{case}");
    }
}
