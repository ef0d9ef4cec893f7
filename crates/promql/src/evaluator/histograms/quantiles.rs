//! `histogram_quantile`, `histogram_quantiles` and `histogram_fraction`.

use swarmscope_model::metrics::Labels;
use swarmscope_model::metrics::histogram::NanObservations;

use super::classic;
use super::collected::{Collected, Found, Sources, shown_metric};
use super::corrections::Corrections;
use crate::ast::{Call, Expr, StringLiteral, TextRange};
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::duplicates;
use crate::evaluator::error::EvalError;
use crate::evaluator::expression::{position, unwrapped};
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::{Frame, RowBuffer, SeriesKey};
use crate::evaluator::functions::nameless;
use crate::evaluator::go_float;
use crate::evaluator::grid::Grid;

/// Where in the query what is said about histograms stands.
#[derive(Clone, Copy)]
struct Positions {
    /// Of the vector.
    vector: TextRange,
    /// Of the first argument, which is what is said about native histograms points to.
    first: TextRange,
}

pub(crate) fn histogram_quantile(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let wanted = evaluator.scalar(&call.arguments[0], grid)?;
    let input = evaluator.vector(&call.arguments[1], grid)?;
    note_invalid(evaluator, &wanted, &call.arguments[0]);
    let positions = Positions {
        vector: position(&call.arguments[1]),
        first: position(&call.arguments[0]),
    };
    let collected = Collected::of(evaluator, &input, positions.vector);
    let mut output = Frame::with_capacity(grid.count, collected.histograms.len());
    let wanted = [wanted];
    let mut rows = [RowBuffer::default()];
    let mut corrections = Corrections::new(grid);
    for sources in &collected.histograms {
        evaluator.shared.check()?;
        quantile_rows(
            evaluator,
            &collected,
            sources,
            &wanted,
            positions,
            &mut corrections,
            &mut rows,
        );
        let key = SeriesKey {
            labels: sources.labels.clone(),
            drop_name: true,
        };
        output.push(key, &mut rows[0]);
    }
    corrections.note(evaluator, positions.vector);
    nameless(evaluator, output).map(Evaluated::Vector)
}

pub(crate) fn histogram_quantiles(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let input = evaluator.vector(&call.arguments[0], grid)?;
    let label = match unwrapped(&call.arguments[1]) {
        Expr::String(StringLiteral { value, .. }) => value.as_str(),
        _ => {
            return Err(EvalError::UnexpectedType {
                what: "a label's name that is no literal",
            });
        }
    };
    let mut wanted = Vec::new();
    for argument in &call.arguments[2..] {
        let values = evaluator.scalar(argument, grid)?;
        note_invalid(evaluator, &values, argument);
        wanted.push(values);
    }
    let vector = position(&call.arguments[0]);
    let positions = Positions {
        vector,
        first: vector,
    };
    let collected = Collected::of(evaluator, &input, vector);
    let mut rows = vec![RowBuffer::default(); wanted.len()];
    let mut corrections = Corrections::new(grid);
    let mut outputs = vec![Frame::new(grid.count); wanted.len()];
    for sources in &collected.histograms {
        evaluator.shared.check()?;
        quantile_rows(
            evaluator,
            &collected,
            sources,
            &wanted,
            positions,
            &mut corrections,
            &mut rows,
        );
        for ((output, wanted), row) in outputs.iter_mut().zip(&wanted).zip(&rows) {
            push_by_quantile(output, &sources.labels, label, wanted, row);
        }
    }
    corrections.note(evaluator, vector);
    let mut output = Frame::new(grid.count);
    for each in outputs {
        output.append(each);
    }
    // At an instant, what is done with them may make them go first.
    if !grid.is_instant() {
        output = duplicates::merge(output)?;
    }
    nameless(evaluator, output).map(Evaluated::Vector)
}

/// Adds a row; as several when the quantile, which is among the labels, changes from step to step.
fn push_by_quantile(
    output: &mut Frame,
    labels: &Labels,
    label: &str,
    wanted: &[f64],
    row: &RowBuffer,
) {
    let mut distinct: Vec<u64> = wanted.iter().map(|value| value.to_bits()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    for quantile in distinct {
        let mut own = RowBuffer::default();
        own.reset(row.floats.len());
        for (step, value) in row.floats.iter().enumerate() {
            if wanted[step].to_bits() == quantile {
                own.floats[step] = *value;
            }
        }
        let mut labels = labels.to_builder();
        labels.set(label, go_float::open_metrics(f64::from_bits(quantile)));
        let key = SeriesKey {
            labels: labels.build(),
            drop_name: true,
        };
        output.push(key, &mut own);
    }
}

fn note_invalid(evaluator: &mut Evaluator<'_>, wanted: &[f64], argument: &Expr) {
    for got in wanted
        .iter()
        .copied()
        .filter(|wanted| !(0.0..=1.0).contains(wanted))
    {
        evaluator.note(&Finding::InvalidQuantile { got }, position(argument));
    }
}

/// The rows of one histogram, one for each quantile that is wanted. Buckets that have to be corrected are
/// corrected, and noted, once a step.
fn quantile_rows(
    evaluator: &mut Evaluator<'_>,
    collected: &Collected<'_>,
    sources: &Sources,
    wanted: &[Vec<f64>],
    positions: Positions,
    corrections: &mut Corrections,
    rows: &mut [RowBuffer],
) {
    for row in rows.iter_mut() {
        row.reset(corrections.steps());
    }
    let mut buckets = Vec::new();
    let metric = shown_metric(evaluator, &sources.labels);
    for step in 0..corrections.steps() {
        let cells = rows.iter_mut().map(|row| &mut row.floats[step]);
        let cells = cells.zip(wanted.iter().map(|wanted| wanted[step]));
        match collected.at(sources, step, &mut buckets) {
            Found::Nothing => {}
            Found::Both => {
                let finding = Finding::MixedClassicNativeHistograms { metric };
                evaluator.note(&finding, positions.vector);
            }
            Found::Native(histogram) => {
                for (cell, wanted) in cells {
                    let quantile = histogram.quantile(wanted);
                    *cell = quantile.value;
                    let finding = match quantile.nan_observations {
                        NanObservations::None => continue,
                        NanObservations::Result => Finding::QuantileNanResult { metric },
                        NanObservations::Skew => Finding::QuantileNanSkew { metric },
                    };
                    evaluator.note(&finding, positions.first);
                }
            }
            Found::Classic => {
                for (cell, wanted) in cells {
                    let (value, correction) = classic::quantile(wanted, &mut buckets);
                    *cell = value;
                    if let Some(correction) = correction {
                        corrections.add(metric, step, correction);
                    }
                }
            }
        }
    }
}

pub(crate) fn histogram_fraction(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let lower = evaluator.scalar(&call.arguments[0], grid)?;
    let upper = evaluator.scalar(&call.arguments[1], grid)?;
    let input = evaluator.vector(&call.arguments[2], grid)?;
    let collected = Collected::of(evaluator, &input, position(&call.arguments[2]));
    let mut output = Frame::with_capacity(grid.count, collected.histograms.len());
    let (mut buffer, mut buckets) = (RowBuffer::default(), Vec::new());
    for sources in &collected.histograms {
        evaluator.shared.check()?;
        buffer.reset(grid.count);
        let metric = shown_metric(evaluator, &sources.labels);
        for step in 0..grid.count {
            match collected.at(sources, step, &mut buckets) {
                Found::Nothing => {}
                Found::Both => {
                    let finding = Finding::MixedClassicNativeHistograms { metric };
                    evaluator.note(&finding, position(&call.arguments[2]));
                }
                Found::Native(histogram) => {
                    let (value, leaves_nan) = histogram.fraction(lower[step], upper[step]);
                    buffer.floats[step] = value;
                    if leaves_nan {
                        let finding = Finding::FractionNans { metric };
                        evaluator.note(&finding, position(&call.arguments[0]));
                    }
                }
                Found::Classic => {
                    buffer.floats[step] = classic::fraction(lower[step], upper[step], &mut buckets);
                }
            }
        }
        let key = SeriesKey {
            labels: sources.labels.clone(),
            drop_name: true,
        };
        output.push(key, &mut buffer);
    }
    nameless(evaluator, output).map(Evaluated::Vector)
}
