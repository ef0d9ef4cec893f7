//! The reply to a search: hits, their total, and aggregations.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use swarmscope_query::ast::Scalar;
use swarmscope_query::document::OwnTime;
use swarmscope_query::elastic::{Shapes, ShownField, SourceFilter};
use swarmscope_query::pipeline;
use swarmscope_query::store::{Hit, SearchReply, Total};

use super::aggregations;
use super::cluster::NODE_ID;
use super::errors::ElasticError;
use super::explain::explanation;
use super::hit_details::HitDetails;
use super::shards::Shards;
use super::sort_values::{self, ShownKey};

/// What a request says about the shape of its reply.
#[derive(Debug, Clone, Default)]
pub struct ReplyOptions {
    pub source: SourceFilter,
    /// Whether hits have a score: not when they are sorted by something else alone.
    pub scored: bool,
    /// Whether the highest score is told: only when nothing else was asked to sort by.
    pub max_score: bool,
    /// Whether names of aggregations carry their kind.
    pub typed_keys: bool,
    pub version: bool,
    pub sequence: bool,
    /// `hits.total` as a number instead of an object.
    pub total_as_number: bool,
    /// How many indices were searched, which we call shards.
    pub shards: usize,
    /// Whether an answer without what is damaged is an answer.
    pub partial: bool,
    /// The fields whose values hits list.
    pub fields: Vec<ShownField>,
    /// How the values of each sort key are shown.
    pub sort_keys: Vec<ShownKey>,
    /// How many sort values a hit shows: those of the keys that the client asked for.
    pub shown_keys: usize,
    /// How to show the aggregations.
    pub shapes: Shapes,
    /// What hits show beside their documents.
    pub details: Arc<HitDetails>,
    /// Whether hits are shown without their id.
    pub without_ids: bool,
    /// Whether hits say how their scores come about.
    pub explain: bool,
    /// So many documents of an index are enough.
    pub enough: Option<u64>,
}

/// A whole reply.
#[derive(Serialize)]
pub struct ReplyBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    _scroll_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pit_id: Option<String>,
    took: u64,
    timed_out: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    terminated_early: Option<bool>,
    _shards: Shards,
    hits: HitsBody,
    #[serde(skip_serializing_if = "Map::is_empty")]
    aggregations: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Value>,
}

#[derive(Serialize)]
struct HitsBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Value>,
    max_score: Option<f32>,
    hits: Vec<HitBody>,
}

/// One document of a reply.
#[derive(Serialize)]
pub struct HitBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    _shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    _node: Option<&'static str>,
    _index: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    _id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    _version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    _seq_no: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    _primary_term: Option<u64>,
    _score: Option<f32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    _ignored: Vec<&'static str>,
    #[serde(skip_serializing_if = "SourceBody::is_absent")]
    _source: SourceBody,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    highlight: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sort: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched_queries: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    inner_hits: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    _explanation: Option<Value>,
}

/// A document as it was sent, in parts, or not at all.
pub enum SourceBody {
    Whole(Box<RawValue>),
    Parts(Map<String, Value>),
    Absent,
}

impl SourceBody {
    /// What a filter leaves of a document.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn new(source: Box<RawValue>, filter: &SourceFilter) -> Result<Self, ElasticError> {
        Ok(if filter.nothing {
            SourceBody::Absent
        } else if filter.is_everything() {
            SourceBody::Whole(source)
        } else {
            SourceBody::Parts(filter.apply(&super::documents::document(source.get())?))
        })
    }

    /// Whether there is nothing to show.
    pub fn is_absent(&self) -> bool {
        matches!(self, SourceBody::Absent)
    }
}

impl Serialize for SourceBody {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            SourceBody::Whole(raw) => raw.serialize(serializer),
            SourceBody::Parts(value) => value.serialize(serializer),
            SourceBody::Absent => serializer.serialize_map(Some(0))?.end(),
        }
    }
}

impl ReplyBody {
    /// The reply for what a store found.
    ///
    /// # Errors
    /// When a stored document cannot be read, a pipeline aggregation has no result, or the answer is partial and
    /// may not be.
    pub fn new(
        mut reply: SearchReply,
        options: &ReplyOptions,
        took: Duration,
    ) -> Result<Self, ElasticError> {
        pipeline::apply(&mut reply.aggregations, &options.shapes)?;
        let mut shards = Shards::new(options.shards, &reply.left_out);
        if !options.partial {
            shards = shards.complete()?;
        }
        let scores = reply.hits.iter().map(|hit| hit.score);
        let max_score = match options.max_score {
            // Without an index to search, Elasticsearch says 0.
            true if options.shards == 0 => Some(0.0),
            true => reply.max_score.or_else(|| scores.reduce(f32::max)),
            false => None,
        };
        let is_cut = cut(&mut reply, options);
        let hits: Result<Vec<HitBody>, ElasticError> = reply
            .hits
            .into_iter()
            .map(|hit| HitBody::new(hit, options))
            .collect();
        Ok(Self {
            _scroll_id: None,
            pit_id: None,
            took: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            timed_out: false,
            terminated_early: options.enough.map(|_| is_cut),
            _shards: shards,
            hits: HitsBody {
                total: total_body(reply.total, options),
                max_score,
                hits: hits?,
            },
            aggregations: aggregations::render(
                reply.aggregations,
                &options.shapes,
                options.typed_keys,
            ),
            profile: None,
        })
    }

    /// As the answer to a request that took so long.
    #[must_use]
    pub fn taking(self, took: Duration) -> Self {
        Self {
            took: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            ..self
        }
    }

    /// Names the group of each hit, with its further hits when there are any.
    pub fn name_groups(
        &mut self,
        field: &str,
        values: &[Option<Scalar>],
        inner: Vec<Map<String, Value>>,
    ) {
        let mut inner = inner.into_iter();
        for (hit, value) in self.hits.hits.iter_mut().zip(values) {
            if value.is_some() {
                let shown: Vec<Value> = value.iter().cloned().map(sort_values::plain).collect();
                hit.fields.insert(field.to_owned(), shown.into());
            }
            hit.inner_hits.extend(inner.next().unwrap_or_default());
        }
    }

    /// With what a profile tells.
    #[must_use]
    pub fn with_profile(self, profile: Option<Value>) -> Self {
        Self { profile, ..self }
    }

    /// As a page of a scroll.
    #[must_use]
    pub fn of_scroll(self, id: String) -> Self {
        Self {
            _scroll_id: Some(id),
            ..self
        }
    }

    /// As a reply from a point in time.
    #[must_use]
    pub fn of_point(self, id: String) -> Self {
        Self {
            pit_id: Some(id),
            ..self
        }
    }

    /// The reply as part of a larger one.
    ///
    /// # Errors
    /// When a stored document cannot be read.
    pub fn into_value(self) -> Result<Map<String, Value>, ElasticError> {
        match serde_json::to_value(self).map_err(|error| ElasticError::corrupt(&error))? {
            Value::Object(reply) => Ok(reply),
            other => Ok(Map::from_iter([("reply".to_owned(), other)])),
        }
    }
}

/// Leaves of a reply what is enough; gives whether that is all that was wanted. Aggregations are of all matches.
fn cut(reply: &mut SearchReply, options: &ReplyOptions) -> bool {
    let enough = options.enough.unwrap_or(u64::MAX);
    let enough = enough.saturating_mul(options.shards.max(1) as u64);
    if let Some(total) = &mut reply.total
        && total.count >= enough
    {
        *total = Total {
            count: enough,
            exact: true,
        };
        let most = usize::try_from(enough).unwrap_or(usize::MAX);
        reply.hits.truncate(most);
        return true;
    }
    false
}

/// How many documents match; a number that was not counted is -1 to those who want one.
fn total_body(total: Option<Total>, options: &ReplyOptions) -> Option<Value> {
    match total {
        None => options.total_as_number.then(|| json!(-1)),
        Some(total) if options.total_as_number => Some(total.count.into()),
        Some(total) => {
            let relation = if total.exact { "eq" } else { "gte" };
            Some(json!({ "value": total.count, "relation": relation }))
        }
    }
}

impl HitBody {
    /// A document as the options say.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn new(hit: Hit, options: &ReplyOptions) -> Result<Self, ElasticError> {
        let fields = match options.fields.as_slice() {
            [] => Map::new(),
            wanted => options.details.fields(&hit, wanted)?,
        };
        let highlight = options.details.highlights(&hit)?;
        let matched_queries = options.details.matched(&hit);
        let inner_hits = options.details.inner(&hit)?;
        let shown = hit.sort.into_iter().take(options.shown_keys);
        let plain_key = ShownKey::default();
        let keys = options
            .sort_keys
            .iter()
            .chain(std::iter::repeat(&plain_key));
        let sort = shown
            .zip(keys)
            .map(|(value, key)| key.show(value))
            .collect();
        Ok(Self {
            _shard: options.explain.then(|| format!("[{}][0]", hit.index)),
            _node: options.explain.then_some(NODE_ID),
            _explanation: options.explain.then(|| explanation(hit.score)),
            _index: hit.index,
            _id: (!options.without_ids).then_some(hit.id),
            _version: options.version.then_some(hit.version),
            _seq_no: options.sequence.then_some(hit.sequence),
            _primary_term: options.sequence.then_some(1),
            _score: options.scored.then_some(hit.score),
            _ignored: OwnTime::of(hit.source.get().as_bytes()).unread,
            _source: SourceBody::new(hit.source, &options.source)?,
            fields,
            highlight,
            matched_queries,
            inner_hits,
            sort,
        })
    }
}
