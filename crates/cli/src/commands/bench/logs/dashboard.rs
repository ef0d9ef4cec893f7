//! A dashboard: the twelve searches of a page that people leave open on a screen, in one request, as Grafana's
//! Elasticsearch data source sends them.
//!
//! Answers are compared by how many documents and buckets each panel has: those are exact on every side, and what
//! is estimated is compared by questions of its own.

use std::fmt::Write;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Answer, AnswerError};
use super::elastic::INDEX;
use super::question::Asked;

/// Where it goes.
pub const PATH: &str = "/_msearch?max_concurrent_shard_requests=5";
/// What Grafana makes of two days on a panel of some six hundred points.
const INTERVAL: &str = "300000ms";
/// Values of a field in one panel, as its editor proposes.
const VALUES: u64 = 10;
/// Lines of a logs panel.
const LINES: u64 = 100;

/// Its searches, each behind the line that says where to search.
pub fn body(asked: &Asked) -> Vec<u8> {
    // The index is named, so that nothing else is searched; a cache of results would answer reloads.
    let header = json!({
        "ignore_unavailable": true,
        "index": INDEX,
        "request_cache": false,
        "search_type": "query_then_fetch",
    });
    let mut body = String::new();
    for panel in panels(asked) {
        // Writing to a String does not fail.
        let _ = write!(body, "{header}\n{panel}\n");
    }
    body.into_bytes()
}

fn panels(asked: &Asked) -> [Value; 12] {
    let duration = "metadata.duration";
    let counts = || over_time(asked, json!({}));
    let charts = |query: &str, aggregations: Value| {
        let mut search = search(asked, query);
        search["aggs"] = aggregations;
        search
    };
    [
        charts("*", json!({"2": counts()})),
        charts(
            "*",
            json!({"3": values("severity.keyword", json!({"2": counts()}))}),
        ),
        charts(
            "*",
            json!({"3": values("event_type.keyword", json!({"2": counts()}))}),
        ),
        charts(
            "*",
            json!({"3": values("agent_name.keyword", json!({"2": counts()}))}),
        ),
        charts(
            "severity:ERROR OR severity:CRITICAL",
            json!({"2": counts()}),
        ),
        charts(
            "severity:ERROR OR severity:CRITICAL",
            json!({"3": values("metadata.exception.type.keyword", json!({"2": counts()}))}),
        ),
        charts(
            "event_type:task_completed",
            json!({"2": over_time(asked, json!({"1": percentiles(duration)}))}),
        ),
        charts(
            "*",
            json!({"3": values("event_type.keyword", json!({"1": percentiles(duration)}))}),
        ),
        charts(
            "event_type:transient_error_retry",
            json!({"2": over_time(asked, json!({
                "1": {"avg": {"field": duration}},
                "4": {"max": {"field": duration}},
            }))}),
        ),
        charts("*", json!({"3": outcomes(json!({"2": counts()}))})),
        charts(
            "event_type:task_failed",
            json!({"3": values("agent_name.keyword", json!({}))}),
        ),
        newest_errors(asked),
    ]
}

fn search(asked: &Asked, query: &str) -> Value {
    json!({
        "query": {"bool": {"filter": [
            {"range": {"timestamp": {
                "format": "epoch_millis",
                "gte": asked.range.start,
                "lte": asked.range.end,
            }}},
            {"query_string": {"analyze_wildcard": true, "query": query}},
        ]}},
        "size": 0,
    })
}

fn over_time(asked: &Asked, metrics: Value) -> Value {
    json!({
        "aggs": metrics,
        "date_histogram": {
            "extended_bounds": {"max": asked.range.end, "min": asked.range.start},
            "field": "timestamp",
            "fixed_interval": INTERVAL,
            "format": "epoch_millis",
            "min_doc_count": 0,
        },
    })
}

fn values(field: &str, inner: Value) -> Value {
    json!({
        "aggs": inner,
        "terms": {"field": field, "min_doc_count": 1, "order": {"_count": "desc"}, "size": VALUES},
    })
}

fn percentiles(field: &str) -> Value {
    json!({"percentiles": {"field": field, "percents": ["50", "95", "99"]}})
}

/// How tasks ended, a curve for each.
fn outcomes(inner: Value) -> Value {
    let of = |query: &str| json!({"query_string": {"analyze_wildcard": true, "query": query}});
    json!({
        "aggs": inner,
        "filters": {"filters": {
            "completed": of("event_type:task_completed"),
            "failed": of("event_type:task_failed OR event_type:permanent_error"),
            "retried": of("event_type:transient_error_retry AND NOT severity:ERROR"),
        }},
    })
}

fn newest_errors(asked: &Asked) -> Value {
    let mut search = search(asked, "severity:ERROR OR severity:CRITICAL");
    search["docvalue_fields"] = json!(["timestamp"]);
    search["fields"] = json!([{"field": "timestamp", "format": "strict_date_optional_time_nanos"}]);
    search["script_fields"] = json!({});
    search["size"] = LINES.into();
    search["sort"] = json!({
        "timestamp": {"order": "desc", "unmapped_type": "boolean"},
        "_doc": {"order": "desc"},
    });
    search
}

#[derive(Deserialize)]
struct Reply {
    responses: Vec<Response>,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    #[serde(default)]
    hits: Hits,
    #[serde(default)]
    aggregations: Map<String, Value>,
}

#[derive(Default, Deserialize)]
struct Hits {
    #[serde(default)]
    hits: Vec<Value>,
}

/// What the panels show.
///
/// # Errors
/// When the body is not the answer to all of them.
pub fn answer(body: &[u8]) -> Result<Answer, AnswerError> {
    let reply: Reply = serde_json::from_slice(body)?;
    let mut answer = Answer::default();
    for (panel, response) in (1..).zip(reply.responses) {
        if response.status != 200 {
            return Err(AnswerError::Status {
                panel,
                status: response.status,
            });
        }
        let mut shown = Shown::default();
        shown.add(&response.aggregations);
        answer.add(
            format!("panel {panel} lines"),
            response.hits.hits.len() as f64,
        );
        answer.add(format!("panel {panel} buckets"), shown.buckets as f64);
        answer.add(format!("panel {panel} documents"), shown.documents as f64);
    }
    Ok(answer)
}

/// What aggregations have in all.
#[derive(Default)]
struct Shown {
    buckets: u64,
    documents: u64,
}

impl Shown {
    /// Adds up the buckets of aggregations, and of those within their buckets.
    fn add(&mut self, aggregations: &Map<String, Value>) {
        for aggregation in aggregations.values() {
            match aggregation.get("buckets") {
                Some(Value::Array(buckets)) => buckets.iter().for_each(|each| self.bucket(each)),
                Some(Value::Object(named)) => named.values().for_each(|each| self.bucket(each)),
                _ => {}
            }
        }
    }

    fn bucket(&mut self, bucket: &Value) {
        self.buckets += 1;
        self.documents += bucket["doc_count"].as_u64().unwrap_or_default();
        if let Some(inner) = bucket.as_object() {
            self.add(inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::bench::logs::question::Question;

    #[test]
    fn every_panel_is_two_lines_of_a_multiple_search() {
        let asked = Asked {
            question: Question::Dashboard,
            range: 1000..2000,
        };
        let body = body(&asked);
        let lines: Vec<Value> = body
            .strip_suffix(b"\n")
            .expect("the last line ends")
            .split(|byte| *byte == b'\n')
            .map(|line| serde_json::from_slice(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), 24);
        for two in lines.chunks(2) {
            assert_eq!(two[0]["index"], INDEX);
            let range = &two[1]["query"]["bool"]["filter"][0]["range"]["timestamp"];
            assert_eq!((&range["gte"], &range["lte"]), (&json!(1000), &json!(2000)));
        }
    }

    #[test]
    fn buckets_within_buckets_count() {
        let reply = json!({"responses": [
            {"status": 200, "hits": {"hits": []}, "aggregations": {"3": {"buckets": [
                {"key": "a", "doc_count": 3, "2": {"buckets": [{"key": 1, "doc_count": 2}]}},
            ]}}},
            {"status": 200, "hits": {"hits": [{}, {}]}},
            {"status": 200, "aggregations": {"3": {"buckets": {"failed": {"doc_count": 7}}}}},
        ]});
        let answer = answer(reply.to_string().as_bytes()).expect("an answer");
        let mut expected = Answer::default();
        for (name, number) in [
            ("panel 1 lines", 0.0),
            ("panel 1 buckets", 2.0),
            ("panel 1 documents", 5.0),
            ("panel 2 lines", 2.0),
            ("panel 2 buckets", 0.0),
            ("panel 2 documents", 0.0),
            ("panel 3 lines", 0.0),
            ("panel 3 buckets", 1.0),
            ("panel 3 documents", 7.0),
        ] {
            expected.add(name, number);
        }
        assert_eq!(answer, expected);
    }

    #[test]
    fn a_panel_that_fails_is_no_answer() {
        let reply = json!({"responses": [{"status": 200}, {"status": 400, "error": {}}]});
        let error = answer(reply.to_string().as_bytes()).expect_err("a panel failed");
        assert_eq!(
            error.to_string(),
            "panel 2 of the dashboard was answered with status 400"
        );
    }
}
