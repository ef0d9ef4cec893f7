//! Which documents are exported, as a search of the Elasticsearch API.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::arguments::ExportArguments;
use crate::commands::logs::since;
use crate::failure::Failure;

/// Indices and a query.
#[derive(Debug, Clone)]
pub struct Selection {
    index: String,
    query: Value,
    /// Whether a damaged server's answer without the damaged parts will do.
    pub partial: bool,
}

impl Selection {
    /// What the arguments say.
    ///
    /// # Errors
    /// When a time cannot be read.
    pub fn new(arguments: &ExportArguments) -> Result<Self, Failure> {
        let mut filter = Vec::new();
        if let Some(query) = &arguments.query {
            filter.push(json!({ "query_string": { "query": query } }));
        }
        let mut bounds = serde_json::Map::new();
        for (text, flag, bound) in [
            (&arguments.span.since, "--since", "gte"),
            (&arguments.span.until, "--until", "lt"),
        ] {
            if text.is_some() {
                bounds.insert(bound.to_owned(), since(text.as_deref(), flag)?.into());
            }
        }
        if !bounds.is_empty() {
            filter.push(in_time(&bounds.into()));
        }
        Ok(Self {
            index: arguments.index.clone(),
            query: json!({ "bool": { "filter": filter } }),
            partial: arguments.partial,
        })
    }

    /// The same query in one index.
    pub fn of_index(&self, name: &str) -> Self {
        Self {
            index: name.to_owned(),
            ..self.clone()
        }
    }

    /// The query.
    pub fn query(&self) -> &Value {
        &self.query
    }

    /// The path of an endpoint of these indices, whose name stands after `before` and before `after`.
    pub fn path(&self, before: &str, after: &str) -> String {
        if self.index.is_empty() {
            return format!("{before}{after}");
        }
        let index = utf8_percent_encode(&self.index, NON_ALPHANUMERIC);
        format!("{before}/{index}{after}")
    }
}

/// The document's time within these bounds: `timestamp`, else `@timestamp`.
fn in_time(bounds: &Value) -> Value {
    let within = |field: &str| json!({ "range": { field: bounds } });
    json!({ "bool": { "minimum_should_match": 1, "should": [
        within("timestamp"),
        { "bool": {
            "filter": [within("@timestamp")],
            "must_not": [{ "exists": { "field": "timestamp" } }],
        } },
    ] } })
}
