//! Sends a data set by remote write.

use std::time::Duration;

use anyhow::Result;
use futures::future::try_join_all;
use indicatif::{ProgressBar, ProgressStyle};
use swarmscope_model::metrics::SampleValue;
use swarmscope_prometheus_wire::types::{Sample, TimeSeries, WriteRequest, to_labels};
use swarmscope_prometheus_wire::{Message, compression, histogram};

use crate::dataset::{Dataset, Source};
use crate::server::Server;

/// Samples of one request; Prometheus itself sends 2,000 unless configured.
const BATCH: usize = 5_000;

/// One connection's part of the series, with what waits for the next request.
struct Shard {
    /// The series of this shard, with what waits to be sent.
    series: Vec<TimeSeries>,
    samples: usize,
}

/// Loads everything over `connections` connections at once, each with its share of the series; returns the
/// number of samples.
///
/// # Errors
/// When a request is refused.
pub async fn load(server: &Server, mut data: Dataset, connections: usize) -> Result<u64> {
    let mut shards: Vec<Shard> = (0..connections)
        .map(|_| Shard {
            series: Vec::new(),
            samples: 0,
        })
        .collect();
    let mut places = Vec::with_capacity(data.sources.len());
    for (place, source) in data.sources.iter().enumerate() {
        let shard = place % connections;
        places.push((shard, shards[shard].series.len()));
        shards[shard].series.push(TimeSeries {
            labels: to_labels(&source.labels),
            ..TimeSeries::default()
        });
    }
    let progress = progress(data.times.len() as u64, server.product.name());
    let mut total = 0;
    for time in std::mem::take(&mut data.times) {
        for (place, source) in data.begun(time).iter_mut().enumerate() {
            let (shard, series) = places[place];
            let shard = &mut shards[shard];
            if take(source, time, &mut shard.series[series]) {
                shard.samples += 1;
                total += 1;
                if shard.samples >= BATCH {
                    send_all(server, &mut shards).await?;
                }
            }
        }
        if shards.iter().any(|shard| shard.samples >= BATCH / 2) {
            send_all(server, &mut shards).await?;
        }
        progress.inc(1);
    }
    send_all(server, &mut shards).await?;
    progress.finish_and_clear();
    Ok(total)
}

fn take(source: &mut Source, time: i64, series: &mut TimeSeries) -> bool {
    match source.sample(time) {
        None => return false,
        Some(SampleValue::Float(value)) => series.samples.push(Sample {
            value,
            timestamp: time,
            start_timestamp: 0,
        }),
        Some(SampleValue::Histogram(value)) => {
            series.histograms.push(histogram::to_message(&value, time));
        }
    }
    true
}

/// One request a shard, all at once, so that no series runs far ahead of another.
async fn send_all(server: &Server, shards: &mut [Shard]) -> Result<()> {
    let mut requests = Vec::new();
    for shard in shards {
        let waiting: Vec<TimeSeries> = shard
            .series
            .iter_mut()
            .filter(|series| !series.samples.is_empty() || !series.histograms.is_empty())
            .map(|series| TimeSeries {
                labels: series.labels.clone(),
                samples: std::mem::take(&mut series.samples),
                histograms: std::mem::take(&mut series.histograms),
                exemplars: Vec::new(),
            })
            .collect();
        shard.samples = 0;
        if !waiting.is_empty() {
            let request = WriteRequest {
                timeseries: waiting,
                metadata: Vec::new(),
            };
            let body = compression::compress(&request.encode_to_vec())?;
            requests.push(server.write(body));
        }
    }
    try_join_all(requests).await?;
    Ok(())
}

fn progress(length: u64, name: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{prefix:>10} {wide_bar} {percent:>3} %") {
        bar.set_style(style);
    }
    bar.set_prefix(name);
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
