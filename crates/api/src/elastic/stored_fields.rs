//! `stored_fields` of a document that is got by its id: the values of fields that their mapping stores apart. Here
//! all values are in the document alone; which ones are shown is as the mapping says.

use serde_json::{Map, Value};
use swarmscope_query::elastic::SourceFilter;

use super::ElasticState;
use super::errors::ElasticError;
use super::shown_fields::leaves_of;

/// What a request wants of a document beside its source.
#[derive(Debug, Clone, Default)]
pub struct StoredFields(Vec<String>);

impl StoredFields {
    /// Names between commas.
    pub fn named(text: &str) -> Self {
        let names = text.split(',').map(str::trim);
        Self(
            names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    /// A list of names, or one.
    pub fn listed(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self(
                items
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            ),
            other => Self::named(other.as_str().unwrap_or_default()),
        }
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is shown of the source: nothing, unless it is one of the fields or asked for besides.
    pub fn source(&self, asked: Option<SourceFilter>) -> SourceFilter {
        let is_own = self.0.iter().any(|name| name == "_source");
        let nothing = !self.is_empty() && !is_own;
        asked.unwrap_or(SourceFilter {
            nothing,
            ..SourceFilter::default()
        })
    }

    /// Their values in a document.
    ///
    /// # Errors
    /// When the index or the document cannot be read.
    pub async fn values(
        &self,
        state: &ElasticState,
        index: &str,
        source: &str,
    ) -> Result<Map<String, Value>, ElasticError> {
        if self.is_empty() {
            return Ok(Map::new());
        }
        let indices = state.indices().await?;
        let info = indices.iter().find(|info| info.name == index);
        let mappings = info.and_then(|info| info.definition.get("mappings"));
        let Some(mappings) = mappings else {
            return Ok(Map::new());
        };
        let document = super::documents::document(source)?;
        let leaves = leaves_of(&document);
        let stored = self.0.iter().filter(|name| is_stored(mappings, name));
        Ok(stored
            .filter_map(|name| {
                let values: Vec<Value> =
                    leaves.get(name)?.iter().map(|one| (*one).clone()).collect();
                Some((name.clone(), values.into()))
            })
            .collect())
    }
}

fn is_stored(mappings: &Value, name: &str) -> bool {
    let path = format!("/properties/{}/store", name.replace('.', "/properties/"));
    match mappings.pointer(&path) {
        Some(Value::Bool(stored)) => *stored,
        Some(Value::String(stored)) => stored == "true",
        _ => false,
    }
}
