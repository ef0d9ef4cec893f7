//! Which indices a request means, and what is wrong when they are not there.

use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{IndexInfo, LogStore};

use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// The indices that an expression chooses.
pub struct Targets {
    pub indices: Vec<IndexInfo>,
    /// An expression of exactly these; `None` when there are none.
    pub expression: Option<IndexExpression>,
}

/// Resolves an expression by the options.
///
/// # Errors
/// When a named index is missing, or a pattern matches nothing and may not.
pub async fn resolve(
    logs: &dyn LogStore,
    text: &str,
    options: &IndicesOptions,
) -> Result<Targets, ElasticError> {
    let expression = IndexExpression::parse(text);
    let everything = logs.indices(&IndexExpression::all()).await?;
    if !options.ignores_unavailable() {
        for name in expression.concrete_names() {
            if !everything.iter().any(|index| index.name == name) {
                return Err(ElasticError::index_not_found(name));
            }
        }
    }
    let indices: Vec<IndexInfo> = everything
        .into_iter()
        .filter(|index| expression.matches(&index.name))
        .collect();
    if indices.is_empty() && !options.allows_none() {
        return Err(ElasticError::index_not_found(text));
    }
    let names: Vec<&str> = indices.iter().map(|index| index.name.as_str()).collect();
    let exact = (!names.is_empty()).then(|| match expression.is_pattern() {
        // A pattern stays one, so that what it means is decided at the moment of the search.
        true => expression,
        false => IndexExpression::parse(&names.join(",")),
    });
    Ok(Targets {
        indices,
        expression: exact,
    })
}
