//! The databases of a run, and what their servers use of the processor.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::commands::bench::process::Process;
use crate::failure::Failure;
use crate::state::{Location, State, StateUrl};

/// Where the tasks of one part of the run are.
pub enum Database {
    /// SQLite in a folder of this run.
    File(TempDir),
    Postgres(StateUrl),
}

impl Database {
    /// A new SQLite file.
    pub fn file() -> Result<Self, Failure> {
        Ok(Self::File(tempfile::tempdir()?))
    }

    pub fn postgres(url: StateUrl) -> Self {
        Self::Postgres(url)
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Where the state is, for the store and for a child.
    pub fn location(&self) -> Location {
        match self {
            Self::File(folder) => Location::new(None, folder.path()),
            Self::Postgres(url) => Location::new(Some(url.clone()), Path::new("")),
        }
    }

    /// The database's URL for a peer, which gets a SQLite file of its own.
    pub fn peer_url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite://{}/peer.db", folder.path().display()),
            Self::Postgres(url) => url.reveal().to_owned(),
        }
    }

    pub async fn open(&self) -> Result<State, Failure> {
        self.location().open().await
    }

    /// Refuses a database in which somebody works: the run fills it.
    pub async fn refuse_used(&self, state: &State) -> Result<(), Failure> {
        let counts = state.store().task_counts().await;
        let counts = counts.map_err(|error| Failure::new(error.reason()))?;
        match counts.iter().map(|(_, tasks)| tasks).sum() {
            0 => Ok(()),
            tasks => Err(Failure::with_hint(
                format!("the database holds {tasks} tasks already, and this run would fill it"),
                "name an empty database, for example of `createdb bench`",
            )),
        }
    }

    /// Reads the processor time of this process and of the database's server, where it is on this
    /// machine.
    pub fn meter(&self) -> Meter {
        let servers = match self {
            Self::File(_) => Vec::new(),
            Self::Postgres(url) => server(url.reveal()).into_iter().collect(),
        };
        Meter { servers }
    }
}

/// The PostgreSQL server on this machine that the URL names.
fn server(url: &str) -> Option<Process> {
    let url = url::Url::parse(url.trim()).ok()?;
    let host = match url.host_str()? {
        "localhost" => "127.0.0.1",
        host => host,
    };
    let address = SocketAddr::new(host.parse().ok()?, url.port().unwrap_or(5432));
    address.ip().is_loopback().then_some(())?;
    Process::listening_on(address)
}

/// Reads processor times.
#[derive(Debug, Clone)]
pub struct Meter {
    servers: Vec<Process>,
}

/// Processor times so far. What cannot be seen is none.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub client: Option<Duration>,
    pub servers: Option<Duration>,
}

impl Meter {
    /// The same with one more server.
    #[must_use]
    pub fn with(mut self, server: Process) -> Self {
        self.servers.push(server);
        self
    }

    /// The database's server, where it is a process that can be seen.
    pub fn first(&self) -> Option<Process> {
        self.servers.first().copied()
    }

    pub fn read(&self) -> Reading {
        let servers = self.servers.iter().map(|server| server.family_cpu());
        Reading {
            client: Process(std::process::id()).cpu(),
            servers: match self.servers.is_empty() {
                true => None,
                false => servers.sum(),
            },
        }
    }
}
