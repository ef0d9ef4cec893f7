//! The protobuf format: metric families, each behind its length. The only one with native histograms.

mod histogram;
mod messages;
#[cfg(test)]
mod tests;

use prost::Message;
use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, MetricKind, SampleValue};

use super::error::{FormatError, Reason};
use super::number::{NORMAL_NAN, label_value};
use super::{Entry, HistogramChoice, LabelSource, Sample, ScrapedExemplar};
use messages::{Exemplar, Histogram, Metric, MetricFamily, MetricType, Summary};

#[derive(Debug)]
pub(super) struct ProtobufParser<'a> {
    page: &'a [u8],
    choice: HistogramChoice,
    /// From 1.
    family_number: usize,
    family: Family,
    next: usize,
}

/// One family, decoded.
#[derive(Debug, Default)]
struct Family {
    name: String,
    help: String,
    unit: String,
    kind: MetricKind,
    samples: Vec<Decoded>,
}

#[derive(Debug)]
struct Decoded {
    labels: Labels,
    value: SampleValue,
    timestamp: Option<i64>,
    exemplars: Vec<ScrapedExemplar>,
}

/// What a family says before its samples.
const HELP: usize = 0;
const KIND: usize = 1;
const UNIT: usize = 2;
const SAMPLES: usize = 3;

impl<'a> ProtobufParser<'a> {
    pub(super) fn new(page: &'a [u8], choice: HistogramChoice) -> Self {
        Self {
            page,
            choice,
            family_number: 0,
            family: Family::default(),
            next: SAMPLES,
        }
    }

    pub(super) fn next_entry(&mut self) -> Result<Option<Entry<'_>>, FormatError> {
        while self.next >= SAMPLES + self.family.samples.len() {
            if self.page.is_empty() {
                return Ok(None);
            }
            self.family_number += 1;
            self.family = self
                .decode()
                .map_err(|reason| FormatError::family(self.family_number, reason))?;
            // A family without metrics says nothing.
            self.next = if self.family.samples.is_empty() {
                SAMPLES
            } else {
                HELP
            };
        }
        let position = self.next;
        self.next += 1;
        if position == UNIT && self.family.unit.is_empty() {
            return self.next_entry();
        }
        let family = &self.family;
        Ok(Some(match position {
            HELP => Entry::Help {
                family: &family.name,
                help: family.help.as_str().into(),
            },
            KIND => Entry::Kind {
                family: &family.name,
                kind: family.kind,
            },
            UNIT => Entry::Unit {
                family: &family.name,
                unit: &family.unit,
            },
            _ => {
                let sample = &family.samples[position - SAMPLES];
                Entry::Sample(Sample {
                    key: sample.labels.packed(),
                    value: sample.value.clone(),
                    timestamp: sample.timestamp,
                    exemplars: sample.exemplars.clone(),
                    source: LabelSource::Known(&sample.labels),
                })
            }
        }))
    }

    fn decode(&mut self) -> Result<Family, Reason> {
        let mut rest = self.page;
        let length = prost::encoding::decode_varint(&mut rest).map_err(|_| Reason::Length)?;
        let length = usize::try_from(length).map_err(|_| Reason::Length)?;
        let message = rest.get(..length).ok_or(Reason::Length)?;
        self.page = &rest[length..];
        let message = MetricFamily::decode(message).map_err(Reason::Protobuf)?;
        family(message, self.choice)
    }
}

fn family(message: MetricFamily, choice: HistogramChoice) -> Result<Family, Reason> {
    let kind = match MetricType::try_from(message.kind.unwrap_or_default()) {
        Ok(MetricType::Counter) => MetricKind::Counter,
        Ok(MetricType::Gauge) => MetricKind::Gauge,
        Ok(MetricType::Summary) => MetricKind::Summary,
        Ok(MetricType::Untyped) => MetricKind::Unknown,
        Ok(MetricType::Histogram) => MetricKind::Histogram,
        Ok(MetricType::GaugeHistogram) => MetricKind::GaugeHistogram,
        Err(unknown) => return Err(Reason::Kind(unknown.0.to_string())),
    };
    if message.name.is_empty() {
        return Err(Reason::NoName);
    }
    check_unit(&message.name, &message.unit, kind)?;
    let mut family = Family {
        name: message.name,
        help: message.help,
        unit: message.unit,
        kind,
        samples: Vec::new(),
    };
    for metric in &message.metric {
        family.add(metric, choice)?;
    }
    Ok(family)
}

fn check_unit(name: &str, unit: &str, kind: MetricKind) -> Result<(), Reason> {
    let base = match kind {
        MetricKind::Counter => name.strip_suffix("_total").unwrap_or(name),
        _ => name,
    };
    let fits = base
        .strip_suffix(unit)
        .is_some_and(|before| before.len() > 1 && before.ends_with('_'));
    if unit.is_empty() || fits {
        return Ok(());
    }
    Err(Reason::Unit {
        unit: unit.to_owned(),
        family: name.to_owned(),
    })
}

impl Family {
    fn add(&mut self, metric: &Metric, choice: HistogramChoice) -> Result<(), Reason> {
        let missing = || Reason::NoValue {
            family: self.name.clone(),
        };
        match self.kind {
            MetricKind::Counter => {
                let counter = metric.counter.as_ref().ok_or_else(missing)?;
                let exemplars = counter.exemplar.iter().map(exemplar).collect();
                self.float(metric, "", None, counter.value, exemplars)
            }
            MetricKind::Gauge => {
                let gauge = metric.gauge.as_ref().ok_or_else(missing)?;
                self.float(metric, "", None, gauge.value, Vec::new())
            }
            MetricKind::Summary => {
                let summary = metric.summary.as_ref().ok_or_else(missing)?;
                self.summary(metric, summary)
            }
            MetricKind::Histogram | MetricKind::GaugeHistogram => {
                let histogram = metric.histogram.as_ref().ok_or_else(missing)?;
                self.histogram(metric, histogram, choice)
            }
            _ => {
                let untyped = metric.untyped.as_ref().ok_or_else(missing)?;
                self.float(metric, "", None, untyped.value, Vec::new())
            }
        }
    }

    fn summary(&mut self, metric: &Metric, summary: &Summary) -> Result<(), Reason> {
        let count = summary.sample_count as f64;
        self.float(metric, "_count", None, count, Vec::new())?;
        self.float(metric, "_sum", None, summary.sample_sum, Vec::new())?;
        for quantile in &summary.quantile {
            let bound = Some(("quantile", quantile.quantile));
            self.float(metric, "", bound, quantile.value, Vec::new())?;
        }
        Ok(())
    }

    fn histogram(
        &mut self,
        metric: &Metric,
        histogram: &Histogram,
        choice: HistogramChoice,
    ) -> Result<(), Reason> {
        let native = choice.native && histogram::is_native(histogram);
        if native {
            let gauge = self.kind == MetricKind::GaugeHistogram;
            let value = histogram::to_model(histogram, gauge);
            self.samples.push(Decoded {
                labels: self.labels(metric, "", None)?,
                value: SampleValue::Histogram(std::sync::Arc::new(value)),
                timestamp: timestamp(metric),
                exemplars: native_exemplars(histogram),
            });
        }
        if native && (!choice.classic_too || histogram.bucket.is_empty()) {
            return Ok(());
        }
        let or = |float: f64, integer: u64| if float > 0.0 { float } else { integer as f64 };
        let count = or(histogram.sample_count_float, histogram.sample_count);
        self.float(metric, "_count", None, count, Vec::new())?;
        self.float(metric, "_sum", None, histogram.sample_sum, Vec::new())?;
        let mut complete = false;
        for bucket in &histogram.bucket {
            let value = or(bucket.cumulative_count_float, bucket.cumulative_count);
            let exemplars = bucket.exemplar.iter().map(exemplar).collect();
            let bound = Some(("le", bucket.upper_bound));
            self.float(metric, "_bucket", bound, value, exemplars)?;
            complete = bucket.upper_bound == f64::INFINITY;
        }
        if complete {
            return Ok(());
        }
        let bound = Some(("le", f64::INFINITY));
        self.float(metric, "_bucket", bound, count, Vec::new())
    }

    fn float(
        &mut self,
        metric: &Metric,
        suffix: &str,
        bound: Option<(&str, f64)>,
        value: f64,
        exemplars: Vec<ScrapedExemplar>,
    ) -> Result<(), Reason> {
        let value = if value.is_nan() { NORMAL_NAN } else { value };
        self.samples.push(Decoded {
            labels: self.labels(metric, suffix, bound)?,
            value: SampleValue::Float(value),
            timestamp: timestamp(metric),
            exemplars,
        });
        Ok(())
    }

    fn labels(
        &self,
        metric: &Metric,
        suffix: &str,
        bound: Option<(&str, f64)>,
    ) -> Result<Labels, Reason> {
        let name = (METRIC_NAME.to_owned(), format!("{}{suffix}", self.name));
        let bound = bound.map(|(name, value)| (name.to_owned(), label_value(value)));
        let mut names = std::collections::HashSet::new();
        for pair in &metric.label {
            if pair.name.is_empty() {
                return Err(Reason::NoName);
            }
            let taken = pair.name == METRIC_NAME
                || bound.as_ref().is_some_and(|(bound, _)| *bound == pair.name);
            if taken || !names.insert(pair.name.as_str()) {
                return Err(Reason::DuplicateLabel(pair.name.clone()));
            }
        }
        let pairs = metric
            .label
            .iter()
            .map(|pair| (pair.name.clone(), pair.value.clone()));
        Ok(Labels::from_pairs(pairs.chain([name]).chain(bound)))
    }
}

/// The message cannot tell no time from the epoch itself.
fn timestamp(metric: &Metric) -> Option<i64> {
    Some(metric.timestamp_ms).filter(|time| *time != 0)
}

fn exemplar(message: &Exemplar) -> ScrapedExemplar {
    const MILLISECOND: i64 = 1_000_000;
    ScrapedExemplar {
        labels: Labels::from_pairs(
            message
                .label
                .iter()
                .map(|pair| (pair.name.clone(), pair.value.clone())),
        ),
        value: message.value,
        timestamp: message.timestamp.as_ref().map(|time| {
            time.seconds
                .saturating_mul(1_000)
                .saturating_add(i64::from(time.nanos) / MILLISECOND)
        }),
    }
}

/// Those of a native histogram need a time, because nothing else tells a new one from one seen before.
/// Without a list of its own the histogram lends those of its classic buckets.
fn native_exemplars(histogram: &Histogram) -> Vec<ScrapedExemplar> {
    let own: Vec<_> = histogram.exemplars.iter().map(exemplar).collect();
    let exemplars = if own.is_empty() {
        histogram
            .bucket
            .iter()
            .filter_map(|bucket| bucket.exemplar.as_ref())
            .map(exemplar)
            .collect()
    } else {
        own
    };
    exemplars
        .into_iter()
        .filter(|exemplar: &ScrapedExemplar| exemplar.timestamp.is_some())
        .collect()
}
