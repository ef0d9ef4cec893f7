//! Classic histograms put together again: their `_bucket`, `_count` and `_sum` series become one native
//! histogram with the same bounds.

use std::sync::Arc;

use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;
use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Buckets, Histogram, Labels, MetricKind, SampleValue};

use super::ScrapedExemplar;

const BOUND: &str = "le";

/// A sample with labels of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnedSample {
    pub labels: Labels,
    pub value: SampleValue,
    pub timestamp: Option<i64>,
    pub exemplars: Vec<ScrapedExemplar>,
}

/// Collects the series of one classic histogram at a time, in the order of the page.
#[derive(Debug, Default)]
pub struct ClassicHistograms {
    /// The family that the page announced last, and its kind.
    family: String,
    kind: MetricKind,
    open: Option<Open>,
    /// The last native histogram: classic series after it are of the same histogram.
    native: Option<Labels>,
}

#[derive(Debug)]
struct Open {
    labels: Labels,
    timestamp: Option<i64>,
    /// Bound and count up to it.
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: f64,
    exemplars: Vec<ScrapedExemplar>,
}

impl ClassicHistograms {
    /// Learns what the page says about a family.
    pub fn kind(&mut self, family: &str, kind: MetricKind) -> Option<OwnedSample> {
        let finished = self.finish();
        family.clone_into(&mut self.family);
        self.kind = kind;
        self.native = None;
        finished
    }

    /// Takes a sample of the page. The first value says whether the sample went into a histogram, the
    /// second is the histogram that ended before it.
    pub fn add(&mut self, sample: &OwnedSample) -> (bool, Option<OwnedSample>) {
        let SampleValue::Float(value) = sample.value else {
            let finished = self.finish();
            self.native = Some(sample.labels.clone());
            return (false, finished);
        };
        let Some((labels, part)) = self.part(&sample.labels) else {
            return (false, self.finish());
        };
        let finished = if self.open.as_ref().is_some_and(|open| open.labels == labels) {
            None
        } else {
            self.finish()
        };
        if self.native.as_ref() == Some(&labels) {
            return (false, finished);
        }
        let open = self.open.get_or_insert_with(|| Open {
            labels,
            timestamp: sample.timestamp,
            buckets: Vec::new(),
            count: None,
            sum: 0.0,
            exemplars: Vec::new(),
        });
        match part {
            Part::Bucket(bound) => open.buckets.push((bound, value)),
            Part::Count => open.count = Some(value),
            Part::Sum => open.sum = value,
        }
        open.exemplars.extend(sample.exemplars.iter().cloned());
        (true, finished)
    }

    /// The histogram that is being collected, when it is a sound one.
    pub fn finish(&mut self) -> Option<OwnedSample> {
        let open = self.open.take()?;
        let histogram = convert(open.buckets, open.count, open.sum)?;
        Some(OwnedSample {
            labels: open.labels,
            value: SampleValue::Histogram(Arc::new(histogram)),
            timestamp: open.timestamp,
            exemplars: open.exemplars,
        })
    }

    fn part(&self, labels: &Labels) -> Option<(Labels, Part)> {
        if self.kind != MetricKind::Histogram {
            return None;
        }
        let suffix = labels.metric_name()?.strip_prefix(self.family.as_str())?;
        let part = match suffix {
            "_bucket" => {
                let bound: f64 = labels.get(BOUND)?.parse().ok()?;
                Part::Bucket(Some(bound).filter(|bound| !bound.is_nan())?)
            }
            "_count" => Part::Count,
            "_sum" => Part::Sum,
            _ => return None,
        };
        let mut base = labels.to_builder();
        base.set(METRIC_NAME, self.family.as_str());
        if matches!(part, Part::Bucket(_)) {
            base.remove(BOUND);
        }
        Some((base.build(), part))
    }
}

enum Part {
    Bucket(f64),
    Count,
    Sum,
}

/// `None` when counts fall from bucket to bucket, or the last bucket and the count disagree.
fn convert(mut buckets: Vec<(f64, f64)>, count: Option<f64>, sum: f64) -> Option<Histogram> {
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    buckets.dedup_by(|b, a| a.0 == b.0);
    let count = count.or(buckets.last().map(|(_, count)| *count))?;
    if buckets
        .last()
        .is_none_or(|(bound, _)| *bound != f64::INFINITY)
    {
        buckets.push((f64::INFINITY, count));
    }
    let rises = buckets.windows(2).all(|pair| pair[0].1 <= pair[1].1);
    let first = buckets.first().is_some_and(|(_, count)| *count >= 0.0);
    let agrees = buckets.last().is_some_and(|(_, last)| *last == count);
    if !(rises && first && agrees) {
        return None;
    }
    let mut before = 0.0;
    let counts = buckets.iter().enumerate().map(|(index, (_, cumulative))| {
        let own = cumulative - before;
        before = *cumulative;
        (index as i32, own)
    });
    let positive = Buckets::from_indexed(counts.filter(|(_, count)| *count != 0.0));
    let bounds = buckets.iter().map(|(bound, _)| *bound);
    Some(Histogram {
        schema: CUSTOM_BUCKETS_SCHEMA,
        count,
        sum,
        positive,
        custom_bounds: bounds.filter(|bound| bound.is_finite()).collect(),
        ..Histogram::default()
    })
}
