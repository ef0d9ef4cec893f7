//! Whether an event that is written is found again, by each of its fields.

use std::time::Duration;

use serde_json::{Value, json};
use swarmscope_model::{Event, ExceptionInfo, Severity, Timestamp};

use super::logger::AGENT;
use super::{Installation, Report};

const SECTION: &str = "Log search";
/// Elasticsearch shows what was written at its next refresh.
const TRIES: u32 = 20;
const WAIT: Duration = Duration::from_millis(500);
const REMEDY: &str = "look at the mapping (`curl ELASTIC/INDEX/_mapping`): strings have to be text with a `.keyword` subfield; deploy/elasticsearch has the template";

/// Writes an event and searches it.
pub async fn check(installation: &Installation, report: &mut Report) {
    let event = sample(&installation.mark);
    let index = format!("filebeat-validation-{}", event.timestamp.index_day());
    let written = write(installation, &index, &event).await;
    let there = written.is_ok();
    report.note(
        SECTION,
        "An event is stored",
        written,
        "see whether the log store runs and takes writes: its disk may be full",
    );
    if !there {
        report.skip(
            SECTION,
            "Search, filters, aggregations",
            "there is no event to look for",
            "mend the check above first",
        );
        return;
    }
    report.note(
        SECTION,
        "It comes back equal, with correlation id and exception",
        comes_back(installation, &index, &event).await,
        REMEDY,
    );
    for field in [
        "agent_name",
        "event_type",
        "severity",
        "metadata.correlation_id",
    ] {
        let pointer = format!("/{}", field.replace('.', "/"));
        let source = json!(event);
        let value = source.pointer(&pointer).and_then(Value::as_str);
        let result = found_by(installation, &index, field, value.unwrap_or_default()).await;
        report.note(SECTION, format!("Found by {field}"), result, REMEDY);
    }
    report.note(
        SECTION,
        "Counted by event_type.keyword",
        counted(installation, &index).await,
        REMEDY,
    );
}

fn sample(mark: &str) -> Event {
    let exception = ExceptionInfo {
        kind: "ValidationError".to_owned(),
        message: "raised on purpose".to_owned(),
        traceback: vec!["ValidationError: raised on purpose".to_owned()],
    };
    Event {
        timestamp: Timestamp::now(),
        agent_name: AGENT.to_owned(),
        event_type: "operation_failed".to_owned(),
        severity: Severity::Error,
        message: "An event of `swarmscope validate`".to_owned(),
        metadata: serde_json::Map::from_iter([
            ("correlation_id".to_owned(), json!(mark)),
            ("exception".to_owned(), json!(exception)),
        ]),
    }
}

async fn write(installation: &Installation, index: &str, event: &Event) -> Result<String, String> {
    let action = json!({ "create": { "_index": index, "_id": installation.mark } });
    let body = format!("{action}\n{}\n", event.to_json_line());
    let reply = installation.elastic.post_lines("/_bulk", body).await?;
    if reply["errors"] == false {
        Ok(format!("in {index}"))
    } else {
        Err(format!("the log store refused it: {}", reply["items"]))
    }
}

async fn comes_back(
    installation: &Installation,
    index: &str,
    event: &Event,
) -> Result<String, String> {
    let query = json!({
        "query": { "term": { "metadata.correlation_id.keyword": installation.mark } },
    });
    let mut tries = 0;
    let hits = loop {
        let path = format!("/{index}/_search");
        let reply = installation.elastic.post(&path, &query).await?;
        let hits = reply["hits"]["hits"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if !hits.is_empty() || tries == TRIES {
            break hits;
        }
        tries += 1;
        tokio::time::sleep(WAIT).await;
    };
    match hits.as_slice() {
        [hit] if hit["_source"] == json!(event) => Ok("one hit, equal to what was sent".to_owned()),
        [hit] => Err(format!("it came back as {}", hit["_source"])),
        hits => Err(format!("{} hits instead of one", hits.len())),
    }
}

/// As a filter on the whole value, and as people type it.
async fn found_by(
    installation: &Installation,
    index: &str,
    field: &str,
    value: &str,
) -> Result<String, String> {
    let mine = json!({ "term": { "metadata.correlation_id.keyword": installation.mark } });
    let queries = [
        json!({ "term": { format!("{field}.keyword"): value } }),
        json!({ "query_string": { "query": format!("{field}:\"{value}\"") } }),
    ];
    for query in queries {
        let body = json!({ "query": { "bool": { "filter": [mine, query] } } });
        let path = format!("/{index}/_count");
        let reply = installation.elastic.post(&path, &body).await?;
        if reply["count"] != 1 {
            return Err(format!("{query} finds {} events", reply["count"]));
        }
    }
    Ok(format!("by {field}.keyword and by {field}:\"…\""))
}

async fn counted(installation: &Installation, index: &str) -> Result<String, String> {
    let body = json!({
        "size": 0,
        "query": { "term": { "metadata.correlation_id.keyword": installation.mark } },
        "aggs": { "types": { "terms": { "field": "event_type.keyword" } } },
    });
    let path = format!("/{index}/_search");
    let reply = installation.elastic.post(&path, &body).await?;
    let buckets = &reply["aggregations"]["types"]["buckets"];
    if buckets[0]["key"] == "operation_failed" && buckets[0]["doc_count"] == 1 {
        Ok("one bucket with one event".to_owned())
    } else {
        Err(format!("the buckets are {buckets}"))
    }
}
