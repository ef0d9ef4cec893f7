//! `indices_boost`: documents of some indices count more for the order by score.

use swarmscope_query::ast::{Field, Query, Scalar, Scoring};
use swarmscope_query::elastic::SearchBody;

use super::ElasticState;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// Multiplies the scores of the indices that a search names; of several names for an index the first one counts.
///
/// # Errors
/// When a name is of no index, unless that is ignored.
pub async fn apply(
    state: &ElasticState,
    search: &mut SearchBody,
    options: &IndicesOptions,
) -> Result<(), ElasticError> {
    let mut boosted: Vec<String> = Vec::new();
    for (name, factor) in std::mem::take(&mut search.index_boosts) {
        let found = state.open_targets(&name, options).await?;
        let names = found.indices.into_iter().map(|info| info.name);
        let own: Vec<String> = names.filter(|name| !boosted.contains(name)).collect();
        if own.is_empty() {
            continue;
        }
        let values = own.iter().cloned().map(Scalar::Text).collect();
        boosted.extend(own);
        let clause = Box::new(Query::Terms {
            field: Field::Named("_index".to_owned()),
            values,
        });
        search.query = Query::Scored {
            query: Box::new(std::mem::replace(&mut search.query, Query::Nothing)),
            scoring: Scoring::When { clause, factor },
        };
    }
    Ok(())
}
