//! `sort` and its kin: the order of an instant query's result. Results of range queries are ordered by
//! labels whatever is asked for, which is said.

use std::cmp::Ordering;

use super::arguments::string;
use crate::ast::Call;
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::{Frame, Row};
use crate::evaluator::grid::Grid;

type Computed = Result<Evaluated, EvalError>;

pub(super) fn sort(evaluator: &mut Evaluator<'_>, call: &Call, grid: Grid) -> Computed {
    by_value(evaluator, call, grid, |left, right| {
        left.partial_cmp(&right)
    })
}

pub(super) fn sort_desc(evaluator: &mut Evaluator<'_>, call: &Call, grid: Grid) -> Computed {
    by_value(evaluator, call, grid, |left, right| {
        right.partial_cmp(&left)
    })
}

/// NaN comes last both ways; histograms have no order and go.
fn by_value(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
    compare: impl Fn(f64, f64) -> Option<Ordering>,
) -> Computed {
    let input = prepare(evaluator, call, grid)?.map_floats(|value| value);
    Ok(Evaluated::Vector(sorted(input, grid, |left, right| {
        let (left, right) = (left.floats[0], right.floats[0]);
        compare(left, right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
    })))
}

pub(super) fn sort_by_label(evaluator: &mut Evaluator<'_>, call: &Call, grid: Grid) -> Computed {
    by_labels(evaluator, call, grid, |order| order)
}

pub(super) fn sort_by_label_desc(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Computed {
    by_labels(evaluator, call, grid, Ordering::reverse)
}

fn by_labels(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
    direction: fn(Ordering) -> Ordering,
) -> Computed {
    let names: Vec<&str> = (1..call.arguments.len())
        .map(|position| string(call, position))
        .collect::<Result<_, _>>()?;
    let input = prepare(evaluator, call, grid)?;
    Ok(Evaluated::Vector(sorted(input, grid, |left, right| {
        let (left, right) = (&left.key.labels, &right.key.labels);
        let by_names = names
            .iter()
            .map(|name| natural(left.get(name).unwrap_or(""), right.get(name).unwrap_or("")))
            .find(|order| order.is_ne());
        direction(by_names.unwrap_or_else(|| left.cmp(right)))
    })))
}

fn prepare(evaluator: &mut Evaluator<'_>, call: &Call, grid: Grid) -> Result<Frame, EvalError> {
    if !grid.is_instant() {
        evaluator.note(&Finding::SortInRangeQuery, call.range);
    }
    evaluator.vector(&call.arguments[0], grid)
}

fn sorted(input: Frame, grid: Grid, compare: impl Fn(Row<'_>, Row<'_>) -> Ordering) -> Frame {
    if !grid.is_instant() {
        return input;
    }
    let mut order: Vec<usize> = (0..input.len()).collect();
    order.sort_by(|left, right| compare(input.row(*left), input.row(*right)));
    let mut output = Frame::with_capacity(1, input.len());
    for index in order {
        output.push_row(input.row(index));
    }
    output
}

/// Numbers within texts are compared as numbers.
fn natural(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left, right);
    loop {
        match (left.is_empty(), right.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let (own, other) = (chunk(&mut left), chunk(&mut right));
        let order = match (own.parse::<i64>(), other.parse::<i64>()) {
            (Ok(own), Ok(other)) => own.cmp(&other),
            _ => own.cmp(other),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The digits, or what is not digits, that the text begins with.
fn chunk<'a>(text: &mut &'a str) -> &'a str {
    let is_digit = text.starts_with(|first: char| first.is_ascii_digit());
    let end = text
        .find(|each: char| each.is_ascii_digit() != is_digit)
        .unwrap_or(text.len());
    let (chunk, rest) = text.split_at(end);
    *text = rest;
    chunk
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_texts_are_compared_as_numbers() {
        assert_eq!(natural("cpu2", "cpu10"), Ordering::Less);
        assert_eq!(natural("4m5", "4m1000"), Ordering::Less);
        assert_eq!(natural("a", "a1"), Ordering::Less);
        assert_eq!(natural("b", "a10"), Ordering::Greater);
        assert_eq!(natural("", ""), Ordering::Equal);
    }
}
