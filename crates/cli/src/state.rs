//! Where tasks and agents are kept: a file in the data directory, or a PostgreSQL database; shared by
//! `up` and the orchestrator. The database's URL holds a password, so nothing here prints it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use swarmscope_model::error_groups::ErrorGroupStore;
use swarmscope_model::limits::STATE_START_PATIENCE;
use swarmscope_model::state::StateStore;
use swarmscope_state::{ConnectError, PostgresState, SqliteState};

use crate::failure::Failure;

/// The variable that hands the URL to children: arguments are shown to everybody on the machine.
pub const VARIABLE: &str = "SWARMSCOPE_STATE";

/// The URL as it was given. Anything at all is taken here and judged when it is used, because the
/// parsers of arguments and files repeat what they refuse.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct StateUrl(String);

impl From<String> for StateUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl StateUrl {
    /// The URL with its password, for who connects.
    pub fn reveal(&self) -> &str {
        self.0.trim()
    }
}

impl std::fmt::Debug for StateUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("StateUrl(…)")
    }
}

/// Where the state is.
#[derive(Debug, Clone)]
pub enum Location {
    /// In this data directory.
    Data(PathBuf),
    Database(StateUrl),
}

impl Location {
    /// The database when one is named, else the data directory.
    pub fn new(url: Option<StateUrl>, data: &Path) -> Self {
        match url {
            Some(url) if !url.0.trim().is_empty() => Self::Database(url),
            _ => Self::Data(data.to_owned()),
        }
    }

    /// What a child needs to find the same state.
    pub fn environment(&self) -> (OsString, OsString) {
        let url = match self {
            Self::Data(_) => "",
            Self::Database(url) => &url.0,
        };
        (VARIABLE.into(), url.into())
    }

    /// Opens the state, making what is missing.
    ///
    /// # Errors
    /// When it cannot be had or was written by another version.
    pub async fn open(&self) -> Result<State, Failure> {
        match self {
            Self::Data(data) => open_file(data).await.map(State::File),
            Self::Database(url) => PostgresState::connect(url.0.trim(), STATE_START_PATIENCE)
                .await
                .map(State::Database)
                .map_err(explain),
        }
    }
}

/// The opened state. Cheap to clone.
#[derive(Debug, Clone)]
pub enum State {
    File(SqliteState),
    Database(PostgresState),
}

impl State {
    /// The state behind its trait.
    pub fn store(&self) -> Arc<dyn StateStore> {
        match self {
            Self::File(file) => Arc::new(file.clone()),
            Self::Database(database) => Arc::new(database.clone()),
        }
    }

    /// Its error groups, behind their trait.
    pub fn error_groups(&self) -> Arc<dyn ErrorGroupStore> {
        match self {
            Self::File(file) => Arc::new(file.clone()),
            Self::Database(database) => Arc::new(database.clone()),
        }
    }

    /// Waits for what is under way and closes it.
    pub async fn close(&self) {
        match self {
            Self::File(file) => file.close().await,
            Self::Database(database) => database.close().await,
        }
    }

    /// The database's address without its password, when it is one.
    pub fn address(&self) -> Option<String> {
        match self {
            Self::File(_) => None,
            Self::Database(database) => Some(database.address()),
        }
    }
}

async fn open_file(data: &Path) -> Result<SqliteState, Failure> {
    let folder = data.join("state");
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failure::with_hint(
            format!("cannot make the folder {}: {error}", folder.display()),
            "choose a folder that you may write to with --data",
        )
    })?;
    SqliteState::open(&folder.join("orchestrator.db"))
        .await
        .map_err(|error| Failure::from(anyhow::Error::new(error)))
}

fn explain(error: ConnectError) -> Failure {
    let hint = match &error {
        ConnectError::NoAddress | ConnectError::TlsNotSupported => {
            "--state, SWARMSCOPE_STATE or `state` in the configuration file names the database; \
             without one the state is kept in the data directory"
        }
        ConnectError::Unreachable { .. } => {
            "start PostgreSQL (`docker-compose up -d postgres`), or leave --state out to keep the \
             state in the data directory"
        }
        ConnectError::TurnedAway { .. } => {
            "the development database is \
             postgres://orchestrator_admin:orchestrator_password@127.0.0.1:5432/orchestrator_db"
        }
        ConnectError::Migrate { .. } => "see docs/state.md for what the tables have to be",
    };
    let chain = format!("{:#}", anyhow::Error::new(error));
    Failure::with_hint(chain, hint)
}
