//! What a reader notes of the head: which series, and how far each reached at that moment.

use std::sync::Arc;

use swarmscope_model::metrics::{Cancellation, Labels, Matcher, MetricError, SeriesSamples};

use super::Head;
use super::series::MemorySeries;
use crate::chunk::{Scratch, TimeRange};
use crate::index::matching::matching;
use crate::merging::merge;
use crate::wire::Malformed;

/// Series between two looks whether the query is to end.
const CHECK_EVERY: usize = 1_024;

/// One series as it was at a moment.
#[derive(Debug)]
pub struct MemoryPart {
    series: Arc<MemorySeries>,
    /// What of the samples in order was there, and is wanted.
    in_order: Option<TimeRange>,
    /// What came late, which few series have.
    late: Option<Box<SeriesSamples>>,
}

/// What of the head a reader wants.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub matchers: &'a [Matcher],
    pub range: TimeRange,
    /// Samples in order before it are in blocks already.
    pub from: i64,
    pub cancellation: &'a Cancellation,
}

impl Head {
    /// The series that pass and have a chunk in the range, by labels. Whoever calls holds
    /// [`Head::hold`].
    ///
    /// # Errors
    /// When the query is to end.
    pub fn select(&self, wanted: &Wanted<'_>) -> Result<Vec<MemoryPart>, MetricError> {
        let index = self.index();
        let found = matching(&*index, wanted.matchers)?;
        let ranks = index.ranks();
        let mut places: Vec<u32> = found.iter().collect();
        places.sort_unstable_by_key(|place| ranks[*place as usize]);
        let mut parts = Vec::with_capacity(places.len());
        let mut scratch = Scratch::default();
        for (count, place) in places.into_iter().enumerate() {
            if count % CHECK_EVERY == 0 {
                wanted.cancellation.check()?;
            }
            if let Some(series) = index.at(place) {
                parts.extend(note(series, wanted, &mut scratch));
            }
        }
        Ok(parts)
    }
}

fn note(
    series: &Arc<MemorySeries>,
    wanted: &Wanted<'_>,
    scratch: &mut Scratch,
) -> Option<MemoryPart> {
    let state = series.state();
    let in_order = state.newest().and_then(|newest| {
        let range = TimeRange {
            start: wanted.range.start.max(wanted.from),
            end: wanted.range.end.min(newest),
        };
        (range.start <= range.end && state.overlaps(range)).then_some(range)
    });
    let late = state.out_of_order.as_ref().and_then(|out_of_order| {
        let mut late = SeriesSamples::default();
        if let Err(error) = out_of_order.read(wanted.range, scratch, &mut late) {
            tracing::error!(series = ?series.labels, %error, "samples in memory are damaged; check the memory");
        }
        (!late.is_empty()).then(|| Box::new(late))
    });
    if in_order.is_none() && late.is_none() {
        return None;
    }
    drop(state);
    Some(MemoryPart {
        series: Arc::clone(series),
        in_order,
        late,
    })
}

impl MemoryPart {
    /// Of the series.
    pub fn labels(&self) -> &Labels {
        &self.series.labels
    }

    /// Appends the samples that were there.
    ///
    /// # Errors
    /// When a chunk is damaged.
    pub fn read(&self, scratch: &mut Scratch, into: &mut SeriesSamples) -> Result<(), Malformed> {
        match (self.in_order, &self.late) {
            (Some(range), None) => return self.series.state().read(range, scratch, into),
            (None, late) => merge(late.as_deref().map_or(&[], std::slice::from_ref), into),
            (Some(range), Some(late)) => {
                let mut sources = [SeriesSamples::default(), SeriesSamples::clone(late)];
                self.series.state().read(range, scratch, &mut sources[0])?;
                merge(&sources, into);
            }
        }
        Ok(())
    }
}
