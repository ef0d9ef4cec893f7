//! `terms`: the most frequent values.

use swarmscope_model::limits::{MAX_BUCKETS, MAX_RARE_DOCUMENTS};

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::{object, one_or_many};
use super::{Read, Reported, choice, format, unsupported};
use crate::aggregate::{
    Aggregation, AggregationKind, Choice, ChosenTerms, Direction, TermsAggregation, TermsOrder,
};

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
    let mut choice = Choice::default();
    for member in object(node, "terms")? {
        match member.key.as_str() {
            "field" => field = Some(member.text("terms")?),
            "size" => found.size = size(member, "terms")?,
            "min_doc_count" => {
                let given = member.integer()?;
                found.min_doc_count = u64::try_from(given).map_err(|_| {
                    let reason = format!(
                        "[minDocCount] must be greater than or equal to 0. Found [{given}]"
                    );
                    member.bad("terms", reason)
                })?;
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
            "include" => choice::include(&mut choice, member, "terms")?,
            "exclude" => choice::exclude(&mut choice, member, "terms")?,
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in("terms")),
        }
    }
    found.field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    if found.order.is_empty() {
        found.order = vec![(TermsOrder::Count, Direction::Descending)];
    }
    let kind = match choice.is_everything() {
        true => AggregationKind::Terms(found),
        false => AggregationKind::ChosenTerms(ChosenTerms {
            terms: found,
            choice,
            max_doc_count: None,
        }),
    };
    Ok((kind, Reported::Terms { format: shown }))
}

/// `rare_terms`: the least frequent values.
pub(super) fn rare_terms(node: &Node) -> Parsed<Read> {
    const NAME: &str = "rare_terms";
    let (mut field, mut shown, mut missing) = (None, None, None);
    let mut choice = Choice::default();
    let mut most = 1;
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(NAME)?),
            "max_doc_count" => {
                let given = member.integer()?;
                most = u64::try_from(given).unwrap_or_default();
                if !(1..=MAX_RARE_DOCUMENTS).contains(&most) {
                    let reason = format!(
                        "[max_doc_count] must be from 1 to {MAX_RARE_DOCUMENTS}, found [{given}]"
                    );
                    return Err(member.bad(NAME, reason));
                }
            }
            "missing" => missing = member.value.scalar(),
            "format" => shown = Some(format(member, NAME)?),
            "include" => choice::include(&mut choice, member, NAME)?,
            "exclude" => choice::exclude(&mut choice, member, NAME)?,
            // Counts are exact.
            "precision" | "value_type" => {}
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    let terms = TermsAggregation {
        field,
        size: MAX_BUCKETS + 1,
        min_doc_count: 1,
        order: vec![(TermsOrder::Count, Direction::Ascending)],
        missing,
    };
    let kind = AggregationKind::ChosenTerms(ChosenTerms {
        terms,
        choice,
        max_doc_count: Some(most),
    });
    Ok((kind, Reported::RareTerms { format: shown }))
}

pub(super) fn size(member: &Member, kind: &'static str) -> Parsed<usize> {
    let given = member.integer()?;
    match usize::try_from(given) {
        Ok(size) if size > 0 => Ok(size.min(MAX_BUCKETS)),
        _ => Err(member.bad(
            kind,
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
                path => TermsOrder::Metric(plain(path)),
            };
            orders.push((by, direction));
        }
    }
    Ok(orders)
}

/// `a[b]` as `a.b`, and without what means the only number.
fn plain(path: &str) -> String {
    let path = match path
        .strip_suffix(']')
        .and_then(|path| path.rsplit_once('['))
    {
        Some((name, key)) => format!("{name}.{key}"),
        None => path.to_owned(),
    };
    let only = [".value", ".doc_count"];
    let plain = only.iter().find_map(|end| path.strip_suffix(end));
    plain.unwrap_or(&path).to_owned()
}

/// Metrics that buckets are ordered by have to be there.
pub(super) fn check_order(
    kind: &AggregationKind,
    within: &[Aggregation],
    node: &Node,
) -> Parsed<()> {
    let orders = match kind {
        AggregationKind::Terms(terms) => terms.order.as_slice(),
        AggregationKind::ChosenTerms(chosen) => chosen.terms.order.as_slice(),
        AggregationKind::MultiTerms(terms) => terms.order.as_slice(),
        AggregationKind::Histogram(histogram) => histogram.order.as_slice(),
        AggregationKind::DateHistogram(histogram) => histogram.order.as_slice(),
        _ => &[],
    };
    for (by, _) in orders {
        if let TermsOrder::Metric(path) = by
            && !leads_to_number(within, path)
        {
            return Err(node.fault(DslErrorKind::OrderPath { path: path.clone() }));
        }
    }
    Ok(())
}

/// Whether the path leads to a number, through single buckets.
fn leads_to_number(within: &[Aggregation], path: &str) -> bool {
    let is_single = |aggregation: &Aggregation| aggregation.kind.is_single();
    match path.split_once('>') {
        Some((first, rest)) => {
            let mut singles = within.iter().filter(|inner| is_single(inner));
            singles.any(|inner| inner.name == first && leads_to_number(&inner.within, rest))
        }
        None => within.iter().any(|inner| {
            has_number(&inner.name, &inner.kind, path) || (is_single(inner) && inner.name == path)
        }),
    }
}

/// Whether the path leads to one number of the aggregation.
fn has_number(name: &str, kind: &AggregationKind, path: &str) -> bool {
    let rest = path.strip_prefix(name);
    match (kind, rest) {
        (AggregationKind::Substituted { kind, .. }, _) => has_number(name, kind, path),
        (
            AggregationKind::Min { .. }
            | AggregationKind::Max { .. }
            | AggregationKind::Avg { .. }
            | AggregationKind::Sum { .. }
            | AggregationKind::ValueCount { .. }
            | AggregationKind::Cardinality { .. }
            | AggregationKind::DistinctValues { .. }
            | AggregationKind::WeightedAvg(_)
            | AggregationKind::MedianDeviation { .. },
            Some(""),
        ) => true,
        (AggregationKind::Boxplot { .. }, Some(rest)) => matches!(
            rest,
            ".min" | ".max" | ".q1" | ".q2" | ".q3" | ".lower" | ".upper"
        ),
        (AggregationKind::StringStats { .. }, Some(rest)) => matches!(
            rest,
            ".count" | ".min_length" | ".max_length" | ".avg_length" | ".entropy"
        ),
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
