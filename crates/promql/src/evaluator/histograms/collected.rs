//! The series of a vector put together to histograms: classic ones by their labels without `le`, native
//! ones by all their labels.

use swarmscope_model::metrics::Labels;

use super::classic::Bucket;
use crate::ast::TextRange;
use crate::evaluator::context::Evaluator;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::{Frame, SampleRef, is_present};
use crate::evaluator::hashing::FastMap;
use swarmscope_model::metrics::Histogram;

const BUCKET_LABEL: &str = "le";

/// All histograms of a vector.
pub(super) struct Collected<'f> {
    frame: &'f Frame,
    pub histograms: Vec<Sources>,
}

/// The series that one histogram is made of.
pub(super) struct Sources {
    /// Without the bounds of buckets.
    pub labels: Labels,
    /// Upper bounds and the series that have their counts, by bound.
    buckets: Vec<(f64, usize)>,
    native: Vec<usize>,
}

/// What a histogram is at one step.
pub(super) enum Found<'f> {
    Nothing,
    Native(&'f Histogram),
    /// The buckets are in the buffer.
    Classic,
    /// Both at once, so neither counts.
    Both,
}

impl<'f> Collected<'f> {
    /// Puts the histograms together; series with bounds that are none are left out and noted.
    pub fn of(evaluator: &mut Evaluator<'_>, frame: &'f Frame, position: TextRange) -> Self {
        let mut collected = Self {
            frame,
            histograms: Vec::new(),
        };
        let mut known: FastMap<Labels, usize> = FastMap::default();
        for (index, row) in frame.rows().enumerate() {
            let labels = &row.key.labels;
            if !row.histograms.is_empty() {
                collected
                    .sources(&mut known, labels.clone())
                    .native
                    .push(index);
            }
            if !row.floats.iter().any(|value| is_present(*value)) {
                continue;
            }
            let bound = labels.get(BUCKET_LABEL).unwrap_or_default();
            match bound.parse::<f64>() {
                Ok(upper) => {
                    let labels = labels.without(&[BUCKET_LABEL]);
                    collected
                        .sources(&mut known, labels)
                        .buckets
                        .push((upper, index));
                }
                Err(_) => {
                    let metric = shown_metric(evaluator, labels);
                    let finding = Finding::BadBucketLabel {
                        metric,
                        label: bound,
                    };
                    evaluator.note(&finding, position);
                }
            }
        }
        for sources in &mut collected.histograms {
            sources
                .buckets
                .sort_by(|left, right| left.0.total_cmp(&right.0));
        }
        collected
    }

    fn sources(&mut self, known: &mut FastMap<Labels, usize>, labels: Labels) -> &mut Sources {
        let next = self.histograms.len();
        let index = *known.entry(labels.clone()).or_insert(next);
        if index == next {
            self.histograms.push(Sources {
                labels,
                buckets: Vec::new(),
                native: Vec::new(),
            });
        }
        &mut self.histograms[index]
    }

    /// What a histogram is at a step. The buckets of a classic one replace what is in `buckets`.
    pub fn at(&self, sources: &Sources, step: usize, buckets: &mut Vec<Bucket>) -> Found<'f> {
        buckets.clear();
        buckets.extend(
            sources
                .buckets
                .iter()
                .map(|(upper, series)| (*upper, self.frame.row(*series).floats[step]))
                .filter(|(_, count)| is_present(*count))
                .map(|(upper, count)| Bucket { upper, count }),
        );
        let native =
            sources
                .native
                .iter()
                .find_map(|series| match self.frame.row(*series).at(step) {
                    Some(SampleRef::Histogram(histogram)) => Some(&**histogram),
                    _ => None,
                });
        match (native, buckets.is_empty()) {
            (Some(_), false) => Found::Both,
            (Some(histogram), true) => Found::Native(histogram),
            (None, false) => Found::Classic,
            (None, true) => Found::Nothing,
        }
    }
}

/// The metric's name for messages, as far as the vector still has it.
pub(super) fn shown_metric<'l>(evaluator: &Evaluator<'_>, labels: &'l Labels) -> &'l str {
    if evaluator.keeps_names() {
        labels.metric_name().unwrap_or_default()
    } else {
        ""
    }
}
