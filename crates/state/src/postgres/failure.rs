//! Which failures of the database may pass.

/// Whether the same statement may succeed soon: the connection is gone, the server is restarting or
/// full, or others were in the way.
pub fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| passing_code(&code)),
        _ => false,
    }
}

/// Whether somebody held a row for too long, or waited for one of ours.
pub fn is_in_the_way(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| matches!(&*code, "40P01" | "55P03"))
}

/// SQLSTATEs of connection failures, shutdown, start-up, too many connections, serialisation
/// failures, deadlocks and locks that were not free in time.
fn passing_code(code: &str) -> bool {
    code.starts_with("08")
        || matches!(
            code,
            "57P01" | "57P02" | "57P03" | "57014" | "53300" | "40001" | "40P01" | "55P03"
        )
}
