//! Writes on condition: `if_seq_no` with `if_primary_term`. Whoever has read a document changes that one and
//! no other.

use serde::Deserialize;
use swarmscope_query::store::Refused;

use super::errors::ElasticError;

/// What a URL or an action line says about the document to take the place of.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ConditionParameters {
    pub if_seq_no: Option<String>,
    pub if_primary_term: Option<String>,
    pub version: Option<String>,
    pub version_type: Option<String>,
}

impl ConditionParameters {
    /// The place in the order of writes that the document has to have; `None` without a condition.
    ///
    /// # Errors
    /// When half of it is missing, it is no number, or versions of the client's own are asked for.
    pub fn read(&self) -> Result<Option<u64>, ElasticError> {
        match (self.version_type.as_deref(), &self.version) {
            (None | Some("internal"), None) => {}
            (None | Some("internal"), Some(_)) => {
                return Err(ElasticError::validation(
                    "internal versioning can not be used for optimistic concurrency control. Please use \
                     `if_seq_no` and `if_primary_term` instead",
                ));
            }
            (Some(kind), _) => {
                return Err(ElasticError::illegal_argument(format!(
                    "[version_type={kind}] is not supported here: versions are counted by the store; use \
                     [if_seq_no] and [if_primary_term]"
                )));
            }
        }
        match (&self.if_seq_no, &self.if_primary_term) {
            (None, None) => Ok(None),
            (Some(sequence), Some(term)) => {
                let sequence = number("if_seq_no", sequence)?;
                // There is one term only: no document was written in another.
                match number("if_primary_term", term)? {
                    1 => Ok(Some(sequence)),
                    _ => Ok(Some(u64::MAX)),
                }
            }
            (Some(_), None) => Err(ElasticError::validation(
                "ifSeqNo is set, but primary term is [0]",
            )),
            (None, Some(term)) => Err(ElasticError::validation(format!(
                "ifSeqNo is unassigned, but primary term is [{term}]"
            ))),
        }
    }
}

fn number(name: &str, text: &str) -> Result<u64, ElasticError> {
    text.parse().map_err(|_| {
        ElasticError::illegal_argument(format!(
            "Failed to parse long parameter [{name}] with value [{text}]"
        ))
    })
}

/// A condition on a document that is not there.
pub fn nothing_there(id: &str, required: u64) -> ElasticError {
    ElasticError::from(Refused::Gone {
        id: id.to_owned(),
        required,
    })
}
