//! A real server of the built binary, on free ports, in a folder of its own.

#![allow(dead_code, reason = "every test file uses the part that it needs")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use swarmscope_test_ports::free_address;
use tempfile::TempDir;
use tokio::net::TcpStream;

/// The binary under test.
pub const SWARMSCOPE: &str = env!("CARGO_BIN_EXE_swarmscope");

/// How long a server may take to come up on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The ports of a server.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    pub ui: SocketAddr,
    pub elastic: SocketAddr,
    pub prometheus: SocketAddr,
    pub orchestrator: SocketAddr,
}

impl Ports {
    /// Ports that nobody has at the moment.
    pub fn free() -> Self {
        let [ui, elastic, prometheus, orchestrator] = [(); 4].map(|()| free_address());
        Self {
            ui,
            elastic,
            prometheus,
            orchestrator,
        }
    }

    /// The arguments that name them.
    pub fn arguments(&self) -> [String; 8] {
        [
            "--listen".into(),
            self.ui.to_string(),
            "--elastic".into(),
            self.elastic.to_string(),
            "--prometheus".into(),
            self.prometheus.to_string(),
            "--orchestrator".into(),
            self.orchestrator.to_string(),
        ]
    }
}

/// A running `swarmscope up`. Killed when dropped.
pub struct Server {
    pub ports: Ports,
    pub data: TempDir,
    child: Child,
    /// Whether the child is a tracer and the server the child's child.
    traced: bool,
    http: reqwest::Client,
}

impl Server {
    /// Starts one in a new data directory and waits until it answers.
    pub async fn start() -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        Self::start_with(data, Ports::free(), &[]).await
    }

    /// Starts one in this data directory and waits until it answers.
    pub async fn start_with(data: TempDir, ports: Ports, further: &[&str]) -> Self {
        let child = spawn(Command::new(SWARMSCOPE), data.path(), ports, further);
        let mut server = Self {
            ports,
            data,
            child,
            traced: false,
            http: reqwest::Client::new(),
        };
        server.wait_until_ready().await;
        server
    }

    /// Starts one under another program, such as a tracer, whose own arguments come first.
    pub async fn start_under(tracer: Command, data: TempDir, ports: Ports) -> Self {
        let child = spawn(tracer, data.path(), ports, &[]);
        let mut server = Self {
            ports,
            data,
            child,
            traced: true,
            http: reqwest::Client::new(),
        };
        server.wait_until_ready().await;
        server
    }

    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                panic!("the server ended before it was ready: {status}");
            }
            let answer = self.http.get(self.ui_url("/health")).send().await;
            let is_well = answer.is_ok_and(|answer| answer.status().is_success());
            // The orchestrator is a process of its own, and may come a moment later.
            if is_well && TcpStream::connect(self.ports.orchestrator).await.is_ok() {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the server was not ready in {PATIENCE:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn ui_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ports.ui)
    }

    pub fn elastic_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ports.elastic)
    }

    pub fn prometheus_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ports.prometheus)
    }

    /// The process id of the server itself.
    pub fn id(&self) -> u32 {
        // A tracer that writes to a file blocks fatal signals, so they have to go to what it traces.
        if self.traced {
            only_child_of(self.child.id())
        } else {
            self.child.id()
        }
    }

    /// SIGKILL, as a power cut for the process; gives back the data directory and the ports.
    pub fn kill(mut self) -> (TempDir, Ports) {
        self.child.kill().expect("a running child");
        self.child.wait().expect("a killed child");
        let data = std::mem::replace(&mut self.data, tempfile::tempdir().expect("a folder"));
        (data, self.ports)
    }

    /// SIGTERM, and the exit status.
    pub fn terminate(&mut self) -> std::process::ExitStatus {
        self.ask_to_end();
        self.child.wait().expect("a child")
    }

    /// SIGTERM, without waiting for the end.
    pub fn ask_to_end(&self) {
        let killed = Command::new("kill")
            .arg(self.id().to_string())
            .status()
            .expect("kill");
        assert!(killed.success());
    }

    /// A JSON reply of the Elasticsearch API, whatever its status.
    pub async fn elastic(&self, method: reqwest::Method, path: &str, body: String) -> (u16, Value) {
        let response = self
            .http
            .request(method, self.elastic_url(path))
            .header("content-type", "application/x-ndjson")
            .body(body)
            .send()
            .await
            .expect("the server answers");
        let status = response.status().as_u16();
        (status, response.json().await.expect("a JSON reply"))
    }

    /// A JSON reply of the native API, which has to be a success.
    pub async fn native(&self, path: &str) -> Value {
        let response = self
            .http
            .get(self.ui_url(path))
            .send()
            .await
            .expect("the server answers");
        let status = response.status();
        let text = response.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).expect("a JSON reply")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.traced && self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.terminate();
        }
        // It may have ended already, which is just as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn only_child_of(id: u32) -> u32 {
    let path = format!("/proc/{id}/task/{id}/children");
    let text = std::fs::read_to_string(path).expect("the tracer runs");
    text.split_whitespace()
        .next()
        .and_then(|id| id.parse().ok())
        .expect("a traced server")
}

fn spawn(mut command: Command, data: &Path, ports: Ports, further: &[&str]) -> Child {
    if command.get_program() != SWARMSCOPE {
        command.arg(SWARMSCOPE);
    }
    command
        .arg("up")
        .arg("--data")
        .arg(data)
        .args(ports.arguments())
        .args(further)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}
