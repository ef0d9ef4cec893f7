//! `topk` and `bottomk`: the series of each group with the largest or smallest values, at each step anew.

use std::cmp::Ordering;

use super::grouping::Groups;
use super::parameter::Parameter;
use crate::ast::{Aggregate, Aggregator};
use crate::evaluator::context::Evaluator;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::{Frame, RowBuffer, is_present};
use crate::evaluator::grid::Grid;

/// Which samples of a frame stay.
pub(super) struct Chosen {
    steps: usize,
    cells: Vec<bool>,
}

impl Chosen {
    pub fn none_of(frame: &Frame) -> Self {
        Self {
            steps: frame.steps(),
            cells: vec![false; frame.steps() * frame.len()],
        }
    }

    pub fn take(&mut self, series: usize, step: usize) {
        self.cells[series * self.steps + step] = true;
    }

    fn of(&self, series: usize) -> &[bool] {
        &self.cells[series * self.steps..][..self.steps]
    }
}

/// The chosen samples, series in the given order.
pub(super) fn keep_chosen(
    frame: &Frame,
    chosen: &Chosen,
    order: impl IntoIterator<Item = usize>,
) -> Frame {
    let mut kept = Frame::new(frame.steps());
    let mut buffer = RowBuffer::default();
    for index in order {
        let row = frame.row(index);
        let chosen = chosen.of(index);
        buffer.reset(frame.steps());
        for (step, sample) in row.iter().filter(|(step, _)| chosen[*step]) {
            buffer.set(step, sample.to_sample());
        }
        kept.push(row.key.clone(), &mut buffer);
    }
    kept
}

/// `topk` or `bottomk`.
pub(super) fn aggregate(
    evaluator: &mut Evaluator<'_>,
    aggregate: &Aggregate,
    grid: Grid,
) -> Result<Frame, EvalError> {
    let parameter = Parameter::of(evaluator, aggregate, grid)?;
    let input = evaluator.vector(&aggregate.inner, grid)?;
    let Some(wanted) = parameter.counts()? else {
        return Ok(Frame::new(grid.count));
    };
    let is_top = aggregate.aggregator == Aggregator::Topk;
    if input.has_histograms() {
        let aggregation = if is_top { "topk" } else { "bottomk" };
        evaluator.note(
            &Finding::HistogramIgnoredInAggregation { aggregation },
            aggregate.range,
        );
    }
    let mut groups = Groups::of(aggregate);
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (index, key) in input.keys().iter().enumerate() {
        let group = groups.group(&key.labels);
        members.resize_with(groups.len(), Vec::new);
        members[group].push(index);
    }
    let mut chosen = Chosen::none_of(&input);
    let mut order = Vec::with_capacity(input.len());
    let mut candidates: Vec<(f64, usize)> = Vec::new();
    for members in &members {
        evaluator.shared.check()?;
        for (step, wanted) in wanted.iter().enumerate() {
            candidates.clear();
            candidates.extend(
                members
                    .iter()
                    .map(|index| (input.row(*index).floats[step], *index))
                    .filter(|(value, _)| is_present(*value)),
            );
            best(&mut candidates, *wanted, is_top);
            for (_, index) in &candidates {
                chosen.take(*index, step);
            }
        }
        if grid.is_single() {
            // The order of an instant query's result is that of the values.
            order.extend(candidates.iter().map(|(_, index)| *index));
        } else {
            order.extend(members.iter().copied());
        }
    }
    Ok(keep_chosen(&input, &chosen, order))
}

/// Leaves the best, the best of them first; NaN is worst. Of equals the earlier series wins.
fn best(candidates: &mut Vec<(f64, usize)>, wanted: usize, is_top: bool) {
    let compare = |left: &(f64, usize), right: &(f64, usize)| {
        let by_value = match (left.0.is_nan(), right.0.is_nan()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ if is_top => right.0.partial_cmp(&left.0).unwrap_or(Ordering::Equal),
            _ => left.0.partial_cmp(&right.0).unwrap_or(Ordering::Equal),
        };
        by_value.then(left.1.cmp(&right.1))
    };
    if wanted < candidates.len() {
        if wanted > 0 {
            candidates.select_nth_unstable_by(wanted - 1, compare);
        }
        candidates.truncate(wanted);
    }
    candidates.sort_unstable_by(compare);
}
