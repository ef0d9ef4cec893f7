//! `weighted_avg`: the mean of a field's numbers, each with the weight that another field says.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Member, Node};
use super::super::members::object;
use super::{Read, Reported, format, missing_number, unsupported};
use crate::aggregate::{AggregationKind, NumberSource, WeightedAverage};
use crate::ast::Scalar;

const NAME: &str = "weighted_avg";

pub(super) fn weighted_avg(node: &Node) -> Parsed<Read> {
    let (mut value, mut weight, mut shown) = (None, None, None);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "value" => value = Some(source(member)?),
            "weight" => weight = Some(source(member)?),
            "format" => shown = Some(format(member, NAME)?),
            "value_type" => {}
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let required = |name: &str| {
        let reason = format!("Could not find field name [{name}] in multiValuesSource");
        node.fault(DslErrorKind::ShardRefusal { reason })
    };
    let average = WeightedAverage {
        value: value.ok_or_else(|| required("value"))?,
        weight: weight.ok_or_else(|| required("weight"))?,
    };
    let reported = Reported::Metric {
        kind: NAME,
        format: shown,
    };
    Ok((AggregationKind::WeightedAvg(average), reported))
}

fn source(member: &Member) -> Parsed<NumberSource> {
    let (mut field, mut missing) = (None, None);
    for part in object(&member.value, NAME)? {
        match part.key.as_str() {
            "field" => field = Some(part.text(NAME)?),
            "missing" => missing = missing_number(part, NAME)?,
            // Both say how numbers are read or shown elsewhere.
            "time_zone" | "value_type" => {}
            "script" => return Err(unsupported(part, "use a field")),
            key => return Err(member.bad(NAME, format!("unknown field [{key}]"))),
        }
    }
    Ok(NumberSource {
        field: field.ok_or_else(|| {
            member.bad(
                NAME,
                "[field] and [script] cannot both be null.  Please specify one or the other.",
            )
        })?,
        missing: match missing {
            Some(Scalar::Integer(number)) => Some(number as f64),
            Some(Scalar::Float(number)) => Some(number),
            _ => None,
        },
    })
}
