//! A storm: a hundred thousand errors of sixty kinds through a real server that is killed in between, told to a
//! real receiver that is away for a while. What it hears has to be little, and true.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::routing::post;
use serde_json::{Value, json};
use support::{Ports, Server};
use tempfile::TempDir;

const KINDS: usize = 60;
const REQUESTS: usize = 100;
const EVENTS: usize = 1_000;
/// Long enough for a machine that is busy, and for ends after a start, which take a minute and a half.
const PATIENCE: Duration = Duration::from_secs(240);

/// Somebody who is told.
struct Hook {
    port: u16,
    heard: Arc<Mutex<Vec<(Instant, Value)>>>,
    status: Arc<AtomicU16>,
}

impl Hook {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let status = Arc::new(AtomicU16::new(200));
        let (all, answer) = (Arc::clone(&heard), Arc::clone(&status));
        let receive = move |body: axum::body::Bytes| {
            let status = answer.load(Ordering::SeqCst);
            if status == 200 {
                let body = serde_json::from_slice(&body).expect("JSON");
                all.lock()
                    .expect("nobody panicked")
                    .push((Instant::now(), body));
            }
            async move { StatusCode::from_u16(status).expect("a status") }
        };
        let app = axum::Router::new().route("/", post(receive));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            port,
            heard,
            status,
        }
    }

    /// What it makes of what it heard: who fires, by alert and kind, and how many words there were of each alert.
    /// Nobody is told twice to begin, nor to end without a beginning.
    fn belief(&self) -> (BTreeSet<(String, String)>, BTreeMap<String, usize>) {
        let (mut firing, mut words) = (BTreeSet::new(), BTreeMap::new());
        for (_, body) in self.heard.lock().expect("nobody panicked").iter() {
            let name = body["groupLabels"]["alertname"]
                .as_str()
                .expect("a name")
                .to_owned();
            *words.entry(name.clone()).or_insert(0) += 1;
            let before = firing.clone();
            for alert in body["alerts"].as_array().expect("alerts") {
                let kind = alert["labels"]["metadata_kind"]
                    .as_str()
                    .unwrap_or_default();
                let alert_key = (name.clone(), kind.to_owned());
                if alert["status"] == "resolved" {
                    assert!(
                        firing.remove(&alert_key),
                        "an end without a beginning: {alert}"
                    );
                } else {
                    firing.insert(alert_key);
                }
            }
            assert_ne!(before, firing, "a word that says nothing new: {body}");
        }
        (firing, words)
    }

    async fn until(&self, what: &str, is_right: impl Fn(&BTreeSet<(String, String)>) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_right(&self.belief().0) {
            assert!(Instant::now() < deadline, "{what}: {:?}", self.belief());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

struct Storm {
    folder: TempDir,
    hook: Hook,
}

impl Storm {
    async fn new() -> Self {
        let storm = Self {
            folder: tempfile::tempdir().expect("a folder"),
            hook: Hook::start().await,
        };
        let rules = "groups:
- name: storm
  interval: 1s
  rules:
  - alert: Storm
    logs: {query: 'severity:ERROR', window: 1h, by: [metadata.kind], above: 20}
  - alert: Any
    logs: {query: 'severity:ERROR', window: 1h, above: 0}
";
        storm.write("rules.yml", rules);
        storm.write("prometheus.yml", "rule_files: [rules.yml]\n");
        let settings = format!(
            "[alerting]\ngroup_wait = \"2s\"\ngroup_interval = \"5s\"\n\n[[alerting.webhooks]]\nurl = \"http://127.0.0.1:{}/\"\n",
            storm.hook.port
        );
        storm.write("swarmscope.toml", &settings);
        storm
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    async fn serve(&self, data: TempDir, ports: Ports) -> Server {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let (prometheus, settings) = (path("prometheus.yml"), path("swarmscope.toml"));
        let further = ["--prometheus-config", &prometheus, "--config", &settings];
        Server::start_with(data, ports, &further).await
    }
}

/// Waits until the server has noted what it told: it does so when it has the receiver's answer, and a kill before
/// that has it told again.
async fn until_noted(server: &Server) {
    let path = server.data.path().join("alerts/notifications.json");
    let noted = || {
        let kept: Value = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        let receivers = kept.as_object()?.values();
        Some(
            receivers
                .filter_map(|each| each["told"].as_array())
                .map(Vec::len)
                .sum::<usize>(),
        )
    };
    let deadline = Instant::now() + PATIENCE;
    while noted() != Some(KINDS + 1) {
        assert!(
            Instant::now() < deadline,
            "{:?} alerts are noted as told",
            noted()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A thousand errors of every kind in turn.
async fn log(server: &Server, request: usize) {
    let now = jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        .to_string();
    let lines: String = (0..EVENTS)
        .map(|number| {
            let number = request * EVENTS + number;
            let kind = format!("kind_{:02}", number % KINDS);
            let event = json!({"timestamp": now, "agent_name": "stormy", "event_type": "error", "severity": "ERROR",
                               "message": format!("request {number} of {kind} failed"), "metadata": {"kind": kind}});
            format!("{{\"create\":{{\"_index\":\"storm\",\"_id\":\"{number}\"}}}}\n{event}\n")
        })
        .collect();
    let (status, reply) = server.elastic(reqwest::Method::POST, "/_bulk", lines).await;
    assert_eq!(status, 200, "{reply}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_errors_is_a_few_true_words() {
    let storm = Storm::new().await;
    let hook = &storm.hook;
    let began = Instant::now();
    let data = tempfile::tempdir().expect("a folder");
    let mut server = storm.serve(data, Ports::free()).await;
    for request in 0..REQUESTS {
        match request {
            30 => hook.status.store(503, Ordering::SeqCst),
            50 => {
                // As a power cut, while the receiver is away.
                let (data, ports) = server.kill();
                server = storm.serve(data, ports).await;
            }
            70 => hook.status.store(200, Ordering::SeqCst),
            _ => {}
        }
        log(&server, request).await;
    }
    let is_all = |firing: &BTreeSet<(String, String)>| firing.len() == KINDS + 1;
    hook.until("every kind fires", is_all).await;
    until_noted(&server).await;

    // Neither a restart nor time says anything new: nothing is told.
    let (firing, words) = hook.belief();
    let (data, ports) = server.kill();
    let server = storm.serve(data, ports).await;
    let evaluated = |reply: &Value| {
        reply["groups"][0]["rules"]
            .as_array()
            .is_some_and(|rules| rules.iter().all(|rule| rule["state"] == "firing"))
    };
    let deadline = Instant::now() + PATIENCE;
    while !evaluated(&server.native("/api/v1/alerts/rules").await) {
        assert!(Instant::now() < deadline, "the rules fire again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(hook.belief(), (firing, words));

    // Bounded: a word for each group and interval at most, whatever the errors.
    let (_, words) = hook.belief();
    let most = began.elapsed().as_secs() as usize / 5 + 2;
    assert!(words.values().all(|count| *count <= most), "{words:?}");
    assert!(words.values().sum::<usize>() <= 40, "{words:?}");

    // When the errors are gone, so are the alerts, each told once.
    let http = reqwest::Client::new();
    let delete = server.ui_url("/api/v1/logs/delete?query=severity:ERROR&index=storm");
    let deleted = http.post(delete).send().await.expect("an answer");
    assert_eq!(deleted.status(), 200);
    hook.until("every kind has ended", BTreeSet::is_empty).await;
    eprintln!(
        "{:?} words of {} errors in {:?}",
        hook.belief().1,
        REQUESTS * EVENTS,
        began.elapsed()
    );
}
