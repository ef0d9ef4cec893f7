//! Reading and writing `system_config`. What a row means is decided in `swarmscope_model::settings`
//! and in `rules`.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::postgres::PgConnection;
use swarmscope_model::limits::MAX_SETTINGS;

use super::PostgresState;
use super::instant::Instant;
use crate::broken::Broken;
use crate::rules::Rules;

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

/// The rows that the store keeps to.
pub async fn rules(connection: &mut PgConnection) -> Result<Rules, Broken> {
    let found: Vec<(String, Option<Value>)> = sqlx::query_as(
        "SELECT config_key::text, config_value::jsonb FROM system_config \
         WHERE config_key = 'max_retries' OR config_key LIKE 'retry\\_policy:%' \
         OR config_key LIKE 'claim\\_limit:%'",
    )
    .fetch_all(connection)
    .await?;
    let rows = found
        .into_iter()
        .map(|(key, value)| (key, value.unwrap_or_default()));
    Ok(Rules::new(rows.collect()))
}

/// Writes a row, or removes it.
pub async fn set(state: &PostgresState, key: &str, value: Option<&Value>) -> Result<(), Broken> {
    let query = match value {
        Some(value) => sqlx::query(
            "INSERT INTO system_config (config_key, config_value, updated_at) VALUES ($1, $2, $3) \
             ON CONFLICT (config_key) DO UPDATE SET config_value = excluded.config_value, \
             updated_at = excluded.updated_at",
        )
        .bind(key)
        .bind(value)
        .bind(Instant(state.now())),
        None => sqlx::query("DELETE FROM system_config WHERE config_key = $1").bind(key),
    };
    query.execute(state.pool()).await?;
    Ok(())
}
