//! A native histogram: `{{schema:0 sum:5 count:4 z_bucket:1 z_bucket_w:0.1 buckets:[1 2]}}`.

use swarmscope_model::metrics::{Buckets, Histogram, ResetHint, Span};

use super::cursor::Cursor;
use crate::parser::error::{Fault, Parsed};
use crate::quoting::quoted;

/// A histogram as it was written.
pub(super) struct Described {
    pub histogram: Histogram,
    pub reset_hint_given: bool,
}

/// From `{{` to `}}`.
pub(super) fn described(cursor: &mut Cursor<'_>) -> Parsed<Described> {
    if !cursor.take("{{") {
        return Err(cursor.unexpected("\"{{\""));
    }
    let mut parts = Parts::default();
    cursor.space();
    while !cursor.take("}}") {
        parts.read(cursor)?;
        if !cursor.space() && !cursor.starts_with("}}") {
            return Err(cursor.unexpected("a space or \"}}\""));
        }
    }
    Ok(parts.finish())
}

/// What was read so far.
#[derive(Default)]
struct Parts {
    histogram: Histogram,
    seen: Vec<String>,
    offset: i32,
    negative_offset: i32,
}

impl Parts {
    /// `key:value`.
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Parsed<()> {
        let start = cursor.position();
        let key = cursor.word().to_ascii_lowercase();
        if self.seen.contains(&key) {
            return Err(Fault::new(
                start,
                format!("duplicate key {} in histogram", quoted(&key)),
            ));
        }
        if !key.is_empty() && !cursor.take(":") {
            return Err(Fault::new(start, "missing `:` for histogram descriptor"));
        }
        let histogram = &mut self.histogram;
        match key.as_str() {
            "schema" => histogram.schema = whole(cursor)?,
            "sum" => histogram.sum = cursor.signed_number()?,
            "count" => histogram.count = cursor.signed_number()?,
            "z_bucket" => histogram.zero_count = cursor.signed_number()?,
            "z_bucket_w" => histogram.zero_threshold = cursor.number()?,
            "custom_values" => histogram.custom_bounds = list(cursor)?,
            "buckets" => histogram.positive.counts = list(cursor)?,
            "n_buckets" => histogram.negative.counts = list(cursor)?,
            "offset" => self.offset = whole(cursor)?,
            "n_offset" => self.negative_offset = whole(cursor)?,
            "counter_reset_hint" => histogram.reset_hint = reset_hint(cursor)?,
            _ => {
                let message = format!("bad histogram descriptor found: {}", quoted(&key));
                return Err(Fault::new(start, message));
            }
        }
        self.seen.push(key);
        Ok(())
    }

    fn finish(self) -> Described {
        let mut histogram = self.histogram;
        place(&mut histogram.positive, self.offset);
        place(&mut histogram.negative, self.negative_offset);
        Described {
            histogram,
            reset_hint_given: self.seen.iter().any(|key| key == "counter_reset_hint"),
        }
    }
}

fn place(buckets: &mut Buckets, offset: i32) {
    if !buckets.is_empty() {
        buckets.spans = vec![Span {
            offset,
            length: buckets.counts.len() as u32,
        }];
    }
}

fn whole(cursor: &mut Cursor<'_>) -> Parsed<i32> {
    let start = cursor.position();
    let negative = cursor.take("-");
    let value = i64::try_from(cursor.whole()?).unwrap_or(i64::MAX);
    let value = if negative { -value } else { value };
    i32::try_from(value).map_err(|_| Fault::new(start, format!("{value} is out of range")))
}

/// `[1 2 3]`.
fn list(cursor: &mut Cursor<'_>) -> Parsed<Vec<f64>> {
    if !cursor.take("[") {
        return Err(cursor.unexpected("\"[\""));
    }
    let mut values = Vec::new();
    cursor.space();
    while !cursor.take("]") {
        values.push(cursor.signed_number()?);
        if !cursor.space() && !cursor.starts_with("]") {
            return Err(cursor.unexpected("a space or \"]\""));
        }
    }
    Ok(values)
}

fn reset_hint(cursor: &mut Cursor<'_>) -> Parsed<ResetHint> {
    let start = cursor.position();
    let word = cursor.word();
    match word.to_ascii_lowercase().as_str() {
        "unknown" => Ok(ResetHint::Unknown),
        "reset" => Ok(ResetHint::Reset),
        "not_reset" => Ok(ResetHint::NotReset),
        "gauge" => Ok(ResetHint::Gauge),
        _ => Err(Fault::new(
            start,
            format!("bad counter reset hint found: {}", quoted(word)),
        )),
    }
}
