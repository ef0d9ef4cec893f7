//! `top_hits` and `top_metrics`: the first documents of each bucket, or some of their values.

use swarmscope_model::limits::{MAX_INNER_WINDOW, MAX_TOP_METRICS};

use super::super::error::DslErrorKind;
use super::super::fields::{self, ShownField, Taken};
use super::super::json::{Json, Member, Node};
use super::super::members::{object, one_or_many};
use super::super::source::{SourceFilter, filter};
use super::super::{Parsed, sort};
use super::{Read, Reported, unsupported};
use crate::aggregate::{AggregationKind, TopHitsAggregation};
use crate::datemath::Format;

/// How documents of a bucket are shown.
#[derive(Debug, Clone, Default)]
pub struct ShownHits {
    pub source: SourceFilter,
    pub fields: Vec<ShownField>,
    pub version: bool,
    pub sequence: bool,
    /// Whether they have scores though they are sorted by something else.
    pub track_scores: bool,
    pub is_sorted: bool,
    /// How the dates of each sort key are shown.
    pub sort_formats: Vec<Option<Format>>,
}

pub(super) fn top_hits(node: &Node) -> Parsed<Read> {
    let mut found = TopHitsAggregation {
        sort: Vec::new(),
        from: 0,
        size: 3,
        scored: false,
    };
    let mut shown = ShownHits::default();
    for member in object(node, "top_hits")? {
        match member.key.as_str() {
            "from" => found.from = count(member)?,
            "size" => found.size = count(member)?,
            "sort" => {
                let sort = sort::keys(&member.value)?;
                (found.sort, shown.sort_formats) = (sort.keys, sort.formats);
            }
            "_source" => shown.source = filter(&member.value)?,
            "fields" => shown.fields.extend(fields::list(member, Taken::Document)?),
            "docvalue_fields" => shown.fields.extend(fields::list(member, Taken::Columns)?),
            "version" => shown.version = member.boolean("top_hits")?,
            "seq_no_primary_term" => shown.sequence = member.boolean("top_hits")?,
            "track_scores" => {
                shown.track_scores = member.boolean("top_hits")?;
                found.scored = shown.track_scores;
            }
            // These change what is shown beside the documents, as in the search itself.
            "explain" | "highlight" | "stored_fields" => {}
            "script_fields" => return Err(unsupported(member, "use [fields]")),
            _ => {
                let (token, key) = (member.value.token(), member.key.clone());
                return Err(member.value.fault(DslErrorKind::UnknownKey { token, key }));
            }
        }
    }
    let asked = found.from.saturating_add(found.size);
    if asked > MAX_INNER_WINDOW {
        let reason = format!(
            "Top hits result window is too large, the top hits aggregator's from + size must be less than or equal \
             to: [{MAX_INNER_WINDOW}] but was [{asked}]. This limit can be set by changing the \
             [index.max_inner_result_window] index level setting."
        );
        return Err(node.fault(DslErrorKind::ShardRefusal { reason }));
    }
    shown.is_sorted = !found.sort.is_empty();
    let reported = Reported::TopHits(Box::new(shown));
    Ok((AggregationKind::TopHits(found), reported))
}

fn count(member: &Member) -> Parsed<usize> {
    let given = member.integer()?;
    usize::try_from(given).map_err(|_| {
        let key = &member.key;
        let reason = format!("[{key}] must be greater than or equal to 0. Found [{given}]");
        member.value.fault(DslErrorKind::Argument { reason })
    })
}

pub(super) fn top_metrics(node: &Node) -> Parsed<Read> {
    const NAME: &str = "top_metrics";
    let mut metrics = Vec::new();
    let (mut keys, mut size) = (None, 1);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "metrics" => {
                for item in one_or_many(&member.value) {
                    metrics.push(metric(item)?);
                }
            }
            "sort" => keys = Some((sort::keys(&member.value)?, member)),
            "size" => {
                size = count(member)?;
                if !(1..=MAX_TOP_METRICS).contains(&size) {
                    let reason =
                        format!("[size] must be from 1 to {MAX_TOP_METRICS} but was [{size}]");
                    return Err(member.bad(NAME, reason));
                }
            }
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let required = |name: &str| {
        let reason = format!("Required [{name}]");
        node.fault(DslErrorKind::Argument { reason })
    };
    let (sort, member) = keys.ok_or_else(|| required("sort"))?;
    if metrics.is_empty() {
        return Err(required("metrics"));
    }
    if sort.keys.len() != 1 {
        return Err(member.bad(NAME, "[top_metrics] takes exactly one sort key"));
    }
    let aggregation = TopHitsAggregation {
        sort: sort.keys,
        from: 0,
        size,
        scored: false,
    };
    Ok((
        AggregationKind::TopHits(aggregation),
        Reported::TopMetrics {
            metrics,
            sort_format: sort.formats.into_iter().flatten().next(),
        },
    ))
}

fn metric(node: &Node) -> Parsed<String> {
    let mut field = None;
    if let Json::String(name) = &node.value {
        return Ok(name.clone());
    }
    for member in object(node, "top_metrics")? {
        match member.key.as_str() {
            "field" => field = Some(member.text("top_metrics")?),
            "missing" => return Err(unsupported(member, "a missing value is null")),
            _ => return Err(member.unknown_in("metrics")),
        }
    }
    field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))
}
