//! Functions whose value is a scalar, and `vector`, which makes a vector of one.

use crate::ast::Call;
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::error::EvalError;
use crate::evaluator::extremes;
use crate::evaluator::frame::{Frame, RowBuffer, SeriesKey, is_present};
use crate::evaluator::grid::Grid;

type Computed = Result<Evaluated, EvalError>;

fn constant(value: f64, grid: Grid) -> Computed {
    Ok(Evaluated::Scalar(vec![value; grid.count]))
}

fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}

pub(super) fn pi(_: &mut Evaluator<'_>, _: &Call, grid: Grid) -> Computed {
    constant(std::f64::consts::PI, grid)
}

/// When the query begins.
pub(super) fn start(evaluator: &mut Evaluator<'_>, _: &Call, grid: Grid) -> Computed {
    constant(seconds(evaluator.shared.times.start), grid)
}

/// When the query ends.
pub(super) fn end(evaluator: &mut Evaluator<'_>, _: &Call, grid: Grid) -> Computed {
    constant(seconds(evaluator.shared.times.end), grid)
}

/// How long the query's range is; 0 in instant queries.
pub(super) fn range(evaluator: &mut Evaluator<'_>, _: &Call, grid: Grid) -> Computed {
    let times = evaluator.shared.times;
    constant(seconds(times.end - times.start), grid)
}

/// The query's step; 0 in instant queries, and in range queries that have but one step.
pub(super) fn step(evaluator: &mut Evaluator<'_>, _: &Call, grid: Grid) -> Computed {
    let times = evaluator.shared.times;
    constant(
        if times.start == times.end {
            0.0
        } else {
            seconds(times.step)
        },
        grid,
    )
}

pub(super) fn time(_: &mut Evaluator<'_>, _: &Call, grid: Grid) -> Computed {
    Ok(Evaluated::Scalar(grid.times().map(seconds).collect()))
}

pub(super) fn max_of(evaluator: &mut Evaluator<'_>, call: &Call, grid: Grid) -> Computed {
    either(evaluator, call, grid, extremes::larger)
}

pub(super) fn min_of(evaluator: &mut Evaluator<'_>, call: &Call, grid: Grid) -> Computed {
    either(evaluator, call, grid, extremes::smaller)
}

fn either(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
    choose: fn(f64, f64) -> f64,
) -> Computed {
    let mut values = evaluator.scalar(&call.arguments[0], grid)?;
    let others = evaluator.scalar(&call.arguments[1], grid)?;
    for (value, other) in values.iter_mut().zip(others) {
        *value = choose(*value, other);
    }
    Ok(Evaluated::Scalar(values))
}

/// The only float of a vector; NaN when there is none or more than one.
pub(super) fn scalar(evaluator: &mut Evaluator<'_>, call: &Call, grid: Grid) -> Computed {
    let input = evaluator.vector(&call.arguments[0], grid)?;
    let mut values = vec![f64::NAN; grid.count];
    let mut found = vec![0_u32; grid.count];
    for row in input.rows() {
        for (step, value) in row.floats.iter().enumerate() {
            if is_present(*value) {
                found[step] += 1;
                values[step] = if found[step] == 1 { *value } else { f64::NAN };
            }
        }
    }
    Ok(Evaluated::Scalar(values))
}

pub(super) fn vector(evaluator: &mut Evaluator<'_>, call: &Call, grid: Grid) -> Computed {
    let floats = evaluator.scalar(&call.arguments[0], grid)?;
    let mut row = RowBuffer {
        floats,
        ..RowBuffer::default()
    };
    let mut frame = Frame::new(grid.count);
    frame.push(
        SeriesKey {
            labels: Default::default(),
            drop_name: false,
        },
        &mut row,
    );
    Ok(Evaluated::Vector(frame))
}
