//! Series in memory: what scripts load, and what queries are evaluated over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use swarmscope_model::metrics::{
    Labels, Matcher, MetricError, Queryable, SampleValue, Selection, Series, SeriesExemplars,
    SeriesSamples,
};

use super::load::{LoadedSample, LoadedSeries};
use super::resets::Chunk;

/// Series in memory, by labels.
#[derive(Debug, Default)]
pub struct MemoryStorage {
    series: BTreeMap<Labels, StoredSeries>,
}

#[derive(Debug, Default)]
struct StoredSeries {
    samples: Arc<SeriesSamples>,
    chunk: Chunk,
}

impl MemoryStorage {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a float. Times of a series have to ascend; what comes too late is dropped, as a store would.
    pub fn append(&mut self, labels: Labels, time: i64, value: SampleValue) {
        self.append_sample(
            &labels,
            LoadedSample {
                time,
                start: 0,
                value,
            },
        );
    }

    pub(super) fn load(&mut self, series: &LoadedSeries) {
        for sample in &series.samples {
            self.append_sample(&series.labels, sample.clone());
        }
    }

    fn append_sample(&mut self, labels: &Labels, sample: LoadedSample) {
        if !self.series.contains_key(labels) {
            self.series.insert(labels.clone(), StoredSeries::default());
        }
        if let Some(series) = self.series.get_mut(labels) {
            series.append(sample);
        }
    }
}

impl StoredSeries {
    fn append(&mut self, sample: LoadedSample) {
        let last_float = self.samples.times.last().copied();
        let last_histogram = self.samples.histograms.last().map(|(time, _)| *time);
        if last_float
            .max(last_histogram)
            .is_some_and(|last| last >= sample.time)
        {
            return;
        }
        let samples = Arc::make_mut(&mut self.samples);
        match sample.value {
            SampleValue::Float(value) => {
                self.chunk.push_float();
                samples.push(sample.time, value);
                samples.start_times.push(sample.start);
            }
            SampleValue::Histogram(histogram) => {
                let stored = self.chunk.push(&histogram);
                samples.histograms.push((sample.time, stored));
                samples.histogram_start_times.push(sample.start);
            }
        }
    }
}

struct MemorySeries {
    labels: Labels,
    samples: Arc<SeriesSamples>,
    start: i64,
    end: i64,
}

impl MemorySeries {
    fn is_empty(&self) -> bool {
        let floats = self
            .samples
            .times
            .partition_point(|time| *time < self.start);
        let histograms = &self.samples.histograms;
        let first = histograms.partition_point(|(time, _)| *time < self.start);
        self.samples
            .times
            .get(floats)
            .is_none_or(|time| *time > self.end)
            && histograms
                .get(first)
                .is_none_or(|(time, _)| *time > self.end)
    }
}

impl Series for MemorySeries {
    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn read(&self, into: &mut SeriesSamples) -> Result<(), MetricError> {
        into.clear();
        let all = &self.samples;
        let from = all.times.partition_point(|time| *time < self.start);
        let until = all
            .times
            .partition_point(|time| *time <= self.end)
            .max(from);
        into.times.extend_from_slice(&all.times[from..until]);
        into.floats.extend_from_slice(&all.floats[from..until]);
        into.start_times
            .extend_from_slice(&all.start_times[from..until]);
        let from = all
            .histograms
            .partition_point(|(time, _)| *time < self.start);
        let until = all
            .histograms
            .partition_point(|(time, _)| *time <= self.end)
            .max(from);
        into.histograms
            .extend_from_slice(&all.histograms[from..until]);
        into.histogram_start_times
            .extend_from_slice(&all.histogram_start_times[from..until]);
        Ok(())
    }
}

impl MemoryStorage {
    fn matching(&self, selection: &Selection) -> impl Iterator<Item = MemorySeries> {
        let passes = |labels: &Labels| {
            selection
                .matchers
                .iter()
                .all(|matcher| matcher.matches(labels.get(&matcher.name).unwrap_or_default()))
        };
        self.series
            .iter()
            .filter(move |(labels, _)| passes(labels))
            .map(|(labels, series)| MemorySeries {
                labels: labels.clone(),
                samples: Arc::clone(&series.samples),
                start: selection.start,
                end: selection.end,
            })
            .filter(|series| !series.is_empty())
            .take(selection.limit.unwrap_or(usize::MAX))
    }
}

impl Queryable for MemoryStorage {
    fn select(&self, selection: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError> {
        selection.cancellation.check()?;
        let boxed = |series| Box::new(series) as Box<dyn Series>;
        Ok(self.matching(selection).map(boxed).collect())
    }

    fn label_names(&self, selection: &Selection) -> Result<Vec<String>, MetricError> {
        let names: BTreeSet<String> = self
            .matching(selection)
            .flat_map(|series| {
                series
                    .labels
                    .iter()
                    .map(|(name, _)| name.to_owned())
                    .collect::<Vec<_>>()
            })
            .collect();
        Ok(names.into_iter().collect())
    }

    fn label_values(&self, name: &str, selection: &Selection) -> Result<Vec<String>, MetricError> {
        let values: BTreeSet<String> = self
            .matching(selection)
            .filter_map(|series| series.labels.get(name).map(str::to_owned))
            .collect();
        Ok(values.into_iter().collect())
    }

    fn exemplars(
        &self,
        _: i64,
        _: i64,
        _: &[Vec<Matcher>],
    ) -> Result<Vec<SeriesExemplars>, MetricError> {
        Ok(Vec::new())
    }
}
