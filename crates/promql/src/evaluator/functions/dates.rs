//! Functions of dates, in UTC: of the evaluation time, or of values that are seconds since the epoch.

use super::nameless;
use crate::ast::Call;
use crate::evaluator::calendar::Moment;
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::error::EvalError;
use crate::evaluator::frame::{Frame, RowBuffer, SeriesKey};
use crate::evaluator::grid::Grid;

/// What a function takes of a date.
pub(crate) type Part = fn(&Moment) -> f64;

static FUNCTIONS: &[(&str, Part)] = &[
    ("day_of_month", |moment| f64::from(moment.day)),
    ("day_of_week", |moment| f64::from(moment.weekday)),
    ("day_of_year", |moment| f64::from(moment.day_of_year())),
    ("days_in_month", |moment| f64::from(moment.days_in_month())),
    ("hour", |moment| f64::from(moment.hour)),
    ("minute", |moment| f64::from(moment.minute)),
    ("month", |moment| f64::from(moment.month)),
    ("year", |moment| moment.year as f64),
];

/// The function of that name.
pub(super) fn find(name: &str) -> Option<Part> {
    FUNCTIONS
        .iter()
        .find(|(each, _)| *each == name)
        .map(|(_, part)| *part)
}

/// Calls one of them.
pub(super) fn call(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
    part: Part,
) -> Result<Evaluated, EvalError> {
    let Some(argument) = call.arguments.first() else {
        let floats = grid
            .times()
            .map(|time| part(&Moment::from_seconds(time / 1_000)))
            .collect();
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
        return Ok(Evaluated::Vector(frame));
    };
    let frame = evaluator.vector(argument, grid)?;
    let frame = frame.map_floats(|value| part(&Moment::from_value(value)));
    nameless(evaluator, frame).map(Evaluated::Vector)
}
