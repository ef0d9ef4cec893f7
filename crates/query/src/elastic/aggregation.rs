//! `aggs`: which kind each aggregation is, and how its results are to be shown.

mod date_histogram;
mod filters;
mod histogram;
mod interval;
mod metric;
mod percentiles;
mod range;
mod stats;
mod terms;
mod unserved;

use swarmscope_model::limits::MAX_AGGREGATION_DEPTH;

use super::error::DslErrorKind;
use super::json::{Json, Member, Node};
use super::{Context, Parsed, query};
use crate::aggregate::{Aggregation, AggregationKind};
use crate::datemath::Format;
use jiff::tz::TimeZone;

pub(super) use interval::fixed as fixed_width;
pub use range::NamedRange;

/// How the results of one aggregation are shown: what the request says and our tree does not hold.
#[derive(Debug, Clone)]
pub struct Shape {
    pub name: String,
    pub reported: Reported,
    /// Given back as it came.
    pub meta: Option<serde_json::Value>,
    pub within: Vec<Shape>,
}

/// What a result looks like.
#[derive(Debug, Clone)]
pub enum Reported {
    Terms {
        format: Option<Format>,
    },
    DateHistogram {
        keyed: bool,
        format: Option<Format>,
        time_zone: TimeZone,
    },
    /// `min`, `max`, `avg`, `sum`, `value_count`, `cardinality`, by name.
    Metric {
        kind: &'static str,
        format: Option<Format>,
    },
    /// `stats`; with a `sigma`, `extended_stats`.
    Stats {
        sigma: Option<f64>,
        format: Option<Format>,
    },
    /// `percentiles` or, when they are, `percentile_ranks`.
    Percentiles {
        ranks: bool,
        hdr: bool,
        keyed: bool,
        format: Option<Format>,
    },
    Histogram {
        keyed: bool,
    },
    /// `filter` and `missing`: one bucket.
    Single {
        kind: &'static str,
    },
    /// Without names, the buckets are anonymous.
    Filters {
        names: Vec<String>,
        keyed: bool,
    },
    Range {
        ranges: Vec<NamedRange>,
        keyed: bool,
    },
    DateRange {
        ranges: Vec<NamedRange>,
        keyed: bool,
        format: Option<Format>,
        time_zone: TimeZone,
    },
}

impl Reported {
    /// Whether buckets come out of it, which may hold aggregations.
    fn takes_aggregations(&self) -> Option<&'static str> {
        match self {
            Reported::Metric { kind, .. } => Some(kind),
            Reported::Stats { sigma: None, .. } => Some("stats"),
            Reported::Stats { .. } => Some("extended_stats"),
            Reported::Percentiles { ranks: false, .. } => Some("percentiles"),
            Reported::Percentiles { .. } => Some("percentile_ranks"),
            _ => None,
        }
    }
}

/// One aggregation read: what to compute and how to show it.
type Read = (AggregationKind, Reported);

/// Reads `{"name": {"terms": {…}, "aggs": {…}}, …}`.
pub(super) fn aggregations(
    node: &Node,
    context: &mut Context,
    depth: usize,
) -> Parsed<(Vec<Aggregation>, Vec<Shape>)> {
    let Json::Object(members) = &node.value else {
        return Err(node.fault(DslErrorKind::Malformed {
            query: "aggs".to_owned(),
            expected: "START_OBJECT",
            found: node.token(),
        }));
    };
    if depth >= MAX_AGGREGATION_DEPTH {
        return Err(node.fault(DslErrorKind::AggregationsTooDeep {
            limit: MAX_AGGREGATION_DEPTH,
        }));
    }
    let mut found = (
        Vec::with_capacity(members.len()),
        Vec::with_capacity(members.len()),
    );
    for member in members {
        if member.key.is_empty() || member.key.contains(['[', ']', '>']) {
            return Err(member.value.fault(DslErrorKind::AggregationName {
                name: member.key.clone(),
            }));
        }
        let (aggregation, shape) = one(member, context, depth)?;
        found.0.push(aggregation);
        found.1.push(shape);
    }
    Ok(found)
}

fn one(member: &Member, context: &mut Context, depth: usize) -> Parsed<(Aggregation, Shape)> {
    let name = member.key.clone();
    let mut read: Option<(&Member, Read)> = None;
    let mut within = (Vec::new(), Vec::new());
    let mut meta = None;
    for part in super::members::object(&member.value, &name)? {
        match part.key.as_str() {
            "aggs" | "aggregations" => within = aggregations(&part.value, context, depth + 1)?,
            "meta" => meta = Some(part.value.to_value()),
            _ => {
                if let Some((first, _)) = &read {
                    return Err(part.value.fault(DslErrorKind::TwoDefinitions {
                        name,
                        first: first.key.clone(),
                        second: part.key.clone(),
                    }));
                }
                read = Some((part, kind(part, context, depth)?));
            }
        }
    }
    let Some((part, (kind, reported))) = read else {
        // Elasticsearch points at the end of the empty definition.
        let mut fault = member.value.fault(DslErrorKind::NoDefinition { name });
        fault.at += 1;
        return Err(fault);
    };
    if let (Some(metric), false) = (reported.takes_aggregations(), within.0.is_empty()) {
        return Err(part
            .value
            .fault(DslErrorKind::NoSubAggregations { name, kind: metric }));
    }
    if let AggregationKind::Terms(terms) = &kind {
        terms::check_order(terms, &within.0, &part.value)?;
    }
    let aggregation = Aggregation {
        name: name.clone(),
        kind,
        within: within.0,
    };
    Ok((
        aggregation,
        Shape {
            name,
            reported,
            meta,
            within: within.1,
        },
    ))
}

fn kind(member: &Member, context: &mut Context, depth: usize) -> Parsed<Read> {
    let body = &member.value;
    match member.key.as_str() {
        "terms" => terms::terms(body),
        "date_histogram" => date_histogram::date_histogram(body, context),
        "min" => metric::metric(body, "min", |field| AggregationKind::Min { field }),
        "max" => metric::metric(body, "max", |field| AggregationKind::Max { field }),
        "avg" => metric::metric(body, "avg", |field| AggregationKind::Avg { field }),
        "sum" => metric::metric(body, "sum", |field| AggregationKind::Sum { field }),
        "value_count" => metric::metric(body, "value_count", |field| AggregationKind::ValueCount {
            field,
        }),
        "cardinality" => metric::metric(body, "cardinality", |field| {
            AggregationKind::Cardinality { field }
        }),
        "filter" => {
            let query = query::clause(body, context, depth)?;
            let reported = Reported::Single { kind: "filter" };
            Ok((AggregationKind::Filter(query), reported))
        }
        "filters" => filters::filters(body, context, depth),
        "missing" => filters::missing(body),
        "stats" => stats::stats(body, "stats"),
        "extended_stats" => stats::stats(body, "extended_stats"),
        "percentiles" => percentiles::percentiles(body),
        "percentile_ranks" => percentiles::percentile_ranks(body),
        "histogram" => histogram::histogram(body),
        "range" => range::range(body),
        "date_range" => range::date_range(body, context),
        name => Err(body.fault(unserved::unserved(name))),
    }
}

/// The format that results are shown in.
fn format(member: &Member, object: &str) -> Parsed<Format> {
    let text = member.text(object)?;
    Format::parse(&text).map_err(|date| member.value.fault(date.into()))
}

/// The refusal of a key that Elasticsearch knows and we do not serve.
fn unsupported(member: &Member, instead: &'static str) -> super::Fault {
    member.value.fault(DslErrorKind::UnsupportedKey {
        key: member.key.clone(),
        instead,
    })
}
