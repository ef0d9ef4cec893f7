//! `PUT` and `DELETE` of one `_alias`: an index gets a further name, or loses it.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value};

use super::ElasticState;
use super::aliases::{Step, apply, names};
use super::body::Body;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// `PUT|POST /{index}/_alias/{name}`
pub async fn put(
    State(state): State<ElasticState>,
    Path((index, name)): Path<(String, String)>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    put_alias(&state, Some(index), Some(name), &body).await
}

/// `PUT /{index}/_alias`: the body names the alias.
pub async fn put_of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    put_alias(&state, Some(index), None, &body).await
}

/// `PUT /_alias/{name}`: the body names the index.
pub async fn put_named(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    put_alias(&state, None, Some(name), &body).await
}

/// `PUT /_alias`: the body names both.
pub async fn put_all(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    put_alias(&state, None, None, &body).await
}

/// What the body says of index and alias goes before what the path says.
async fn put_alias(
    state: &ElasticState,
    index: Option<String>,
    name: Option<String>,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let mut body: Map<String, Value> = match body.is_empty() {
        true => Map::new(),
        false => serde_json::from_slice(body)
            .map_err(|error| ElasticError::content(&error, "the body of an alias"))?,
    };
    let indices = names(body.remove("index"));
    let index = match indices.is_empty() {
        true => index.ok_or_else(|| missing("index"))?,
        false => indices.join(","),
    };
    refuse_blank(&index)?;
    let mut aliases = names(body.remove("alias"));
    if aliases.is_empty() {
        aliases = vec![name.ok_or_else(|| missing("alias"))?];
    }
    let step = Step::Add {
        indices: state
            .resolve(&index, &IndicesOptions::default())
            .await?
            .indices,
        aliases,
        body,
    };
    apply(state, vec![step]).await
}

/// Refuses a list of indices with a name of blanks in it, which would mean all of them.
fn refuse_blank(indices: &str) -> Result<(), ElasticError> {
    match indices.split(',').any(|name| name.trim().is_empty()) {
        true => Err(ElasticError::illegal_argument(
            "[index] can't be empty string",
        )),
        false => Ok(()),
    }
}

fn missing(what: &str) -> ElasticError {
    ElasticError::illegal_argument(format!(
        "[{what}] is named neither in the path nor in the body"
    ))
}

/// `DELETE /{index}/_alias/{name}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path((index, name)): Path<(String, String)>,
) -> Result<Json<Value>, ElasticError> {
    refuse_blank(&index)?;
    let step = Step::Remove {
        indices: state
            .resolve(&index, &IndicesOptions::default())
            .await?
            .indices,
        aliases: name.split(',').map(str::to_owned).collect(),
        must_exist: true,
    };
    apply(&state, vec![step]).await
}
