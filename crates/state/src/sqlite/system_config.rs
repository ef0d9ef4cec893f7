//! Reading and writing `system_config`. What a row means is decided in `swarmscope_model::settings`
//! and in `rules`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use swarmscope_model::limits::MAX_SETTINGS;
use swarmscope_model::state::StateError;

use super::context::Context;
use super::operation::Operation;
use super::{SqliteState, unavailable};
use crate::rules::Rules;

/// Text that is no JSON is a string.
fn to_value(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn to_rows(found: &[SqliteRow]) -> Result<BTreeMap<String, Value>, StateError> {
    let read = |row: &SqliteRow| -> Result<(String, Value), sqlx::Error> {
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

pub async fn all(state: &SqliteState) -> Result<BTreeMap<String, Value>, StateError> {
    let found = sqlx::query("SELECT config_key, config_value FROM system_config LIMIT ?1")
        .bind(MAX_SETTINGS)
        .fetch_all(state.readers())
        .await
        .map_err(unavailable)?;
    to_rows(&found)
}

/// The rows that the store keeps to.
pub async fn rules(connection: &mut SqliteConnection) -> Result<Rules, StateError> {
    let found = sqlx::query(
        "SELECT config_key, config_value FROM system_config WHERE config_key = 'max_retries' \
         OR config_key GLOB 'retry_policy:*' OR config_key GLOB 'claim_limit:*'",
    )
    .fetch_all(connection)
    .await
    .map_err(unavailable)?;
    Ok(Rules::new(to_rows(&found)?))
}

/// Writes or removes a row.
pub struct Set {
    pub key: String,
    pub value: Option<Value>,
}

#[async_trait]
impl Operation for Set {
    type Output = ();

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<(), StateError> {
        context.forget_rules();
        let query = match &self.value {
            Some(value) => sqlx::query(
                "INSERT INTO system_config (config_key, config_value, updated_at) \
                 VALUES (?1, ?2, ?3) ON CONFLICT (config_key) DO UPDATE SET \
                 config_value = excluded.config_value, updated_at = excluded.updated_at",
            )
            .bind(&self.key)
            .bind(value.to_string())
            .bind(context.now.to_string()),
            None => sqlx::query("DELETE FROM system_config WHERE config_key = ?1").bind(&self.key),
        };
        query.execute(connection).await.map_err(unavailable)?;
        Ok(())
    }
}
