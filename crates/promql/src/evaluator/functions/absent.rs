//! `absent`: 1 wherever a vector is empty, with the labels that the selector asks for.

use std::collections::BTreeSet;

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, LabelsBuilder, MatchOperator};

use crate::ast::{Call, Expr};
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::error::EvalError;
use crate::evaluator::expression::unwrapped;
use crate::evaluator::frame::{ABSENT, Frame, RowBuffer, SeriesKey};
use crate::evaluator::grid::Grid;

/// `absent`.
pub(super) fn absent(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let input = evaluator.vector(&call.arguments[0], grid)?;
    let mut row = RowBuffer {
        floats: vec![1.0; grid.count],
        ..RowBuffer::default()
    };
    for found in input.rows() {
        for (step, _) in found.iter() {
            row.floats[step] = ABSENT;
        }
    }
    let labels = absent_labels(&call.arguments[0]);
    let mut frame = Frame::new(grid.count);
    frame.push(
        SeriesKey {
            labels,
            drop_name: false,
        },
        &mut row,
    );
    Ok(Evaluated::Vector(frame))
}

/// The labels that a selector asks for by equality, each once; of anything else none.
pub(crate) fn absent_labels(argument: &Expr) -> Labels {
    let matchers = match unwrapped(argument) {
        Expr::Vector(selector) => &selector.matchers,
        Expr::Matrix(selector) => &selector.selector.matchers,
        _ => return Labels::empty(),
    };
    let mut labels = LabelsBuilder::default();
    let mut seen = BTreeSet::new();
    for matcher in matchers
        .iter()
        .filter(|matcher| matcher.name != METRIC_NAME)
    {
        if matcher.operator == MatchOperator::Equal && seen.insert(&matcher.name) {
            labels.set(&matcher.name, &matcher.value);
        } else {
            labels.remove(&matcher.name);
        }
    }
    labels.build()
}
