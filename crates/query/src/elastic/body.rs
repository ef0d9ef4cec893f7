//! The whole body of `_search`: query, aggregations, sort, page and what a reply holds.

use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_RESULT_WINDOW, TRACK_TOTAL_HITS};

use super::aggregation::{Shapes, outermost};
use super::collapse::{self, Collapse};
use super::error::DslErrorKind;
use super::fields::{self, ShownField, Taken};
use super::highlight;
use super::json::{Json, Member, Node};
use super::members::one_or_many;
use super::options::{self, PointInTime};
use super::order::scores_differ;
use super::query::clause;
use super::rescore::{self, Rescore};
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
    /// Whether the body says how far the total is counted.
    pub says_total: bool,
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
    /// The objects of arrays that hits show for satisfying a clause.
    pub inner: Vec<NestedHits>,
    /// How often the scores of documents of some indices count, by the names of these; the first that fits decides.
    pub index_boosts: Vec<(String, f32)>,
    /// Further scores for the best hits.
    pub rescore: Vec<Rescore>,
    /// Whether hits say how their scores come about.
    pub explain: bool,
    /// Whether the reply says which shards were asked.
    pub profile: bool,
    /// So many documents of an index are enough.
    pub enough: Option<u64>,
}

/// The objects at a path that satisfy a clause, as a hit shows them.
#[derive(Debug, Clone)]
pub struct NestedHits {
    pub name: String,
    pub path: String,
    pub query: Query,
    /// Which of them, in which order, and what of each.
    pub search: SearchBody,
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
            says_total: false,
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
            inner: Vec::new(),
            index_boosts: Vec::new(),
            rescore: Vec::new(),
            explain: false,
            profile: false,
            enough: None,
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
        let reason = if !self.rescore.is_empty() && !self.is_ranked() {
            return Some(DslErrorKind::Argument {
                reason: "Cannot use [sort] option in conjunction with [rescore].".to_owned(),
            });
        } else if self.scrolls {
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
                _ if !self.rescore.is_empty() => {
                    "using [rescore] is not allowed in a scroll context"
                }
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

    /// Whether hits come by nothing but their scores.
    fn is_ranked(&self) -> bool {
        matches!(
            self.sort.as_slice(),
            [] | [SortKey::Score(Direction::Descending)]
        )
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

    /// Who asks for stored fields gets no source, unless it is one of them.
    pub fn list_stored_fields(&mut self, names: &[String]) {
        self.without_ids = names == ["_none_"];
        self.source.nothing |= !names.iter().any(|name| name == "_source");
        let named = |name: &String| ShownField::named(name, Taken::Stored);
        self.fields.extend(names.iter().map(named));
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
            "fields" => self.fields.extend(fields::list(member, Taken::Document)?),
            "docvalue_fields" => self.fields.extend(fields::list(member, Taken::Columns)?),
            "sort" => {
                let sort = sort::keys(value)?;
                (self.sort, self.sort_formats) = (sort.keys, sort.formats);
                self.by_shard_doc = sort::names(value, "_shard_doc");
            }
            "pit" => self.point = Some(options::point(value)?),
            "slice" => self.slice = Some(options::slice(value)?),
            "from" => self.from = member.count("from")?,
            "size" => self.size = member.count("size")?,
            "search_after" => self.after = Some(options::after(value)?),
            "track_total_hits" => {
                self.total = options::total(member)?;
                self.says_total = true;
            }
            "_source" => self.source = filter(value)?,
            "version" => self.version = member.boolean("version")?,
            "seq_no_primary_term" => self.sequence = member.boolean("seq_no_primary_term")?,
            "post_filter" => self.post_filter = Some(clause(value, context, 0)?),
            "collapse" => self.collapse = Some(collapse::collapse(value, context)?),
            "highlight" => self.highlight = highlight::fields(value, context)?,
            "stored_fields" => {
                let names = one_or_many(value).iter().filter_map(Node::text);
                self.list_stored_fields(&names.collect::<Vec<_>>());
            }
            "terminate_after" => self.enough = options::terminate_after(member)?,
            "explain" => self.explain = member.boolean("explain")?,
            "profile" => self.profile = member.boolean("profile")?,
            "indices_boost" => self.index_boosts = options::index_boosts(value)?,
            "track_scores" => self.track_scores = member.boolean("track_scores")?,
            "min_score" => self.min_score = Some(member.number("min_score")?),
            // These change how a search runs or what is shown beside the documents.
            "timeout"
            | "stats"
            | "ext"
            | "batched_reduce_size"
            | "min_compatible_shard_node"
            | "preference" => {}
            "rescore" => self.rescore = rescore::steps(value, context)?,
            "suggest" | "script_fields" | "runtime_mappings" | "knn" | "rank" | "retriever"
            | "derived" => {
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
        "suggest" => "use [match] with [fuzziness], or [prefix]",
        _ => "leave it out",
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
    body.inner = context.inner;
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
