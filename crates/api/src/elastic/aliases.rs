//! `_alias` and `_aliases`: further names of indices, for searches and for writes.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use swarmscope_query::indices::{IndexExpression, check_index_name, wildcard_matches};
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::alias_choice::AliasChoice;
use super::body::{Body, Parameters};
use super::catalog::Catalog;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;
use super::targets::alias_names;

/// One step of `_aliases`, with the indices it is about.
pub enum Step {
    /// Gives indices a name.
    Add {
        indices: Vec<IndexInfo>,
        aliases: Vec<String>,
        body: Map<String, Value>,
    },
    /// Takes names from indices.
    Remove {
        indices: Vec<IndexInfo>,
        aliases: Vec<String>,
        must_exist: bool,
    },
    /// Deletes indices.
    RemoveIndex {
        /// By their names, which aliases may take then.
        indices: IndexExpression,
    },
}

impl Step {
    fn removes(&self, index: &str) -> bool {
        matches!(self, Step::RemoveIndex { indices } if indices.matches(index))
    }
}

/// `POST /_aliases`
pub async fn change_all(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let body: Value = serde_json::from_slice(&body)
        .map_err(|error| ElasticError::content(&error, "the body of _aliases"))?;
    let actions = body.get("actions").and_then(Value::as_array);
    let Some(actions) = actions.filter(|actions| !actions.is_empty()) else {
        return Err(ElasticError::illegal_argument("No action specified"));
    };
    let mut steps = Vec::with_capacity(actions.len());
    for action in actions {
        steps.push(read(&state, action).await?);
    }
    apply(&state, steps).await
}

async fn read(state: &ElasticState, action: &Value) -> Result<Step, ElasticError> {
    let Some((name, body)) = action.as_object().and_then(|action| action.iter().next()) else {
        return Err(ElasticError::illegal_argument("No action specified"));
    };
    let mut body = body.as_object().cloned().unwrap_or_default();
    let indices = [names(body.remove("index")), names(body.remove("indices"))].concat();
    let aliases = [names(body.remove("alias")), names(body.remove("aliases"))].concat();
    if indices.is_empty() {
        return Err(ElasticError::illegal_argument(
            "One of [index] or [indices] is required",
        ));
    }
    if indices.iter().any(|name| name.trim().is_empty()) {
        return Err(
            ElasticError::unreadable(format!("[{name}] failed to parse field [index]")).with(
                "caused_by",
                json!({ "type": "illegal_argument_exception", "reason": "[index] can't be empty string" }),
            ),
        );
    }
    let listed = indices.join(",");
    match name.as_str() {
        "remove_index" => {
            let options = IndicesOptions::default();
            let indices = state.to_delete(&listed, &options).await?;
            let indices = indices.ok_or_else(|| ElasticError::index_not_found(&listed))?;
            Ok(Step::RemoveIndex { indices })
        }
        "add" | "remove" if aliases.is_empty() => Err(ElasticError::illegal_argument(
            "One of [alias] or [aliases] is required",
        )),
        "add" => Ok(Step::Add {
            indices: state
                .resolve(&listed, &IndicesOptions::default())
                .await?
                .indices,
            aliases,
            body,
        }),
        "remove" => Ok(Step::Remove {
            indices: state
                .resolve(&listed, &IndicesOptions::default())
                .await?
                .indices,
            aliases,
            must_exist: body.get("must_exist") != Some(&Value::Bool(false)),
        }),
        other => Err(ElasticError::unreadable(format!(
            "[alias_action] unknown field [{other}]"
        ))),
    }
}

/// Names as a list, or as a text with commas.
pub fn names(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text.split(',').map(str::to_owned).collect(),
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Does the steps, all or none of them.
///
/// # Errors
/// When a step cannot be, or the store refuses.
pub async fn apply(state: &ElasticState, steps: Vec<Step>) -> Result<Json<Value>, ElasticError> {
    let everything = state.indices().await?;
    let mut gone = Vec::new();
    let change = |catalog: &mut Catalog| {
        // What was set up of indices that are no more goes with the next change.
        catalog
            .changes
            .retain(|uuid, _| everything.iter().any(|index| index.uuid == *uuid));
        let staying: Vec<IndexInfo> = everything
            .iter()
            .filter(|index| !steps.iter().any(|step| step.removes(&index.name)))
            .cloned()
            .collect();
        for step in steps {
            match step {
                Step::Add {
                    indices,
                    aliases,
                    body,
                } => add(catalog, &staying, &indices, aliases, &body)?,
                Step::Remove {
                    indices,
                    aliases,
                    must_exist,
                } => remove(catalog, &indices, &aliases, must_exist)?,
                Step::RemoveIndex { indices } => gone.push(indices),
            }
        }
        Ok(())
    };
    state.catalog.change(change).await?;
    for indices in gone {
        state.logs.delete_indices(&indices).await?;
        state.mappings.forget();
    }
    Ok(Json(json!({ "acknowledged": true, "errors": false })))
}

fn add(
    catalog: &mut Catalog,
    everything: &[IndexInfo],
    indices: &[IndexInfo],
    aliases: Vec<String>,
    body: &Map<String, Value>,
) -> Result<(), ElasticError> {
    let body = checked(body)?;
    for alias in aliases {
        check_name(&alias, everything)?;
        check_filter(&alias, &Value::Object(body.clone()))?;
        for index in indices {
            let changes = catalog.changes.entry(index.uuid.clone()).or_default();
            changes.aliases.insert(alias.clone(), body.clone());
        }
    }
    Ok(())
}

/// Routing is told as a text, however it was given.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        other => other.clone(),
    }
}

/// What an alias says of itself, in the words that it is told in.
///
/// # Errors
/// When it says something that no alias can.
pub fn checked(body: &Map<String, Value>) -> Result<Map<String, Value>, ElasticError> {
    let mut alias = Map::new();
    for (key, value) in body {
        match key.as_str() {
            "filter" if value.is_null() => {}
            // There is one shard: routing is told and changes nothing.
            "filter" | "is_write_index" | "is_hidden" => {
                alias.insert(key.clone(), value.clone());
            }
            "index_routing" | "search_routing" => {
                alias.insert(key.clone(), as_text(value));
            }
            "routing" => {
                for key in ["index_routing", "search_routing"] {
                    alias.entry(key).or_insert_with(|| as_text(value));
                }
            }
            "must_exist" => {}
            other => {
                return Err(ElasticError::unreadable(format!(
                    "[alias_action] unknown field [{other}]"
                )));
            }
        }
    }
    Ok(alias)
}

/// Whether the filter of an alias can be read.
///
/// # Errors
/// When it cannot.
pub fn check_filter(alias: &str, body: &Value) -> Result<(), ElasticError> {
    let Some(filter) = body.get("filter") else {
        return Ok(());
    };
    super::scope::check_filter(filter).map_err(|cause| {
        ElasticError::illegal_argument(format!("failed to parse filter for alias [{alias}]"))
            .with("caused_by", cause.to_value())
    })
}

fn check_name(alias: &str, everything: &[IndexInfo]) -> Result<(), ElasticError> {
    let invalid = |reason: &str| {
        ElasticError::new(
            StatusCode::BAD_REQUEST,
            "invalid_alias_name_exception",
            format!("Invalid alias name [{alias}]: {reason}"),
        )
    };
    if everything.iter().any(|index| index.name == alias) {
        return Err(invalid(
            "an index or data stream exists with the same name as the alias",
        ));
    }
    check_index_name(alias).map_err(|error| invalid(error.reason))
}

fn remove(
    catalog: &mut Catalog,
    indices: &[IndexInfo],
    aliases: &[String],
    must_exist: bool,
) -> Result<(), ElasticError> {
    let mut removed = false;
    for index in indices {
        let Some(changes) = catalog.changes.get_mut(&index.uuid) else {
            continue;
        };
        let before = changes.aliases.len();
        let is_meant = |own: &String| {
            let mut patterns = aliases.iter();
            patterns.any(|alias| alias == "_all" || wildcard_matches(alias, own))
        };
        changes.aliases.retain(|own, _| !is_meant(own));
        removed |= changes.aliases.len() < before;
    }
    if removed || !must_exist {
        return Ok(());
    }
    let listed = aliases.join(",");
    Err(ElasticError::new(
        StatusCode::NOT_FOUND,
        "aliases_not_found_exception",
        format!("aliases [{listed}] missing"),
    )
    .with("resource.type", "aliases")
    .with("resource.id", listed))
}

/// `GET /_alias`
pub async fn all(State(state): State<ElasticState>) -> Result<Response, ElasticError> {
    told(&state, "", None, &IndicesOptions::default()).await
}

/// `GET /_alias/{name}`
pub async fn named(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
) -> Result<Response, ElasticError> {
    told(&state, "", Some(&name), &IndicesOptions::default()).await
}

/// `GET /{index}/_alias`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Response, ElasticError> {
    told(&state, &index, None, &options).await
}

/// `GET /{index}/_alias/{name}`
pub async fn named_of(
    State(state): State<ElasticState>,
    Path((index, name)): Path<(String, String)>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Response, ElasticError> {
    told(&state, &index, Some(&name), &options).await
}

async fn told(
    state: &ElasticState,
    index: &str,
    names: Option<&str>,
    options: &IndicesOptions,
) -> Result<Response, ElasticError> {
    let found = state.resolve(index, options).await?;
    let choice = AliasChoice::of(names.unwrap_or("*"));
    let mut reply: BTreeMap<&str, Value> = BTreeMap::new();
    for info in &found.indices {
        let all = info.definition.get("aliases").and_then(Value::as_object);
        let own: Map<String, Value> = all
            .into_iter()
            .flatten()
            .filter(|(alias, _)| choice.has(alias))
            .map(|(alias, body)| (alias.clone(), body.clone()))
            .collect();
        if names.is_none() || !own.is_empty() {
            reply.insert(&info.name, json!({ "aliases": own }));
        }
    }
    let is_known = |name: &str| {
        found
            .indices
            .iter()
            .any(|info| alias_names(info).any(|own| own == name))
    };
    let missing: Vec<&str> = choice.missing(is_known).into_iter().collect();
    if !missing.is_empty() {
        let reason = match missing.as_slice() {
            [one] => format!("alias [{one}] missing"),
            several => format!("aliases [{}] missing", several.join(",")),
        };
        let mut body = json!({ "error": reason, "status": 404 });
        for (index, aliases) in reply {
            body[index] = aliases;
        }
        return Ok((StatusCode::NOT_FOUND, Json(body)).into_response());
    }
    Ok(Json(reply).into_response())
}
