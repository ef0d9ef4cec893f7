//! `load_with_nhcb`: classic histograms put together to native ones with custom bounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;
use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Buckets, Histogram, Labels, SampleValue, Span};

use super::load::{LoadedSample, LoadedSeries};

/// What the series of one classic histogram say at one time.
#[derive(Debug, Default)]
struct Parts {
    /// Upper bounds with cumulative counts, by bound.
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: f64,
}

/// A histogram that contradicts itself.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("classic histogram {series} at {time}ms cannot be converted: {reason}")]
pub(super) struct InvalidClassic {
    series: String,
    time: i64,
    reason: &'static str,
}

/// The native histograms of all classic ones among some series.
pub(super) fn converted(series: &[LoadedSeries]) -> Result<Vec<LoadedSeries>, InvalidClassic> {
    let mut known: BTreeMap<Labels, BTreeMap<i64, Parts>> = BTreeMap::new();
    for each in series {
        let Some((part, labels)) = part_of(&each.labels) else {
            continue;
        };
        let times = known.entry(labels).or_default();
        for sample in &each.samples {
            if let SampleValue::Float(value) = sample.value {
                times.entry(sample.time).or_default().set(&part, value);
            }
        }
    }
    let mut converted = Vec::new();
    for (labels, times) in known {
        let mut samples = Vec::new();
        for (time, parts) in times {
            let histogram = parts.convert().map_err(|reason| InvalidClassic {
                series: format!("{labels:?}"),
                time,
                reason,
            })?;
            let value = SampleValue::Histogram(Arc::new(histogram));
            samples.push(LoadedSample {
                time,
                start: 0,
                value,
            });
        }
        converted.push(LoadedSeries { labels, samples });
    }
    Ok(converted)
}

enum Part {
    Bucket(f64),
    Count,
    Sum,
}

/// Which part of which histogram a series is.
fn part_of(labels: &Labels) -> Option<(Part, Labels)> {
    let name = labels.metric_name()?;
    let (part, base) = if let Some(base) = name.strip_suffix("_bucket") {
        let bound: f64 = labels.get("le")?.parse().ok()?;
        (Part::Bucket(bound), base)
    } else if let Some(base) = name.strip_suffix("_count") {
        (Part::Count, base)
    } else {
        (Part::Sum, name.strip_suffix("_sum")?)
    };
    let mut labels = labels.to_builder();
    labels.set(METRIC_NAME, base).remove("le");
    Some((part, labels.build()))
}

impl Parts {
    fn set(&mut self, part: &Part, value: f64) {
        match part {
            Part::Count => self.count = Some(value),
            Part::Sum => self.sum = value,
            Part::Bucket(bound) => {
                let at = self.buckets.partition_point(|(known, _)| known < bound);
                if self.buckets.get(at).is_none_or(|(known, _)| known != bound) {
                    self.buckets.insert(at, (*bound, value));
                }
            }
        }
    }

    fn convert(mut self) -> Result<Histogram, &'static str> {
        let highest = self.buckets.last().copied();
        let count = self
            .count
            .or(highest.map(|(_, count)| count))
            .unwrap_or(0.0);
        if highest.is_none_or(|(bound, _)| bound != f64::INFINITY) {
            self.buckets.push((f64::INFINITY, count));
        }
        let mut below = 0.0;
        let mut counts = Vec::with_capacity(self.buckets.len());
        for (_, cumulative) in &self.buckets {
            if *cumulative < below {
                return Err("count is not cumulative");
            }
            counts.push(cumulative - below);
            below = *cumulative;
        }
        if count != below {
            return Err("count mismatch");
        }
        let mut bounds: Vec<f64> = self.buckets.iter().map(|(bound, _)| *bound).collect();
        bounds.pop();
        let spans = vec![Span {
            offset: 0,
            length: counts.len() as u32,
        }];
        let mut histogram = Histogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            count,
            sum: self.sum,
            positive: Buckets { spans, counts },
            custom_bounds: bounds,
            ..Histogram::default()
        };
        histogram.compact(0);
        Ok(histogram)
    }
}
