//! Error groups on PostgreSQL: transactions and values. What they do is in [`crate::error_groups`].

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{Column, Postgres, Row as _, TypeInfo, ValueRef};
use swarmscope_model::error_groups::{
    Applied, ErrorGroup, ErrorGroupStore, FollowerPosition, GroupAction, GroupBatch, GroupDetail,
    GroupFilter, GroupPage, GroupRetention, GroupTasks, Span,
};
use swarmscope_model::state::{StateError, StateStore};

use super::PostgresState;
use crate::broken::Broken;
use crate::error_groups::session::{Cell, Row, Value};
use crate::error_groups::store::{error_group_store, session};
use crate::error_groups::{
    act, apply, detail, known, list, position, prune, tasks, versions_before, with_tasks,
};

const UNPACKED: &str = "json_array_elements(CAST($1 AS json)) AS given (value)";
const LISTED: &str =
    "LATERAL json_array_elements_text(CAST(listed AS json)) AS listed_text (value)";

session!(PgConnection, Postgres, PgArguments, UNPACKED, LISTED, read);

fn read(row: &PgRow) -> Result<Row, sqlx::Error> {
    let value = |column: usize| -> Result<Value, sqlx::Error> {
        let raw = row.try_get_raw(column)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        Ok(match raw.type_info().name() {
            "INT8" => Value::Number(row.try_get(column)?),
            "INT4" => Value::Number(row.try_get::<i32, _>(column)?.into()),
            "BYTEA" => Value::Bytes(row.try_get(column)?),
            _ => Value::Text(row.try_get(column)?),
        })
    };
    let columns = row.columns().iter().map(Column::ordinal);
    columns.map(value).collect::<Result<_, _>>().map(Row)
}

/// One transaction, tried again while the database is away.
macro_rules! in_transaction {
    ($state:expr, |$session:ident| $work:expr) => {
        $state
            .patiently(|| async {
                let mut change = $state.change().await?;
                let $session = &mut *change;
                let outcome = $work.await;
                PostgresState::end(change, outcome).await
            })
            .await
    };
}

error_group_store!(PostgresState, in_transaction, in_transaction);
