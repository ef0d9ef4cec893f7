//! `_rollover`: a new index behind an alias that writes go to, when the one before is old or large enough.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_query::elastic::time_value;
use swarmscope_query::indices::check_index_name;
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::{Body, Parameters};
use super::catalog::{Catalog, merge};
use super::errors::ElasticError;
use super::parameters::is_on;
use super::template_match;

/// Digits of the number that a name ends with.
const DIGITS: usize = 6;

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct RolloverParameters {
    dry_run: Option<String>,
}

/// `POST /{alias}/_rollover`
pub async fn next(
    State(state): State<ElasticState>,
    Path(alias): Path<String>,
    Parameters(parameters): Parameters<RolloverParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    roll(&state, &alias, None, &parameters, &body).await
}

/// `POST /{alias}/_rollover/{index}`
pub async fn named(
    State(state): State<ElasticState>,
    Path((alias, index)): Path<(String, String)>,
    Parameters(parameters): Parameters<RolloverParameters>,
    Body(body): Body,
) -> Result<Json<Value>, ElasticError> {
    roll(&state, &alias, Some(index), &parameters, &body).await
}

async fn roll(
    state: &ElasticState,
    alias: &str,
    name: Option<String>,
    parameters: &RolloverParameters,
    body: &[u8],
) -> Result<Json<Value>, ElasticError> {
    let request = Request::read(body)?;
    let indices = state.indices().await?;
    let (old, is_explicit) = write_index(alias, &indices)?;
    let new = match name {
        Some(name) => name,
        None => next_name(&old.name)?,
    };
    check_index_name(&new)?;
    let met = request.met(old);
    let is_due = met.is_empty() || met.values().any(|met| *met == Value::Bool(true));
    let dry_run = is_on(parameters.dry_run.as_deref());
    let rolls = is_due && !dry_run;
    if rolls {
        make(state, &new, request.definition).await?;
        let indices = state.indices().await?;
        // Somebody may have deleted it at once.
        let made = indices.into_iter().find(|info| info.name == new);
        let made = made.ok_or_else(|| ElasticError::index_not_found(&new))?;
        let body = old.definition["aliases"][alias]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let swap = |catalog: &mut Catalog| {
            point(catalog, alias, &old.uuid, &made.uuid, body, is_explicit);
            Ok(())
        };
        state.catalog.change(swap).await?;
    }
    Ok(Json(json!({
        "acknowledged": rolls,
        "shards_acknowledged": rolls,
        "old_index": old.name,
        "new_index": new,
        "rolled_over": rolls,
        "dry_run": dry_run,
        "lazy": false,
        "conditions": met,
    })))
}

/// The index that writes to the alias go to, and whether the alias says so.
fn write_index<'a>(
    alias: &str,
    indices: &'a [IndexInfo],
) -> Result<(&'a IndexInfo, bool), ElasticError> {
    let refused = |reason: String| Err(ElasticError::illegal_argument(reason));
    if indices.iter().any(|info| info.name == alias) {
        return refused(
            "rollover target is a [concrete index] but one of [alias,data_stream] was expected"
                .to_owned(),
        );
    }
    let says = |info: &IndexInfo| info.definition["aliases"].get(alias).cloned();
    let with: Vec<(&IndexInfo, Value)> = indices
        .iter()
        .filter_map(|info| Some((info, says(info)?)))
        .collect();
    let chosen = with
        .iter()
        .find(|(_, said)| said["is_write_index"] == Value::Bool(true));
    match (chosen, with.as_slice()) {
        (Some((info, _)), _) => Ok((info, true)),
        (None, []) => refused(format!("rollover target [{alias}] does not exist")),
        (None, [(only, said)]) if said["is_write_index"] != Value::Bool(false) => Ok((only, false)),
        _ => refused(format!(
            "rollover target [{alias}] does not point to a write index"
        )),
    }
}

/// `logs-000001` becomes `logs-000002`.
fn next_name(name: &str) -> Result<String, ElasticError> {
    let (stem, number) = name.rsplit_once('-').unwrap_or((name, ""));
    match number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_add(1))
    {
        Some(next) => Ok(format!("{stem}-{next:0DIGITS$}")),
        None => Err(ElasticError::illegal_argument(format!(
            "index name [{name}] does not match pattern '^.*-\\d+$'"
        ))),
    }
}

async fn make(
    state: &ElasticState,
    name: &str,
    given: Map<String, Value>,
) -> Result<(), ElasticError> {
    let catalog = state.catalog.read().await?;
    let template = template_match::for_index(&catalog, name);
    let mut definition = template.map_or_else(Map::new, |template| template.definition);
    merge(&mut definition, &given);
    state.make_index(name, definition).await
}

/// Lets the alias name the new index for writes; one that never said so leaves the old index.
fn point(
    catalog: &mut Catalog,
    alias: &str,
    old: &str,
    new: &str,
    mut body: Map<String, Value>,
    is_explicit: bool,
) {
    let changes = catalog.changes.entry(old.to_owned()).or_default();
    if is_explicit {
        let mut before = body.clone();
        before.insert("is_write_index".to_owned(), false.into());
        changes.aliases.insert(alias.to_owned(), before);
        body.insert("is_write_index".to_owned(), true.into());
    } else {
        changes.aliases.remove(alias);
    }
    let changes = catalog.changes.entry(new.to_owned()).or_default();
    changes.aliases.insert(alias.to_owned(), body);
}

/// What the body says: when to roll over, and what the new index is to be.
#[derive(Default)]
struct Request {
    conditions: Vec<(String, String)>,
    definition: Map<String, Value>,
}

impl Request {
    fn read(body: &[u8]) -> Result<Self, ElasticError> {
        let mut request = Self::default();
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(request);
        }
        let members: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|error| ElasticError::content(&error, "the body of a rollover"))?;
        for (key, value) in members {
            match (key.as_str(), value) {
                ("conditions", Value::Object(conditions)) => {
                    for (name, limit) in conditions {
                        let limit = match limit {
                            Value::String(text) => text,
                            other => other.to_string(),
                        };
                        Condition::read(&name, &limit)?;
                        request.conditions.push((name, limit));
                    }
                }
                ("aliases" | "mappings" | "settings", value) => {
                    request.definition.insert(key, value);
                }
                (other, _) => {
                    return Err(ElasticError::unreadable(format!(
                        "[rollover] unknown field [{other}]"
                    )));
                }
            }
        }
        Ok(request)
    }

    /// Each condition and whether the index meets it.
    fn met(&self, index: &IndexInfo) -> Map<String, Value> {
        let each = self.conditions.iter().filter_map(|(name, limit)| {
            let condition = Condition::read(name, limit).ok()?;
            Some((format!("[{name}: {limit}]"), condition.is_met(index).into()))
        });
        each.collect()
    }
}

/// A limit on an index.
enum Condition {
    /// In milliseconds.
    Age(u64),
    Documents(u64),
    Bytes(u64),
}

impl Condition {
    fn read(name: &str, limit: &str) -> Result<Self, ElasticError> {
        let unreadable = || {
            ElasticError::illegal_argument(format!(
                "failed to parse [{name}] with value [{limit}]: unit is missing or unrecognized"
            ))
        };
        match name {
            "max_age" => {
                let age = time_value(limit).ok_or_else(unreadable)?;
                Ok(Self::Age(
                    u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
                ))
            }
            "max_docs" | "max_primary_shard_docs" => {
                limit.parse().map(Self::Documents).map_err(|_| unreadable())
            }
            "max_size" | "max_primary_shard_size" => {
                bytes(limit).map(Self::Bytes).ok_or_else(unreadable)
            }
            other => Err(ElasticError::unreadable(format!(
                "[rollover_conditions] unknown field [{other}]"
            ))),
        }
    }

    fn is_met(&self, index: &IndexInfo) -> bool {
        match self {
            Self::Age(age) => {
                let since = Timestamp::now()
                    .as_millisecond()
                    .saturating_sub(index.created_at);
                u64::try_from(since).is_ok_and(|since| since >= *age)
            }
            Self::Documents(documents) => index.documents >= *documents,
            Self::Bytes(bytes) => index.bytes >= *bytes,
        }
    }
}

/// Reads `50gb`, `1b` and their kin.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        "t" | "tb" => 1 << 40,
        _ => return None,
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_up_and_sizes_have_units() {
        assert_eq!(next_name("logs-000009").expect("a name"), "logs-000010");
        assert_eq!(next_name("a-b-1").expect("a name"), "a-b-000002");
        assert!(next_name("logs").is_err() && next_name("logs-x").is_err());
        assert_eq!(
            (bytes("50gb"), bytes("1b"), bytes("7")),
            (Some(50 << 30), Some(1), None)
        );
    }
}
