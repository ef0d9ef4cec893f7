//! `_close` and `_open`: indices that are kept and answer nothing. Closing frees no memory here, because an index
//! that nobody asks costs none; it is a door that is shut, and the documents behind it stay.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::Parameters;
use super::catalog::Catalog;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;
use super::targets::Targets;

impl Catalog {
    /// Whether an index is closed.
    pub fn is_closed(&self, info: &IndexInfo) -> bool {
        self.changes
            .get(&info.uuid)
            .is_some_and(|changes| changes.closed)
    }
}

/// Whether an index that an expression matches is meant: one that is named always is, one that a pattern matches
/// when the options say so of its state.
pub fn is_meant(
    catalog: &Catalog,
    info: &IndexInfo,
    expression: &IndexExpression,
    options: &IndicesOptions,
) -> bool {
    let is_named = || expression.concrete_names().any(|name| name == info.name);
    let is_expanded = options.expands_to(catalog.is_closed(info)).unwrap_or(true);
    is_expanded || (!expression.is_pattern() || is_named())
}

impl ElasticState {
    /// The indices whose documents a request is about: a pattern leaves out those that are closed.
    ///
    /// # Errors
    /// As [`ElasticState::resolve`], and when one that is closed is named.
    pub async fn open_targets(
        &self,
        text: &str,
        options: &IndicesOptions,
    ) -> Result<Targets, ElasticError> {
        let mut found = self.resolve(text, options).await?;
        let catalog = self.catalog.read().await?;
        let Some(closed) = found.indices.iter().find(|info| catalog.is_closed(info)) else {
            return Ok(found);
        };
        let given = IndexExpression::parse(text);
        let is_named = |info: &IndexInfo| given.concrete_names().any(|name| name == info.name);
        if !options.ignores_unavailable() {
            // A pattern means those that are closed when the request says so.
            if !given.is_pattern() || options.expands_to(true) == Some(true) {
                return Err(ElasticError::index_closed(closed));
            }
            let mut closed = found.indices.iter().filter(|info| catalog.is_closed(info));
            if let Some(named) = closed.find(|info| is_named(info)) {
                return Err(ElasticError::index_closed(named));
            }
        }
        found.indices.retain(|info| !catalog.is_closed(info));
        if found.indices.is_empty() && !options.allows_none() {
            return Err(ElasticError::index_not_found(text));
        }
        let names: Vec<&str> = found.indices.iter().map(|info| &*info.name).collect();
        found.expression = (!names.is_empty()).then(|| IndexExpression::parse(&names.join(",")));
        Ok(found)
    }

    async fn set_closed(
        &self,
        text: &str,
        options: &IndicesOptions,
        closed: bool,
    ) -> Result<Vec<String>, ElasticError> {
        if IndexExpression::parse(text).is_pattern() {
            return Err(ElasticError::illegal_argument(
                "Wildcard expressions or all indices are not allowed",
            ));
        }
        let found = self.resolve(text, options).await?;
        let names = found.indices.iter().map(|info| info.name.clone()).collect();
        let change = |catalog: &mut Catalog| {
            for info in found.indices {
                catalog.changes.entry(info.uuid).or_default().closed = closed;
            }
            Ok(())
        };
        self.catalog.change(change).await?;
        Ok(names)
    }
}

/// `POST /{index}/_close`
pub async fn close(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    let names = state.set_closed(&index, &options, true).await?;
    let indices: Map<String, Value> = names
        .into_iter()
        .map(|name| (name, json!({ "closed": true })))
        .collect();
    Ok(Json(
        json!({ "acknowledged": true, "shards_acknowledged": true, "indices": indices }),
    ))
}

/// `POST /{index}/_open`
pub async fn open(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    state.set_closed(&index, &options, false).await?;
    Ok(Json(
        json!({ "acknowledged": true, "shards_acknowledged": true }),
    ))
}
