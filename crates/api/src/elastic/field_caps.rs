//! `_field_caps`: which fields there are, and what can be done with them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::ast::Query;
use swarmscope_query::elastic::query_body;
use swarmscope_query::indices::{IndexExpression, wildcard_matches};
use swarmscope_query::store::{IndexInfo, SearchRequest, TrackTotal};

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

/// By field and type, the indices where it has that type, each with what can be done with it there.
type Found = BTreeMap<String, BTreeMap<String, BTreeMap<String, Caps>>>;

/// What can be done with a field in one index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Caps {
    searchable: bool,
    aggregatable: bool,
}

impl Caps {
    /// As the field's mapping says.
    fn of(kind: &str, field: &Value) -> Self {
        let is_object = matches!(kind, "object" | "nested");
        let is_off =
            |name: &str| matches!(&field[name], Value::Bool(false)) || field[name] == "false";
        Self {
            searchable: !is_object
                && !(is_off("index") && (kind == "text" || is_off("doc_values"))),
            aggregatable: !is_object && kind != "text" && !is_off("doc_values"),
        }
    }
}

/// What a request says.
struct Wanted {
    fields: Vec<String>,
    /// Only indices with a document that satisfies it.
    filter: Option<Query>,
}

async fn told(
    state: &ElasticState,
    index: &str,
    parameters: &FieldCapsParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let wanted = wanted(parameters, body)?;
    let chosen = |path: &str| wanted.fields.iter().any(|own| wildcard_matches(own, path));
    let targets = state.open_targets(index, &parameters.indices).await?;
    let mut indices = targets.indices;
    if let Some(filter) = &wanted.filter {
        let query = targets.scope.whole(filter)?;
        indices = with_matches(state, indices, &query).await?;
    }
    let mut found = Found::new();
    for info in &indices {
        let mappings = mapping_of(state, info).await?;
        let mut fields = BTreeMap::new();
        collect("", &mappings, &mut fields);
        for (path, (kind, caps)) in fields.into_iter().filter(|(path, _)| chosen(path)) {
            let by_kind = found.entry(path).or_default();
            by_kind
                .entry(kind)
                .or_default()
                .insert(info.name.clone(), caps);
        }
    }
    let names: Vec<&str> = indices.iter().map(|info| info.name.as_str()).collect();
    let others = is_on(parameters.include_unmapped.as_deref()).then_some(names.as_slice());
    let mut fields = Map::new();
    for (path, by_kind) in &found {
        fields.insert(path.clone(), of_field(by_kind, others));
    }
    if !indices.is_empty() {
        for (name, aggregatable) in METADATA.iter().filter(|(name, _)| chosen(name)) {
            let own = Caps {
                searchable: *name != "_source",
                aggregatable: *aggregatable,
            };
            fields.insert(
                (*name).to_owned(),
                json!({ *name: told_of(name, true, own) }),
            );
        }
    }
    Ok(Json(json!({ "indices": names, "fields": fields })))
}

/// The indices that have a document which the query finds.
async fn with_matches(
    state: &ElasticState,
    indices: Vec<IndexInfo>,
    query: &Query,
) -> Result<Vec<IndexInfo>, ElasticError> {
    let mut kept = Vec::with_capacity(indices.len());
    for info in indices {
        let own = IndexExpression::parse(&info.name);
        let mut request = SearchRequest::new(own, query.clone());
        (request.size, request.total) = (0, TrackTotal::UpTo(1));
        let reply = state.logs.search(request).await?;
        if reply.total.is_some_and(|total| total.count > 0) {
            kept.push(info);
        }
    }
    Ok(kept)
}

/// What is told of a field, type by type; where `others` names all indices, also of those that lack it.
fn of_field(by_kind: &BTreeMap<String, BTreeMap<String, Caps>>, others: Option<&[&str]>) -> Value {
    let has = |name: &&&str| by_kind.values().any(|own| own.contains_key(**name));
    let lacking: Vec<&&str> = others
        .into_iter()
        .flatten()
        .filter(|name| !has(name))
        .collect();
    let several = by_kind.len() > 1 || !lacking.is_empty();
    let mut kinds = Map::new();
    for (kind, holders) in by_kind {
        let all = |can: fn(&Caps) -> bool| holders.values().all(can);
        let own = Caps {
            searchable: all(|caps| caps.searchable),
            aggregatable: all(|caps| caps.aggregatable),
        };
        let mut caps = told_of(kind, false, own);
        if several {
            caps["indices"] = holders.keys().cloned().collect();
        }
        let without = |can: fn(&Caps) -> bool| -> Value {
            let names = holders.iter().filter(|(_, caps)| !can(caps));
            names.map(|(name, _)| name.clone()).collect()
        };
        if !own.searchable && holders.values().any(|caps| caps.searchable) {
            caps["non_searchable_indices"] = without(|caps| caps.searchable);
        }
        if !own.aggregatable && holders.values().any(|caps| caps.aggregatable) {
            caps["non_aggregatable_indices"] = without(|caps| caps.aggregatable);
        }
        kinds.insert(kind.clone(), caps);
    }
    if !lacking.is_empty() {
        let none = Caps {
            searchable: false,
            aggregatable: false,
        };
        let mut caps = told_of("unmapped", false, none);
        caps["indices"] = json!(lacking);
        kinds.insert("unmapped".to_owned(), caps);
    }
    kinds.into()
}

fn told_of(kind: &str, metadata: bool, caps: Caps) -> Value {
    json!({
        "type": kind,
        "metadata_field": metadata,
        "searchable": caps.searchable,
        "aggregatable": caps.aggregatable,
    })
}

fn wanted(parameters: &FieldCapsParameters, body: &[u8]) -> Result<Wanted, ElasticError> {
    let mut wanted: Vec<String> = Vec::new();
    let mut filter = None;
    if !body.iter().all(u8::is_ascii_whitespace) {
        let body: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|error| ElasticError::content(&error, "the body of _field_caps"))?;
        for (key, value) in body {
            match (key.as_str(), value) {
                ("fields", Value::String(text)) => wanted.push(text),
                ("fields", Value::Array(items)) => {
                    wanted.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                ("index_filter", clause) => {
                    let body = json!({ "query": clause }).to_string();
                    filter = Some(query_body(&body, Timestamp::now())?);
                }
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
        false => Ok(Wanted {
            fields: wanted,
            filter,
        }),
    }
}

/// The fields of a mapping with their types, subfields and objects as well.
fn collect(at: &str, mapping: &Value, into: &mut BTreeMap<String, (String, Caps)>) {
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
            into.insert(path, (kind.to_owned(), Caps::of(kind, field)));
        }
    }
}
