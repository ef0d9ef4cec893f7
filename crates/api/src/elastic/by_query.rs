//! What requests say that change all documents a query finds: `_delete_by_query` and `_update_by_query`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::errors::ElasticError;
use super::search_parameters::SearchParameters;

/// The URL's parameters: those of a search, and how to go about it.
#[derive(Debug, Deserialize)]
pub struct ByQueryParameters {
    conflicts: Option<String>,
    max_docs: Option<String>,
    pub wait_for_completion: Option<String>,
    /// Of updates, what the documents go through.
    pub pipeline: Option<String>,
    /// What is changed is found so from then on, refreshed or not.
    #[serde(rename = "refresh")]
    _refresh: Option<String>,
    #[serde(rename = "requests_per_second")]
    _requests_per_second: Option<String>,
    #[serde(rename = "scroll_size")]
    _scroll_size: Option<String>,
    #[serde(rename = "slices")]
    _slices: Option<String>,
    #[serde(rename = "wait_for_active_shards")]
    _wait_for_active_shards: Option<String>,
    #[serde(flatten)]
    pub search: SearchParameters,
}

impl ByQueryParameters {
    /// Whether it is to go on as a task.
    pub fn is_task(&self) -> bool {
        self.wait_for_completion.as_deref() == Some("false")
    }
}

/// What URL and body say besides the query.
#[derive(Debug)]
pub struct Wanted {
    pub max_documents: Option<u64>,
    pub past_conflicts: bool,
    /// The other members of the body.
    pub members: Map<String, Value>,
}

impl Wanted {
    /// Reads them; `of` is what messages call the body.
    ///
    /// # Errors
    /// When they are malformed.
    pub fn read(
        parameters: &ByQueryParameters,
        body: &[u8],
        of: &str,
    ) -> Result<Self, ElasticError> {
        let mut members: Map<String, Value> = match body.iter().all(u8::is_ascii_whitespace) {
            true => Map::new(),
            false => {
                serde_json::from_slice(body).map_err(|error| ElasticError::content(&error, of))?
            }
        };
        let max_documents = max_documents(parameters.max_docs.as_deref(), &mut members)?;
        let past_conflicts = past_conflicts(parameters.conflicts.as_deref(), &mut members)?;
        Ok(Self {
            max_documents,
            past_conflicts,
            members,
        })
    }

    /// The body with nothing but the query.
    pub fn body(self) -> Vec<u8> {
        match self.members.is_empty() {
            true => Vec::new(),
            false => Value::Object(self.members).to_string().into_bytes(),
        }
    }
}

/// How many documents at most, from the URL or taken out of the body.
///
/// # Errors
/// When it is no number above zero.
pub fn max_documents(
    url: Option<&str>,
    members: &mut Map<String, Value>,
) -> Result<Option<u64>, ElasticError> {
    match (url, members.remove("max_docs")) {
        (Some(text), _) => positive(text).map(Some),
        (None, Some(value)) => positive(&value.to_string()).map(Some),
        (None, None) => Ok(None),
    }
}

/// Whether to go on when a document was changed meanwhile, from the URL or taken out of the body.
///
/// # Errors
/// When it is neither of the two words.
pub fn past_conflicts(
    url: Option<&str>,
    members: &mut Map<String, Value>,
) -> Result<bool, ElasticError> {
    let conflicts = match (url, members.remove("conflicts")) {
        (Some(text), _) => Some(text.to_owned()),
        (None, Some(Value::String(text))) => Some(text),
        (None, Some(other)) => Some(other.to_string()),
        (None, None) => None,
    };
    match conflicts.as_deref() {
        None | Some("abort") => Ok(false),
        Some("proceed") => Ok(true),
        Some(other) => Err(ElasticError::illegal_argument(format!(
            "conflicts may only be \"proceed\" or \"abort\" but was [{other}]"
        ))),
    }
}

fn positive(text: &str) -> Result<u64, ElasticError> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(ElasticError::illegal_argument(format!(
            "[max_docs] should be a number greater than zero, found [{text}]"
        ))),
    }
}
