//! The two servers as processes of their own, on free ports, in folders that are removed afterwards.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use swarmscope_test_ports::free_address;
use tempfile::TempDir;

/// How long a server may take to come up, or to answer one request, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Both take samples that are late, so that data of the past can be loaded.
const CONFIGURATION: &str = "storage:\n  tsdb:\n    out_of_order_time_window: 30m\n";

/// Parts of PromQL that are behind flags in both.
const FEATURES: &str = "promql-experimental-functions,promql-duration-expr,promql-extended-range-selectors,promql-binop-fill-modifiers";

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    Swarmscope,
    Prometheus,
}

impl Product {
    pub fn name(self) -> &'static str {
        match self {
            Self::Swarmscope => "swarmscope",
            Self::Prometheus => "prometheus",
        }
    }
}

/// A running server. Killed when dropped.
pub struct Server {
    pub product: Product,
    pub url: String,
    folder: TempDir,
    child: Child,
    http: reqwest::Client,
}

impl Server {
    /// Starts `binary` in a new folder and waits until it is ready.
    ///
    /// # Errors
    /// When it ends, or is not ready in time.
    pub async fn start(product: Product, binary: &Path) -> Result<Self> {
        let folder = tempfile::tempdir().context("a temporary folder")?;
        let configuration = folder.path().join("prometheus.yml");
        std::fs::write(&configuration, CONFIGURATION)?;
        let ports = [(); 4].map(|()| free_address().to_string());
        let mut command = Command::new(binary);
        match product {
            Product::Prometheus => prometheus(&mut command, folder.path(), &ports[0]),
            Product::Swarmscope => swarmscope(&mut command, folder.path(), &ports),
        }
        let log = std::fs::File::create(folder.path().join("output"))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut server = Self {
            product,
            url: format!("http://{}", ports[0]),
            folder,
            child,
            http: reqwest::Client::builder().timeout(PATIENCE).build()?,
        };
        server.wait_until_ready().await?;
        Ok(server)
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        let url = format!("{}/-/ready", self.url);
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended: {status}\n{}", self.product.name(), self.output());
            }
            let answer = self.http.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("{} is not ready\n{}", self.product.name(), self.output());
    }

    /// What it has printed.
    fn output(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("output")).unwrap_or_default()
    }

    /// One request of the HTTP API; the body as it came, whatever the status.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn text(&self, path: &str, parameters: &[(&str, String)]) -> Result<String> {
        let url = format!("{}/api/v1/{path}", self.url);
        let answer = self.http.post(url).form(parameters).send().await?;
        Ok(answer.text().await?)
    }

    /// One request of the HTTP API.
    ///
    /// # Errors
    /// When there is no answer, or none in JSON.
    pub async fn json(&self, path: &str, parameters: &[(&str, String)]) -> Result<Value> {
        let text = self.text(path, parameters).await?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} {path}: {text}", self.product.name()))
    }

    /// `GET` of the HTTP API.
    ///
    /// # Errors
    /// When there is no answer, or none in JSON.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let answer = self.http.get(format!("{}/api/v1/{path}", self.url));
        Ok(answer.send().await?.json().await?)
    }

    /// One request body of remote write.
    ///
    /// # Errors
    /// When it is not taken as a whole.
    pub async fn write(&self, body: Vec<u8>) -> Result<()> {
        let answer = self
            .http
            .post(format!("{}/api/v1/write", self.url))
            .header("content-encoding", "snappy")
            .header("content-type", "application/x-protobuf")
            .header("x-prometheus-remote-write-version", "0.1.0")
            .body(body)
            .send()
            .await?;
        if !answer.status().is_success() {
            let status = answer.status();
            bail!(
                "{}: {status}: {}",
                self.product.name(),
                answer.text().await?
            );
        }
        Ok(())
    }

    /// Where its samples are.
    pub fn metrics_folder(&self) -> PathBuf {
        match self.product {
            Product::Prometheus => self.folder.path().join("data"),
            Product::Swarmscope => self.folder.path().join("data/metrics"),
        }
    }

    /// Processor time that it has used so far, its children's left out.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn cpu(&self) -> Result<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // After the command in parentheses, user and system time are the 12th and 13th field.
        let fields = text.rsplit(')').next().unwrap_or_default();
        let ticks = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse::<u64>)
            .sum::<Result<u64, _>>()
            .context("/proc/PID/stat")?;
        // Linux shows programs a hundred ticks a second on every architecture.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Memory that it has in use, or had at most, in bytes: `VmRSS` or `VmHWM`.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn memory(&self, field: &str) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        let kilobytes =
            line.and_then(|line| line.trim_matches(&[':', ' ', '\t'][..]).strip_suffix(" kB"));
        let kilobytes: u64 = kilobytes.context("no such field")?.trim().parse()?;
        Ok(kilobytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prometheus(command: &mut Command, folder: &Path, address: &str) {
    command
        .arg(format!(
            "--config.file={}",
            folder.join("prometheus.yml").display()
        ))
        .arg(format!(
            "--storage.tsdb.path={}",
            folder.join("data").display()
        ))
        .arg("--storage.tsdb.retention.time=60d")
        .arg(format!("--web.listen-address={address}"))
        .arg("--web.enable-remote-write-receiver")
        .arg("--web.enable-admin-api")
        .arg(format!("--enable-feature={FEATURES},exemplar-storage"))
        .arg("--log.level=warn");
}

fn swarmscope(command: &mut Command, folder: &Path, addresses: &[String; 4]) {
    command
        .arg("up")
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--prometheus-config")
        .arg(folder.join("prometheus.yml"))
        .args(["--prometheus", &addresses[0], "--listen", &addresses[1]])
        .args(["--elastic", &addresses[2], "--orchestrator", &addresses[3]])
        .arg("--metrics-retention-age=60d")
        .arg(format!("--prometheus-features={FEATURES}"));
}
