//! Writes to indices that take no field they do not know.

use axum::http::StatusCode;

use super::ElasticState;
use super::bulk_request::{Entry, Verb};
use super::documents::document;
use super::errors::ElasticError;

/// Refuses the documents that have such fields, each for itself.
///
/// # Errors
/// When the indices cannot be read.
pub async fn check(state: &ElasticState, entries: &mut [Entry]) -> Result<(), ElasticError> {
    let catalog = state.catalog.read().await?;
    let strict = match state.mappings.strict(&catalog) {
        Some(strict) => strict,
        None => {
            let forgotten = state.mappings.forgotten();
            let indices = state.indices().await?;
            state.mappings.learn(&catalog, &indices, forgotten)
        }
    };
    if strict.is_empty() {
        return Ok(());
    }
    for entry in entries {
        let Some(mapping) = strict.get(&*entry.index) else {
            continue;
        };
        let is_write = matches!(entry.verb, Verb::Index | Verb::Create);
        if !is_write || entry.is_dropped || entry.refused.is_some() {
            continue;
        }
        // What is no document is refused by the store, in its words.
        let text = std::str::from_utf8(entry.source()).unwrap_or_default();
        if let Ok(parsed) = document(text)
            && let Err(unmapped) = mapping.check(&parsed)
        {
            entry.refused = Some(ElasticError::new(
                StatusCode::BAD_REQUEST,
                "strict_dynamic_mapping_exception",
                unmapped.to_string(),
            ));
        }
    }
    Ok(())
}
