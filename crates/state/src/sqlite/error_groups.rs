//! Error groups on SQLite: transactions and values. What they do is in [`crate::error_groups`].

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Column, Row as _, Sqlite, SqliteConnection, TypeInfo, ValueRef};
use swarmscope_model::error_groups::{
    Applied, ErrorGroup, ErrorGroupStore, FollowerPosition, GroupAction, GroupBatch, GroupDetail,
    GroupFilter, GroupPage, GroupRetention, GroupTasks, Span,
};
use swarmscope_model::state::{StateError, StateStore};

use super::{SqliteState, unavailable};
use crate::broken::Broken;
use crate::error_groups::session::{Cell, Row, Value};
use crate::error_groups::store::{error_group_store, session};
use crate::error_groups::{
    act, apply, detail, known, list, position, prune, tasks, versions_before, with_tasks,
};

session!(
    SqliteConnection,
    Sqlite,
    SqliteArguments,
    "json_each($1)",
    "json_each(listed) AS listed_text",
    read
);

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

/// On a connection beside the one that changes the file, so that statements see one moment.
macro_rules! looking {
    ($state:expr, |$session:ident| $work:expr) => {{
        let mut reader = $state.readers().begin().await.map_err(unavailable)?;
        let $session = &mut *reader;
        $work.await.map_err(refused)
    }};
}

/// A change of the writer.
macro_rules! changing {
    ($state:expr, |$session:ident| $work:expr) => {{
        let mut change = $state.change().await?;
        let $session = &mut *change;
        let outcome = $work.await.map_err(refused)?;
        change.commit().await.map_err(unavailable)?;
        Ok(outcome)
    }};
}

error_group_store!(SqliteState, looking, changing);
