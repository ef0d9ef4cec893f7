//! The whole body of `_search`: query, aggregations, sort, page and what a reply holds.

use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_RESULT_WINDOW, MAX_SLICES, TRACK_TOTAL_HITS};

use super::aggregation::{Shapes, outermost};
use super::collapse::{self, Collapse};
use super::error::DslErrorKind;
use super::fields::{self, ShownField};
use super::highlight;
use super::json::{Json, Member, Node};
use super::members::one_or_many;
use super::order::scores_differ;
use super::query::clause;
use super::source::{SourceFilter, filter};
use super::{Context, DslError, Fault, Parsed, sort};
use crate::aggregate::{Aggregation, AggregationKind, Direction};
use crate::ast::{Query, Scalar};
use crate::datemath::{self, Clock, Format, Rounding};
use crate::highlight::HighlightField;
use crate::indices::IndexExpression;
use crate::store::{Scores, SearchRequest, SortKey, SortValue, TrackTotal};
use crate::value_view::ValueView;

/// A search as the body says it.
#[derive(Debug, Clone)]
pub struct SearchBody {
    pub query: Query,
    pub aggregations: Vec<Aggregation>,
    /// How to show them, and what is computed from their results.
    pub shapes: Shapes,
    pub sort: Vec<SortKey>,
    /// How the dates of each sort key are shown; there may be fewer than keys.
    pub sort_formats: Vec<Option<Format>>,
    pub from: usize,
    pub size: usize,
    pub after: Option<Vec<SortValue>>,
    pub total: TrackTotal,
    pub source: SourceFilter,
    /// Whether hits show `_version`.
    pub version: bool,
    /// Whether hits show `_seq_no` and `_primary_term`.
    pub sequence: bool,
    /// The fields whose values hits list.
    pub fields: Vec<ShownField>,
    /// The point in time to search in, instead of indices.
    pub point: Option<PointInTime>,
    /// Which of how many slices of the matching documents; the first is 0.
    pub slice: Option<(u64, u64)>,
    /// Whether the sort names `_shard_doc`.
    pub by_shard_doc: bool,
    /// Whether more pages will be asked for.
    pub scrolls: bool,
    /// Whether hits show scores though they are sorted by something else.
    pub track_scores: bool,
    /// Documents with a lower score do not match.
    pub min_score: Option<f32>,
    /// Which scores are needed though the sort names others keys.
    pub scores: Scores,
    /// What hits have to satisfy as well; the aggregations do not mind it.
    pub post_filter: Option<Query>,
    /// One hit for each value of a field.
    pub collapse: Option<Collapse>,
    /// The fields that hits show with marks.
    pub highlight: Vec<HighlightField>,
    /// The clauses that hits name when they satisfy them.
    pub named: Vec<(String, Query)>,
    /// Whether hits are shown without what identifies them.
    pub without_ids: bool,
}

impl Default for SearchBody {
    fn default() -> Self {
        Self {
            query: Query::All,
            aggregations: Vec::new(),
            shapes: Shapes::default(),
            sort: Vec::new(),
            sort_formats: Vec::new(),
            from: 0,
            size: 10,
            after: None,
            total: TrackTotal::UpTo(TRACK_TOTAL_HITS as u64),
            source: SourceFilter::default(),
            version: false,
            sequence: false,
            fields: Vec::new(),
            point: None,
            slice: None,
            by_shard_doc: false,
            scrolls: false,
            track_scores: false,
            min_score: None,
            scores: Scores::None,
            post_filter: None,
            collapse: None,
            highlight: Vec::new(),
            named: Vec::new(),
            without_ids: false,
        }
    }
}

impl SearchBody {
    /// Checks what hangs together, after the URL had its say.
    ///
    /// # Errors
    /// When the page lies beyond the window, or `search_after` does not fit the sort.
    pub fn check(&self) -> Result<(), DslError> {
        if let Some(kind) = self.misfit() {
            return Err(DslError {
                kind,
                line: 1,
                column: 1,
            });
        }
        if let (Some(collapse), Some(_)) = (&self.collapse, &self.after)
            && !collapse.is_sorted_by_its_field(&self.sort)
        {
            return Err(DslError {
                kind: DslErrorKind::CollapseAfter,
                line: 1,
                column: 1,
            });
        }
        let asked = self.from.saturating_add(self.size);
        let kind = if asked > MAX_RESULT_WINDOW {
            DslErrorKind::ResultWindow {
                limit: MAX_RESULT_WINDOW,
                asked,
            }
        } else if let Some(after) = &self.after {
            if self.from > 0 {
                DslErrorKind::FromWithSearchAfter
            } else if self.sort.is_empty() {
                DslErrorKind::NoSort
            } else if after.len() != self.sort.len()
                && !(self.point.is_some() && after.len() == self.sort.len() + 1)
            {
                let (values, keys) = (after.len(), self.sort.len());
                DslErrorKind::SearchAfterLength { values, keys }
            } else {
                return Ok(());
            }
        } else {
            return Ok(());
        };
        Err(DslError {
            kind,
            line: 1,
            column: 1,
        })
    }

    /// What scrolls, slices and points in time do not go with.
    fn misfit(&self) -> Option<DslErrorKind> {
        let reason = if self.scrolls {
            if self.size > MAX_RESULT_WINDOW {
                return Some(DslErrorKind::BatchSize {
                    limit: MAX_RESULT_WINDOW,
                    asked: self.size,
                });
            }
            match (self.from, self.size, self.total) {
                (1.., _, _) => "using [from] is not allowed in a scroll context",
                (_, 0, _) => "[size] cannot be [0] in a scroll context",
                (_, _, TrackTotal::No) => {
                    "disabling [track_total_hits] is not allowed in a scroll context"
                }
                _ if self.collapse.is_some() => "cannot use `collapse` in a scroll context",
                _ if self.after.is_some() => "[search_after] cannot be used in a scroll context",
                _ if self.point.is_some() => {
                    "using [point in time] is not allowed in a scroll context"
                }
                _ => return None,
            }
        } else if self.point.is_some() {
            return None;
        } else if self.slice.is_some() {
            "[slice] can only be used with [scroll] or [point-in-time] requests"
        } else if self.by_shard_doc {
            "[_shard_doc] sort field cannot be used without [point in time]"
        } else {
            return None;
        };
        Some(DslErrorKind::Together { reason })
    }

    /// Whether the best matches come first though no sort says so.
    pub fn is_by_relevance(&self) -> bool {
        self.sort.is_empty() && self.size > 0 && scores_differ(&self.query)
    }

    /// The search in these indices.
    pub fn request(&self, indices: IndexExpression) -> SearchRequest {
        let scores = match (self.track_scores, self.sort.is_empty()) {
            (true, _) => Scores::OfAll,
            (false, true) => Scores::OfHits,
            (false, false) => self.scores,
        };
        SearchRequest {
            sort: match self.is_by_relevance() {
                true => vec![SortKey::Score(Direction::Descending)],
                false => self.sort.clone(),
            },
            scores,
            min_score: self.min_score,
            from: self.from,
            size: self.size,
            after: self.after.clone(),
            total: self.total,
            aggregations: self.aggregations.clone(),
            ..SearchRequest::new(indices, self.query.clone())
        }
    }

    /// The fields that are sorted by as dates in a format, and how they are looked at unless a mapping says it.
    pub fn sorted_dates(&self) -> (Vec<&String>, ValueView) {
        let formatted = self.sort.iter().zip(&self.sort_formats);
        let fields = formatted.filter_map(|(key, format)| match (key, format) {
            (SortKey::Field { field, .. }, Some(_)) => Some(field),
            _ => None,
        });
        (fields.collect(), ValueView::Instants(None))
    }

    /// Dates to go on behind come in the format in which they were shown.
    fn read_after(&mut self, now: Timestamp) {
        let values = self.after.iter_mut().flatten();
        for (value, format) in values.zip(&self.sort_formats) {
            if let (Some(Scalar::Text(text)), Some(format)) = (&*value, format) {
                let instant = datemath::instant(text, Rounding::Down, format, &Clock::utc(now));
                if let Ok(instant) = instant {
                    *value = Some(Scalar::Integer(instant));
                }
            }
        }
    }

    /// Nothing is stored but the source: who asks for stored fields alone gets no source.
    fn stored_fields(&mut self, node: &Node) {
        let names: Vec<String> = one_or_many(node).iter().filter_map(Node::text).collect();
        self.without_ids = names == ["_none_"];
        if !names.iter().any(|name| name == "_source") {
            self.source.nothing = true;
        }
    }

    /// Takes what one key says.
    pub(super) fn key(&mut self, member: &Member, context: &mut Context) -> Parsed<()> {
        let value = &member.value;
        match member.key.as_str() {
            "query" | "aggs" | "aggregations" if !matches!(value.value, Json::Object(_)) => {
                return Err(unknown(member));
            }
            "query" => self.query = clause(value, context, 0)?,
            "aggs" | "aggregations" => {
                (self.aggregations, self.shapes) = outermost(value, context)?;
            }
            "fields" | "docvalue_fields" => self.fields.extend(fields::list(member)?),
            "sort" => {
                let sort = sort::keys(value)?;
                (self.sort, self.sort_formats) = (sort.keys, sort.formats);
                self.by_shard_doc = sort::names(value, "_shard_doc");
            }
            "pit" => self.point = Some(point(value)?),
            "slice" => self.slice = Some(slice(value)?),
            "from" => self.from = member.count("from")?,
            "size" => self.size = member.count("size")?,
            "search_after" => self.after = Some(after(value)?),
            "track_total_hits" => self.total = total(member)?,
            "_source" => self.source = filter(value)?,
            "version" => self.version = member.boolean("version")?,
            "seq_no_primary_term" => self.sequence = member.boolean("seq_no_primary_term")?,
            "post_filter" => self.post_filter = Some(clause(value, context, 0)?),
            "collapse" => self.collapse = Some(collapse::collapse(value, context)?),
            "highlight" => self.highlight = highlight::fields(value, context)?,
            "stored_fields" => self.stored_fields(value),
            "terminate_after" => terminate_after(member)?,
            "track_scores" => self.track_scores = member.boolean("track_scores")?,
            "min_score" => self.min_score = Some(member.number("min_score")?),
            // These change how a search runs or what is shown beside the documents.
            "timeout"
            | "explain"
            | "profile"
            | "stats"
            | "indices_boost"
            | "ext"
            | "batched_reduce_size"
            | "min_compatible_shard_node"
            | "preference" => {}
            "rescore" | "suggest" | "script_fields" | "runtime_mappings" | "knn" | "rank"
            | "retriever" | "derived" => {
                if !is_empty(value) {
                    let key = member.key.clone();
                    let instead = instead_of(&key);
                    return Err(value.fault(DslErrorKind::UnsupportedKey { key, instead }));
                }
            }
            _ => return Err(unknown(member)),
        }
        Ok(())
    }
}

/// What does for a key that is not served.
fn instead_of(key: &str) -> &'static str {
    match key {
        "runtime_mappings" => {
            "write the field with the documents, or with a [set] processor of an ingest pipeline"
        }
        "script_fields" => "ask for [fields], and compute from them",
        "rescore" => "use [bool] with [should], and [boost]",
        "suggest" => "use [match] with [fuzziness], or [prefix]",
        _ => "leave it out",
    }
}

/// A search here does not stop before its end, so any number will do.
fn terminate_after(member: &Member) -> Parsed<()> {
    match member.integer()? {
        0.. => Ok(()),
        _ => Err(member.value.fault(DslErrorKind::TerminateAfter)),
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn unknown(member: &Member) -> Fault {
    let (token, key) = (member.value.token(), member.key.clone());
    member.value.fault(DslErrorKind::UnknownKey { token, key })
}

fn total(member: &Member) -> Parsed<TrackTotal> {
    match member.value.text().as_deref() {
        Some("true") => Ok(TrackTotal::Exactly),
        Some("false") => Ok(TrackTotal::No),
        _ => match member.integer()? {
            -1 => Ok(TrackTotal::Exactly),
            limit => match u64::try_from(limit) {
                Ok(limit) => Ok(TrackTotal::UpTo(limit)),
                Err(_) => {
                    let kind = DslErrorKind::Negative {
                        name: "track_total_hits",
                        found: limit,
                    };
                    Err(member.value.fault(kind))
                }
            },
        },
    }
}

fn after(node: &Node) -> Parsed<Vec<SortValue>> {
    if !matches!(node.value, Json::Array(_)) {
        return Err(node.fault(DslErrorKind::ExpectedOneOf {
            expected: "START_ARRAY",
            found: node.token(),
        }));
    }
    Ok(one_or_many(node).iter().map(Node::scalar).collect())
}

/// A point in time as a search names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointInTime {
    pub id: String,
    /// For how long it is to be kept from now on.
    pub keep_alive: Option<String>,
}

fn point(node: &Node) -> Parsed<PointInTime> {
    let (mut id, mut keep_alive) = (None, None);
    for member in super::members::object(node, "pit")? {
        match member.key.as_str() {
            "id" => id = Some(member.text("pit")?),
            "keep_alive" => keep_alive = Some(member.text("pit")?),
            _ => return Err(member.unknown_in("pit")),
        }
    }
    match id {
        Some(id) => Ok(PointInTime { id, keep_alive }),
        None => Err(node.fault(DslErrorKind::NoPoint)),
    }
}

fn slice(node: &Node) -> Parsed<(u64, u64)> {
    let (mut id, mut max) = (0, 0);
    for member in super::members::object(node, "slice")? {
        match member.key.as_str() {
            "id" => id = member.count("id")? as u64,
            "max" => {
                max = member.count("max")? as u64;
                if max <= id || !(2..=MAX_SLICES).contains(&max) {
                    let reason = format!("max must be greater than id, and from 2 to {MAX_SLICES}");
                    return Err(member.bad("slice", reason));
                }
            }
            // Which way the documents are divided is ours to choose.
            "field" => {}
            _ => return Err(member.unknown_in("slice")),
        }
    }
    if id >= max {
        return Err(node.fault(DslErrorKind::BadField {
            object: "slice".to_owned(),
            field: "max".to_owned(),
            reason: "max must be greater than id".to_owned(),
        }));
    }
    Ok((id, max))
}

/// The body has to be an object.
fn whole(node: &Node) -> Parsed<&[Member]> {
    match &node.value {
        Json::Object(members) => Ok(members),
        _ => Err(node.fault(DslErrorKind::ExpectedObject {
            found: node.token(),
        })),
    }
}

/// Reads a whole search.
pub(super) fn search(node: &Node, now: Timestamp) -> Parsed<SearchBody> {
    let mut context = Context::new(now);
    let mut body = SearchBody::default();
    let members = whole(node)?;
    // What is asked of the source has the last word.
    let is_source = |member: &&Member| member.key == "_source";
    let others = members.iter().filter(|member| !is_source(member));
    for member in others.chain(members.iter().filter(is_source)) {
        body.key(member, &mut context)?;
    }
    body.named = context.named;
    if scores_differ(&body.query) {
        best_first(&mut body.aggregations);
    }
    body.read_after(now);
    Ok(body)
}

/// Documents of buckets that nothing else is said of come by their scores, as hits do.
fn best_first(aggregations: &mut [Aggregation]) {
    for aggregation in aggregations {
        match &mut aggregation.kind {
            // It is about all documents, which are all alike.
            AggregationKind::Global => continue,
            AggregationKind::TopHits(top) if top.sort.is_empty() => {
                top.sort.push(SortKey::Score(Direction::Descending));
            }
            _ => {}
        }
        best_first(&mut aggregation.within);
    }
}

/// Reads `{"query": …}`.
pub(super) fn only_query(node: &Node, now: Timestamp) -> Parsed<Query> {
    let mut context = Context::new(now);
    let mut query = Query::All;
    for member in whole(node)? {
        if member.key != "query" {
            let kind = DslErrorKind::OnlyQuery {
                key: member.key.clone(),
            };
            return Err(Fault {
                kind,
                at: member.at,
            });
        }
        query = clause(&member.value, &mut context, 0)?;
    }
    Ok(query)
}
