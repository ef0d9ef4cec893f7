//! Aggregations: many series to one a group, or to some of each group.

mod average;
mod count;
mod count_values;
mod extremes;
mod grouping;
mod histograms;
mod limit;
mod parameter;
mod quantiles;
mod sum;
mod top;
mod variance;

use super::context::Evaluator;
use super::error::EvalError;
use super::expression::{position, unwrapped};
use super::frame::{Frame, Row, RowBuffer};
use super::grid::Grid;
use super::rows::each_block;
use super::{range_functions, selectors};
use crate::ast::{Aggregate, Aggregator, Expr, Extension, TextRange};
use grouping::Groups;

pub(crate) use grouping::{LabelChoice, Signatures};
pub(crate) use histograms::ResetHints;
pub(crate) use quantiles::quantile;

/// What is kept of the rows of all groups, one running value for each group and step.
pub(super) trait Accumulator {
    /// Takes a row into its group; groups are numbered in the order in which they come.
    fn add(&mut self, group: usize, row: Row<'_>, notes: &mut Notes<'_, '_>);

    /// Writes the values of a group, each group once.
    fn finish(&mut self, group: usize, row: &mut RowBuffer, notes: &mut Notes<'_, '_>);
}

/// Where accumulators say what they found.
pub(super) struct Notes<'e, 'a> {
    evaluator: &'e mut Evaluator<'a>,
    /// Where the aggregated expression stands.
    pub range: TextRange,
}

impl Notes<'_, '_> {
    pub fn add(&mut self, finding: &super::finding::Finding<'_>) {
        self.evaluator.note(finding, self.range);
    }
}

/// Aggregates an expression.
pub(crate) fn aggregate(
    evaluator: &mut Evaluator<'_>,
    aggregate: &Aggregate,
    grid: Grid,
) -> Result<Frame, EvalError> {
    match aggregate.aggregator {
        Aggregator::CountValues => count_values::count_values(evaluator, aggregate, grid),
        Aggregator::Quantile => quantiles::aggregate(evaluator, aggregate, grid),
        Aggregator::Topk | Aggregator::Bottomk => top::aggregate(evaluator, aggregate, grid),
        Aggregator::Limitk | Aggregator::LimitRatio => limit::aggregate(evaluator, aggregate, grid),
        Aggregator::Sum => accumulate(evaluator, aggregate, grid, sum::Sum::new(grid.count)),
        Aggregator::Avg => accumulate(
            evaluator,
            aggregate,
            grid,
            average::Average::new(grid.count),
        ),
        Aggregator::Count => accumulate(evaluator, aggregate, grid, count::Count::new(grid.count)),
        Aggregator::Group => accumulate(evaluator, aggregate, grid, count::Group::new(grid.count)),
        Aggregator::Min => accumulate(
            evaluator,
            aggregate,
            grid,
            extremes::Extreme::min(grid.count),
        ),
        Aggregator::Max => accumulate(
            evaluator,
            aggregate,
            grid,
            extremes::Extreme::max(grid.count),
        ),
        Aggregator::Stddev => accumulate(
            evaluator,
            aggregate,
            grid,
            variance::Variance::deviation(grid.count),
        ),
        Aggregator::Stdvar => accumulate(
            evaluator,
            aggregate,
            grid,
            variance::Variance::new(grid.count),
        ),
    }
}

/// Runs the rows of the inner expression through an accumulator.
fn accumulate<A: Accumulator>(
    evaluator: &mut Evaluator<'_>,
    aggregate: &Aggregate,
    grid: Grid,
    mut accumulator: A,
) -> Result<Frame, EvalError> {
    let mut groups = Groups::of(aggregate);
    let range = position(&aggregate.inner);
    each_row(evaluator, &aggregate.inner, grid, |evaluator, row| {
        let group = groups.group(&row.key.labels);
        groups.note_name(group, row.key.drop_name);
        accumulator.add(group, row, &mut Notes { evaluator, range });
    })?;
    let mut frame = Frame::with_capacity(grid.count, groups.len());
    let mut buffer = RowBuffer::default();
    for (group, key) in groups.into_keys().into_iter().enumerate() {
        buffer.reset(grid.count);
        let mut notes = Notes {
            evaluator: &mut *evaluator,
            range,
        };
        accumulator.finish(group, &mut buffer, &mut notes);
        frame.push(key, &mut buffer);
    }
    Ok(frame)
}

/// Hands over the rows of an expression in order. Rows of selectors and of functions over them are
/// forgotten one block after the other; rows of anything else are evaluated first.
fn each_row<'a>(
    evaluator: &mut Evaluator<'a>,
    inner: &Expr,
    grid: Grid,
    mut take: impl FnMut(&mut Evaluator<'a>, Row<'_>),
) -> Result<(), EvalError> {
    let shared = evaluator.shared;
    let held = shared.held();
    let mut take_block = |evaluator: &mut Evaluator<'a>, block: Frame| {
        for row in block.rows() {
            take(evaluator, row);
        }
        shared.release_to(held);
        Ok(())
    };
    let varies = grid.is_single() || !super::invariance::is_step_invariant(inner);
    match unwrapped(inner) {
        Expr::Vector(selector) if varies && selector.extension != Extension::Smoothed => {
            let source = selectors::instant_source(evaluator, selector, grid)?;
            each_block(evaluator, &source, grid.count, take_block)
        }
        Expr::Call(call) if varies && range_functions::is_plain(call.function.name) => {
            let source = range_functions::prepare_plain(evaluator, call, grid)?;
            let prepared = shared.held();
            if source.may_collide() {
                let frame = range_functions::collect_unique(evaluator, &source, grid)?;
                return take_block(evaluator, frame);
            }
            each_block(evaluator, &source, grid.count, |evaluator, block| {
                take_block(evaluator, block)?;
                shared.release_to(prepared);
                Ok(())
            })
        }
        inner => {
            let frame = evaluator.vector(inner, grid)?;
            take_block(evaluator, frame)
        }
    }
}
