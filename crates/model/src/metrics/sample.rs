//! Samples: a float or a native histogram at a point in time.

use std::sync::Arc;

use super::Histogram;

/// The NaN that marks a series as gone. Told from other NaNs by its bits alone.
pub const STALE_NAN: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Whether a value is the staleness marker.
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE_NAN.to_bits()
}

/// What a sample holds. A histogram whose `sum` is the staleness marker marks a series as gone, too.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleValue {
    Float(f64),
    Histogram(Arc<Histogram>),
}

/// The samples of one series in a span of time, by time. Reused from series to series.
///
/// Floats and histograms stand apart, because nearly every series has only one kind and floats are read
/// as slices. No point in time is in both.
#[derive(Debug, Clone, Default)]
pub struct SeriesSamples {
    pub times: Vec<i64>,
    /// As many as `times`; staleness markers included.
    pub floats: Vec<f64>,
    /// Staleness markers included.
    pub histograms: Vec<(i64, Arc<Histogram>)>,
    /// Since when each float has been counting, 0 where that is unknown. As many as `times`, or empty
    /// when it is unknown of all.
    pub start_times: Vec<i64>,
    /// The same of the histograms.
    pub histogram_start_times: Vec<i64>,
}

impl SeriesSamples {
    /// Forgets all samples and keeps the memory.
    pub fn clear(&mut self) {
        self.times.clear();
        self.floats.clear();
        self.histograms.clear();
        self.start_times.clear();
        self.histogram_start_times.clear();
    }

    /// How many samples there are, of both kinds.
    pub fn len(&self) -> usize {
        self.times.len() + self.histograms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a float; times have to ascend.
    pub fn push(&mut self, time: i64, value: f64) {
        self.times.push(time);
        self.floats.push(value);
    }
}
