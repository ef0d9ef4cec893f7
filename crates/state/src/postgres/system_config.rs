//! Reading `system_config`. What a row means is decided in `swarmscope_model::settings`.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::postgres::PgConnection;
use swarmscope_model::limits::MAX_SETTINGS;
use swarmscope_model::settings;

use super::PostgresState;
use super::failure::Broken;

pub async fn all(state: &PostgresState) -> Result<BTreeMap<String, Value>, Broken> {
    let found: Vec<(String, Option<Value>)> =
        sqlx::query_as("SELECT config_key::text, config_value::jsonb FROM system_config LIMIT $1")
            .bind(i64::from(MAX_SETTINGS))
            .fetch_all(state.pool())
            .await?;
    Ok(found
        .into_iter()
        .map(|(key, value)| (key, value.unwrap_or_default()))
        .collect())
}

/// The retries of a task that does not say; the built-in default when the row cannot be read, which
/// the orchestrator reports.
pub async fn max_retries(connection: &mut PgConnection) -> Result<u32, Broken> {
    let key = settings::max_retries();
    let value: Option<Value> =
        sqlx::query_scalar("SELECT config_value::jsonb FROM system_config WHERE config_key = $1")
            .bind(key.name)
            .fetch_optional(connection)
            .await?;
    Ok(key.read(value.as_ref()).unwrap_or(key.default) as u32)
}
