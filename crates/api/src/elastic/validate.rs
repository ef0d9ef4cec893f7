//! `_validate/query`: whether a query can be read, without running it.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use swarmscope_model::Timestamp;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::errors::ElasticError;
use super::parameters::is_on;
use super::search_parameters::SearchParameters;

/// The URL's parameters: those of a search, and whether to say what is wrong.
#[derive(Debug, Default, Deserialize)]
pub struct ValidateParameters {
    explain: Option<String>,
    #[serde(rename = "rewrite")]
    _rewrite: Option<String>,
    #[serde(rename = "all_shards")]
    _all_shards: Option<String>,
    #[serde(flatten)]
    search: SearchParameters,
}

/// `GET|POST /_validate/query`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<ValidateParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    validate(&state, "", &parameters, &body).await
}

/// `GET|POST /{index}/_validate/query`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<ValidateParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    validate(&state, &index, &parameters, &body).await
}

async fn validate(
    state: &ElasticState,
    index: &str,
    parameters: &ValidateParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let explains = is_on(parameters.explain.as_deref());
    let found = state
        .open_targets(index, &parameters.search.indices)
        .await?;
    let query = match parameters.search.only_query(body, Timestamp::now()) {
        Ok(query) => query,
        Err(error) => {
            let mut reply = json!({ "valid": false });
            if explains {
                reply["error"] = error.to_value()["reason"].take();
            }
            return Ok(Json(reply));
        }
    };
    let mut reply = json!({
        "_shards": { "total": 1, "successful": 1, "failed": 0 },
        "valid": true,
    });
    if explains {
        let each = found.indices.iter().map(|info| {
            json!({ "index": info.name, "valid": true, "explanation": format!("{query:?}") })
        });
        reply["explanations"] = each.collect();
    }
    Ok(Json(reply))
}
