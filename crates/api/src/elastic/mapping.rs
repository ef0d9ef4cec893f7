//! `_mapping`: the fields that documents have, as Elasticsearch would have mapped them.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{FieldInfo, FieldType, IndexInfo};

use super::ElasticState;
use super::body::Parameters;
use super::errors::ElasticError;
use super::parameters::IndicesOptions;
use super::targets;

/// `GET /_mapping`
pub async fn all(State(state): State<ElasticState>) -> Result<Json<Value>, ElasticError> {
    mappings(&state, "", &IndicesOptions::default()).await
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
    let found = targets::resolve(state.logs.as_ref(), index, options).await?;
    let mut reply = Map::new();
    for info in found.indices {
        let mappings = mapping_of(state, &info).await?;
        reply.insert(info.name, json!({ "mappings": mappings }));
    }
    Ok(Json(Value::Object(reply)))
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
        let path: Vec<&str> = field.path.split('.').collect();
        insert(&mut properties, &path, field);
    }
    if !properties.is_empty() {
        mappings.insert("properties".to_owned(), Value::Object(properties));
    }
    Ok(Value::Object(mappings))
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
            if let Some(Value::Object(inner)) = object.get_mut("properties") {
                insert(inner, rest, field);
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
