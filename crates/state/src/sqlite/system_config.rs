//! Reading `system_config`. What a row means is decided in `swarmscope_model::settings`.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::{Row, SqliteConnection};
use swarmscope_model::limits::MAX_SETTINGS;
use swarmscope_model::settings;
use swarmscope_model::state::StateError;

use super::{SqliteState, unavailable};

/// Text that is no JSON is a string.
fn to_value(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

pub async fn all(state: &SqliteState) -> Result<BTreeMap<String, Value>, StateError> {
    let found = sqlx::query("SELECT config_key, config_value FROM system_config LIMIT ?1")
        .bind(MAX_SETTINGS)
        .fetch_all(state.readers())
        .await
        .map_err(unavailable)?;
    let read = |row: &sqlx::sqlite::SqliteRow| -> Result<(String, Value), sqlx::Error> {
        Ok((
            row.try_get_unchecked("config_key")?,
            to_value(row.try_get_unchecked("config_value")?),
        ))
    };
    found
        .iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(unavailable)
}

/// The retries of a task that does not say; the built-in default when the row cannot be read, which
/// the orchestrator reports.
pub async fn max_retries(connection: &mut SqliteConnection) -> Result<u32, StateError> {
    let key = settings::max_retries();
    let text: Option<String> =
        sqlx::query_scalar("SELECT config_value FROM system_config WHERE config_key = ?1")
            .bind(key.name)
            .fetch_optional(connection)
            .await
            .map_err(unavailable)?;
    let value = text.map(to_value);
    Ok(key.read(value.as_ref()).unwrap_or(key.default) as u32)
}
