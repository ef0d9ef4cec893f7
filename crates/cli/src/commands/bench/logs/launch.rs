//! Servers that are started here, in folders that are removed afterwards.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use swarmscope_test_ports::free_address;
use tempfile::TempDir;

use crate::commands::bench::process::Process;
use crate::failure::Failure;

/// How long a server may take to end.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often is looked whether it has.
const POLL: Duration = Duration::from_millis(5);
/// Nothing is scraped and no rules apply, so that the log engine alone is measured.
const NO_METRICS: &str = "scrape_configs: []\n";

/// What is started.
#[derive(Debug, Clone)]
pub enum Program {
    /// `swarmscope up` of this binary.
    Swarmscope(PathBuf),
    VictoriaLogs(PathBuf),
}

/// A server of ours. Killed when dropped, its folder removed.
#[derive(Debug)]
pub struct Running {
    program: Program,
    folder: TempDir,
    child: Child,
    address: SocketAddr,
    ui: SocketAddr,
}

impl Running {
    /// Starts it in a new folder.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn start(program: &Program) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("prometheus.yml"), NO_METRICS)?;
        Self::start_in(program.clone(), folder)
    }

    fn start_in(program: Program, folder: TempDir) -> Result<Self, Failure> {
        let addresses = std::array::from_fn(|_| free_address());
        let mut command = program.command(folder.path(), &addresses);
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.path().join("output"))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| {
                let name = command.get_program().to_string_lossy();
                Failure::with_hint(
                    format!("cannot start {name}: {error}"),
                    "name a program that can be run",
                )
            })?;
        Ok(Self {
            program,
            folder,
            child,
            address: addresses[0],
            ui: addresses[1],
        })
    }

    /// Ends it as a service manager would, and starts it again on its data.
    ///
    /// # Errors
    /// When it does not end, or cannot be started.
    pub async fn restart(mut self) -> Result<Self, Failure> {
        self.terminate().await?;
        // The child has ended, so nothing but the folder is left of the old one.
        let empty = tempfile::tempdir()?;
        let folder = std::mem::replace(&mut self.folder, empty);
        Self::start_in(self.program.clone(), folder)
    }

    /// SIGTERM, and waits for its end.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn terminate(&mut self) -> Result<(), Failure> {
        let asked = kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM);
        asked.map_err(std::io::Error::from)?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(Failure::new(format!(
            "process {} does not end",
            self.child.id()
        )))
    }

    /// What it has printed, when it has ended by itself.
    ///
    /// # Errors
    /// When that cannot be told.
    pub fn last_words(&mut self) -> Result<Option<String>, Failure> {
        let ended = self.child.try_wait()?.is_some();
        let output = self.folder.path().join("output");
        Ok(ended.then(|| std::fs::read_to_string(output).unwrap_or_default()))
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where our own API is, if it is a server of ours.
    pub fn ui_url(&self) -> Option<String> {
        match self.program {
            Program::Swarmscope(_) => Some(format!("http://{}", self.ui)),
            Program::VictoriaLogs(_) => None,
        }
    }

    pub fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// Where its logs are.
    pub fn logs_folder(&self) -> PathBuf {
        match self.program {
            Program::Swarmscope(_) => self.folder.path().join("data/logs"),
            Program::VictoriaLogs(_) => self.folder.path().join("data"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, which is just as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn command(&self, folder: &Path, addresses: &[SocketAddr; 4]) -> Command {
        let [api, ui, prometheus, orchestrator] = addresses.map(|address| address.to_string());
        match self {
            Self::Swarmscope(binary) => {
                let mut command = Command::new(binary);
                command
                    .args(["up", "--elastic", &api, "--listen", &ui])
                    .args(["--prometheus", &prometheus, "--orchestrator", &orchestrator])
                    .arg("--data")
                    .arg(folder.join("data"))
                    .arg("--prometheus-config")
                    .arg(folder.join("prometheus.yml"));
                command
            }
            Self::VictoriaLogs(binary) => {
                let mut command = Command::new(binary);
                command.arg(format!("-httpListenAddr={api}")).arg(format!(
                    "-storageDataPath={}",
                    folder.join("data").display()
                ));
                command
            }
        }
    }
}
