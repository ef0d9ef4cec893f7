//! `quantile`, and the quantile of plain numbers.

use std::cmp::Ordering;

use super::grouping::Groups;
use super::parameter::Parameter;
use crate::ast::Aggregate;
use crate::evaluator::context::Evaluator;
use crate::evaluator::error::EvalError;
use crate::evaluator::expression::position;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::{Frame, RowBuffer, is_present};
use crate::evaluator::grid::Grid;

/// The quantile of values, which are sorted on the way; between two values it is interpolated.
pub(crate) fn quantile(wanted: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || wanted.is_nan() {
        return f64::NAN;
    }
    if wanted < 0.0 {
        return f64::NEG_INFINITY;
    }
    if wanted > 1.0 {
        return f64::INFINITY;
    }
    values.sort_unstable_by(|left, right| nan_first(*left, *right));
    let last = values.len() - 1;
    let rank = wanted * last as f64;
    let lower = rank.floor().max(0.0) as usize;
    let upper = last.min(lower + 1);
    let weight = rank - rank.floor();
    values[lower] * (1.0 - weight) + values[upper] * weight
}

fn nan_first(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
}

/// `quantile`.
pub(super) fn aggregate(
    evaluator: &mut Evaluator<'_>,
    aggregate: &Aggregate,
    grid: Grid,
) -> Result<Frame, EvalError> {
    let parameter = Parameter::of(evaluator, aggregate, grid)?;
    let input = evaluator.vector(&aggregate.inner, grid)?;
    note_invalid(evaluator, &parameter);
    if input.has_histograms() {
        let finding = Finding::HistogramIgnoredInAggregation {
            aggregation: "quantile",
        };
        evaluator.note(&finding, position(&aggregate.inner));
    }
    let mut groups = Groups::of(aggregate);
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (index, key) in input.keys().iter().enumerate() {
        let group = groups.group(&key.labels);
        groups.note_name(group, key.drop_name);
        members.resize_with(groups.len(), Vec::new);
        members[group].push(index);
    }
    let mut frame = Frame::with_capacity(grid.count, groups.len());
    let (mut buffer, mut values) = (RowBuffer::default(), Vec::new());
    for (key, members) in groups.into_keys().into_iter().zip(members) {
        buffer.reset(grid.count);
        for step in 0..grid.count {
            values.clear();
            values.extend(
                members
                    .iter()
                    .map(|index| input.row(*index).floats[step])
                    .filter(|value| is_present(*value)),
            );
            if !values.is_empty() {
                buffer.floats[step] = quantile(parameter.values[step], &mut values);
            }
        }
        evaluator.shared.check()?;
        frame.push(key, &mut buffer);
    }
    Ok(frame)
}

fn note_invalid(evaluator: &mut Evaluator<'_>, parameter: &Parameter) {
    if parameter.has_nan() {
        evaluator.note(&Finding::InvalidQuantile { got: f64::NAN }, parameter.range);
    }
    if parameter.max() > 1.0 {
        evaluator.note(
            &Finding::InvalidQuantile {
                got: parameter.max(),
            },
            parameter.range,
        );
    }
    if parameter.min() < 0.0 {
        evaluator.note(
            &Finding::InvalidQuantile {
                got: parameter.min(),
            },
            parameter.range,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated_and_nan_is_the_least() {
        assert_eq!(quantile(0.5, &mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(quantile(0.75, &mut [0.0, 1.0]), 0.75);
        assert!(quantile(0.0, &mut [1.0, f64::NAN]).is_nan());
        assert_eq!(quantile(1.0, &mut [1.0, f64::NAN]), 1.0);
        assert_eq!(quantile(1.1, &mut [1.0]), f64::INFINITY);
        assert!(quantile(0.5, &mut []).is_nan());
    }
}
