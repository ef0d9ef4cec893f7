//! An instant vector at every time of a grid, by series: the shape in which expressions are evaluated.
//!
//! All floats stand in one list, one row of the grid's length for each series. Where a series has no float
//! the row holds the staleness marker, which no sample that a query sees can be. Histograms are rare and
//! stand apart.

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, Labels, STALE_NAN, is_stale};

/// Stands in a row where there is no float.
pub(crate) const ABSENT: f64 = STALE_NAN;

/// Whether a row has a float there.
#[inline]
pub(crate) fn is_present(value: f64) -> bool {
    !is_stale(value)
}

/// The labels of a series of a frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SeriesKey {
    pub labels: Labels,
    /// The metric's name, type and unit go at the end of the evaluation.
    pub drop_name: bool,
}

/// A histogram at a step.
pub(crate) type HistogramAt = (usize, Arc<Histogram>);

/// The values of one series while they are computed. Reused from series to series.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowBuffer {
    pub floats: Vec<f64>,
    pub histograms: Vec<HistogramAt>,
}

impl RowBuffer {
    /// Forgets everything and takes the length of a grid.
    pub fn reset(&mut self, steps: usize) {
        self.floats.clear();
        self.floats.resize(steps, ABSENT);
        self.histograms.clear();
    }

    /// Sets the sample of a step; steps of histograms have to ascend.
    pub fn set(&mut self, step: usize, sample: Sample) {
        match sample {
            Sample::Float(value) => self.floats[step] = value,
            Sample::Histogram(histogram) => self.histograms.push((step, histogram)),
        }
    }

    pub fn as_row<'a>(&'a self, key: &'a SeriesKey) -> Row<'a> {
        Row {
            key,
            floats: &self.floats,
            histograms: &self.histograms,
        }
    }
}

/// A float or a histogram.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sample {
    Float(f64),
    Histogram(Arc<Histogram>),
}

/// A float or a histogram that stands in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SampleRef<'a> {
    Float(f64),
    Histogram(&'a Arc<Histogram>),
}

impl SampleRef<'_> {
    pub fn to_sample(self) -> Sample {
        match self {
            Self::Float(value) => Sample::Float(value),
            Self::Histogram(histogram) => Sample::Histogram(Arc::clone(histogram)),
        }
    }
}

/// One series of a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub key: &'a SeriesKey,
    /// As many as the grid has times.
    pub floats: &'a [f64],
    /// By step; no step has both.
    pub histograms: &'a [HistogramAt],
}

impl<'a> Row<'a> {
    /// How many samples there are.
    pub fn samples(&self) -> usize {
        let floats = self
            .floats
            .iter()
            .filter(|value| is_present(**value))
            .count();
        floats + self.histograms.len()
    }

    /// Whether there is a sample at a step.
    pub fn has(&self, step: usize) -> bool {
        is_present(self.floats[step]) || self.histogram_at(step).is_some()
    }

    /// The sample of a step.
    pub fn at(&self, step: usize) -> Option<SampleRef<'a>> {
        let value = self.floats[step];
        if is_present(value) {
            return Some(SampleRef::Float(value));
        }
        self.histogram_at(step).map(SampleRef::Histogram)
    }

    fn histogram_at(&self, step: usize) -> Option<&'a Arc<Histogram>> {
        if self.histograms.is_empty() {
            return None;
        }
        let position = self
            .histograms
            .binary_search_by_key(&step, |(at, _)| *at)
            .ok()?;
        Some(&self.histograms[position].1)
    }

    /// All samples, by step.
    pub fn iter(&self) -> impl Iterator<Item = (usize, SampleRef<'a>)> {
        let mut histograms = self.histograms.iter().peekable();
        self.floats
            .iter()
            .enumerate()
            .filter_map(move |(step, value)| {
                if is_present(*value) {
                    return Some((step, SampleRef::Float(*value)));
                }
                let (_, histogram) = histograms.next_if(|(at, _)| *at == step)?;
                Some((step, SampleRef::Histogram(histogram)))
            })
    }
}

/// An instant vector at every time of a grid. Every series has at least one sample.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    steps: usize,
    keys: Vec<SeriesKey>,
    floats: Vec<f64>,
    /// One list a series, or nothing at all when no series has a histogram.
    histograms: Vec<Vec<HistogramAt>>,
    samples: usize,
}

impl Frame {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            ..Self::default()
        }
    }

    pub fn with_capacity(steps: usize, series: usize) -> Self {
        Self {
            steps,
            keys: Vec::with_capacity(series),
            floats: Vec::with_capacity(steps * series),
            ..Self::default()
        }
    }

    pub fn steps(&self) -> usize {
        self.steps
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many samples there are in all.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Adds a series, unless it has no sample.
    pub fn push(&mut self, key: SeriesKey, row: &mut RowBuffer) {
        let samples = row.as_row(&key).samples();
        if samples == 0 {
            return;
        }
        self.samples += samples;
        self.floats.extend_from_slice(&row.floats);
        if !row.histograms.is_empty() || !self.histograms.is_empty() {
            self.histograms.resize_with(self.keys.len(), Vec::new);
            self.histograms.push(std::mem::take(&mut row.histograms));
        }
        self.keys.push(key);
    }

    /// Adds a series as it stands in another frame.
    pub fn push_row(&mut self, row: Row<'_>) {
        let mut buffer = RowBuffer {
            floats: row.floats.to_vec(),
            histograms: row.histograms.to_vec(),
        };
        self.push(row.key.clone(), &mut buffer);
    }

    /// Adds all series of another frame of the same grid.
    pub fn append(&mut self, other: Self) {
        if !other.histograms.is_empty() || !self.histograms.is_empty() {
            self.histograms.resize_with(self.keys.len(), Vec::new);
            let mut histograms = other.histograms;
            histograms.resize_with(other.keys.len(), Vec::new);
            self.histograms.append(&mut histograms);
        }
        self.samples += other.samples;
        self.keys.extend(other.keys);
        self.floats.extend_from_slice(&other.floats);
    }

    pub fn row(&self, index: usize) -> Row<'_> {
        Row {
            key: &self.keys[index],
            floats: &self.floats[index * self.steps..(index + 1) * self.steps],
            histograms: self.histograms.get(index).map_or(&[], Vec::as_slice),
        }
    }

    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.len()).map(|index| self.row(index))
    }

    pub fn keys(&self) -> &[SeriesKey] {
        &self.keys
    }

    /// The keys, to change labels. Rows stay where they are.
    pub fn keys_mut(&mut self) -> &mut [SeriesKey] {
        &mut self.keys
    }

    /// Whether any series has a histogram.
    pub fn has_histograms(&self) -> bool {
        self.histograms.iter().any(|row| !row.is_empty())
    }

    /// Replaces every float that is there, drops histograms and the series that had nothing else.
    pub fn map_floats(mut self, function: impl Fn(f64) -> f64) -> Self {
        for value in &mut self.floats {
            if is_present(*value) {
                *value = function(*value);
            }
        }
        if self.has_histograms() {
            self.histograms.clear();
            return self.without_empty();
        }
        self
    }

    /// The floats of a series, to change them in place. [`Frame::without_empty`] has to follow when
    /// some are taken away.
    pub fn row_parts_mut(&mut self, index: usize) -> (&mut [f64], Option<&mut Vec<HistogramAt>>) {
        let floats = &mut self.floats[index * self.steps..(index + 1) * self.steps];
        (floats, self.histograms.get_mut(index))
    }

    /// Drops series without samples.
    pub fn without_empty(self) -> Self {
        let mut kept = Self::with_capacity(self.steps, self.len());
        let Self {
            steps,
            keys,
            floats,
            histograms,
            ..
        } = self;
        let mut histograms = histograms.into_iter();
        for (index, key) in keys.into_iter().enumerate() {
            let row = &floats[index * steps..(index + 1) * steps];
            let own = histograms.next().unwrap_or_default();
            let samples = row.iter().filter(|value| is_present(**value)).count() + own.len();
            if samples == 0 {
                continue;
            }
            kept.samples += samples;
            kept.floats.extend_from_slice(row);
            if !own.is_empty() || !kept.histograms.is_empty() {
                kept.histograms.resize_with(kept.keys.len(), Vec::new);
                kept.histograms.push(own);
            }
            kept.keys.push(key);
        }
        kept
    }

    /// The same sample at each of so many steps, for what was evaluated once.
    pub fn repeated(self, steps: usize) -> Self {
        let mut repeated = Self::with_capacity(steps, self.len());
        for row in self.rows() {
            let mut buffer = RowBuffer::default();
            buffer.reset(steps);
            match row.at(0) {
                Some(SampleRef::Float(value)) => buffer.floats.fill(value),
                Some(SampleRef::Histogram(histogram)) => {
                    let every = (0..steps).map(|step| (step, Arc::clone(histogram)));
                    buffer.histograms.extend(every);
                }
                None => continue,
            }
            repeated.push(row.key.clone(), &mut buffer);
        }
        repeated
    }
}
