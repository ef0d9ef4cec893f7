//! `count_values`: how many series of a group have each value.

use swarmscope_model::metrics::{Labels, float};

use super::grouping::LabelChoice;
use crate::ast::{Aggregate, Expr, StringLiteral};
use crate::evaluator::context::Evaluator;
use crate::evaluator::error::EvalError;
use crate::evaluator::expression::unwrapped;
use crate::evaluator::frame::{Frame, RowBuffer, SampleRef, SeriesKey};
use crate::evaluator::grid::Grid;
use crate::evaluator::hashing::FastMap;

/// `count_values`.
pub(super) fn count_values(
    evaluator: &mut Evaluator<'_>,
    aggregate: &Aggregate,
    grid: Grid,
) -> Result<Frame, EvalError> {
    let label = value_label(aggregate)?;
    let mut names = aggregate.labels.clone();
    if !aggregate.without {
        names.push(label.to_owned());
    }
    let choice = LabelChoice::new(&names, aggregate.without);
    let input = evaluator.vector(&aggregate.inner, grid)?;
    let mut rows: FastMap<Labels, usize> = FastMap::default();
    let mut keys: Vec<Labels> = Vec::new();
    let mut counts: Vec<u32> = Vec::new();
    for row in input.rows() {
        evaluator.shared.check()?;
        // Most series keep a value for a while.
        let mut last: Option<(String, usize)> = None;
        for (step, sample) in row.iter() {
            let text = match sample {
                SampleRef::Float(value) => float::plain(value),
                SampleRef::Histogram(histogram) => histogram.to_string(),
            };
            let number = match last {
                Some((known, number)) if known == text => number,
                _ => {
                    let mut labels = row.key.labels.to_builder();
                    labels.set(label, text.as_str());
                    let labels = choice.chosen(&labels.build());
                    *rows.entry(labels.clone()).or_insert_with(|| {
                        keys.push(labels);
                        counts.resize(keys.len() * grid.count, 0);
                        keys.len() - 1
                    })
                }
            };
            counts[number * grid.count + step] += 1;
            last = Some((text, number));
        }
    }
    let mut frame = Frame::with_capacity(grid.count, keys.len());
    let mut buffer = RowBuffer::default();
    for (labels, counts) in keys.into_iter().zip(counts.chunks(grid.count)) {
        buffer.reset(grid.count);
        for (value, count) in buffer.floats.iter_mut().zip(counts) {
            if *count > 0 {
                *value = f64::from(*count);
            }
        }
        frame.push(
            SeriesKey {
                labels,
                drop_name: false,
            },
            &mut buffer,
        );
    }
    Ok(frame)
}

fn value_label(aggregate: &Aggregate) -> Result<&str, EvalError> {
    match aggregate.parameter.as_deref().map(unwrapped) {
        Some(Expr::String(StringLiteral {
            invalid_utf8: Some(bytes),
            ..
        })) => {
            let name = crate::quoting::quoted_bytes(bytes);
            Err(EvalError::InvalidValueLabel { name })
        }
        Some(Expr::String(string)) if string.value.is_empty() => {
            Err(EvalError::InvalidValueLabel {
                name: "\"\"".to_owned(),
            })
        }
        Some(Expr::String(string)) => Ok(&string.value),
        _ => Err(EvalError::UnexpectedType {
            what: "count_values without the label's name",
        }),
    }
}
