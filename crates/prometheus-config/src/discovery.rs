//! Where targets come from: lists in the file, files that are watched, HTTP services, and the agents that
//! the orchestrator knows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::http::HttpClientConfig;
use crate::yaml::{self, YamlError};

/// Addresses that share labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetGroup {
    /// `host` or `host:port`.
    pub targets: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// Files with target groups, YAML or JSON by their ending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "UncheckedFiles")]
pub struct FileDiscovery {
    /// The last part of a path may have `*` in it.
    pub files: Vec<PathBuf>,
    #[serde(with = "crate::duration")]
    pub refresh_interval: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedFiles {
    #[serde(default)]
    files: Vec<String>,
    #[serde(with = "crate::duration", default = "five_minutes")]
    refresh_interval: Duration,
}

/// A service that answers with target groups in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpDiscovery {
    pub url: HttpUrl,
    #[serde(with = "crate::duration", default = "one_minute")]
    pub refresh_interval: Duration,
    #[serde(rename = "<inline>")]
    pub http: HttpClientConfig,
}

/// The agents that the orchestrator knows, with the addresses of their metrics. No other product has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwarmscopeDiscovery {
    #[serde(with = "crate::duration", default = "ten_seconds")]
    pub refresh_interval: Duration,
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

fn one_minute() -> Duration {
    Duration::from_secs(60)
}

fn five_minutes() -> Duration {
    Duration::from_secs(5 * 60)
}

/// An address with `http` or `https` and a host. Its password is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct HttpUrl(Url);

/// A text that is no address of an HTTP server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    #[error("{text:?} is no URL: {reason}")]
    Malformed {
        text: String,
        reason: url::ParseError,
    },
    #[error("URL scheme must be 'http' or 'https', not {scheme:?}")]
    Scheme { scheme: String },
    #[error("host is missing in URL {text:?}")]
    NoHost { text: String },
}

impl HttpUrl {
    /// The address itself, password included.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl TryFrom<String> for HttpUrl {
    type Error = InvalidUrl;

    fn try_from(text: String) -> Result<Self, InvalidUrl> {
        let url = Url::parse(&text).map_err(|reason| InvalidUrl::Malformed {
            text: text.clone(),
            reason,
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidUrl::Scheme {
                scheme: url.scheme().to_owned(),
            });
        }
        if !url.has_host() {
            return Err(InvalidUrl::NoHost { text });
        }
        Ok(Self(url))
    }
}

/// Without its password.
impl std::fmt::Display for HttpUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = self.0.clone();
        if shown.password().is_some() {
            // Fails for addresses that cannot have one, and those have none.
            let _ = shown.set_password(Some("xxxxx"));
        }
        out.write_str(shown.as_str())
    }
}

impl Serialize for HttpUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A pattern of file names that file discovery does not take.
#[derive(Debug, thiserror::Error)]
pub enum InvalidFiles {
    #[error("file service discovery config must contain at least one path name")]
    None,
    #[error(
        "path name {0:?} is not valid for file discovery: it has to end in .json, .yml or .yaml, and only its last part may have one *"
    )]
    Pattern(String),
}

impl TryFrom<UncheckedFiles> for FileDiscovery {
    type Error = InvalidFiles;

    fn try_from(raw: UncheckedFiles) -> Result<Self, InvalidFiles> {
        if raw.files.is_empty() {
            return Err(InvalidFiles::None);
        }
        for pattern in &raw.files {
            let known = [".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"]
                .iter()
                .any(|ending| pattern.ends_with(ending));
            if !known || !is_file_pattern(pattern) {
                return Err(InvalidFiles::Pattern(pattern.clone()));
            }
        }
        Ok(Self {
            files: raw.files.into_iter().map(PathBuf::from).collect(),
            refresh_interval: raw.refresh_interval,
        })
    }
}

/// Whether a pattern has at most one `*`, in its last part.
pub(crate) fn is_file_pattern(pattern: &str) -> bool {
    match pattern.split_once('*') {
        Some((_, after)) => !after.contains(['*', '/']),
        None => true,
    }
}

impl FileDiscovery {
    pub(crate) fn set_directory(&mut self, directory: &Path) {
        for file in &mut self.files {
            *file = directory.join(&file);
        }
    }
}

/// Reads the target groups of a discovery file or of an HTTP service's reply. JSON is YAML, too.
///
/// # Errors
/// When the text is no list of target groups.
pub fn parse_target_groups(text: &str) -> Result<Vec<TargetGroup>, YamlError> {
    yaml::from_str(text)
}
