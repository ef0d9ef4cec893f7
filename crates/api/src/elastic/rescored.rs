//! `rescore`: the best hits of a search in the order of further scores.

use std::collections::{BTreeMap, HashMap};

use swarmscope_model::limits::RESCORED_INDICES_AT_ONCE;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{BoolQuery, Field, Query, Scalar};
use swarmscope_query::elastic::{Rescore, SearchBody};
use swarmscope_query::store::{Hit, Scores, SearchReply, SortKey, TrackTotal};

use super::ElasticState;
use super::contexts::View;
use super::errors::ElasticError;
use super::search::{find, find_all};

/// The page of a search whose best hits are scored anew, step by step.
///
/// # Errors
/// When the store refuses a search.
pub async fn find_rescored(
    state: &ElasticState,
    view: &View,
    search: &SearchBody,
) -> Result<SearchReply, ElasticError> {
    let windows = search.rescore.iter().map(|step| step.window);
    let mut whole = search.clone();
    whole.rescore.clear();
    whole.from = 0;
    whole.size = windows.fold(search.from + search.size, usize::max);
    whole.sort = vec![SortKey::Score(Direction::Descending)];
    let mut reply = find_all(state, view, &whole).await?;
    for step in &search.rescore {
        let top = reply.hits.len().min(step.window);
        let own = scores(state, view, search, step, &reply.hits[..top]).await?;
        for (place, hit) in reply.hits.iter_mut().enumerate() {
            let key = (hit.index.clone(), hit.id.clone());
            let own = own.get(&key).copied().filter(|_| place < top);
            hit.score = step.score(hit.score, own);
        }
        reply.hits[..top].sort_by(|one, other| other.score.total_cmp(&one.score));
    }
    let scores = reply.hits.iter().map(|hit| hit.score);
    reply.max_score = scores.reduce(f32::max);
    let page = reply.hits.into_iter().skip(search.from);
    reply.hits = page.take(search.size).collect();
    for hit in &mut reply.hits {
        hit.sort.clear();
    }
    Ok(reply)
}

/// What the query of a step counts for hits, by index and id.
async fn scores(
    state: &ElasticState,
    view: &View,
    search: &SearchBody,
    step: &Rescore,
    hits: &[Hit],
) -> Result<HashMap<(String, String), f32>, ElasticError> {
    let mut by_index: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for hit in hits {
        let ids = by_index.entry(&hit.index).or_default();
        ids.push(hit.id.clone());
    }
    let by_index: Vec<_> = by_index.into_iter().collect();
    let mut scores = HashMap::new();
    for indices in by_index.chunks(RESCORED_INDICES_AT_ONCE) {
        let each = indices.iter().map(|(index, ids)| these(index, ids));
        let again = SearchBody {
            query: Query::Bool(BoolQuery {
                must: vec![step.query.clone()],
                filter: vec![Query::any_of(each.collect())],
                ..BoolQuery::default()
            }),
            sort: vec![SortKey::Score(Direction::Descending)],
            scores: Scores::OfHits,
            size: indices.iter().map(|(_, ids)| ids.len()).sum(),
            total: TrackTotal::No,
            slice: search.slice,
            ..SearchBody::default()
        };
        let found = find(state, view, &again).await?.hits.into_iter();
        scores.extend(found.map(|hit| ((hit.index, hit.id), hit.score)));
    }
    Ok(scores)
}

/// Some documents of an index: another may have the same ids.
fn these(index: &str, ids: &[String]) -> Query {
    let is_index = Query::Terms {
        field: Field::Named("_index".to_owned()),
        values: vec![Scalar::Text(index.to_owned())],
    };
    Query::Bool(BoolQuery {
        filter: vec![is_index, Query::Ids(ids.to_vec())],
        ..BoolQuery::default()
    })
}
