//! `aggs`: which kind each aggregation is, and how its results are to be shown.

mod date_histogram;
mod interval;
mod metric;
mod terms;

use swarmscope_model::limits::MAX_AGGREGATION_DEPTH;

use super::error::DslErrorKind;
use super::json::{Json, Member, Node};
use super::{Context, Parsed, query};
use crate::aggregate::{Aggregation, AggregationKind};
use crate::datemath::Format;
use jiff::tz::TimeZone;

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
    Filter,
}

impl Reported {
    /// Whether buckets come out of it, which may hold aggregations.
    fn takes_aggregations(&self) -> Option<&'static str> {
        match self {
            Reported::Metric { kind, .. } => Some(kind),
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
            Ok((AggregationKind::Filter(query), Reported::Filter))
        }
        name => Err(body.fault(unserved(name))),
    }
}

/// A name that we do not serve: Elasticsearch's, or nobody's.
fn unserved(name: &str) -> DslErrorKind {
    const ELASTICSEARCH: [&str; 60] = [
        "adjacency_matrix",
        "auto_date_histogram",
        "avg_bucket",
        "boxplot",
        "bucket_correlation",
        "bucket_count_ks_test",
        "bucket_script",
        "bucket_selector",
        "bucket_sort",
        "categorize_text",
        "change_point",
        "children",
        "composite",
        "cumulative_cardinality",
        "cumulative_sum",
        "date_range",
        "derivative",
        "diversified_sampler",
        "extended_stats",
        "extended_stats_bucket",
        "filters",
        "frequent_item_sets",
        "geo_bounds",
        "geo_centroid",
        "geo_distance",
        "geohash_grid",
        "geotile_grid",
        "global",
        "histogram",
        "inference",
        "ip_prefix",
        "ip_range",
        "matrix_stats",
        "max_bucket",
        "median_absolute_deviation",
        "min_bucket",
        "missing",
        "moving_fn",
        "moving_percentiles",
        "multi_terms",
        "nested",
        "normalize",
        "parent",
        "percentile_ranks",
        "percentiles",
        "percentiles_bucket",
        "range",
        "rare_terms",
        "rate",
        "reverse_nested",
        "sampler",
        "scripted_metric",
        "serial_diff",
        "significant_terms",
        "significant_text",
        "stats",
        "stats_bucket",
        "sum_bucket",
        "top_hits",
        "top_metrics",
    ];
    let name = name.to_owned();
    if ELASTICSEARCH.contains(&name.as_str()) {
        DslErrorKind::UnsupportedAggregation { name }
    } else {
        DslErrorKind::UnknownAggregation { name }
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
