//! `_cluster/settings`, `_license`, `_xpack`: what clients look at before they decide what to ask for.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::limits::{MAX_BUCKETS, MAX_SEARCH_CONTEXTS};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::catalog::{Catalog, merge};
use super::cluster::CLUSTER_NAME;
use super::errors::ElasticError;
use super::index_settings::{check_setting_names, flatten};
use super::parameters::is_on;

/// Beginnings of settings that a cluster has. They are kept and change nothing on a single node.
const KNOWN: [&str; 8] = [
    "action",
    "cluster",
    "discovery",
    "indices",
    "ingest",
    "logger",
    "search",
    "xpack",
];

/// `GET /_cluster/settings`
pub async fn settings(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<ClusterSettingsParameters>,
) -> Result<Json<Value>, ElasticError> {
    let catalog = state.catalog.read().await?;
    let shown = |settings: &Map<String, Value>| parameters.shown(settings);
    let mut reply = json!({ "persistent": shown(&catalog.cluster_settings), "transient": {} });
    if is_on(parameters.include_defaults.as_deref()) {
        // Those that say something of this node.
        let defaults = json!({
            "cluster": { "name": CLUSTER_NAME },
            "node": { "name": CLUSTER_NAME, "attr": {} },
            "action": { "auto_create_index": "true", "destructive_requires_name": "true" },
            "search": {
                "max_buckets": MAX_BUCKETS.to_string(),
                "max_open_scroll_context": MAX_SEARCH_CONTEXTS.to_string(),
            },
        });
        reply["defaults"] = shown(defaults.as_object().unwrap_or(&Map::new())).into();
    }
    Ok(Json(reply))
}

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct ClusterSettingsParameters {
    include_defaults: Option<String>,
    flat_settings: Option<String>,
}

impl ClusterSettingsParameters {
    /// Settings as objects, or under their whole names.
    fn shown(&self, settings: &Map<String, Value>) -> Map<String, Value> {
        if !is_on(self.flat_settings.as_deref()) {
            return settings.clone();
        }
        let mut flat = Map::new();
        flatten("", &Value::Object(settings.clone()), &mut flat);
        flat
    }
}

/// `PUT /_cluster/settings`
pub async fn put_settings(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<ClusterSettingsParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let body: Map<String, Value> = match body.is_empty() {
        true => Map::new(),
        false => serde_json::from_slice(&body)
            .map_err(|error| ElasticError::content(&error, "the settings"))?,
    };
    let mut changes = Map::new();
    for (kind, settings) in &body {
        let (true, Some(settings)) = (
            matches!(kind.as_str(), "persistent" | "transient"),
            settings.as_object(),
        ) else {
            return Err(ElasticError::unreadable(format!(
                "[cluster_update_settings_request] unknown field [{kind}]"
            )));
        };
        check_setting_names(settings)?;
        for (path, value) in settings {
            let first = path.split('.').next().unwrap_or_default();
            if !KNOWN.contains(&first) {
                return Err(ElasticError::illegal_argument(format!(
                    "{kind} setting [{path}], not recognized"
                )));
            }
            let inner = path
                .rsplit('.')
                .fold(value.clone(), |value, key| json!({ key: value }));
            if let Value::Object(inner) = inner {
                put(&mut changes, inner);
            }
        }
    }
    if changes.is_empty() {
        return Err(ElasticError::validation("no settings to update"));
    }
    let told = changes.clone();
    let change = |catalog: &mut Catalog| {
        merge(&mut catalog.cluster_settings, &changes);
        prune(&mut catalog.cluster_settings);
        Ok(())
    };
    state.catalog.change(change).await?;
    let mut told = told;
    prune(&mut told);
    Ok(Json(
        json!({ "acknowledged": true, "persistent": parameters.shown(&told), "transient": {} }),
    ))
}

/// Puts objects together and keeps nulls, which remove later.
fn put(into: &mut Map<String, Value>, new: Map<String, Value>) {
    for (key, value) in new {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => put(old, new),
            (_, value) => drop(into.insert(key, value)),
        }
    }
}

/// Takes out nulls and what is empty then.
fn prune(settings: &mut Map<String, Value>) {
    settings.retain(|_, value| match value {
        Value::Null => false,
        Value::Object(inner) => {
            prune(inner);
            !inner.is_empty()
        }
        _ => true,
    });
}

/// `GET /_license`
pub async fn license() -> Json<Value> {
    Json(json!({
        "license": {
            "status": "active",
            "uid": "00000000-0000-0000-0000-000000000000",
            "type": "basic",
            "issued_to": super::cluster::CLUSTER_NAME,
            "issuer": super::cluster::CLUSTER_NAME,
            "max_nodes": 1,
        }
    }))
}

/// `GET /_xpack`
pub async fn xpack() -> Json<Value> {
    let feature = |enabled: bool| json!({ "available": enabled, "enabled": enabled });
    Json(json!({
        "license": { "type": "basic", "mode": "basic", "status": "active" },
        "features": {
            "data_streams": feature(true),
            "ilm": feature(true),
            "ml": feature(false),
            "monitoring": feature(false),
            "security": feature(false),
            "sql": feature(false),
            "watcher": feature(false),
        },
        "tagline": "You know, for X",
    }))
}
