//! Writes on condition: `if_seq_no` with `if_primary_term`, so that whoever has read a document changes that one and
//! no other, and `version` with `version_type`, for documents whose client counts their versions.

use axum::http::StatusCode;
use serde::Deserialize;
use swarmscope_query::store::{Action, ClientVersion, Hit, Refused};

use super::errors::ElasticError;

/// What a URL or an action line says about the document to take the place of.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ConditionParameters {
    pub if_seq_no: Option<String>,
    pub if_primary_term: Option<String>,
    pub version: Option<String>,
    pub version_type: Option<String>,
}

/// What has to hold for a write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Condition {
    #[default]
    None,
    /// The document has this place in the order of writes.
    Written(u64),
    /// The document is older.
    Older(ClientVersion),
}

/// Who counts the versions of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VersionType {
    Internal,
    External,
    ExternalOrEqual,
}

impl VersionType {
    fn read(text: Option<&str>) -> Result<Self, ElasticError> {
        match text {
            None | Some("internal") => Ok(Self::Internal),
            Some("external" | "external_gt") => Ok(Self::External),
            Some("external_gte") => Ok(Self::ExternalOrEqual),
            Some(other) => Err(ElasticError::illegal_argument(format!(
                "No version type match [{other}]"
            ))),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Internal => "INTERNAL",
            Self::External => "EXTERNAL",
            Self::ExternalOrEqual => "EXTERNAL_GTE",
        }
    }
}

impl ConditionParameters {
    /// What has to hold.
    ///
    /// # Errors
    /// When half of it is missing, it is no number, or two conditions are in each other's way.
    pub fn read(&self) -> Result<Condition, ElasticError> {
        let older = self.older()?;
        let written = self.written()?;
        match (older, written) {
            (None, None) => Ok(Condition::None),
            (None, Some(sequence)) => Ok(Condition::Written(sequence)),
            (Some(older), None) => Ok(Condition::Older(older)),
            (Some(_), Some(_)) => Err(ElasticError::validation(
                "compare and write operations can not use versioning",
            )),
        }
    }

    /// Whether anything is said of versions.
    pub fn names_versions(&self) -> bool {
        self.version.is_some() || self.version_type.is_some()
    }

    fn older(&self) -> Result<Option<ClientVersion>, ElasticError> {
        let kind = VersionType::read(self.version_type.as_deref())?;
        match (kind, &self.version) {
            (VersionType::Internal, None) => Ok(None),
            (VersionType::Internal, Some(_)) => Err(ElasticError::validation(
                "internal versioning can not be used for optimistic concurrency control. Please use \
                 `if_seq_no` and `if_primary_term` instead",
            )),
            (_, version) => {
                // What Elasticsearch takes for a version that was left out.
                let text = version.as_deref().unwrap_or("-3");
                let number: i64 = text.parse().map_err(|_| no_number("version", text))?;
                let version = u64::try_from(number).map_err(|_| {
                    ElasticError::validation(format!(
                        "illegal version value [{number}] for version type [{}]",
                        kind.name()
                    ))
                })?;
                Ok(Some(ClientVersion {
                    version,
                    may_be_equal: kind == VersionType::ExternalOrEqual,
                }))
            }
        }
    }

    fn written(&self) -> Result<Option<u64>, ElasticError> {
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

impl Condition {
    /// The place in the order of writes that the document has to have, when that is the condition.
    pub fn written(self) -> Option<u64> {
        match self {
            Self::Written(sequence) => Some(sequence),
            Self::None | Self::Older(_) => None,
        }
    }

    /// Storing a document on this condition.
    pub fn index(self) -> Action {
        match self {
            Self::None => Action::Index,
            Self::Written(sequence) => Action::Replace(sequence),
            Self::Older(version) => Action::IndexAs(version),
        }
    }

    /// Storing one that is not there yet, which takes no further condition.
    ///
    /// # Errors
    /// When there is one.
    pub fn create(self) -> Result<Action, ElasticError> {
        let reason = match self {
            Self::None => return Ok(Action::Create),
            Self::Written(_) => {
                "create operations do not support compare and set. use index instead"
            }
            Self::Older(_) => {
                "create operations only support internal versioning. use index instead"
            }
        };
        Err(ElasticError::validation(reason))
    }

    /// Removing a document on this condition.
    pub fn delete(self) -> Action {
        match self {
            Self::None => Action::Delete,
            Self::Written(sequence) => Action::DeleteWritten(sequence),
            Self::Older(version) => Action::DeleteAs(version),
        }
    }

    /// Whether a document without an id may be stored on it.
    ///
    /// # Errors
    /// When it may not.
    pub fn without_id(self) -> Result<(), ElasticError> {
        match self {
            Self::Older(_) => Err(ElasticError::validation(
                "an id must be provided if version type or value are set",
            )),
            Self::None | Self::Written(_) => Ok(()),
        }
    }
}

/// The version that a document which is read has to have.
#[derive(Debug, Clone, Copy, Default)]
pub struct WantedVersion(Option<u64>);

impl WantedVersion {
    /// Of what a URL or one document of a multi get says.
    ///
    /// # Errors
    /// When the version is no number, or the type none of Elasticsearch's.
    pub fn read(version: Option<&str>, version_type: Option<&str>) -> Result<Self, ElasticError> {
        VersionType::read(version_type)?;
        let number = version.map(|text| number("version", text)).transpose()?;
        Ok(Self(number))
    }

    /// Whether a document has it.
    ///
    /// # Errors
    /// 409 when it has another.
    pub fn check(self, hit: &Hit) -> Result<(), ElasticError> {
        let Some(wanted) = self.0.filter(|wanted| *wanted != hit.version) else {
            return Ok(());
        };
        Err(ElasticError::new(
            StatusCode::CONFLICT,
            "version_conflict_engine_exception",
            format!(
                "[{}]: version conflict, current version [{}] is different than the one provided [{wanted}]",
                hit.id, hit.version
            ),
        )
        .with("index", hit.index.as_str()))
    }
}

fn number(name: &str, text: &str) -> Result<u64, ElasticError> {
    text.parse().map_err(|_| no_number(name, text))
}

fn no_number(name: &str, text: &str) -> ElasticError {
    ElasticError::illegal_argument(format!(
        "Failed to parse long parameter [{name}] with value [{text}]"
    ))
}

/// A condition on a document that is not there.
pub fn nothing_there(id: &str, required: u64) -> ElasticError {
    ElasticError::from(Refused::Gone {
        id: id.to_owned(),
        required,
    })
}
