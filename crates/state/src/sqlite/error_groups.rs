//! Error groups on SQLite: transactions and statements. What they do is in [`crate::error_groups`].

use async_trait::async_trait;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Column, Row as _, Sqlite, SqliteConnection, TypeInfo, ValueRef};
use swarmscope_model::error_groups::{
    Applied, ErrorGroup, ErrorGroupStore, FollowerPosition, GroupAction, GroupBatch, GroupDetail,
    GroupFilter, GroupPage, GroupRetention, GroupTasks, Span,
};
use swarmscope_model::state::{StateError, StateStore};

use super::{SqliteState, unavailable};
use crate::error_groups::session::{Cell, ROWS, Row, Session, Value};
use crate::error_groups::{act, apply, detail, known, list, position, prune, tasks, with_tasks};
use crate::postgres::failure::Broken;

const UNPACKED: &str = "json_each($1)";

#[async_trait]
impl Session for SqliteConnection {
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
) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
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

fn read(row: &SqliteRow) -> Result<Row, sqlx::Error> {
    let value = |column: usize| -> Result<Value, sqlx::Error> {
        let raw = row.try_get_raw(column)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        Ok(match raw.type_info().name() {
            "INTEGER" => Value::Number(row.try_get_unchecked(column)?),
            "BLOB" => Value::Bytes(row.try_get_unchecked(column)?),
            _ => Value::Text(row.try_get_unchecked(column)?),
        })
    };
    let columns = row.columns().iter().map(Column::ordinal);
    columns.map(value).collect::<Result<_, _>>().map(Row)
}

fn refused(broken: Broken) -> StateError {
    match broken {
        Broken::Refused(error) => error,
        Broken::Database(error) => unavailable(error),
    }
}

#[async_trait]
impl ErrorGroupStore for SqliteState {
    async fn follower_position(&self, source: &str) -> Result<FollowerPosition, StateError> {
        let mut reader = self.readers().begin().await.map_err(unavailable)?;
        position::read(&mut *reader, source).await.map_err(refused)
    }

    async fn apply_errors(&self, batch: &GroupBatch) -> Result<Applied, StateError> {
        let mut change = self.change().await?;
        let applied = apply::apply(&mut *change, batch, self.now()).await;
        let applied = applied.map_err(refused)?;
        change.commit().await.map_err(unavailable)?;
        Ok(applied)
    }

    async fn known_groups(&self, ids: &[String]) -> Result<Vec<(String, u32)>, StateError> {
        let mut reader = self.readers().acquire().await.map_err(unavailable)?;
        known(&mut *reader, ids).await.map_err(refused)
    }

    async fn error_groups(&self, filter: &GroupFilter) -> Result<GroupPage, StateError> {
        let mut reader = self.readers().begin().await.map_err(unavailable)?;
        let page = list::page(&mut *reader, filter, self.now()).await;
        page.map_err(refused)
    }

    async fn error_group(&self, id: &str, history: Span) -> Result<GroupDetail, StateError> {
        let mut reader = self.readers().begin().await.map_err(unavailable)?;
        let detail = detail::detail(&mut *reader, id, history, self.now()).await;
        detail.map_err(refused)
    }

    async fn act_on_groups(
        &self,
        ids: &[String],
        action: &GroupAction,
    ) -> Result<Vec<ErrorGroup>, StateError> {
        let mut change = self.change().await?;
        let groups = act::act(&mut *change, ids, action, self.now()).await;
        let groups = groups.map_err(refused)?;
        change.commit().await.map_err(unavailable)?;
        Ok(groups)
    }

    async fn error_group_tasks(
        &self,
        id: &str,
        limit: usize,
        offset: usize,
    ) -> Result<GroupTasks, StateError> {
        let mut reader = self.readers().begin().await.map_err(unavailable)?;
        let found = tasks::page(&mut *reader, id, limit, offset).await;
        drop(reader);
        with_tasks(self as &dyn StateStore, found.map_err(refused)?).await
    }

    async fn requeueable_tasks(&self, id: &str, limit: usize) -> Result<Vec<String>, StateError> {
        let mut reader = self.readers().begin().await.map_err(unavailable)?;
        let found = tasks::requeueable(&mut *reader, id, limit).await;
        found.map_err(refused)
    }

    async fn prune_error_groups(
        &self,
        retention: &GroupRetention,
    ) -> Result<(u64, bool), StateError> {
        let mut change = self.change().await?;
        let pruned = prune::prune(&mut *change, retention, self.now()).await;
        let pruned = pruned.map_err(refused)?;
        change.commit().await.map_err(unavailable)?;
        Ok(pruned)
    }
}
