//! `indices_boost`: documents of some indices count more for the order by score.

use std::collections::HashSet;

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
    let mut boosted: HashSet<String> = HashSet::new();
    let mut by_factor: Vec<(f32, Vec<Scalar>)> = Vec::new();
    for (name, factor) in std::mem::take(&mut search.index_boosts) {
        let found = state.open_targets(&name, options).await?;
        let names = found.indices.into_iter().map(|info| info.name);
        let own = names.filter(|name| boosted.insert(name.clone()));
        let own = own.map(Scalar::Text);
        match by_factor.iter_mut().find(|(other, _)| *other == factor) {
            Some((_, names)) => names.extend(own),
            None => by_factor.push((factor, own.collect())),
        }
    }
    by_factor.retain(|(_, names)| !names.is_empty());
    if by_factor.is_empty() {
        return Ok(());
    }
    let clauses = by_factor.into_iter().map(|(factor, values)| {
        let field = Field::Named("_index".to_owned());
        (Query::Terms { field, values }, factor)
    });
    search.query = Query::Scored {
        query: Box::new(std::mem::replace(&mut search.query, Query::Nothing)),
        scoring: Scoring::When(clauses.collect()),
    };
    Ok(())
}
