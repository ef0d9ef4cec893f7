//! `_field_caps`: which fields there are, and what can be done with them.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_query::indices::wildcard_matches;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::errors::ElasticError;
use super::mapping::mapping_of;
use super::parameters::{IndicesOptions, is_on};

/// Fields that every document has.
const METADATA: [(&str, bool); 4] = [
    ("_id", false),
    ("_index", true),
    ("_seq_no", true),
    ("_source", false),
];

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct FieldCapsParameters {
    fields: Option<String>,
    include_unmapped: Option<String>,
    #[serde(flatten)]
    indices: IndicesOptions,
}

/// `GET|POST /_field_caps`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<FieldCapsParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    told(&state, "", &parameters, &body).await
}

/// `GET|POST /{index}/_field_caps`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<FieldCapsParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    told(&state, &index, &parameters, &body).await
}

/// By field and type, the indices where it has that type.
type Found = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

async fn told(
    state: &ElasticState,
    index: &str,
    parameters: &FieldCapsParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let wanted = wanted(parameters, body)?;
    let chosen = |path: &str| wanted.iter().any(|own| wildcard_matches(own, path));
    let indices = state
        .open_targets(index, &parameters.indices)
        .await?
        .indices;
    let mut found = Found::new();
    for info in &indices {
        let mappings = mapping_of(state, info).await?;
        let mut fields = BTreeMap::new();
        collect("", &mappings, &mut fields);
        for (path, kind) in fields.into_iter().filter(|(path, _)| chosen(path)) {
            let by_kind = found.entry(path).or_default();
            by_kind.entry(kind).or_default().insert(info.name.clone());
        }
    }
    let with_unmapped = is_on(parameters.include_unmapped.as_deref());
    let mut fields = Map::new();
    for (path, by_kind) in &found {
        let several = by_kind.len() > 1 || with_unmapped && holders(by_kind) < indices.len();
        let mut kinds = Map::new();
        for (kind, holders) in by_kind {
            let mut caps = caps(kind, false, kind != "text" && kind != "object");
            if several {
                caps["indices"] = json!(holders);
            }
            kinds.insert(kind.clone(), caps);
        }
        fields.insert(path.clone(), kinds.into());
    }
    if !indices.is_empty() {
        for (name, aggregatable) in METADATA.iter().filter(|(name, _)| chosen(name)) {
            fields.insert(
                (*name).to_owned(),
                json!({ *name: caps(name, true, *aggregatable) }),
            );
        }
    }
    let names: Vec<&str> = indices.iter().map(|info| info.name.as_str()).collect();
    Ok(Json(json!({ "indices": names, "fields": fields })))
}

fn holders(by_kind: &BTreeMap<String, BTreeSet<String>>) -> usize {
    let all: BTreeSet<&String> = by_kind.values().flatten().collect();
    all.len()
}

fn caps(kind: &str, metadata: bool, aggregatable: bool) -> Value {
    json!({
        "type": kind,
        "metadata_field": metadata,
        "searchable": kind != "object" && kind != "_source",
        "aggregatable": aggregatable,
    })
}

fn wanted(parameters: &FieldCapsParameters, body: &[u8]) -> Result<Vec<String>, ElasticError> {
    let mut wanted: Vec<String> = Vec::new();
    if !body.iter().all(u8::is_ascii_whitespace) {
        let body: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|error| ElasticError::content(&error, "the body of _field_caps"))?;
        for (key, value) in body {
            match (key.as_str(), value) {
                ("fields", Value::String(text)) => wanted.push(text),
                ("fields", Value::Array(items)) => {
                    wanted.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                // An index may hold documents that match: more is told, never less.
                ("index_filter", _) => {}
                ("runtime_mappings", value) if value == json!({}) => {}
                (key, _) => {
                    return Err(ElasticError::unreadable(format!(
                        "[field_caps_request] [{key}] is not supported here"
                    )));
                }
            }
        }
    }
    if let Some(fields) = &parameters.fields {
        wanted.extend(fields.split(',').map(str::to_owned));
    }
    match wanted.is_empty() {
        true => Err(ElasticError::validation("no fields specified")),
        false => Ok(wanted),
    }
}

/// The fields of a mapping with their types, subfields and objects as well.
fn collect(at: &str, mapping: &Value, into: &mut BTreeMap<String, String>) {
    for part in ["properties", "fields"] {
        let Some(members) = mapping.get(part).and_then(Value::as_object) else {
            continue;
        };
        for (name, field) in members {
            let path = match at {
                "" => name.clone(),
                at => format!("{at}.{name}"),
            };
            let kind = field
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or("object");
            collect(&path, field, into);
            into.insert(path, kind.to_owned());
        }
    }
}
