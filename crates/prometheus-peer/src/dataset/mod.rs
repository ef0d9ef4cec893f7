//! Samples that both servers get: made from a seed, series by series, in the order of time.

mod noise;
mod small;
mod swarm;

pub use small::small;
pub use swarm::{Scale, history, recent};

use std::collections::BTreeSet;

use swarmscope_model::metrics::{Labels, SampleValue};

/// A series that makes its samples by itself.
pub struct Source {
    pub labels: Labels,
    /// First and last point in time, milliseconds.
    pub start: i64,
    pub end: i64,
    /// Milliseconds between two samples.
    pub interval: i64,
    /// The value at a point in time; `None` leaves a gap. Called once for each point, in order.
    pub value: Box<dyn FnMut(i64) -> Option<SampleValue> + Send>,
}

impl Source {
    /// The sample at this point in time, if one is due.
    pub fn sample(&mut self, time: i64) -> Option<SampleValue> {
        let due =
            (self.start..=self.end).contains(&time) && (time - self.start) % self.interval == 0;
        if due { (self.value)(time) } else { None }
    }
}

/// Everything that is loaded, and the points in time at which something is due.
pub struct Dataset {
    /// By start, so that those which have begun are the first ones.
    pub sources: Vec<Source>,
    pub times: Vec<i64>,
}

impl Dataset {
    fn new(mut sources: Vec<Source>) -> Self {
        sources.sort_by_key(|source| source.start);
        let grids: BTreeSet<(i64, i64, i64)> = sources
            .iter()
            .map(|source| (source.start, source.end, source.interval))
            .collect();
        let times: BTreeSet<i64> = grids
            .into_iter()
            .flat_map(|(start, end, interval)| (start..=end).step_by(interval as usize))
            .collect();
        Self {
            sources,
            times: times.into_iter().collect(),
        }
    }

    /// The series that have begun at this point in time.
    pub fn begun(&mut self, time: i64) -> &mut [Source] {
        let count = self.sources.partition_point(|source| source.start <= time);
        &mut self.sources[..count]
    }
}
