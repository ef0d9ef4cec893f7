//! `percentiles` and `percentile_ranks`: where the numbers of a field lie.
//!
//! `tdigest` and `hdr` choose an algorithm and its precision elsewhere. Here both are read and checked,
//! and the store's own algorithm answers, whose error is said with it.

use swarmscope_model::limits::MAX_PERCENTILES;

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::object;
use super::{Read, Reported, format, unsupported};
use crate::aggregate::AggregationKind;

const DEFAULT: [f64; 7] = [1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0];

pub(super) fn percentiles(node: &Node) -> Parsed<Read> {
    let (field, numbers, reported) = read(node, "percentiles", "percents")?;
    let percents = numbers.unwrap_or_else(|| DEFAULT.to_vec());
    Ok((AggregationKind::Percentiles { field, percents }, reported))
}

pub(super) fn percentile_ranks(node: &Node) -> Parsed<Read> {
    let (field, numbers, reported) = read(node, "percentile_ranks", "values")?;
    let values = numbers.ok_or_else(|| {
        node.fault(DslErrorKind::Missing {
            query: "percentile_ranks",
            parameter: "values",
        })
    })?;
    Ok((AggregationKind::PercentileRanks { field, values }, reported))
}

/// The field, the numbers under the key of that name when there are some, and how to show the result.
fn read(
    node: &Node,
    kind: &'static str,
    asked: &'static str,
) -> Parsed<(String, Option<Vec<f64>>, Reported)> {
    let (mut field, mut found, mut shown) = (None, None, None);
    let mut keyed = true;
    let mut method: Option<&Member> = None;
    for member in object(node, kind)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(kind)?),
            "keyed" => keyed = member.boolean(kind)?,
            "format" => shown = Some(format(member, kind)?),
            "tdigest" | "hdr" => {
                if method.replace(member).is_some() {
                    return Err(member.bad(kind, "Only one percentiles method should be declared."));
                }
                check_method(member)?;
            }
            "missing" => return Err(unsupported(member, "only documents with a value count")),
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
    Ok((field, found, reported))
}

fn numbers(member: &Member, kind: &'static str) -> Parsed<Vec<f64>> {
    let Json::Array(items) = &member.value.value else {
        return Err(member.bad(kind, "expected an array of numbers"));
    };
    if items.is_empty() {
        return Err(member.bad(kind, format!("[{}] must not be empty", member.key)));
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
            return Err(member.bad(kind, reason));
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
