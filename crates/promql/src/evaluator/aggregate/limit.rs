//! `limitk` and `limit_ratio`: some series of each group, whatever their values.

use swarmscope_model::metrics::Labels;

use super::grouping::Groups;
use super::parameter::Parameter;
use super::top::{Chosen, keep_chosen};
use crate::ast::{Aggregate, Aggregator};
use crate::evaluator::context::Evaluator;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::Frame;
use crate::evaluator::grid::Grid;

/// `limitk` or `limit_ratio`.
pub(super) fn aggregate(
    evaluator: &mut Evaluator<'_>,
    aggregate: &Aggregate,
    grid: Grid,
) -> Result<Frame, EvalError> {
    let parameter = Parameter::of(evaluator, aggregate, grid)?;
    let input = evaluator.vector(&aggregate.inner, grid)?;
    if aggregate.aggregator == Aggregator::Limitk {
        return first_of_each(aggregate, &parameter, &input);
    }
    if parameter.max() == 0.0 && parameter.min() == 0.0 {
        return Ok(Frame::new(grid.count));
    }
    if parameter.has_nan() {
        return Err(EvalError::RatioNan);
    }
    if parameter.max() > 1.0 {
        let finding = Finding::InvalidRatio {
            got: parameter.max(),
            used: 1.0,
        };
        evaluator.note(&finding, parameter.range);
    }
    if parameter.min() < -1.0 {
        let finding = Finding::InvalidRatio {
            got: parameter.min(),
            used: -1.0,
        };
        evaluator.note(&finding, parameter.range);
    }
    let mut chosen = Chosen::none_of(&input);
    for (index, key) in input.keys().iter().enumerate() {
        let share = share(&key.labels);
        for (step, ratio) in parameter.values.iter().enumerate() {
            if is_within(share, ratio.clamp(-1.0, 1.0)) {
                chosen.take(index, step);
            }
        }
    }
    // In the order of the groups, as far as an order is seen at all.
    let mut groups = Groups::of(aggregate);
    let mut order: Vec<(usize, usize)> = input
        .keys()
        .iter()
        .enumerate()
        .map(|(index, key)| (groups.group(&key.labels), index))
        .collect();
    order.sort_unstable();
    Ok(keep_chosen(
        &input,
        &chosen,
        order.into_iter().map(|(_, index)| index),
    ))
}

fn first_of_each(
    aggregate: &Aggregate,
    parameter: &Parameter,
    input: &Frame,
) -> Result<Frame, EvalError> {
    let Some(wanted) = parameter.counts()? else {
        return Ok(Frame::new(input.steps()));
    };
    let mut groups = Groups::of(aggregate);
    let mut taken: Vec<usize> = Vec::new();
    let mut chosen = Chosen::none_of(input);
    for (index, row) in input.rows().enumerate() {
        let group = groups.group(&row.key.labels);
        taken.resize(groups.len() * input.steps(), 0);
        for (step, _) in row.iter() {
            let taken = &mut taken[group * input.steps() + step];
            if *taken < wanted[step] {
                *taken += 1;
                chosen.take(index, step);
            }
        }
    }
    Ok(keep_chosen(input, &chosen, 0..input.len()))
}

/// Where between 0 and 1 a series stands, by the hash of its labels as Prometheus lays them out.
fn share(labels: &Labels) -> f64 {
    let mut packed = Vec::new();
    for text in labels.iter().flat_map(|(name, value)| [name, value]) {
        match u8::try_from(text.len()) {
            Ok(length) if length < 255 => packed.push(length),
            _ => {
                packed.push(255);
                packed.extend_from_slice(&(text.len() as u32).to_le_bytes()[..3]);
            }
        }
        packed.extend_from_slice(text.as_bytes());
    }
    xxhash_rust::xxh64::xxh64(&packed, 0) as f64 / u64::MAX as f64
}

/// Negative ratios take the complement, so that a ratio and what is left to -1 make up all series.
fn is_within(share: f64, ratio: f64) -> bool {
    if ratio >= 0.0 {
        share < ratio
    } else {
        share >= 1.0 + ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_and_its_complement_make_up_all() {
        for index in 0..100 {
            let share = share(&Labels::from_pairs([("a", index.to_string())]));
            assert!((0.0..1.0).contains(&share));
            assert_ne!(is_within(share, 0.3), is_within(share, -0.7));
        }
    }
}
