//! Stores the events of `bench-events`, without HTTP, and prints what ingest, disk and queries cost:
//! `cargo run --release -p swarmscope-logstore --example measure -- [EVENTS] [FOLDER]`.
//!
//! Figures are this machine's, of this run. A folder that holds events already is only queried.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use swarmscope_bench_events::{Events, Field as EventField};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, DateHistogram, Direction, Interval, TermsAggregation, TermsOrder,
};
use swarmscope_query::ast::{BoolQuery, Field, Operator, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Action, LogStore, SearchRequest, SortKey, StoreError, WriteOperation,
};

/// Documents a request, as a collector sends them.
const BATCH: u64 = 1000;
/// The time that all events lie in.
const SPAN_MS: i64 = 24 * 3600 * 1000;
const SEED: u64 = 1;
/// How often every query is asked.
const ROUNDS: usize = 15;

type Failure = Box<dyn std::error::Error>;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let events: u64 = arguments
        .next()
        .map_or(Ok(1_000_000), |text| text.parse())?;
    let scratch = tempfile::tempdir()?;
    let folder = arguments
        .next()
        .map_or(scratch.path().join("logs"), PathBuf::from);
    let options = Options {
        retention_age: None,
        ..Options::new(&folder)
    };
    let opening = Instant::now();
    let logs = Arc::new(EmbeddedLogs::open(options)?);
    println!(
        "open                {:>9.1} ms",
        milliseconds(opening.elapsed())
    );
    if logs.stats().documents == 0 {
        ingest(&logs, events).await?;
    }
    queries(&logs).await?;
    println!(
        "memory, peak        {:>9} kB",
        status("VmHWM:").unwrap_or_default()
    );
    Ok(())
}

async fn ingest(logs: &Arc<EmbeddedLogs>, count: u64) -> Result<(), Failure> {
    let end = Timestamp::now().as_millisecond();
    let events = Events::new(SEED, count, end - SPAN_MS..end);
    let (begin, cpu) = (Instant::now(), cpu_seconds());
    let (mut raw, mut generating) = (0, 0.0);
    for first in (0..count).step_by(BATCH as usize) {
        let before = cpu_seconds();
        let operations: Vec<_> = (first..(first + BATCH).min(count))
            .map(|number| operation(&events, number))
            .collect();
        generating += cpu_seconds() - before;
        raw += operations
            .iter()
            .map(|operation| operation.source.len() as u64)
            .sum::<u64>();
        for result in logs.write(operations).await? {
            result?;
        }
    }
    let written = begin.elapsed();
    let own = Arc::clone(logs);
    tokio::task::spawn_blocking(move || {
        own.flush();
        own.maintain();
    })
    .await?;
    let cpu = cpu_seconds() - cpu - generating;
    let stats = logs.stats();
    let megabytes = raw as f64 / 1e6;
    println!("events              {count:>9}   raw {megabytes:.1} MB");
    println!(
        "acknowledged after  {:>9.2} s   {:.0} events/s, {} fsyncs",
        written.as_secs_f64(),
        count as f64 / written.as_secs_f64(),
        stats.fsyncs
    );
    println!(
        "CPU                 {cpu:>9.2} s   {:.0} MB/s of CPU, merging included (clock ticks of 10 ms)",
        megabytes / cpu
    );
    println!(
        "memory, peak        {:>9} kB",
        status("VmHWM:").unwrap_or_default()
    );
    println!(
        "disk                {:>9.1} MB  {:.1}x smaller, {} segments, {} merges",
        stats.segment_bytes as f64 / 1e6,
        raw as f64 / stats.segment_bytes as f64,
        stats.segments,
        stats.merges
    );
    Ok(())
}

fn operation(events: &Events, number: u64) -> WriteOperation {
    let mut source = Vec::new();
    events.append(number, &mut source);
    WriteOperation {
        index: "filebeat-swarmscope-measure".into(),
        action: Action::Create,
        id: None,
        source: source.into(),
    }
}

async fn queries(logs: &EmbeddedLogs) -> Result<(), Failure> {
    let stored = logs.indices(&IndexExpression::all()).await?;
    let (first, last) = stored[0].time.unwrap_or((0, 1));
    let documents = stored[0].documents;
    println!("query                    first ms   median ms    hits   ({documents} documents)");
    let events = Events::new(SEED, documents, 0..1);
    let newest = request(Query::All, 100, histogram(first, last));
    ask(logs, "newest 100, histogram by severity", newest).await?;
    let correlation = Query::exactly(
        "metadata.correlation_id",
        Scalar::Text(events.id(EventField::CorrelationId, 0)),
    );
    ask(
        logs,
        "exact correlation id",
        request(correlation, 100, Vec::new()),
    )
    .await?;
    let [one, two] = events.rare_words(0);
    let both = Query::Bool(BoolQuery {
        must: vec![word(&one), word(&two)],
        ..BoolQuery::default()
    });
    ask(
        logs,
        "two rare words, any field",
        request(both, 100, Vec::new()),
    )
    .await?;
    let message = Query::Match {
        field: Field::from_text("message"),
        text: format!("{one} {two}"),
        operator: Operator::And,
        minimum: None,
    };
    ask(
        logs,
        "two rare words, message",
        request(message, 100, Vec::new()),
    )
    .await?;
    let errors = Query::exactly("severity", Scalar::Text("ERROR".into()));
    ask(logs, "newest 50 of ERROR", request(errors, 50, Vec::new())).await?;
    let failed = Query::exactly("event_type", Scalar::Text("task_failed".into()));
    ask(
        logs,
        "top 10 agents of task_failed",
        request(failed, 0, vec![top("agent_name.keyword")]),
    )
    .await?;
    let prefix = Query::Prefix {
        field: Field::from_text("message"),
        value: "summaris".into(),
        case: swarmscope_query::ast::Case::Analyzed,
    };
    ask(
        logs,
        "word prefix in message, scanned",
        request(prefix, 10, Vec::new()),
    )
    .await?;
    Ok(())
}

fn word(word: &str) -> Query {
    Query::Match {
        field: Field::Any,
        text: word.to_owned(),
        operator: Operator::And,
        minimum: None,
    }
}

fn request(query: Query, size: usize, aggregations: Vec<Aggregation>) -> SearchRequest {
    SearchRequest {
        sort: vec![SortKey::Time(Direction::Descending)],
        size,
        aggregations,
        ..SearchRequest::new(IndexExpression::all(), query)
    }
}

fn top(field: &str) -> Aggregation {
    Aggregation {
        name: "top".to_owned(),
        kind: AggregationKind::Terms(TermsAggregation {
            field: field.to_owned(),
            size: 10,
            min_doc_count: 1,
            order: vec![(TermsOrder::Count, Direction::Descending)],
            missing: None,
        }),
        within: Vec::new(),
    }
}

fn histogram(first: i64, last: i64) -> Vec<Aggregation> {
    vec![Aggregation {
        name: "over_time".to_owned(),
        kind: AggregationKind::DateHistogram(DateHistogram {
            field: "timestamp".to_owned(),
            interval: Interval::Fixed(((last - first) / 60).max(1)),
            offset_ms: 0,
            time_zone: jiff::tz::TimeZone::UTC,
            min_doc_count: 0,
            extended_bounds: None,
            hard_bounds: None,
            order: None,
        }),
        within: vec![top("severity.keyword")],
    }]
}

async fn ask(logs: &EmbeddedLogs, what: &str, request: SearchRequest) -> Result<(), StoreError> {
    let mut times = Vec::with_capacity(ROUNDS);
    let mut total = 0;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let reply = logs.search(request.clone()).await?;
        times.push(milliseconds(begin.elapsed()));
        total = reply.total.map_or(0, |total| total.count);
    }
    let first = times[0];
    times.sort_by(f64::total_cmp);
    println!(
        "{what:<34} {first:>8.2} {:>9.2} {total:>9}",
        times[ROUNDS / 2]
    );
    Ok(())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// User and system time of this process so far.
fn cpu_seconds() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else {
        return 0.0;
    };
    let fields = stat.rsplit(')').next().unwrap_or("").split_whitespace();
    let ticks: u64 = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    ticks as f64 / 100.0
}

fn status(name: &str) -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    Some(line.split_whitespace().nth(1)?.to_owned())
}
