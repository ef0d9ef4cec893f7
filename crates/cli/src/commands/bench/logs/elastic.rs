//! The questions in Elasticsearch's language, for ours, Elasticsearch and OpenSearch.

use serde::Deserialize;
use serde_json::{Value, json};

use super::BUCKET_MS;
use super::answer::{Answer, AnswerError};
use super::dashboard;
use super::question::{Asked, FEW, NEWEST, PERCENTILES, Question, TOP};

/// The index that events are written to.
pub const INDEX: &str = "swarmscope-bench";
/// Before each event of a bulk.
pub const ACTION: &[u8] = b"{\"create\":{}}\n";
/// Buckets of fields with few values: more than they have.
const ALL_VALUES: u64 = 20;

/// Where bulks go.
pub fn bulk_path() -> String {
    format!("/{INDEX}/_bulk")
}

/// Where searches go. No side may answer from a cache of results.
fn search_path() -> String {
    format!("/{INDEX}/_search?request_cache=false")
}

/// Where a question goes, and how it is put. Searches are sent as JSON lines, too: no server minds.
pub fn request(asked: &Asked) -> (String, Vec<u8>) {
    let hits = |clause: Value, size: u64| {
        json!({
            "query": filtered(asked, clause),
            "sort": [{"timestamp": "desc"}],
            "size": size,
            "track_total_hits": false,
        })
    };
    let aggregation = |clause: Value, aggregation: Value| {
        json!({
            "query": filtered(asked, clause),
            "size": 0,
            "track_total_hits": false,
            "aggs": {"asked": aggregation},
        })
    };
    let everything = json!({"match_all": {}});
    let search = match &asked.question {
        Question::Dashboard => return (dashboard::PATH.to_owned(), dashboard::body(asked)),
        Question::CorrelationId(id) => hits(
            json!({"term": {"metadata.correlation_id.keyword": id}}),
            FEW,
        ),
        Question::NewestErrors => hits(json!({"term": {"severity.keyword": "ERROR"}}), NEWEST),
        Question::RareWords(words) => {
            let query = words.join(" ");
            hits(
                json!({"match": {"message": {"query": query, "operator": "and"}}}),
                FEW,
            )
        }
        Question::Phrase(phrase) => hits(json!({"match_phrase": {"message": phrase}}), FEW),
        Question::Histogram => aggregation(
            everything,
            json!({
                "date_histogram": {"field": "timestamp", "fixed_interval": format!("{BUCKET_MS}ms")},
                "aggs": {"severities": terms("severity.keyword", ALL_VALUES)},
            }),
        ),
        Question::FailingAgents => aggregation(
            json!({"term": {"event_type.keyword": "task_failed"}}),
            terms("agent_name.keyword", TOP),
        ),
        Question::TaskCount => aggregation(
            everything,
            json!({"cardinality": {"field": "metadata.task_id.keyword"}}),
        ),
        Question::DurationPercentiles => {
            let mut by_type = terms("event_type.keyword", ALL_VALUES);
            by_type["aggs"] = json!({"durations": {
                "percentiles": {"field": "metadata.duration", "percents": PERCENTILES},
            }});
            aggregation(everything, by_type)
        }
    };
    (search_path(), search.to_string().into_bytes())
}

fn terms(field: &str, size: u64) -> Value {
    json!({"terms": {"field": field, "size": size}})
}

fn filtered(asked: &Asked, clause: Value) -> Value {
    let range = json!({"range": {"timestamp": {
        "gte": asked.range.start,
        "lt": asked.range.end,
        "format": "epoch_millis",
    }}});
    json!({"bool": {"filter": [clause, range]}})
}

#[derive(Deserialize)]
struct Reply {
    hits: Hits,
    aggregations: Option<Aggregations>,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    #[serde(rename = "_source")]
    source: Source,
}

#[derive(Deserialize)]
struct Source {
    timestamp: String,
}

#[derive(Deserialize)]
struct Aggregations {
    asked: Asking,
}

/// The aggregation's answer: a number or buckets.
#[derive(Deserialize)]
struct Asking {
    value: Option<f64>,
    #[serde(default)]
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
struct Bucket {
    key: Value,
    doc_count: u64,
    severities: Option<Asking>,
    durations: Option<Percentiles>,
}

#[derive(Deserialize)]
struct Percentiles {
    values: std::collections::BTreeMap<String, Option<f64>>,
}

/// What a search found.
///
/// # Errors
/// When the body is not a search's answer.
pub fn answer(question: &Question, body: &[u8]) -> Result<Answer, AnswerError> {
    if *question == Question::Dashboard {
        return dashboard::answer(body);
    }
    let reply: Reply = serde_json::from_slice(body)?;
    let mut answer = Answer::default();
    for hit in reply.hits.hits {
        answer.hit(&hit.source.timestamp)?;
    }
    let Some(Aggregations { asked }) = reply.aggregations else {
        return Ok(answer);
    };
    if let Some(value) = asked.value {
        answer.add("value", value);
    }
    for (rank, bucket) in asked.buckets.iter().enumerate() {
        let key = text(&bucket.key);
        match (question, &bucket.severities, &bucket.durations) {
            (Question::FailingAgents, ..) => answer.ranked(rank, bucket.doc_count as f64),
            (_, Some(severities), _) => {
                for severity in &severities.buckets {
                    let name = format!("{key} {}", text(&severity.key));
                    answer.add(name, severity.doc_count as f64);
                }
            }
            (_, None, Some(durations)) => {
                for (percent, value) in &durations.values {
                    let percent = percent.trim_end_matches(".0");
                    if let Some(value) = value {
                        answer.add(format!("{key} p{percent}"), *value);
                    }
                }
            }
            (_, None, None) => answer.add(key, bucket.doc_count as f64),
        }
    }
    Ok(answer)
}

fn text(key: &Value) -> String {
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}
