//! Looks at a state file that nobody has open, and says what is wrong with it. Changes nothing.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use super::open::MIGRATIONS;

/// Looks at pages, rows and indexes, and tells so many problems at most.
const INTEGRITY: &str = "PRAGMA integrity_check(20)";
/// Broken references that are told; a file that is beyond repair has millions of problems.
const MOST_REFERENCES: usize = 20;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateReport {
    pub tasks: u64,
    pub agents: u64,
    pub problems: Vec<String>,
}

/// Reads a whole file: its pages and indexes, references between rows, and whether its schema is one that
/// this version knows. That the file cannot be read is a problem like others.
pub async fn check(path: &Path) -> StateReport {
    let mut report = StateReport::default();
    if let Err(error) = read(path, &mut report).await {
        report.problems.push(format!("cannot be read: {error}"));
    }
    report
}

async fn read(path: &Path, report: &mut StateReport) -> Result<(), sqlx::Error> {
    // With a log beside it the file is not all: SQLite then reads both, and needs to lock them.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_closed = Path::new(&log).metadata().map_or(0, |found| found.len()) == 0;
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(is_closed)
        .connect()
        .await?;
    let checked = sqlx::query(INTEGRITY).fetch_all(&mut connection).await?;
    for row in checked {
        let said: String = row.try_get(0)?;
        if said != "ok" {
            report.problems.push(said);
        }
    }
    if report.problems.is_empty() {
        references(&mut connection, report).await?;
        schema(&mut connection, report).await?;
    }
    connection.close().await
}

async fn references(
    connection: &mut SqliteConnection,
    report: &mut StateReport,
) -> Result<(), sqlx::Error> {
    let broken = sqlx::query("PRAGMA foreign_key_check")
        .fetch_all(connection)
        .await?;
    for row in broken.iter().take(MOST_REFERENCES) {
        let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(2)?);
        report.problems.push(format!(
            "a row of {table} names one of {parent} that is gone"
        ));
    }
    Ok(())
}

async fn schema(
    connection: &mut SqliteConnection,
    report: &mut StateReport,
) -> Result<(), sqlx::Error> {
    let applied: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations")
        .fetch_all(&mut *connection)
        .await?;
    if let Some(version) = applied
        .iter()
        .find(|version| !MIGRATIONS.version_exists(**version))
    {
        report.problems.push(format!(
            "its schema has the step {version}, which this version does not know: a newer one wrote it"
        ));
        return Ok(());
    }
    let tasks: i64 = sqlx::query_scalar("SELECT count(*) FROM task_states")
        .fetch_one(&mut *connection)
        .await?;
    let agents: i64 = sqlx::query_scalar("SELECT count(*) FROM agents")
        .fetch_one(connection)
        .await?;
    report.tasks = tasks.unsigned_abs();
    report.agents = agents.unsigned_abs();
    Ok(())
}
