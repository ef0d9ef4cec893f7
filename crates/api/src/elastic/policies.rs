//! `_ilm/policy`: lifecycle policies are kept and given back. What removes old logs is this server's own retention.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::catalog::{Catalog, Policy};
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// `PUT /_ilm/policy/{name}`
pub async fn put(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let body: Value = serde_json::from_slice(&body)
        .map_err(|error| ElasticError::content(&error, "the body of a policy"))?;
    let policy = body.get("policy").cloned();
    let policy = policy.filter(|policy| policy["phases"].is_object());
    let policy = policy.ok_or_else(|| {
        ElasticError::unreadable("[put_lifecycle_request] Required [policy] with [phases]")
    })?;
    let change = |catalog: &mut Catalog| {
        let version = catalog.policies.get(&name).map_or(0, |known| known.version);
        let known = Policy {
            version: version + 1,
            modified: Timestamp::now().as_millisecond(),
            policy,
        };
        catalog.policies.insert(name, known);
        Ok(())
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

/// `GET /_ilm/policy`
pub async fn get_all(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    let policies = catalog.policies.iter();
    let policies: Map<String, Value> = policies
        .map(|(name, policy)| (name.clone(), told(policy)))
        .collect();
    Ok(Json(policies.into()))
}

/// `GET /_ilm/policy/{name}`
pub async fn get(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    let policy = catalog.policies.get(&name).ok_or_else(|| missing(&name))?;
    Ok(Json(json!({ name: told(policy) })))
}

fn told(policy: &Policy) -> Value {
    let modified = Timestamp::from_millisecond(policy.modified).to_string();
    json!({
        "version": policy.version,
        "modified_date": modified,
        "policy": policy.policy,
        "in_use_by": { "indices": [], "data_streams": [], "composable_templates": [] },
    })
}

fn missing(name: &str) -> ElasticError {
    ElasticError::not_found(format!("Lifecycle policy not found: {name}"))
}

/// `DELETE /_ilm/policy/{name}`
pub async fn delete(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ElasticError> {
    let change = |catalog: &mut Catalog| {
        let known = catalog.policies.remove(&name);
        known.map(drop).ok_or_else(|| missing(&name))
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

/// `GET /{index}/_ilm/explain`: no policy is obeyed, so none manages an index.
pub async fn explain(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    let found = state.resolve(&index, &options).await?;
    let each = found.indices.into_iter().map(|info| {
        let told = json!({ "index": info.name, "managed": false });
        (info.name, told)
    });
    let each: Map<String, Value> = each.collect();
    Ok(Json(json!({ "indices": each })))
}

/// `GET /_ilm/status`
pub async fn status() -> Json<Value> {
    Json(json!({ "operation_mode": "RUNNING" }))
}
