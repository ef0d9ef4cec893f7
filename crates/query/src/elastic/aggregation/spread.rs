//! `median_absolute_deviation`, `boxplot` and `string_stats`: how a field's values are spread.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::{Read, Reported, format, missing_number, substituted, unsupported};
use crate::aggregate::AggregationKind;

pub(super) fn median_absolute_deviation(node: &Node) -> Parsed<Read> {
    const NAME: &str = "median_absolute_deviation";
    let asked = read(node, NAME)?;
    let kind = AggregationKind::MedianDeviation { field: asked.field };
    let reported = Reported::Metric {
        kind: NAME,
        format: asked.format,
    };
    Ok((substituted(kind, asked.missing), reported))
}

pub(super) fn boxplot(node: &Node) -> Parsed<Read> {
    let asked = read(node, "boxplot")?;
    let kind = AggregationKind::Boxplot { field: asked.field };
    let reported = Reported::Boxplot {
        format: asked.format,
    };
    Ok((substituted(kind, asked.missing), reported))
}

pub(super) fn string_stats(node: &Node) -> Parsed<Read> {
    const NAME: &str = "string_stats";
    let (mut field, mut shown, mut missing) = (None, None, None);
    let mut distribution = false;
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(NAME)?),
            "format" => shown = Some(format(member, NAME)?),
            "missing" => missing = member.value.scalar(),
            "show_distribution" => distribution = member.boolean(NAME)?,
            "value_type" => {}
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    let reported = Reported::StringStats {
        distribution,
        format: shown,
    };
    let kind = substituted(AggregationKind::StringStats { field }, missing);
    Ok((kind, reported))
}

/// What is asked of a field's numbers.
struct Asked {
    field: String,
    format: Option<super::ValueFormat>,
    missing: Option<crate::ast::Scalar>,
}

fn read(node: &Node, kind: &'static str) -> Parsed<Asked> {
    let (mut field, mut shown, mut missing) = (None, None, None);
    for member in object(node, kind)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(kind)?),
            "format" => shown = Some(format(member, kind)?),
            "missing" => missing = missing_number(member, kind)?,
            "compression" => {
                let compression: Option<f64> =
                    member.value.text().and_then(|text| text.parse().ok());
                if !compression.is_some_and(|compression| compression > 0.0) {
                    let reason = "[compression] must be greater than 0.";
                    return Err(member.bad(kind, reason));
                }
            }
            "execution_hint" | "value_type" => {}
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(kind)),
        }
    }
    Ok(Asked {
        field: field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?,
        format: shown,
        missing,
    })
}
