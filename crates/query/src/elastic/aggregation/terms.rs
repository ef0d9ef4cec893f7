//! `terms`: the most frequent values.

use swarmscope_model::limits::MAX_BUCKETS;

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::{object, one_or_many};
use super::{Read, Reported, format, unsupported};
use crate::aggregate::{Aggregation, AggregationKind, Direction, TermsAggregation, TermsOrder};

pub(super) fn terms(node: &Node) -> Parsed<Read> {
    let mut found = TermsAggregation {
        field: String::new(),
        size: 10,
        min_doc_count: 1,
        order: Vec::new(),
        missing: None,
    };
    let mut field = None;
    let mut shown = None;
    for member in object(node, "terms")? {
        match member.key.as_str() {
            "field" => field = Some(member.text("terms")?),
            "size" => found.size = size(member)?,
            "min_doc_count" => {
                found.min_doc_count = member.count("min_doc_count")? as u64;
            }
            "order" => found.order = order(&member.value, "terms")?,
            "missing" => found.missing = member.value.scalar(),
            "format" => shown = Some(format(member, "terms")?),
            "shard_size"
            | "shard_min_doc_count"
            | "show_term_doc_count_error"
            | "execution_hint"
            | "collect_mode"
            | "value_type" => {}
            "include" | "exclude" => {
                return Err(unsupported(
                    member,
                    "choose documents with a [filter] or the query",
                ));
            }
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in("terms")),
        }
    }
    found.field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    if found.order.is_empty() {
        found.order = vec![(TermsOrder::Count, Direction::Descending)];
    }
    Ok((
        AggregationKind::Terms(found),
        Reported::Terms { format: shown },
    ))
}

fn size(member: &Member) -> Parsed<usize> {
    let given = member.integer()?;
    match usize::try_from(given) {
        Ok(size) if size > 0 => Ok(size.min(MAX_BUCKETS)),
        _ => Err(member.bad(
            "terms",
            format!("[size] must be greater than 0. Found [{given}]"),
        )),
    }
}

/// Reads `{"_count": "asc"}` or an array of these.
pub(super) fn order(node: &Node, kind: &'static str) -> Parsed<Vec<(TermsOrder, Direction)>> {
    let mut orders = Vec::new();
    for item in one_or_many(node) {
        let Json::Object(members) = &item.value else {
            return Err(item.fault(DslErrorKind::Malformed {
                query: kind.to_owned(),
                expected: "START_OBJECT",
                found: item.token(),
            }));
        };
        for member in members {
            let direction = match member
                .value
                .text()
                .unwrap_or_default()
                .to_ascii_lowercase()
                .as_str()
            {
                "asc" => Direction::Ascending,
                "desc" => Direction::Descending,
                other => {
                    return Err(member.bad("order", format!("Unknown order direction [{other}]")));
                }
            };
            let by = match member.key.as_str() {
                "_count" => TermsOrder::Count,
                "_key" | "_term" | "_time" => TermsOrder::Key,
                path => TermsOrder::Metric(path.strip_suffix(".value").unwrap_or(path).to_owned()),
            };
            orders.push((by, direction));
        }
    }
    Ok(orders)
}

/// Metrics that buckets are ordered by have to be there.
pub(super) fn check_order(
    terms: &TermsAggregation,
    within: &[Aggregation],
    node: &Node,
) -> Parsed<()> {
    for (by, _) in &terms.order {
        if let TermsOrder::Metric(path) = by
            && !within
                .iter()
                .any(|aggregation| has_number(aggregation, path))
        {
            return Err(node.fault(DslErrorKind::OrderPath { path: path.clone() }));
        }
    }
    Ok(())
}

/// Whether the path leads to one number of the aggregation.
fn has_number(aggregation: &Aggregation, path: &str) -> bool {
    let rest = path.strip_prefix(aggregation.name.as_str());
    match (&aggregation.kind, rest) {
        (
            AggregationKind::Min { .. }
            | AggregationKind::Max { .. }
            | AggregationKind::Avg { .. }
            | AggregationKind::Sum { .. }
            | AggregationKind::ValueCount { .. }
            | AggregationKind::Cardinality { .. },
            Some(""),
        ) => true,
        (AggregationKind::Stats { .. }, Some(rest)) => matches!(
            rest,
            ".count"
                | ".min"
                | ".max"
                | ".avg"
                | ".sum"
                | ".sum_of_squares"
                | ".variance"
                | ".variance_population"
                | ".variance_sampling"
                | ".std_deviation"
                | ".std_deviation_population"
                | ".std_deviation_sampling"
        ),
        (
            AggregationKind::Percentiles {
                percents: asked, ..
            }
            | AggregationKind::PercentileRanks { values: asked, .. },
            Some(rest),
        ) => {
            let number = rest.strip_prefix('.').map(str::parse::<f64>);
            number.is_some_and(|number| number.is_ok_and(|number| asked.contains(&number)))
        }
        _ => false,
    }
}
