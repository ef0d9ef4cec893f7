//! Bodies of remote write, made of what a scenario says.

use reqwest::RequestBuilder;
use swarmscope_prometheus_wire::compression::compress;
use swarmscope_prometheus_wire::types::{
    Count, Exemplar, Histogram, Label, Sample, TimeSeries, WriteRequest, ZeroCount,
};
use swarmscope_prometheus_wire::{Message, write_v2};

use super::file::{RemoteWrite, WrittenSeries};

/// Adds the body and its headers.
pub fn attach(request: RequestBuilder, write: &RemoteWrite) -> RequestBuilder {
    let (message, kind) = match write.version {
        1 => (version1(write), "application/x-protobuf"),
        2 => (
            version2(write),
            "application/x-protobuf;proto=io.prometheus.write.v2.Request",
        ),
        other => panic!("there is no remote write {other}"),
    };
    request
        .header("content-type", kind)
        .header("content-encoding", "snappy")
        .body(compress(&message).expect("a small message"))
}

fn version1(write: &RemoteWrite) -> Vec<u8> {
    let label = |(name, value): &(String, String)| Label {
        name: name.clone(),
        value: value.clone(),
    };
    let series = write.series.iter().map(|series| TimeSeries {
        labels: series.labels.iter().map(label).collect(),
        samples: samples(series),
        exemplars: series
            .exemplars
            .iter()
            .map(|(seconds, value, trace)| Exemplar {
                labels: vec![label(&("trace_id".to_owned(), trace.clone()))],
                value: *value,
                timestamp: seconds * 1_000,
            })
            .collect(),
        histograms: histograms(series),
    });
    let request = WriteRequest {
        timeseries: series.collect(),
        metadata: Vec::new(),
    };
    request.encode_to_vec()
}

fn version2(write: &RemoteWrite) -> Vec<u8> {
    let mut symbols = write_v2::Symbols::default();
    let mut place = |text: &str| symbols.place(text);
    let series: Vec<write_v2::TimeSeries> = write
        .series
        .iter()
        .map(|series| {
            let labels = series.labels.iter();
            let references = labels.flat_map(|(name, value)| [name, value]);
            write_v2::TimeSeries {
                labels_refs: references.map(|text| place(text)).collect(),
                samples: samples(series),
                histograms: histograms(series),
                exemplars: series
                    .exemplars
                    .iter()
                    .map(|(seconds, value, trace)| write_v2::Exemplar {
                        labels_refs: vec![place("trace_id"), place(trace)],
                        value: *value,
                        timestamp: seconds * 1_000,
                    })
                    .collect(),
                metadata: None,
            }
        })
        .collect();
    let request = write_v2::Request {
        symbols: symbols.finish(),
        timeseries: series,
    };
    request.encode_to_vec()
}

fn samples(series: &WrittenSeries) -> Vec<Sample> {
    let samples = series.samples.iter();
    samples
        .map(|(seconds, value)| Sample {
            value: *value,
            timestamp: seconds * 1_000,
            start_timestamp: 0,
        })
        .collect()
}

fn histograms(series: &WrittenSeries) -> Vec<Histogram> {
    let histograms = series.histograms.iter();
    histograms
        .map(|(seconds, count, sum)| Histogram {
            count: Some(Count::Integer(*count)),
            zero_count: Some(ZeroCount::Integer(*count)),
            zero_threshold: 1.0,
            sum: *sum,
            timestamp: seconds * 1_000,
            ..Histogram::default()
        })
        .collect()
}
