//! Lengths of time and duration expressions.

use std::fmt::{self, Display, Formatter, Write};

use swarmscope_model::metrics::float;

use crate::ast::{Length, LengthExpr, LengthKind};

impl Display for Length {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(milliseconds) => write_milliseconds(out, *milliseconds),
            Self::Computed(expr) => write!(out, "{expr}"),
        }
    }
}

impl Display for LengthExpr {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            LengthKind::Number {
                seconds,
                duration: true,
            } => write_seconds(out, *seconds),
            LengthKind::Number { seconds, .. } => out.write_str(&float::plain(*seconds)),
            LengthKind::Step => out.write_str("step()"),
            LengthKind::Range => out.write_str("range()"),
            LengthKind::Min(left, right) => write!(out, "min_of({left}, {right})"),
            LengthKind::Max(left, right) => write!(out, "max_of({left}, {right})"),
            LengthKind::Unary { negative, of } => {
                let sign = if *negative { "-" } else { "" };
                write!(out, "{sign}{of}")
            }
            LengthKind::Binary {
                operator,
                left,
                right,
            } => write!(out, "{left} {} {right}", operator.as_str()),
            LengthKind::Paren(inner) => write!(out, "({inner})"),
        }
    }
}

/// A number that was written as a duration.
pub(super) fn write_seconds(out: &mut Formatter<'_>, seconds: f64) -> fmt::Result {
    write_milliseconds(out, (seconds * 1e9) as i64 / 1_000_000)
}

/// In units that divide it: years and weeks only when nothing remains, as `90d` is easier to read than
/// `12w6d`.
fn write_milliseconds(out: &mut Formatter<'_>, milliseconds: i64) -> fmt::Result {
    const UNITS: [(&str, u64, bool); 7] = [
        ("y", 365 * 24 * 3_600_000, true),
        ("w", 7 * 24 * 3_600_000, true),
        ("d", 24 * 3_600_000, false),
        ("h", 3_600_000, false),
        ("m", 60_000, false),
        ("s", 1_000, false),
        ("ms", 1, false),
    ];
    if milliseconds < 0 {
        out.write_char('-')?;
    }
    let mut rest = milliseconds.unsigned_abs();
    if rest == 0 {
        return out.write_str("0s");
    }
    for (unit, length, whole) in UNITS {
        let count = rest / length;
        if count > 0 && (!whole || rest.is_multiple_of(length)) {
            write!(out, "{count}{unit}")?;
            rest %= length;
        }
    }
    Ok(())
}
