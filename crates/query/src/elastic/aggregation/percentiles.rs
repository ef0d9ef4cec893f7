//! `percentiles` and `percentile_ranks`: where the numbers of a field lie.
//!
//! `tdigest` and `hdr` choose an algorithm and its precision elsewhere. Here both are read and checked,
//! and the store's own algorithm answers, whose error is said with it.

use swarmscope_model::limits::MAX_PERCENTILES;

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::object;
use super::{Read, Reported, format, missing_number, substituted, unsupported};
use crate::aggregate::AggregationKind;
use crate::ast::Scalar;

const DEFAULT: [f64; 7] = [1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0];

pub(super) fn percentiles(node: &Node) -> Parsed<Read> {
    let asked = read(node, "percentiles", "percents")?;
    let percents = asked.found.unwrap_or_else(|| DEFAULT.to_vec());
    let kind = AggregationKind::Percentiles {
        field: asked.field,
        percents,
    };
    Ok((substituted(kind, asked.missing), asked.reported))
}

pub(super) fn percentile_ranks(node: &Node) -> Parsed<Read> {
    let asked = read(node, "percentile_ranks", "values")?;
    let values = asked.found.ok_or_else(|| {
        node.fault(DslErrorKind::Unbuilt {
            object: "percentile_ranks",
            reason: "[values] must not be null".to_owned(),
        })
    })?;
    let kind = AggregationKind::PercentileRanks {
        field: asked.field,
        values,
    };
    Ok((substituted(kind, asked.missing), asked.reported))
}

/// What both are told.
struct Asked {
    field: String,
    /// The numbers under the key of their name, when there are some.
    found: Option<Vec<f64>>,
    reported: Reported,
    missing: Option<Scalar>,
}

fn read(node: &Node, kind: &'static str, asked: &'static str) -> Parsed<Asked> {
    let (mut field, mut found, mut shown) = (None, None, None);
    let (mut keyed, mut missing) = (true, None);
    let mut method: Option<&Member> = None;
    for member in object(node, kind)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(kind)?),
            "keyed" => keyed = member.boolean(kind)?,
            "format" => shown = Some(format(member, kind)?),
            "tdigest" | "hdr" => {
                if method.replace(member).is_some() {
                    let reason = "Only one percentiles method should be declared.".to_owned();
                    let object = kind;
                    return Err(node.fault(DslErrorKind::Unbuilt { object, reason }));
                }
                check_method(member)?;
            }
            "missing" => missing = missing_number(member, kind)?,
            "script" => return Err(unsupported(member, "use a field")),
            key if key == asked => found = Some(numbers(member, kind)?),
            _ => return Err(member.unknown_in(kind)),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    let reported = Reported::Percentiles {
        ranks: kind == "percentile_ranks",
        hdr: method.is_some_and(|method| method.key == "hdr"),
        keyed,
        format: shown,
    };
    Ok(Asked {
        field,
        found,
        reported,
        missing,
    })
}

fn numbers(member: &Member, kind: &'static str) -> Parsed<Vec<f64>> {
    let Json::Array(items) = &member.value.value else {
        return Err(member.bad(kind, "expected an array of numbers"));
    };
    if items.is_empty() {
        let reason = format!("[{}] must not be empty", member.key);
        let object = kind;
        return Err(member.value.fault(DslErrorKind::Unbuilt { object, reason }));
    }
    if items.len() > MAX_PERCENTILES {
        let reason = format!("more than {MAX_PERCENTILES} numbers");
        return Err(member.bad(kind, reason));
    }
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        let text = item.text().unwrap_or_default();
        let number: f64 = match text.parse() {
            Ok(number) if f64::is_finite(number) => number,
            _ => return Err(item.fault(DslErrorKind::NotANumber { given: text })),
        };
        if kind == "percentiles" && !(0.0..=100.0).contains(&number) {
            let reason = format!("percent must be in [0,100], got [{number:?}]");
            let object = kind;
            return Err(item.fault(DslErrorKind::Unbuilt { object, reason }));
        }
        found.push(number);
    }
    if kind == "percentiles" {
        found.sort_by(f64::total_cmp);
    }
    Ok(found)
}

fn check_method(member: &Member) -> Parsed<()> {
    let name = member.key.as_str();
    for option in object(&member.value, name)? {
        match (name, option.key.as_str()) {
            ("tdigest", "compression") => {
                option.count("compression")?;
            }
            ("tdigest", "execution_hint") => {}
            ("hdr", "number_of_significant_value_digits") => {
                let digits = option.integer()?;
                if !(0..=5).contains(&digits) {
                    return Err(option.bad(
                        name,
                        "[numberOfSignificantValueDigits] must be between 0 and 5",
                    ));
                }
            }
            _ => return Err(option.unknown_in(name)),
        }
    }
    Ok(())
}
