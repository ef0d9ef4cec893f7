//! An orchestrator of this binary in a process of its own, on the run's database.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use swarmscope_sdk::client::OrchestratorClient;
use swarmscope_test_ports::free_address;

use super::database::Database;
use crate::commands::bench::process::Process;
use crate::failure::Failure;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// A running orchestrator. Killed when dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts it. Its events go nowhere: what a collector costs is not the orchestrator's.
    pub async fn start(database: &Database) -> Result<Self, Failure> {
        let address = free_address();
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["orchestrator", "--listen", &address.to_string()])
            // Its input ends with this process, however that ends.
            .arg("--exit-with-parent")
            .envs([database.location().environment()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        if let Database::File(folder) = database {
            command.arg("--data").arg(folder.path());
        }
        let child = command.spawn()?;
        Ok(Self { child, address })
    }

    /// A client of it, once it answers.
    pub async fn client(&self) -> Result<OrchestratorClient, Failure> {
        let client = OrchestratorClient::new(&format!("http://{}", self.address), None)
            .map_err(anyhow::Error::new)?;
        let begin = Instant::now();
        loop {
            match client.agents().await {
                Ok(_) => return Ok(client),
                Err(error) if begin.elapsed() > PATIENCE => {
                    return Err(anyhow::Error::new(error).into());
                }
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    pub fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, which is just as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
