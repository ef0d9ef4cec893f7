//! Files of metrics with times, as OpenMetrics or Prometheus's text format, into a running server by remote
//! write. Samples go in the order of their times, because stores take them in that order.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::ProgressBar;
use reqwest::StatusCode;
use serde::Serialize;
use swarmscope_model::metrics::{Labels, SampleValue};
use swarmscope_prometheus_config::ScrapeProtocol;
use swarmscope_prometheus_wire::compression::compress;
use swarmscope_prometheus_wire::types::Sample;
use swarmscope_prometheus_wire::write_v2::{Request, Symbols, TimeSeries};
use swarmscope_prometheus_wire::{Message, histogram};
use swarmscope_scrape::exposition::{Entry, HistogramChoice, Parser};

use crate::arguments::ImportArguments;
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::thousands;

/// Samples of a request: as many as Prometheus sends at once.
const BATCH: usize = 2_000;
/// How often a busy server is asked, the first wait doubling each time.
const TRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// What tells OpenMetrics from the older format.
const OPENMETRICS_END: &str = "# EOF";
const KIND: &str = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
const WRITTEN: [&str; 2] = [
    "x-prometheus-remote-write-samples-written",
    "x-prometheus-remote-write-histograms-written",
];

/// What became of the samples.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    series: usize,
    samples: u64,
    stored: u64,
    refused: u64,
    /// Samples without a time, which nobody can place.
    without_time: u64,
    #[serde(skip)]
    first_refusal: Option<String>,
}

/// A file in memory, by time.
#[derive(Default)]
struct Page {
    series: Vec<Labels>,
    samples: Vec<(i64, usize, SampleValue)>,
    without_time: u64,
}

/// Runs `swarmscope import --prometheus`.
///
/// # Errors
/// When a file cannot be read or is none, the server cannot be reached, or a sample was refused.
pub async fn run(arguments: ImportArguments) -> Result<(), Failure> {
    // All files are read before the first sample is sent: a mistake in one leaves nothing half done.
    let pages: Vec<Page> = arguments.files.iter().map(read).collect::<Result<_, _>>()?;
    let client = Client::new(
        &arguments.prometheus_url,
        arguments.elastic.credentials.resolve()?,
        "--prometheus-url",
    );
    let total: usize = pages.iter().map(|page| page.samples.len()).sum();
    // indicatif draws nothing where standard error is no terminal.
    let progress = ProgressBar::new(total as u64);
    let mut outcome = Outcome::default();
    for page in pages {
        outcome.series += page.series.len();
        outcome.without_time += page.without_time;
        for batch in page.samples.chunks(BATCH) {
            send(&client, &page.series, batch, &mut outcome).await?;
            progress.inc(batch.len() as u64);
        }
    }
    progress.finish_and_clear();
    report(&outcome, arguments.json);
    match outcome.first_refusal {
        Some(reason) => Err(Failure::with_hint(
            format!(
                "{} of {} samples were refused; the first: {reason}",
                outcome.refused, outcome.samples
            ),
            "samples of the past need room beside those of the present: start the server with --prometheus-config and \
             `storage: {tsdb: {out_of_order_time_window: 30d}}` in that file, as long as the samples are old",
        )),
        None => Ok(()),
    }
}

fn read(path: &PathBuf) -> Result<Page, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::with_hint(
            format!("cannot read {}: {error}", path.display()),
            "check the path and its permissions; nothing was imported",
        )
    })?;
    parse(path, &bytes)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Page, Failure> {
    let text = String::from_utf8_lossy(bytes);
    let protocol = if text.trim_end().ends_with(OPENMETRICS_END) {
        ScrapeProtocol::OpenMetricsText1_0_0
    } else {
        ScrapeProtocol::PrometheusText0_0_4
    };
    let wrong = |reason: String| {
        Failure::with_hint(
            format!("{}: {reason}", path.display()),
            "the file has to be OpenMetrics, which ends with # EOF, or Prometheus's text format; nothing was imported",
        )
    };
    let mut parser = Parser::new(bytes, protocol, HistogramChoice::default())
        .map_err(|error| wrong(error.to_string()))?;
    let mut page = Page::default();
    let mut known: HashMap<Labels, usize> = HashMap::new();
    while let Some(entry) = parser
        .next_entry()
        .map_err(|error| wrong(error.to_string()))?
    {
        let Entry::Sample(sample) = entry else {
            continue;
        };
        let Some(time) = sample.timestamp else {
            page.without_time += 1;
            continue;
        };
        let labels = sample.labels().map_err(|error| wrong(error.to_string()))?;
        let next = page.series.len();
        let series = *known.entry(labels.clone()).or_insert(next);
        if series == next {
            page.series.push(labels);
        }
        page.samples.push((time, series, sample.value));
    }
    page.samples.sort_by_key(|(time, ..)| *time);
    Ok(page)
}

async fn send(
    client: &Client,
    series: &[Labels],
    batch: &[(i64, usize, SampleValue)],
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let body =
        compress(&message(series, batch)).map_err(|error| Failure::new(error.to_string()))?;
    outcome.samples += batch.len() as u64;
    let mut wait = FIRST_WAIT;
    for _ in 0..TRIES {
        let request = client
            .post("/api/v1/write")
            .header("content-type", KIND)
            .header("content-encoding", "snappy")
            .body(body.clone());
        let response = client.send(request).await?;
        let status = response.status();
        if status.is_server_error() {
            tokio::time::sleep(wait).await;
            wait *= 2;
            continue;
        }
        let count = |name: &&str| {
            let value = response.headers().get(*name)?;
            value.to_str().ok()?.parse::<u64>().ok()
        };
        let stored: u64 = WRITTEN.iter().filter_map(count).sum();
        outcome.stored += stored;
        outcome.refused += batch.len() as u64 - stored.min(batch.len() as u64);
        if status != StatusCode::NO_CONTENT {
            let text = response.text().await.unwrap_or_default();
            let first = text.lines().next().unwrap_or("no reason given").to_owned();
            outcome.first_refusal.get_or_insert(first);
        }
        return Ok(());
    }
    Err(Failure::with_hint(
        "the server is busy",
        "try again later: samples that are stored already are refused and not doubled",
    ))
}

fn message(series: &[Labels], batch: &[(i64, usize, SampleValue)]) -> Vec<u8> {
    let mut symbols = Symbols::default();
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut all: Vec<TimeSeries> = Vec::new();
    for (time, index, value) in batch {
        let place = *places.entry(*index).or_insert_with(|| {
            all.push(TimeSeries {
                labels_refs: symbols.references(&series[*index]),
                ..TimeSeries::default()
            });
            all.len() - 1
        });
        match value {
            SampleValue::Float(value) => all[place].samples.push(Sample {
                value: *value,
                timestamp: *time,
                start_timestamp: 0,
            }),
            SampleValue::Histogram(value) => {
                all[place]
                    .histograms
                    .push(histogram::to_message(value, *time));
            }
        }
    }
    let request = Request {
        symbols: symbols.finish(),
        timeseries: all,
    };
    request.encode_to_vec()
}

fn report(outcome: &Outcome, json: bool) {
    if json {
        anstream::println!("{}", serde_json::json!({ "outcome": outcome }));
        return;
    }
    let mut details = vec![format!("{} stored", thousands(outcome.stored))];
    for (count, what) in [
        (outcome.refused, "refused"),
        (outcome.without_time, "without a time left out"),
    ] {
        if count > 0 {
            details.push(format!("{} {what}", thousands(count)));
        }
    }
    anstream::println!(
        "{} samples of {} series: {}",
        thousands(outcome.samples),
        thousands(outcome.series as u64),
        details.join(", ")
    );
}
