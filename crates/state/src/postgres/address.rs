//! The database's address: read from a URL, shown without its password.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use swarmscope_model::limits::STATE_STATEMENT_TIMEOUT;

use super::connect::ConnectError;

/// Who we are in `pg_stat_activity`.
const APPLICATION: &str = "swarmscope";

/// Reads `postgres://user:password@host:port/database`. Never repeats what was given: it holds a
/// password, and so may a URL that is none.
pub fn parse(url: &str) -> Result<PgConnectOptions, ConnectError> {
    let known = ["postgres://", "postgresql://"];
    if !known.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(ConnectError::NoAddress);
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| ConnectError::NoAddress)?;
    if matches!(
        options.get_ssl_mode(),
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull
    ) {
        return Err(ConnectError::TlsNotSupported);
    }
    let timeout = STATE_STATEMENT_TIMEOUT.as_millis().to_string();
    Ok(options
        .application_name(APPLICATION)
        // A connection whose other end is gone must not hold locks.
        .options([
            ("TimeZone", "UTC"),
            ("statement_timeout", &timeout),
            ("idle_in_transaction_session_timeout", &timeout),
        ]))
}

/// The same for bringing the schema up to date: a step may take as long as there are rows to go through, and so may
/// the wait for another process that is at it.
pub fn unhurried(options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().options([("statement_timeout", "0")])
}

/// The address for people.
pub fn shown(options: &PgConnectOptions) -> String {
    let host = options.get_socket().map_or_else(
        || format!("{}:{}", options.get_host(), options.get_port()),
        |socket| socket.display().to_string(),
    );
    let database = options.get_database().unwrap_or(options.get_username());
    format!("postgres://{}@{host}/{database}", options.get_username())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_never_shown() {
        let options = parse("postgres://admin:s3cret@db.local:5433/state").unwrap();
        assert_eq!(shown(&options), "postgres://admin@db.local:5433/state");
        for wrong in [
            "postgres://admin:s3cret@db.local:notaport/state",
            "postgres://admin:s3cret@db.local/state?sslmode=require",
            "mysql://admin:s3cret@db.local/state",
        ] {
            let refused = parse(wrong).unwrap_err();
            assert!(
                !format!("{refused} {refused:?}").contains("s3cret"),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_server_that_wants_tls_is_refused_with_what_to_do() {
        let refused = parse("postgres://a@b/c?sslmode=verify-full").unwrap_err();
        assert!(matches!(refused, ConnectError::TlsNotSupported));
    }
}
