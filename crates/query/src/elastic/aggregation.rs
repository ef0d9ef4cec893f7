//! `aggs`: which kind each aggregation is, and how its results are to be shown.

mod adjacency;
mod auto_date;
mod choice;
mod composite;
mod date_histogram;
mod distinct;
mod filters;
mod histogram;
mod interval;
mod ip_range;
mod label;
mod mapped;
mod metric;
mod nested;
mod percentiles;
mod pipeline;
mod range;
mod rate;
mod significant;
mod spread;
mod stats;
mod terms;
mod top_hits;
mod unserved;
mod value_format;
mod weighted;

use swarmscope_model::limits::MAX_AGGREGATION_DEPTH;

use super::error::DslErrorKind;
use super::json::{Json, Member, Node};
use super::{Context, Parsed, query};
use crate::aggregate::{Aggregation, AggregationKind, Interval};
use crate::ast::Scalar;
use crate::datemath::Format;
use crate::pipeline::Pipeline;
use jiff::tz::TimeZone;

pub(super) use interval::fixed as fixed_width;
pub use ip_range::AddressRange;
pub use label::decimal;
pub use range::NamedRange;
pub use rate::{RateUnit, months};
pub use top_hits::ShownHits;
pub use value_format::ValueFormat;

/// How the results of one aggregation are shown: what the request says and our tree does not hold.
#[derive(Debug, Clone)]
pub struct Shape {
    pub name: String,
    pub reported: Reported,
    /// Given back as it came.
    pub meta: Option<serde_json::Value>,
    pub within: Shapes,
}

/// How the results of one level are shown.
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    /// One for each aggregation that the store computes, in order.
    pub aggregations: Vec<Shape>,
    /// What is computed from their results, in the order in which one needs the other.
    pub pipelines: Vec<Pipeline>,
}

impl Shapes {
    /// Whether there are pipelines on this level or within.
    pub fn have_pipelines(&self) -> bool {
        !self.pipelines.is_empty()
            || self
                .aggregations
                .iter()
                .any(|shape| shape.within.have_pipelines())
    }
}

/// How the values of one source of a combination are shown.
#[derive(Debug, Clone)]
pub struct ShownSource {
    pub name: String,
    pub format: Option<ValueFormat>,
    /// That points in time are shown in.
    pub time_zone: TimeZone,
}

/// What a result looks like.
#[derive(Debug, Clone)]
pub enum Reported {
    Terms {
        format: Option<ValueFormat>,
    },
    RareTerms {
        format: Option<ValueFormat>,
    },
    SignificantTerms {
        format: Option<ValueFormat>,
    },
    /// The names of the sources, and how their values are shown.
    Composite {
        sources: Vec<ShownSource>,
    },
    MultiTerms {
        formats: Vec<Option<ValueFormat>>,
    },
    TopHits(Box<ShownHits>),
    /// The fields whose values are given.
    TopMetrics {
        metrics: Vec<String>,
        /// How dates that are sorted by are shown.
        sort_format: Option<Format>,
    },
    /// With what its values are by; without one, as they are.
    Rate {
        unit: Option<RateUnit>,
        format: Option<ValueFormat>,
    },
    DateHistogram {
        keyed: bool,
        /// How long its buckets are.
        interval: Interval,
        format: Option<ValueFormat>,
        time_zone: TimeZone,
    },
    AutoDateHistogram {
        format: Option<ValueFormat>,
        time_zone: TimeZone,
    },
    /// `min`, `max`, `avg`, `sum`, `value_count`, `cardinality`, `weighted_avg`, `median_absolute_deviation`, by name.
    Metric {
        kind: &'static str,
        format: Option<ValueFormat>,
    },
    /// `stats`; with a `sigma`, `extended_stats`.
    Stats {
        sigma: Option<f64>,
        format: Option<ValueFormat>,
    },
    /// `percentiles` or, when they are, `percentile_ranks`.
    Percentiles {
        ranks: bool,
        hdr: bool,
        keyed: bool,
        format: Option<ValueFormat>,
    },
    Boxplot {
        format: Option<ValueFormat>,
    },
    StringStats {
        /// Whether the part of each letter is told.
        distribution: bool,
        format: Option<ValueFormat>,
    },
    Histogram {
        keyed: bool,
        format: Option<ValueFormat>,
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
    /// Buckets without documents are not shown.
    AdjacencyMatrix {
        names: Vec<String>,
    },
    IpRange {
        ranges: Vec<AddressRange>,
        keyed: bool,
    },
    Range {
        ranges: Vec<NamedRange>,
        keyed: bool,
        format: Option<ValueFormat>,
    },
    DateRange {
        ranges: Vec<NamedRange>,
        keyed: bool,
        format: Option<ValueFormat>,
        time_zone: TimeZone,
    },
}

impl Reported {
    /// Whether it is one bucket.
    fn is_single(&self) -> bool {
        matches!(self, Reported::Single { .. })
    }

    /// Whether buckets come out of it, which may hold aggregations.
    fn takes_aggregations(&self) -> Option<&'static str> {
        match self {
            Reported::Metric { kind, .. } => Some(kind),
            Reported::Stats { sigma: None, .. } => Some("stats"),
            Reported::Stats { .. } => Some("extended_stats"),
            Reported::Percentiles { ranks: false, .. } => Some("percentiles"),
            Reported::Percentiles { .. } => Some("percentile_ranks"),
            Reported::Boxplot { .. } => Some("boxplot"),
            Reported::StringStats { .. } => Some("string_stats"),
            Reported::TopHits(_) => Some("top_hits"),
            Reported::TopMetrics { .. } => Some("top_metrics"),
            _ => None,
        }
    }
}

/// One aggregation read: what to compute and how to show it.
type Read = (AggregationKind, Reported);

/// The aggregations of one level.
type Level = (Vec<Aggregation>, Shapes);

/// Reads the outermost `{"name": {"terms": {…}, "aggs": {…}}, …}`.
pub(super) fn outermost(node: &Node, context: &mut Context) -> Parsed<Level> {
    let level = aggregations(node, context, 0)?;
    nested::check(&level.0, node)?;
    rate::check(&level.1, None, node)?;
    pipeline::check_parent(&level.1.pipelines, None, node)?;
    Ok(level)
}

fn aggregations(node: &Node, context: &mut Context, depth: usize) -> Parsed<Level> {
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
    let mut found = Vec::with_capacity(members.len());
    let mut shapes = Shapes::default();
    for member in members {
        if member.key.is_empty() || member.key.contains(['[', ']', '>']) {
            return Err(member.value.fault(DslErrorKind::AggregationName {
                name: member.key.clone(),
            }));
        }
        match one(member, context, depth)? {
            Found::Computed(aggregation, shape) => {
                found.push(*aggregation);
                shapes.aggregations.push(*shape);
            }
            Found::Pipeline(pipeline) => shapes.pipelines.push(*pipeline),
        }
    }
    pipeline::order(&mut shapes, node)?;
    distinct::keep_values(&mut found, &shapes.pipelines, node)?;
    Ok((found, shapes))
}

/// What an entry of `aggs` is: computed by the store, or from the results of others.
enum Found {
    Computed(Box<Aggregation>, Box<Shape>),
    Pipeline(Box<Pipeline>),
}

/// The parts of an entry.
struct Entry<'a> {
    name: String,
    definition: &'a Member,
    within: Option<&'a Node>,
    meta: Option<serde_json::Value>,
}

fn entry(member: &Member) -> Parsed<Entry<'_>> {
    let name = member.key.clone();
    let mut definition: Option<&Member> = None;
    let (mut within, mut meta) = (None, None);
    for part in super::members::object(&member.value, &name)? {
        match part.key.as_str() {
            "aggs" | "aggregations" => within = Some(&part.value),
            "meta" => meta = Some(part.value.to_value()),
            _ => {
                if let Some(first) = definition {
                    return Err(part.value.fault(DslErrorKind::TwoDefinitions {
                        name,
                        first: first.key.clone(),
                        second: part.key.clone(),
                    }));
                }
                definition = Some(part);
            }
        }
    }
    let Some(definition) = definition else {
        // Elasticsearch points at the end of the empty definition.
        let mut fault = member.value.fault(DslErrorKind::NoDefinition { name });
        fault.at += 1;
        return Err(fault);
    };
    Ok(Entry {
        name,
        definition,
        within,
        meta,
    })
}

fn one(member: &Member, context: &mut Context, depth: usize) -> Parsed<Found> {
    let Entry {
        name,
        definition,
        within,
        meta,
    } = entry(member)?;
    if pipeline::is_pipeline(&definition.key) {
        let pipeline = pipeline::read(&name, definition, meta)?;
        if within.is_some() {
            let reason = format!("Aggregation [{name}] cannot define sub-aggregations");
            return Err(definition.value.fault(DslErrorKind::Argument { reason }));
        }
        return Ok(Found::Pipeline(Box::new(pipeline)));
    }
    let (kind, reported) = kind(definition, context, depth)?;
    let (within, shapes) = match within {
        Some(within) => aggregations(within, context, depth + 1)?,
        None => (Vec::new(), Shapes::default()),
    };
    let is_empty = within.is_empty() && shapes.pipelines.is_empty();
    if let (Some(kind), false) = (reported.takes_aggregations(), is_empty) {
        let fault = DslErrorKind::NoSubAggregations { name, kind };
        return Err(definition.value.fault(fault));
    }
    pipeline::check_parent(&shapes.pipelines, Some(&kind), &definition.value)?;
    terms::check_order(&kind, &within, &definition.value)?;
    check_levels(&name, &kind, &within, &definition.value)?;
    let aggregation = Aggregation {
        name: name.clone(),
        kind,
        within,
    };
    let shape = Shape {
        name,
        reported,
        meta,
        within: shapes,
    };
    Ok(Found::Computed(Box::new(aggregation), Box::new(shape)))
}

/// What only some levels may have.
fn check_levels(
    name: &str,
    kind: &AggregationKind,
    within: &[Aggregation],
    node: &Node,
) -> Parsed<()> {
    let is_single = kind.is_single() || matches!(kind, AggregationKind::Global);
    for inner in within {
        let own = &inner.name;
        let reason = match &inner.kind {
            AggregationKind::Global => format!(
                "Aggregation [{name}] cannot have a global sub-aggregation [{own}]. Global aggregations can only be \
                 defined as top level aggregations"
            ),
            AggregationKind::Composite(_) if !is_single => format!(
                "[composite] aggregation cannot be used with a parent aggregation that has many buckets: [{name}]"
            ),
            _ => continue,
        };
        return Err(node.fault(DslErrorKind::ShardRefusal { reason }));
    }
    Ok(())
}

fn kind(member: &Member, context: &mut Context, depth: usize) -> Parsed<Read> {
    let body = &member.value;
    match member.key.as_str() {
        "terms" => terms::terms(body),
        "rare_terms" => terms::rare_terms(body),
        "significant_terms" => significant::significant_terms(body, context, depth),
        "composite" => composite::composite(body, context),
        "multi_terms" => composite::multi_terms(body),
        "top_hits" => top_hits::top_hits(body),
        "top_metrics" => top_hits::top_metrics(body),
        "global" => match super::members::object(body, "global")? {
            [] => Ok((AggregationKind::Global, Reported::Single { kind: "global" })),
            [member, ..] => Err(member.unknown_in("global")),
        },
        "date_histogram" => date_histogram::date_histogram(body, context),
        "auto_date_histogram" => auto_date::auto_date_histogram(body),
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
        "adjacency_matrix" => adjacency::adjacency_matrix(body, context, depth),
        "missing" => filters::missing(body),
        "nested" => nested::nested(body),
        "reverse_nested" => nested::reverse_nested(body),
        "stats" => stats::stats(body, "stats"),
        "extended_stats" => stats::stats(body, "extended_stats"),
        "percentiles" => percentiles::percentiles(body),
        "percentile_ranks" => percentiles::percentile_ranks(body),
        "weighted_avg" => weighted::weighted_avg(body),
        "median_absolute_deviation" => spread::median_absolute_deviation(body),
        "boxplot" => spread::boxplot(body),
        "string_stats" => spread::string_stats(body),
        "histogram" => histogram::histogram(body),
        "range" => range::range(body),
        "rate" => rate::rate(body),
        "date_range" => range::date_range(body, context),
        "ip_range" => ip_range::ip_range(body),
        name => Err(body.fault(unserved::unserved(name))),
    }
}

/// The format that results are shown in.
fn format(member: &Member, object: &str) -> Parsed<ValueFormat> {
    let text = member.text(object)?;
    ValueFormat::parse(&text).map_err(|date| member.value.fault(date.into()))
}

/// The aggregation with what documents without a value have.
fn substituted(kind: AggregationKind, missing: Option<Scalar>) -> AggregationKind {
    match missing {
        Some(missing) => AggregationKind::Substituted {
            missing,
            kind: Box::new(kind),
        },
        None => kind,
    }
}

/// A missing value that has to be a number, or a date.
fn missing_number(member: &Member, kind: &str) -> Parsed<Option<Scalar>> {
    let Some(Scalar::Text(text)) = member.value.scalar() else {
        return Ok(member.value.scalar());
    };
    if let Ok(number) = text.parse() {
        return Ok(Some(Scalar::Float(number)));
    }
    match crate::document::instant_of("@timestamp", crate::document::ValueRef::Text(&text)) {
        Some(instant) => Ok(Some(Scalar::Integer(instant))),
        None => Err(member.bad(kind, format!("For input string: \"{text}\""))),
    }
}

/// The refusal of a key that Elasticsearch knows and we do not serve.
fn unsupported(member: &Member, instead: &'static str) -> super::Fault {
    member.value.fault(DslErrorKind::UnsupportedKey {
        key: member.key.clone(),
        instead,
    })
}
