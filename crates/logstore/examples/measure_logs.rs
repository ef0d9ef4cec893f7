//! Stores the events of `bench-events`, without HTTP, and prints what ingest, disk and queries cost:
//! `cargo run --release -p swarmscope-logstore --example measure_logs -- [EVENTS] [FOLDER] [QUERY]`.
//!
//! Figures are this machine's, of this run. A folder that holds events already is only queried.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use swarmscope_bench_events::{Events, Field as EventField};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, DateHistogram, Direction, Interval, PatternsAggregation,
    TermsAggregation, TermsOrder,
};
use swarmscope_query::ast::{BoolQuery, Bound, Field, Operator, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Action, LogStore, SearchRequest, SortKey, StoreError, TrackTotal, WriteOperation,
};

/// The server's, so that memory is what it takes there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Documents a request, as a collector sends them.
const BATCH: u64 = 1000;
/// The time that all events lie in.
const SPAN_MS: i64 = 24 * 3600 * 1000;
const SEED: u64 = 1;
/// Longer than threads stay that wait for work.
const REST: Duration = Duration::from_secs(12);
/// How often every query is asked.
const ROUNDS: usize = 101;

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
    println!(
        "memory, then        {:>9} kB, {} kB of it no files",
        status("VmRSS:").unwrap_or_default(),
        status("RssAnon:").unwrap_or_default()
    );
    tokio::time::sleep(REST).await;
    swarmscope_logstore::memory::give_back();
    println!(
        "memory, idle        {:>9} kB, {} kB of it no files",
        status("VmRSS:").unwrap_or_default(),
        status("RssAnon:").unwrap_or_default()
    );
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
        "CPU                 {cpu:>9.2} s   {:.0} MB/s of CPU, merging included",
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
    println!(
        "query                              first ms median ms    CPU ms      hits   ({documents} documents)"
    );
    selective(logs, &Events::new(SEED, documents, 0..1)).await?;
    scans(logs, first, last).await
}

fn is(field: &str, value: &str) -> Query {
    Query::exactly(field, Scalar::Text(value.to_owned()))
}

/// Queries that few events answer.
async fn selective(logs: &EmbeddedLogs, events: &Events) -> Result<(), Failure> {
    let in_message = |text: String| Query::Match {
        field: Field::from_text("message"),
        text,
        operator: Operator::And,
        minimum: None,
    };
    ask(logs, "correlation id", 100, &[], |round| {
        let id = events.id(EventField::CorrelationId, round);
        is("metadata.correlation_id", &id)
    })
    .await?;
    ask(logs, "newest 50 of ERROR", 50, &[], |_| {
        is("severity", "ERROR")
    })
    .await?;
    ask(logs, "two rare words, any field", 100, &[], |round| {
        let [one, two] = events.rare_words(round);
        Query::Bool(BoolQuery {
            must: vec![word(&one), word(&two)],
            ..BoolQuery::default()
        })
    })
    .await?;
    ask(logs, "two rare words, message", 100, &[], |round| {
        in_message(events.rare_words(round).join(" "))
    })
    .await?;
    ask(logs, "phrase", 100, &[], |round| Query::Phrase {
        field: Field::from_text("message"),
        text: events.phrase(round),
        slop: 0,
        prefix: false,
    })
    .await?;
    ask(logs, "newest 100", 100, &[], |_| Query::All).await?;
    Ok(())
}

/// Queries that look at every event.
async fn scans(logs: &EmbeddedLogs, first: i64, last: i64) -> Result<(), Failure> {
    let all = |_| Query::All;
    let failed = |_| is("event_type", "task_failed");
    ask(
        logs,
        "histogram by severity",
        0,
        &histogram(first, last),
        all,
    )
    .await?;
    ask(
        logs,
        "top 10 agents of task_failed",
        0,
        &[top("agent_name.keyword")],
        failed,
    )
    .await?;
    let task = "metadata.task_id.keyword".to_owned();
    let distinct = AggregationKind::Cardinality { field: task };
    ask(
        logs,
        "cardinality of task ids",
        0,
        &[named(distinct, Vec::new())],
        all,
    )
    .await?;
    let mut by_type = top("event_type.keyword");
    by_type.within = vec![named(
        AggregationKind::Percentiles {
            field: "metadata.duration".to_owned(),
            percents: vec![50.0, 95.0, 99.0],
        },
        Vec::new(),
    )];
    ask(logs, "percentiles of duration by type", 0, &[by_type], all).await?;
    let patterns = named(
        AggregationKind::Patterns(PatternsAggregation {
            field: "message".to_owned(),
            size: 1_000,
            samples: 3,
        }),
        Vec::new(),
    );
    ask(
        logs,
        "patterns of messages",
        0,
        std::slice::from_ref(&patterns),
        all,
    )
    .await?;
    let mut told = histogram(first, last);
    told.extend([top("severity"), top("agent_name")]);
    let patterns = Aggregation {
        within: told,
        ..patterns
    };
    ask(
        logs,
        "patterns, and what is told of them",
        0,
        &[patterns],
        all,
    )
    .await?;
    ask(logs, "word prefix in message, scanned", 10, &[], |_| {
        Query::Prefix {
            field: Field::from_text("message"),
            value: "summaris".into(),
            case: swarmscope_query::ast::Case::Analyzed,
        }
    })
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

fn named(kind: AggregationKind, within: Vec<Aggregation>) -> Aggregation {
    Aggregation {
        name: "asked".to_owned(),
        kind,
        within,
    }
}

fn top(field: &str) -> Aggregation {
    let terms = AggregationKind::Terms(TermsAggregation {
        field: field.to_owned(),
        size: 10,
        min_doc_count: 1,
        order: vec![(TermsOrder::Count, Direction::Descending)],
        missing: None,
    });
    named(terms, Vec::new())
}

fn histogram(first: i64, last: i64) -> Vec<Aggregation> {
    let histogram = AggregationKind::DateHistogram(DateHistogram {
        field: "timestamp".to_owned(),
        interval: Interval::Fixed(((last - first) / 48).max(1)),
        offset_ms: 0,
        time_zone: jiff::tz::TimeZone::UTC,
        min_doc_count: 0,
        extended_bounds: None,
        hard_bounds: None,
        order: Vec::new(),
    });
    vec![named(histogram, vec![top("severity.keyword")])]
}

/// What matches a query in a range of time.
fn within(query: Query, (first, last): (i64, i64)) -> Query {
    let bound = |instant: i64| Bound {
        value: Scalar::Integer(instant),
        instant: Some(instant),
        inclusive: true,
        formatted: false,
        time_zone: None,
    };
    let range = Query::Range {
        field: Field::from_text("timestamp"),
        lower: Some(bound(first)),
        upper: Some(bound(last)),
    };
    Query::Bool(BoolQuery {
        filter: vec![query, range],
        ..BoolQuery::default()
    })
}

/// Asks a query often, with another id or word in every round, and prints what it cost.
async fn ask(
    logs: &EmbeddedLogs,
    what: &str,
    size: usize,
    aggregations: &[Aggregation],
    query: impl Fn(u64) -> Query,
) -> Result<(), StoreError> {
    let only = std::env::args().nth(3);
    if only.is_some_and(|only| !what.contains(&only)) {
        return Ok(());
    }
    let stored = logs.indices(&IndexExpression::all()).await?;
    let (first, last) = stored[0].time.unwrap_or((0, 1));
    let mut times = Vec::with_capacity(ROUNDS);
    let mut hits = 0;
    let mut cpu = 0.0;
    for round in 0..ROUNDS {
        // Another range in every round; all of them leave out a few events.
        let range = (first + round as i64, last - round as i64);
        let request = SearchRequest {
            sort: vec![SortKey::Time(Direction::Descending)],
            size,
            total: TrackTotal::No,
            aggregations: aggregations.to_vec(),
            ..SearchRequest::new(IndexExpression::all(), within(query(round as u64), range))
        };
        if round == 1 {
            cpu = cpu_seconds();
        }
        let begin = Instant::now();
        let reply = logs.search(request).await?;
        times.push(milliseconds(begin.elapsed()));
        hits = reply.hits.len();
    }
    let cpu = (cpu_seconds() - cpu) * 1e3 / (ROUNDS - 1) as f64;
    let first = times.remove(0);
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!("{what:<34} {first:>8.2} {median:>9.2} {cpu:>9.2} {hits:>9}");
    Ok(())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// User and system time of this process so far, in ticks of 10 ms.
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
