//! URL parameters that many endpoints take.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use swarmscope_query::elastic::SourceFilter;

use super::errors::ElasticError;

/// A switch: present without a value, or `true` or `false`.
pub fn is_on(value: Option<&str>) -> bool {
    matches!(value, Some("" | "true"))
}

/// `refresh` of a write: here everything is found at once, and whether that was asked for is told back.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RefreshParameter {
    refresh: Option<String>,
}

impl RefreshParameter {
    /// Whether the write was to be found at once, whatever it costs.
    ///
    /// # Errors
    /// When it is none of Elasticsearch's values.
    pub fn is_forced(&self) -> Result<bool, ElasticError> {
        match self.refresh.as_deref() {
            Some("" | "true") => Ok(true),
            None | Some("false" | "wait_for") => Ok(false),
            Some(other) => Err(ElasticError::illegal_argument(format!(
                "Unknown value for refresh: [{other}]."
            ))),
        }
    }
}

/// What to do about indices that are not there.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct IndicesOptions {
    ignore_unavailable: Option<String>,
    allow_no_indices: Option<String>,
    #[serde(default, deserialize_with = "wildcards")]
    expand_wildcards: Option<String>,
}

fn wildcards<'de, D: Deserializer<'de>>(given: D) -> Result<Option<String>, D::Error> {
    let said: Option<String> = Option::deserialize(given)?;
    let known = ["", "all", "open", "closed", "hidden", "none"];
    let mut each = said.iter().flat_map(|said| said.split(','));
    match each.find(|one| !known.contains(&one.trim())) {
        Some(one) => Err(D::Error::custom(format!(
            "No valid expand wildcard value [{one}]"
        ))),
        None => Ok(said),
    }
}

impl IndicesOptions {
    /// Whether a pattern means indices that are open and those that are closed, where the request says so.
    pub fn expands_to(&self, closed: bool) -> Option<bool> {
        let said = self.expand_wildcards.as_deref()?;
        let own = if closed { "closed" } else { "open" };
        Some(
            said.split(',')
                .any(|one| ["all", own].contains(&one.trim())),
        )
    }

    /// The same options for a request whose patterns mean open indices unless it says otherwise.
    #[must_use]
    pub fn open_by_default(&self) -> Self {
        let mut options = self.clone();
        let said = options.expand_wildcards.take();
        options.expand_wildcards = Some(said.unwrap_or_else(|| "open".to_owned()));
        options
    }

    /// What the line before a search of several says of them, where it says so.
    pub fn put_over(&mut self, ignore_unavailable: Option<bool>, allow_no_indices: Option<bool>) {
        if let Some(ignore) = ignore_unavailable {
            self.ignore_unavailable = Some(ignore.to_string());
        }
        if let Some(allow) = allow_no_indices {
            self.allow_no_indices = Some(allow.to_string());
        }
    }

    /// Whether a named index may be missing.
    pub fn ignores_unavailable(&self) -> bool {
        is_on(self.ignore_unavailable.as_deref())
    }

    /// Whether a pattern may match nothing.
    pub fn allows_none(&self) -> bool {
        self.allow_no_indices.is_none() || is_on(self.allow_no_indices.as_deref())
    }
}

/// Which parts of documents a URL asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SourceParameters {
    #[serde(rename = "_source")]
    source: Option<String>,
    #[serde(rename = "_source_includes")]
    includes: Option<String>,
    #[serde(rename = "_source_excludes")]
    excludes: Option<String>,
}

impl SourceParameters {
    /// The choice, if the URL makes one.
    pub fn filter(&self) -> Option<SourceFilter> {
        let list = |text: &Option<String>| -> Vec<String> {
            let names = text.as_deref().unwrap_or("").split(',').map(str::trim);
            names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let mut includes = list(&self.includes);
        let mut nothing = false;
        match self.source.as_deref() {
            Some("false") => nothing = true,
            None | Some("" | "true") => {}
            Some(_) => includes.extend(list(&self.source)),
        }
        let chosen = self.source.is_some() || self.includes.is_some() || self.excludes.is_some();
        chosen.then(|| SourceFilter {
            nothing,
            includes,
            excludes: list(&self.excludes),
        })
    }
}
