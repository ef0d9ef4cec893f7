//! Error groups on PostgreSQL: transactions and statements. What they do is in [`crate::error_groups`].

use async_trait::async_trait;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column, Postgres, Row as _, TypeInfo, ValueRef};
use swarmscope_model::error_groups::{
    Applied, ErrorGroup, ErrorGroupStore, FollowerPosition, GroupAction, GroupBatch, GroupDetail,
    GroupFilter, GroupPage, GroupRetention, GroupTasks, Span,
};
use swarmscope_model::state::{StateError, StateStore};

use super::PostgresState;
use super::failure::Broken;
use crate::error_groups::session::{Cell, ROWS, Row, Session, Value};
use crate::error_groups::{act, apply, detail, known, list, position, prune, tasks, with_tasks};

const UNPACKED: &str = "json_array_elements(CAST($1 AS json)) AS given (value)";

#[async_trait]
impl Session for PgConnection {
    async fn execute(&mut self, statement: &str, cells: Vec<Cell>) -> Result<u64, Broken> {
        let done = prepared(statement, cells).execute(self).await?;
        Ok(done.rows_affected())
    }

    async fn rows(&mut self, statement: &str, cells: Vec<Cell>) -> Result<Vec<Row>, Broken> {
        let rows = prepared(statement, cells).fetch_all(self).await?;
        rows.iter().map(|row| Ok(read(row)?)).collect()
    }
}

fn prepared(
    statement: &str,
    cells: Vec<Cell>,
) -> sqlx::query::Query<'static, Postgres, PgArguments> {
    let mut query = sqlx::query(AssertSqlSafe(statement.replace(ROWS, UNPACKED)));
    for cell in cells {
        query = match cell {
            Cell::Number(number) => query.bind(number),
            Cell::Text(text) => query.bind(text),
            Cell::Bytes(bytes) => query.bind(bytes),
        };
    }
    query
}

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

/// One transaction around a block that works on its connection.
macro_rules! in_transaction {
    ($state:expr, |$change:ident| $work:expr) => {
        $state
            .patiently(|| async {
                let mut $change = $state.change().await?;
                let outcome = $work.await;
                PostgresState::end($change, outcome).await
            })
            .await
    };
}

#[async_trait]
impl ErrorGroupStore for PostgresState {
    async fn follower_position(&self, source: &str) -> Result<FollowerPosition, StateError> {
        in_transaction!(self, |change| position::read(&mut *change, source))
    }

    async fn apply_errors(&self, batch: &GroupBatch) -> Result<Applied, StateError> {
        in_transaction!(self, |change| apply::apply(&mut *change, batch, self.now()))
    }

    async fn known_groups(&self, ids: &[String]) -> Result<Vec<(String, u32)>, StateError> {
        in_transaction!(self, |change| known(&mut *change, ids))
    }

    async fn error_groups(&self, filter: &GroupFilter) -> Result<GroupPage, StateError> {
        in_transaction!(self, |change| list::page(&mut *change, filter, self.now()))
    }

    async fn error_group(&self, id: &str, history: Span) -> Result<GroupDetail, StateError> {
        in_transaction!(self, |change| detail::detail(
            &mut *change,
            id,
            history,
            self.now()
        ))
    }

    async fn act_on_groups(
        &self,
        ids: &[String],
        action: &GroupAction,
    ) -> Result<Vec<ErrorGroup>, StateError> {
        in_transaction!(self, |change| act::act(
            &mut *change,
            ids,
            action,
            self.now()
        ))
    }

    async fn error_group_tasks(
        &self,
        id: &str,
        limit: usize,
        offset: usize,
    ) -> Result<GroupTasks, StateError> {
        let found = in_transaction!(self, |change| tasks::page(&mut *change, id, limit, offset))?;
        with_tasks(self as &dyn StateStore, found).await
    }

    async fn requeueable_tasks(&self, id: &str, limit: usize) -> Result<Vec<String>, StateError> {
        in_transaction!(self, |change| tasks::requeueable(&mut *change, id, limit))
    }

    async fn prune_error_groups(
        &self,
        retention: &GroupRetention,
    ) -> Result<(u64, bool), StateError> {
        in_transaction!(self, |change| prune::prune(
            &mut *change,
            retention,
            self.now()
        ))
    }
}
