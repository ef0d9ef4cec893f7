//! `stats` and `extended_stats`: count, extremes and sums of a field's numbers at once.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::{Read, Reported, format, missing_number, substituted, unsupported};
use crate::aggregate::AggregationKind;

/// Standard deviations around the mean that `std_deviation_bounds` spans unless told.
const SIGMA: f64 = 2.0;

pub(super) fn stats(node: &Node, kind: &'static str) -> Parsed<Read> {
    let (mut field, mut shown, mut missing) = (None, None, None);
    let mut sigma = SIGMA;
    for member in object(node, kind)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(kind)?),
            "format" => shown = Some(format(member, kind)?),
            "value_type" => {}
            "sigma" if kind == "extended_stats" => {
                let text = member.value.text().unwrap_or_default();
                sigma = match text.parse() {
                    Ok(sigma) if sigma >= 0.0 => sigma,
                    Ok(_) => {
                        let reason =
                            format!("[sigma] must be greater than or equal to 0. Found [{text}]");
                        return Err(member.bad(kind, reason));
                    }
                    Err(_) => {
                        return Err(member.value.fault(DslErrorKind::NotANumber { given: text }));
                    }
                };
            }
            "missing" => missing = missing_number(member, kind)?,
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(kind)),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    let reported = Reported::Stats {
        sigma: (kind == "extended_stats").then_some(sigma),
        format: shown,
    };
    let kind = substituted(AggregationKind::Stats { field }, missing);
    Ok((kind, reported))
}
