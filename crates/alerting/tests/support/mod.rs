//! What the tests of whole rules share: rules whose answer the test decides, a receiver of webhooks, and a
//! real Alertmanager.

#![allow(dead_code, reason = "every test binary uses a part of it")]

pub mod smtp;
pub mod world_of_groups;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use swarmscope_alerting::notify::WebhookConfig;
use swarmscope_alerting::question::Addresses;
use swarmscope_alerting::{
    AlertingSettings, Answer, AnswerError, Evaluate, Question, Rules, RulesSettings, StartError,
    Timing,
};
use swarmscope_http_client::{HttpClient, Request};
use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::metrics::{Cancellation, Labels, SampleValue};
use swarmscope_prometheus_config::{Configuration, HttpClientConfig, HttpUrl};
use tempfile::TempDir;
use tokio::sync::watch;

/// Longer than anything that works takes, even on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until there is a value.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Answers every question with the instances that the test says.
#[derive(Default)]
pub struct Switch {
    instances: Mutex<Vec<&'static str>>,
    is_held: AtomicBool,
    /// Questions that are asked and not answered.
    waiting: AtomicUsize,
}

impl Switch {
    pub fn set(&self, instances: &[&'static str]) {
        *self.instances.lock().expect("nobody panicked") = instances.to_vec();
    }

    /// Answers nothing until it is let go.
    pub fn hold(&self, is_held: bool) {
        self.is_held.store(is_held, Ordering::SeqCst);
    }

    /// How many questions wait for an answer.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }
}

impl Evaluate for Switch {
    fn instant(&self, _: &Question, _: i64, _: &Cancellation) -> Result<Vec<Answer>, AnswerError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        while self.is_held.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let instances = self.instances.lock().expect("nobody panicked").clone();
        let answer = |instance| Answer {
            labels: Labels::from_pairs([("instance", instance), ("job", "j")]),
            value: SampleValue::Float(1.5),
        };
        Ok(instances.into_iter().map(answer).collect())
    }
}

/// A folder with rules, and what they are started with.
pub struct World {
    pub folder: TempDir,
    pub switch: Arc<Switch>,
    store: Arc<EmbeddedMetrics>,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options::new(folder.path().join("metrics"));
        let world = Self {
            store: Arc::new(EmbeddedMetrics::open(options).expect("a store")),
            switch: Arc::new(Switch::default()),
            folder,
        };
        world.write_rules(
            "{alert: Down, expr: up, annotations: {summary: '{{ $labels.instance }}'}}",
        );
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One group that is evaluated every second.
    pub fn write_rules(&self, rules: &str) {
        let text = format!("groups: [{{name: g, interval: 1s, rules: [{rules}]}}]");
        std::fs::write(self.path("rules.yml"), text).expect("written");
    }

    /// A configuration with these rules and what is given.
    pub fn configuration(&self, more: &str) -> Configuration {
        let rules = self.path("*.yml");
        let text = format!("rule_files: ['{}']\n{more}", rules.display());
        Configuration::parse(&text, &|_| None).expect("a configuration")
    }

    pub async fn start(
        &self,
        more: &str,
        webhooks: Vec<WebhookConfig>,
    ) -> Result<Rules, StartError> {
        // Every change is told at once.
        let mut alerting = alerting(r#"{"group_wait": "0s", "group_interval": "0s"}"#);
        alerting.webhooks = webhooks;
        self.start_with(more, alerting).await
    }

    /// With these receivers and routes.
    pub async fn start_with(
        &self,
        more: &str,
        alerting: AlertingSettings,
    ) -> Result<Rules, StartError> {
        let settings = RulesSettings {
            directory: self.path("alerts"),
            evaluate: self.switch.clone(),
            store: self.store.clone(),
            promql: Default::default(),
            timing: Timing {
                settle_after: Duration::ZERO,
                ..Timing::default()
            },
            addresses: Addresses {
                prometheus: "http://swarm.example.org/".to_owned(),
                ui: "http://ui.example.org/".to_owned(),
            },
            alerting,
        };
        Rules::start(settings, &self.configuration(more)).await
    }
}

/// The `[alerting]` section, as JSON.
pub fn alerting(json: &str) -> AlertingSettings {
    serde_json::from_str(json).expect("settings")
}

/// A receiver of webhooks.
pub struct Hook {
    pub port: u16,
    bodies: Arc<Mutex<Vec<Value>>>,
    status: Arc<AtomicU16>,
    is_held: watch::Sender<bool>,
}

impl Hook {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let status = Arc::new(AtomicU16::new(200));
        let (seen, answer) = (Arc::clone(&bodies), Arc::clone(&status));
        let (is_held, held) = watch::channel(false);
        let receive = move |body: axum::body::Bytes| {
            let status = StatusCode::from_u16(answer.load(Ordering::SeqCst)).expect("a status");
            let body = serde_json::from_slice(&body).expect("JSON");
            seen.lock().expect("nobody panicked").push(body);
            let mut held = held.clone();
            async move {
                // One whose hook is gone answers to nobody.
                let _ = held.wait_for(|is_held| !is_held).await;
                status
            }
        };
        let app = axum::Router::new().route("/hook", post(receive));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            port,
            bodies,
            status,
            is_held,
        }
    }

    /// Takes bodies and answers nothing until it is let go.
    pub fn hold(&self, is_held: bool) {
        self.is_held.send_replace(is_held);
    }

    /// What it answers from now on.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub fn config(&self) -> WebhookConfig {
        let url = format!("http://127.0.0.1:{}/hook", self.port);
        WebhookConfig::new(HttpUrl::try_from(url).expect("an address"))
    }

    /// Everything that it got.
    pub fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().expect("nobody panicked").clone()
    }

    /// Status and instances of every body, such as `firing a b, resolved c`.
    pub fn told(&self) -> Vec<String> {
        self.bodies().iter().map(summary).collect()
    }

    /// Waits for so many bodies and sums them up.
    pub async fn wait(&self, count: usize) -> Vec<String> {
        eventually("a webhook's body", async || {
            let told = self.told();
            (told.len() >= count).then_some(told)
        })
        .await
    }
}

/// Who fires and who is resolved: `firing a b, resolved c`.
fn summary(body: &Value) -> String {
    let alerts = body["alerts"].as_array().expect("alerts");
    let of = |status: &str| {
        let mut instances: Vec<&str> = alerts
            .iter()
            .filter(|alert| alert["status"] == status)
            .map(|alert| alert["labels"]["instance"].as_str().expect("an instance"))
            .collect();
        instances.sort_unstable();
        (!instances.is_empty()).then(|| format!("{status} {}", instances.join(" ")))
    };
    let parts: Vec<String> = ["firing", "resolved"].into_iter().filter_map(of).collect();
    parts.join(", ")
}

/// A real Alertmanager, gone when the test is gone, however that ends.
pub struct Alertmanager {
    pub port: u16,
    keeper: Child,
    _folder: TempDir,
}

/// Starts the program behind, and ends it when its own input ends.
const KEEPER: &str = r#"trap '' INT TERM HUP; "$@" >"$LOG" 2>&1 </dev/null & pid=$!
while read -r _; do :; done; kill "$pid"; wait "$pid""#;

impl Alertmanager {
    /// One that sends everything to a webhook. `None`, with one line that says so, where Alertmanager is
    /// not installed.
    pub async fn start(hook: &Hook) -> Option<Self> {
        let program = Path::new("/usr/bin/prometheus-alertmanager");
        if !program.exists() {
            // Past the test harness, which would keep the line of a test that passes.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: tests with an Alertmanager (it is not installed; Debian's package is prometheus-alertmanager)"
            );
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let config = format!(
            "route: {{receiver: r, group_by: [alertname], group_wait: 0s, group_interval: 1s}}\n\
             receivers: [{{name: r, webhook_configs: [{{url: 'http://127.0.0.1:{}/hook'}}]}}]\n",
            hook.port
        );
        let file = folder.path().join("alertmanager.yml");
        std::fs::write(&file, config).expect("written");
        let port = swarmscope_test_ports::free_port();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=")
            .env("LOG", folder.path().join("log"))
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        let manager = Self {
            port,
            keeper,
            _folder: folder,
        };
        eventually("Alertmanager's start", async || manager.alerts().await).await;
        Some(manager)
    }

    /// What it has: labels and start of every alert that is active.
    pub async fn alerts(&self) -> Option<Vec<(BTreeMap<String, String>, String)>> {
        let url = format!("http://127.0.0.1:{}/api/v2/alerts", self.port);
        let client = HttpClient::new(&HttpClientConfig::default()).expect("a client");
        let request = Request::get(url.parse().expect("an address"));
        let response = client.send(request, 1 << 20).await.ok()?;
        let alerts: Vec<Value> = serde_json::from_slice(&response.body).ok()?;
        let labels = |alert: &Value| serde_json::from_value(alert["labels"].clone());
        let alerts = alerts.iter().map(|alert| {
            let started = alert["startsAt"].as_str().expect("a start").to_owned();
            (labels(alert).expect("labels"), started)
        });
        Some(alerts.collect())
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Whether it ended well matters to nobody any more.
        let _ = self.keeper.wait();
    }
}
