//! What administrators and shippers set up and expect to find again: templates, aliases, data streams, policies,
//! and what is changed of an index after it was made. Kept as one JSON text by the log store, so that it survives
//! restarts and is in backups. Read into memory once, replaced as a whole.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use swarmscope_model::limits::MAX_CATALOG_BYTES;
use swarmscope_query::indices::wildcard_matches;
use swarmscope_query::store::{IndexInfo, LogStore};
use tokio::sync::Mutex;

use super::errors::ElasticError;

/// Everything that is set up. Bodies are as they were given, checked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Catalog {
    pub index_templates: Bodies,
    pub component_templates: Bodies,
    /// Those of `_template`, which Elasticsearch calls legacy.
    pub templates: Bodies,
    pub policies: BTreeMap<String, Policy>,
    /// Ingest pipelines.
    pub pipelines: Bodies,
    /// By name, the template that it was made from.
    pub data_streams: BTreeMap<String, String>,
    pub cluster_settings: Map<String, Value>,
    /// What was changed of indices, by their uuid.
    pub changes: BTreeMap<String, IndexChanges>,
}

/// A lifecycle policy and its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub version: u64,
    /// In milliseconds.
    pub modified: i64,
    pub policy: Value,
}

/// What was changed of an index since it was made, and its aliases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IndexChanges {
    pub aliases: BTreeMap<String, Map<String, Value>>,
    pub mappings: Map<String, Value>,
    /// Below `index`.
    pub settings: Map<String, Value>,
    /// Whether it answers nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// What is kept under names: its bodies as they were given.
pub type Bodies = BTreeMap<String, Map<String, Value>>;

/// Those whose names match one of the patterns between commas, and whether there are any.
pub fn chosen(bodies: &Bodies, patterns: &str) -> (StatusCode, Json<Value>) {
    let is_meant = |name: &str| patterns.split(',').any(|own| wildcard_matches(own, name));
    let chosen: Map<String, Value> = bodies
        .iter()
        .filter(|(name, _)| is_meant(name))
        .map(|(name, body)| (name.clone(), body.clone().into()))
        .collect();
    // Patterns that match nothing are not found either.
    let status = match chosen.is_empty() {
        true => StatusCode::NOT_FOUND,
        false => StatusCode::OK,
    };
    (status, Json(chosen.into()))
}

/// Removes those whose names match; gives whether there were any.
pub fn remove(bodies: &mut Bodies, pattern: &str) -> bool {
    let before = bodies.len();
    bodies.retain(|name, _| !wildcard_matches(pattern, name));
    bodies.len() < before
}

impl Catalog {
    /// Whether writes may have to go elsewhere, or to an index that is made from a template.
    pub fn concerns_writes(&self) -> bool {
        let has_alias = |changes: &IndexChanges| !changes.aliases.is_empty() || changes.closed;
        !self.index_templates.is_empty()
            || !self.templates.is_empty()
            || self.changes.values().any(has_alias)
    }

    /// The aliases of an index.
    pub fn aliases_of(&self, info: &IndexInfo) -> Map<String, Value> {
        let given = info.definition.get("aliases").and_then(Value::as_object);
        let mut aliases = given.cloned().unwrap_or_default();
        if let Some(changes) = self.changes.get(&info.uuid) {
            let own = changes.aliases.iter();
            aliases.extend(own.map(|(name, alias)| (name.clone(), Value::Object(alias.clone()))));
        }
        aliases
    }

    /// The index with what was changed of it.
    pub fn apply(&self, info: &mut IndexInfo) {
        let aliases = self.aliases_of(info);
        info.definition.insert("aliases".to_owned(), aliases.into());
        let Some(changes) = self.changes.get(&info.uuid) else {
            return;
        };
        for (part, new) in [
            ("mappings", &changes.mappings),
            ("settings", &changes.settings),
        ] {
            if new.is_empty() {
                continue;
            }
            let place = info
                .definition
                .entry(part)
                .or_insert_with(|| Map::new().into());
            let mut new = new.clone();
            if part == "settings" {
                new = Map::from_iter([("index".to_owned(), new.into())]);
            }
            if let Value::Object(place) = place {
                merge(place, &new);
            }
        }
    }
}

/// Puts objects together, the new one's values over the old one's; null removes.
pub fn merge(into: &mut Map<String, Value>, new: &Map<String, Value>) {
    for (key, value) in new {
        match (into.get_mut(key), value) {
            (_, Value::Null) => drop(into.remove(key)),
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            _ => drop(into.insert(key.clone(), value.clone())),
        }
    }
}

/// The catalog as it is kept. A cheap handle.
#[derive(Clone)]
pub struct Kept {
    logs: Arc<dyn LogStore>,
    current: Arc<RwLock<Option<Arc<Catalog>>>>,
    /// Held while it is changed.
    turn: Arc<Mutex<()>>,
}

impl Kept {
    /// Kept by this store.
    pub fn new(logs: Arc<dyn LogStore>) -> Self {
        Self {
            logs,
            current: Arc::default(),
            turn: Arc::default(),
        }
    }

    /// As it stands.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read(&self) -> Result<Arc<Catalog>, ElasticError> {
        if let Some(catalog) = self.in_memory() {
            return Ok(catalog);
        }
        let _turn = self.turn.lock().await;
        self.load().await
    }

    fn in_memory(&self) -> Option<Arc<Catalog>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    async fn load(&self) -> Result<Arc<Catalog>, ElasticError> {
        if let Some(catalog) = self.in_memory() {
            return Ok(catalog);
        }
        let bytes = self.logs.definitions().await?;
        let catalog = match bytes.is_empty() {
            true => Catalog::default(),
            false => serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?,
        };
        Ok(self.set(catalog))
    }

    fn set(&self, catalog: Catalog) -> Arc<Catalog> {
        let catalog = Arc::new(catalog);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::clone(&catalog));
        catalog
    }

    /// Changes it; when this returns the change is on disk.
    ///
    /// # Errors
    /// What the change says, when it would grow too large, and when the store cannot keep it: it stays as it was.
    pub async fn change<T>(
        &self,
        change: impl FnOnce(&mut Catalog) -> Result<T, ElasticError>,
    ) -> Result<T, ElasticError> {
        let _turn = self.turn.lock().await;
        let before = self.load().await?;
        let mut catalog = Catalog::clone(&before);
        let told = change(&mut catalog)?;
        if catalog == *before {
            return Ok(told);
        }
        let bytes = serde_json::to_vec(&catalog).map_err(|error| unreadable(&error))?;
        if bytes.len() > MAX_CATALOG_BYTES {
            return Err(ElasticError::illegal_argument(format!(
                "templates, aliases and policies may have [{MAX_CATALOG_BYTES}] bytes together; delete some that are \
                 not needed"
            )));
        }
        // What is nested very deep can be written and not be read again.
        serde_json::from_slice::<Catalog>(&bytes).map_err(|error| {
            ElasticError::illegal_argument(format!(
                "what is set up could not be read again ({error}): it may be nested too deep"
            ))
        })?;
        self.logs.keep_definitions(bytes.into()).await?;
        self.set(catalog);
        Ok(told)
    }
}

fn unreadable(error: &serde_json::Error) -> ElasticError {
    ElasticError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "illegal_state_exception",
        format!("what was set up cannot be read: {error}"),
    )
}
