//! `_mapping`: the fields that documents have, as Elasticsearch would have mapped them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use swarmscope_model::limits::MAX_MAPPING_DEPTH;
use swarmscope_query::indices::{IndexExpression, wildcard_matches};
use swarmscope_query::store::{FieldInfo, FieldType, IndexInfo};

use super::ElasticState;
use super::body::{Body, Parameters};
use super::catalog::{Catalog, merge};
use super::errors::ElasticError;
use super::parameters::IndicesOptions;

/// `GET /_mapping`
pub async fn all(
    State(state): State<ElasticState>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    mappings(&state, "", &options).await
}

/// `GET /{index}/_mapping`
pub async fn of(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    mappings(&state, &index, &options).await
}

async fn mappings(
    state: &ElasticState,
    index: &str,
    options: &IndicesOptions,
) -> Result<Json<Value>, ElasticError> {
    let found = state.resolve(index, &options.open_by_default()).await?;
    let mut reply = Map::new();
    for info in found.indices {
        let mappings = mapping_of(state, &info).await?;
        reply.insert(info.name, json!({ "mappings": mappings }));
    }
    Ok(Json(Value::Object(reply)))
}

/// `PUT|POST /{index}/_mapping`
pub async fn put(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    let mut given: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| ElasticError::content(&error, "the mapping"))?;
    if given.contains_key("_doc") {
        return Err(ElasticError::illegal_argument(
            "Types cannot be provided in put mapping requests",
        ));
    }
    check_names(&given)?;
    check_depth(&given)?;
    nest(&mut given);
    let found = state.resolve(&index, &options).await?;
    for info in &found.indices {
        let known = mapping_of(&state, info).await?;
        check_types("", &given, &known)?;
    }
    let change = |catalog: &mut Catalog| {
        for info in found.indices {
            let changes = catalog.changes.entry(info.uuid).or_default();
            merge(&mut changes.mappings, &given);
        }
        Ok(())
    };
    state.catalog.change(change).await?;
    Ok(Json(json!({ "acknowledged": true })))
}

/// A field has a name.
///
/// # Errors
/// When one has none.
pub fn check_names(mapping: &Map<String, Value>) -> Result<(), ElasticError> {
    for part in ["properties", "fields"] {
        let fields = mapping.get(part).and_then(Value::as_object);
        for (name, field) in fields.into_iter().flatten() {
            if name.is_empty() {
                let reason = "field name cannot be an empty string";
                return Err(ElasticError::new(
                    StatusCode::BAD_REQUEST,
                    "mapper_parsing_exception",
                    format!("Failed to parse mapping: {reason}"),
                )
                .with(
                    "caused_by",
                    json!({ "type": "illegal_argument_exception", "reason": reason }),
                ));
            }
            field.as_object().map_or(Ok(()), check_names)?;
        }
    }
    Ok(())
}

/// Fields are not nested without end, whether in objects or by dots in their names.
///
/// # Errors
/// With the limit.
pub fn check_depth(mapping: &Map<String, Value>) -> Result<(), ElasticError> {
    fn levels(mapping: &Map<String, Value>) -> usize {
        let own = ["properties", "fields"].into_iter().flat_map(|part| {
            let fields = mapping.get(part).and_then(Value::as_object);
            fields.into_iter().flatten()
        });
        let own =
            own.map(|(name, field)| name.split('.').count() + field.as_object().map_or(0, levels));
        own.max().unwrap_or(0)
    }
    match levels(mapping) > MAX_MAPPING_DEPTH {
        true => Err(ElasticError::illegal_argument(format!(
            "Limit of mapping depth [{MAX_MAPPING_DEPTH}] has been exceeded"
        ))),
        false => Ok(()),
    }
}

/// Puts `a.b` as `b` below the object `a`, as Elasticsearch reads it, except where `subobjects` forbids it.
pub fn nest(mapping: &mut Map<String, Value>) {
    nest_below(mapping, 0);
}

fn nest_below(mapping: &mut Map<String, Value>, around: usize) {
    let keeps_dots = mapping.get("subobjects") == Some(&Value::Bool(false));
    let Some(Value::Object(properties)) = mapping.get_mut("properties") else {
        return;
    };
    for (name, mut field) in std::mem::take(properties) {
        let levels = around + name.split('.').count();
        if let Value::Object(field) = &mut field {
            nest_below(field, levels);
        }
        // What was kept before there was a limit stays as it is.
        let is_whole = keeps_dots || levels > MAX_MAPPING_DEPTH;
        let mut parts: Vec<&str> = match is_whole || name.split('.').any(str::is_empty) {
            true => vec![name.as_str()],
            false => name.split('.').collect(),
        };
        let last = parts.pop().unwrap_or_default();
        let mut nested = Map::from_iter([(last.to_owned(), field)]);
        for part in parts.into_iter().rev() {
            nested = Map::from_iter([(part.to_owned(), json!({ "properties": nested }))]);
        }
        merge(properties, &nested);
    }
}

/// Types were once named around a mapping.
///
/// # Errors
/// When one still is.
pub fn check_untyped(mapping: &Map<String, Value>) -> Result<(), ElasticError> {
    match mapping.contains_key("_doc") {
        true => Err(ElasticError::illegal_argument(
            "The mapping definition cannot be nested under a type [_doc] unless include_type_name is set to true.",
        )),
        false => Ok(()),
    }
}

/// A field keeps the type that it was mapped with.
fn check_types(at: &str, given: &Map<String, Value>, known: &Value) -> Result<(), ElasticError> {
    let fields = given.get("properties").and_then(Value::as_object);
    for (name, field) in fields.into_iter().flatten() {
        let path = match at {
            "" => name.clone(),
            at => format!("{at}.{name}"),
        };
        let before = &known["properties"][name];
        let (new, old) = (field["type"].as_str(), before["type"].as_str());
        if let (Some(new), Some(old)) = (new, old)
            && new != old
        {
            return Err(ElasticError::illegal_argument(format!(
                "mapper [{path}] cannot be changed from type [{old}] to [{new}]"
            )));
        }
        if let Some(inner) = field.as_object() {
            check_types(&path, inner, before)?;
        }
    }
    Ok(())
}

/// `GET /_mapping/field/{fields}`
pub async fn all_fields(
    State(state): State<ElasticState>,
    Path(fields): Path<String>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    fields_in(&state, "", &fields, &options).await
}

/// `GET /{index}/_mapping/field/{fields}`
pub async fn fields(
    State(state): State<ElasticState>,
    Path((index, fields)): Path<(String, String)>,
    Parameters(options): Parameters<IndicesOptions>,
) -> Result<Json<Value>, ElasticError> {
    fields_in(&state, &index, &fields, &options).await
}

async fn fields_in(
    state: &ElasticState,
    index: &str,
    fields: &str,
    options: &IndicesOptions,
) -> Result<Json<Value>, ElasticError> {
    let found = state.resolve(index, options).await?;
    let mut reply = Map::new();
    for info in found.indices {
        let mut flat = Map::new();
        flatten("", &mapping_of(state, &info).await?, &mut flat);
        flat.retain(|path, _| fields.split(',').any(|own| wildcard_matches(own, path)));
        reply.insert(info.name, json!({ "mappings": flat }));
    }
    Ok(Json(reply.into()))
}

fn flatten(at: &str, mapping: &Value, into: &mut Map<String, Value>) {
    for part in ["properties", "fields"] {
        let members = mapping.get(part).and_then(Value::as_object);
        for (name, field) in members.into_iter().flatten() {
            let path = match at {
                "" => name.clone(),
                at => format!("{at}.{name}"),
            };
            flatten(&path, field, into);
            if field.get("type").is_some() {
                let told = json!({ "full_name": path, "mapping": { name.as_str(): field } });
                into.insert(path, told);
            }
        }
    }
}

/// An index's mapping: what it was created with, and the fields found since.
pub async fn mapping_of(state: &ElasticState, info: &IndexInfo) -> Result<Value, ElasticError> {
    let fields = state
        .logs
        .fields(&IndexExpression::parse(&info.name))
        .await?;
    let mut mappings = match info.definition.get("mappings") {
        Some(Value::Object(given)) => given.clone(),
        _ => Map::new(),
    };
    let mut properties = match mappings.remove("properties") {
        Some(Value::Object(given)) => given,
        _ => Map::new(),
    };
    for field in &fields {
        let path: Vec<&str> = match field.path.split('.').count() > MAX_MAPPING_DEPTH {
            true => vec![&field.path],
            false => field.path.split('.').collect(),
        };
        insert(&mut properties, &path, field);
    }
    if !properties.is_empty() {
        mappings.insert("properties".to_owned(), Value::Object(properties));
    }
    let mut mappings = Value::Object(mappings);
    spell_dynamic(&mut mappings);
    Ok(mappings)
}

/// `dynamic` is told as a text, however it was given.
fn spell_dynamic(object: &mut Value) {
    if let Some(dynamic) = object.get_mut("dynamic")
        && let Value::Bool(flag) = dynamic
    {
        *dynamic = flag.to_string().into();
    }
    let properties = object.get_mut("properties").and_then(Value::as_object_mut);
    properties
        .into_iter()
        .flatten()
        .for_each(|(_, field)| spell_dynamic(field));
}

/// Puts a field where its path says; what stands there already stays.
fn insert(properties: &mut Map<String, Value>, path: &[&str], field: &FieldInfo) {
    match path {
        [] => {}
        [last] => {
            properties
                .entry(*last)
                .or_insert_with(|| definition(field.kind));
        }
        [first, rest @ ..] => {
            let object = properties
                .entry(*first)
                .or_insert_with(|| json!({ "properties": {} }));
            let kind = object.get("type").and_then(Value::as_str);
            let holds_fields = matches!(kind, None | Some("object" | "nested"));
            if let (true, Value::Object(object)) = (holds_fields, object) {
                let inner = object.entry("properties").or_insert_with(|| json!({}));
                if let Value::Object(inner) = inner {
                    insert(inner, rest, field);
                }
            }
        }
    }
}

fn definition(kind: FieldType) -> Value {
    match kind {
        FieldType::Text | FieldType::Mixed => json!({
            "type": "text",
            "fields": { "keyword": { "type": "keyword", "ignore_above": 256 } },
        }),
        FieldType::Long => json!({ "type": "long" }),
        FieldType::Double => json!({ "type": "float" }),
        FieldType::Boolean => json!({ "type": "boolean" }),
        FieldType::Date => json!({ "type": "date" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_in_names_of_fields_are_levels() {
        let nested = |given: Value| {
            let mut mapping = given.as_object().cloned().expect("an object");
            nest(&mut mapping);
            Value::Object(mapping)
        };
        let given = json!({"properties": {
            "a.b": {"type": "long"}, "a": {"properties": {"c.d": {"type": "ip"}}}, "e": {"type": "text"}, "x..y": {},
        }});
        let expected = json!({"properties": {
            "a": {"properties": {"b": {"type": "long"}, "c": {"properties": {"d": {"type": "ip"}}}}},
            "e": {"type": "text"}, "x..y": {},
        }});
        assert_eq!(nested(given), expected);
        let flat = json!({"subobjects": false, "properties": {"a.b": {"type": "long"}}});
        assert_eq!(nested(flat.clone()), flat);
    }

    #[test]
    fn paths_become_nested_properties() {
        let mut properties = Map::new();
        for (path, kind) in [
            ("a", FieldType::Long),
            ("m.id", FieldType::Text),
            ("m.n", FieldType::Double),
        ] {
            let path: Vec<&str> = path.split('.').collect();
            insert(
                &mut properties,
                &path,
                &FieldInfo {
                    path: String::new(),
                    kind,
                },
            );
        }
        let text = definition(FieldType::Text);
        let expected = json!({
            "a": {"type": "long"},
            "m": {"properties": {"id": text, "n": {"type": "float"}}},
        });
        assert_eq!(Value::Object(properties), expected);
    }
}
