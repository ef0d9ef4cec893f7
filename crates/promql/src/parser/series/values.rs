//! The values of a series: `1 2.5 _ _x4 0+10x5 stale {{count:1}}x3`.

use std::sync::Arc;

use swarmscope_model::limits::MAX_SEQUENCE_VALUES;
use swarmscope_model::metrics::{Histogram, STALE_NAN};

use super::SequenceValue;
use super::cursor::Cursor;
use super::histogram::{Described, described};
use crate::parser::error::{Fault, Parsed};

/// Everything up to the end of the text.
pub(super) fn values(cursor: &mut Cursor<'_>) -> Parsed<Vec<SequenceValue>> {
    let mut all = Vec::new();
    while cursor.space() && !cursor.at_end() {
        item(cursor, &mut all)?;
    }
    if cursor.at_end() {
        Ok(all)
    } else {
        Err(cursor.unexpected("a space"))
    }
}

fn item(cursor: &mut Cursor<'_>, all: &mut Vec<SequenceValue>) -> Parsed<()> {
    if cursor.starts_with("{{") {
        return histograms(cursor, all);
    }
    if cursor.take("_") {
        let count = if cursor.take("x") { cursor.whole()? } else { 1 };
        let count = bounded(cursor, all, count, 1)?;
        all.extend(std::iter::repeat_n(SequenceValue::Omitted, count));
        return Ok(());
    }
    if cursor.take("stale") {
        all.push(SequenceValue::Float(STALE_NAN));
        return Ok(());
    }
    let mut value = cursor.signed_number()?;
    let step = if cursor.starts_with("+") || cursor.starts_with("-") {
        cursor.signed_number()?
    } else if cursor.starts_with("x") {
        0.0
    } else {
        all.push(SequenceValue::Float(value));
        return Ok(());
    };
    for _ in 0..repetition(cursor, all, 1)? {
        all.push(SequenceValue::Float(value));
        // Without a step the value stays as it is, infinite or not.
        if step != 0.0 {
            value += step;
        }
    }
    Ok(())
}

/// `xN`: the value itself and N more, each of which counts as `weight` values.
fn repetition(cursor: &mut Cursor<'_>, all: &[SequenceValue], weight: usize) -> Parsed<usize> {
    if !cursor.take("x") {
        return Err(cursor.unexpected("\"x\" and a number"));
    }
    let count = cursor.whole()?.saturating_add(1);
    bounded(cursor, all, count, weight)
}

fn bounded(cursor: &Cursor<'_>, all: &[SequenceValue], count: u64, weight: usize) -> Parsed<usize> {
    let room = MAX_SEQUENCE_VALUES.saturating_sub(all.len()) / weight;
    match usize::try_from(count) {
        Ok(count) if count <= room => Ok(count),
        _ => Err(Fault::new(
            cursor.position(),
            format!("a series may have {MAX_SEQUENCE_VALUES} values; give it a longer interval"),
        )),
    }
}

fn histograms(cursor: &mut Cursor<'_>, all: &mut Vec<SequenceValue>) -> Parsed<()> {
    let start = cursor.position();
    let first = described(cursor)?;
    let decreases = cursor.starts_with("-");
    let step = if cursor.take("+") || cursor.take("-") {
        Some(described(cursor)?)
    } else if cursor.starts_with("x") {
        None
    } else {
        all.push(value(Arc::new(first.histogram), first.reset_hint_given));
        return Ok(());
    };
    let weight = 1 + buckets(&first) + step.as_ref().map_or(0, buckets);
    let count = repetition(cursor, all, weight)?;
    let given = step.as_ref().unwrap_or(&first).reset_hint_given;
    let mut current = Arc::new(first.histogram);
    for place in 0..count {
        if let Some(step) = step.as_ref().filter(|_| place > 0) {
            current = Arc::new(next(&current, step, decreases, start)?);
        }
        all.push(value(Arc::clone(&current), given));
    }
    Ok(())
}

fn buckets(described: &Described) -> usize {
    let histogram = &described.histogram;
    histogram.positive.counts.len() + histogram.negative.counts.len()
}

fn value(histogram: Arc<Histogram>, reset_hint_given: bool) -> SequenceValue {
    SequenceValue::Histogram {
        histogram,
        reset_hint_given,
    }
}

fn next(current: &Histogram, step: &Described, decreases: bool, start: usize) -> Parsed<Histogram> {
    let step = &step.histogram;
    if current.schema > step.schema {
        return Err(Fault::new(
            start,
            format!(
                "error combining histograms: cannot merge from schema {} to {}",
                step.schema, current.schema
            ),
        ));
    }
    let mut next = current.clone();
    let merged = if decreases {
        next.subtract(step)
    } else {
        next.add(step)
    };
    merged.map_err(|error| Fault::new(start, error.to_string()))?;
    Ok(next)
}
