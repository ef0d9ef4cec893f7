//! How often the buckets of classic histograms had to be corrected, for the one annotation that tells it.

use std::collections::BTreeMap;

use super::classic::Correction;
use crate::ast::TextRange;
use crate::evaluator::context::Evaluator;
use crate::evaluator::finding::{Finding, ForcedMonotonicity};
use crate::evaluator::grid::Grid;

/// The corrections of one call.
pub(super) struct Corrections {
    grid: Grid,
    by_metric: BTreeMap<String, OfMetric>,
}

struct OfMetric {
    forced: ForcedMonotonicity,
    /// How many there were at each step.
    per_step: Vec<i64>,
}

impl Corrections {
    pub fn new(grid: Grid) -> Self {
        Self {
            grid,
            by_metric: BTreeMap::new(),
        }
    }

    pub fn steps(&self) -> usize {
        self.grid.count
    }

    /// Adds what was corrected of a metric at a step.
    pub fn add(&mut self, metric: &str, step: usize, correction: Correction) {
        let time = self.grid.time(step);
        let forced = ForcedMonotonicity {
            min_time: time,
            max_time: time,
            min_bucket: correction.min_bucket,
            max_bucket: correction.max_bucket,
            max_difference: correction.max_difference,
            samples: 1,
        };
        match self.by_metric.get_mut(metric) {
            Some(known) => {
                known.forced.merge(&forced);
                known.per_step[step] += 1;
            }
            None => {
                let mut per_step = vec![0; self.grid.count];
                per_step[step] = 1;
                let of_metric = OfMetric { forced, per_step };
                self.by_metric.insert(metric.to_owned(), of_metric);
            }
        }
    }

    /// Says what was corrected of a vector.
    pub fn note(self, evaluator: &mut Evaluator<'_>, vector: TextRange) {
        for (metric, mut of_metric) in self.by_metric {
            of_metric.forced.samples = counted(&of_metric.per_step);
            let finding = Finding::ForcedMonotonicity {
                metric: &metric,
                forced: of_metric.forced,
            };
            evaluator.note(&finding, vector);
        }
    }
}

/// How many Prometheus 3.14 counts. At every step after the first correction it adds all that it has counted
/// to itself once more, so that the number doubles, until it wraps around.
fn counted(per_step: &[i64]) -> i64 {
    let mut steps = per_step.iter().skip_while(|count| **count == 0);
    let first = steps.next().copied().unwrap_or(0);
    steps.fold(first, |sum, count| sum.wrapping_add(*count).wrapping_mul(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_doubles_with_every_step() {
        assert_eq!(counted(&[0, 0]), 0);
        assert_eq!(counted(&[3]), 3);
        assert_eq!(counted(&[0, 1, 0, 2]), 8);
        assert_eq!(counted(&[1; 80]), -2);
    }
}
