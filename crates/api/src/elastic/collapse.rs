//! `collapse`: the best hit for each value of a field, found in a few searches of which each leaves out the values
//! that were found before.

use std::collections::HashSet;

use serde_json::{Map, Value};
use swarmscope_model::limits::{MAX_INNER_SEARCHES, MAX_RESULT_WINDOW};
use swarmscope_query::ast::{BoolQuery, Field, Query, Scalar};
use swarmscope_query::document::Document;
use swarmscope_query::elastic::{Collapse, SearchBody};
use swarmscope_query::store::{Hit, SearchReply, TrackTotal};

use super::ElasticState;
use super::contexts::View;
use super::errors::ElasticError;
use super::search::{find_all, reply_options};
use super::search_parameters::SearchParameters;
use super::search_reply::ReplyBody;

/// Hits of one search for each hit that is wanted: enough that most collapses need one search.
const HITS_PER_GROUP: usize = 10;

/// A collapsed reply, with the value of each hit's group.
pub struct Collapsed {
    pub reply: SearchReply,
    pub values: Vec<Option<Scalar>>,
}

/// Finds the groups' best hits.
///
/// # Errors
/// When an index is gone, or the store refuses the search.
pub async fn find(
    state: &ElasticState,
    view: &View,
    search: &SearchBody,
    collapse: &Collapse,
) -> Result<Collapsed, ElasticError> {
    let mut page = search.clone();
    let wanted = match search.size {
        0 => 0,
        size => search.from + size,
    };
    page.from = 0;
    page.size = wanted.saturating_mul(HITS_PER_GROUP).min(MAX_RESULT_WINDOW);
    let mut groups = Groups::new(&collapse.field, wanted);
    let mut reply = find_all(state, view, &page).await?;
    let mut is_last = groups.take(std::mem::take(&mut reply.hits), page.size);
    page.total = TrackTotal::No;
    page.aggregations.clear();
    page.shapes = Default::default();
    while !is_last {
        let mut rest = page.clone();
        rest.query = groups.others(&search.query);
        let found = find_all(state, view, &rest).await?;
        is_last = groups.take(found.hits, page.size);
    }
    let kept = groups.found.into_iter().skip(search.from);
    let (values, hits) = kept.unzip();
    reply.hits = hits;
    Ok(Collapsed { reply, values })
}

/// The groups so far.
struct Groups<'a> {
    /// The field without its `.keyword`.
    path: &'a str,
    wanted: usize,
    found: Vec<(Option<Scalar>, Hit)>,
    /// The values as text: a scalar is no key.
    seen: HashSet<String>,
}

impl<'a> Groups<'a> {
    fn new(field: &'a str, wanted: usize) -> Self {
        Self {
            path: Field::split_keyword(field).0,
            wanted,
            found: Vec::new(),
            seen: HashSet::new(),
        }
    }

    /// Takes the hits of a page; gives whether nothing more is needed or there.
    fn take(&mut self, hits: Vec<Hit>, page: usize) -> bool {
        let is_last = hits.len() < page;
        for hit in hits {
            let value = value_of(&hit, self.path);
            if self.found.len() < self.wanted && self.seen.insert(format!("{value:?}")) {
                self.found.push((value, hit));
            }
        }
        is_last || self.found.len() >= self.wanted
    }

    /// What of the query is in no group so far.
    fn others(&self, query: &Query) -> Query {
        let mut clauses = BoolQuery {
            must: vec![query.clone()],
            ..BoolQuery::default()
        };
        let values: Vec<Scalar> = self
            .found
            .iter()
            .filter_map(|(value, _)| value.clone())
            .collect();
        if values.len() < self.found.len() {
            clauses.filter.push(Query::Exists {
                field: Field::Named(self.path.to_owned()),
            });
        }
        clauses.must_not.push(Query::Terms {
            field: Field::Named(format!("{}.keyword", self.path)),
            values,
        });
        Query::Bool(clauses)
    }
}

fn value_of(hit: &Hit, path: &str) -> Option<Scalar> {
    let document = Document::parse(hit.source.get().as_bytes()).ok()?;
    let value = document.values_at(path).next();
    value.map(swarmscope_query::document::ValueRef::to_scalar)
}

/// The further hits of each group, by name.
///
/// # Errors
/// When a search is refused, or there would be too many.
pub async fn inner_hits(
    state: &ElasticState,
    view: &View,
    parameters: &SearchParameters,
    search: &SearchBody,
    collapse: &Collapse,
    values: &[Option<Scalar>],
) -> Result<Vec<Map<String, Value>>, ElasticError> {
    if values.len().saturating_mul(collapse.inner.len()) > MAX_INNER_SEARCHES {
        return Err(ElasticError::illegal_argument(format!(
            "[collapse] with [inner_hits] would need more than [{MAX_INNER_SEARCHES}] searches; ask for a smaller [size]"
        )));
    }
    let mut each = Vec::with_capacity(values.len());
    for value in values {
        let mut shown = Map::new();
        for inner in &collapse.inner {
            let mut own = inner.search.clone();
            own.query = within(search, &collapse.field, value.as_ref());
            let reply = match &own.collapse {
                Some(deeper) => Box::pin(collapsed(state, view, parameters, &own, deeper)).await?,
                None => {
                    let reply = find_all(state, view, &own).await?;
                    let mut options = reply_options(parameters, &own, view)?;
                    options.scored |= own.sort.is_empty();
                    ReplyBody::new(reply, &options, std::time::Duration::ZERO)?
                }
            };
            let hits = reply.into_value()?.remove("hits").unwrap_or_default();
            shown.insert(inner.name.clone(), serde_json::json!({ "hits": hits }));
        }
        each.push(shown);
    }
    Ok(each)
}

/// What a search finds in one group.
fn within(search: &SearchBody, field: &str, value: Option<&Scalar>) -> Query {
    let path = Field::split_keyword(field).0;
    let mut clauses = BoolQuery {
        must: vec![search.query.clone()],
        ..BoolQuery::default()
    };
    clauses.filter.extend(search.post_filter.clone());
    match value {
        Some(value) => clauses.filter.push(Query::exactly(path, value.clone())),
        None => clauses.must_not.push(Query::Exists {
            field: Field::Named(path.to_owned()),
        }),
    }
    Query::Bool(clauses)
}

/// A whole collapsed reply.
///
/// # Errors
/// When a search of it is refused.
pub async fn collapsed(
    state: &ElasticState,
    view: &View,
    parameters: &SearchParameters,
    search: &SearchBody,
    collapse: &Collapse,
) -> Result<ReplyBody, ElasticError> {
    let started = std::time::Instant::now();
    let found = find(state, view, search, collapse).await?;
    let inner = match collapse.inner.is_empty() {
        true => Vec::new(),
        false => inner_hits(state, view, parameters, search, collapse, &found.values).await?,
    };
    let mut options = reply_options(parameters, search, view)?;
    options.scored |= search.sort.is_empty();
    let mut reply = ReplyBody::new(found.reply, &options, started.elapsed())?;
    reply.name_groups(&collapse.field, &found.values, inner);
    Ok(reply)
}
