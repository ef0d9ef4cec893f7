//! The ledger: what agents say they emitted, against what arrived, through the server's doors, and the alert of
//! what is missing.

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, SWARMSCOPE, Server};
use swarmscope_sdk::Logger;
use swarmscope_sdk::log::Stage;
use swarmscope_sdk::model::Severity;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long something may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until the agents' page says of this agent what `holds` wants, and gives its account.
async fn account(server: &Server, agent: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let url = server.ui_url("/api/v1/agents");
        let reply = reqwest::get(url).await.expect("a reply");
        let body: Value = reply.json().await.expect("JSON");
        let agents = body["agents"].as_array().cloned().unwrap_or_default();
        let found = agents.iter().find(|each| each["agent_name"] == agent);
        let ledger = found.map_or(Value::Null, |found| found["ledger"].clone());
        if holds(&ledger) {
            return ledger;
        }
        assert!(Instant::now() < deadline, "not in time: {body:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn register(server: &Server, agent: &str) {
    let url = format!("http://{}/api/v1/agents", server.ports.orchestrator);
    let body = json!({"agent_name": agent, "agent_type": agent});
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let request = reqwest::Client::new().post(&url).json(&body).send();
        if request.await.is_ok_and(|reply| reply.status().is_success()) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the orchestrator does not answer"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The agents that the shipped alert tells of.
async fn alerted(server: &Server) -> Vec<Value> {
    let reply = server.native("/api/v1/alerts").await;
    let alerts = reply["alerts"].as_array().expect("alerts").iter();
    let alerts = alerts.filter(|alert| alert["rule"] == "LedgerGap" && alert["state"] == "firing");
    alerts
        .map(|alert| alert["labels"]["agent_name"].clone())
        .collect()
}

/// Emitted is stored, refused or dropped, and nothing else.
fn assert_balanced(ledger: &Value) {
    let figure = |name: &str| ledger[name].as_u64().expect("a number");
    assert_eq!(
        figure("emitted"),
        figure("stored") + figure("refused") + figure("dropped"),
        "{ledger}"
    );
    assert_eq!((figure("gap"), figure("unreported")), (0, 0), "{ledger}");
}

/// Sends these events of an agent, by their ids.
async fn send(server: &Server, agent: &str, events: &[(&str, &str, Value)]) {
    let lines = events.iter().map(|(id, event_type, metadata)| {
        let event = json!({"agent_name": agent, "event_type": event_type, "severity": "INFO",
            "message": id, "metadata": metadata});
        format!("{{\"create\":{{\"_index\":\"agents\",\"_id\":\"{agent}-{id}\"}}}}\n{event}\n")
    });
    let (status, _) = server
        .elastic(Method::POST, "/_bulk", lines.collect())
        .await;
    assert_eq!(status, 200);
}

fn report(emitted: u64, dropped: u64, stage: &str) -> Value {
    json!({"writer": "w", "emitted": emitted, "dropped": dropped, "stage": stage})
}

#[tokio::test]
async fn an_event_that_is_lost_on_the_way_is_a_gap_and_one_sent_twice_is_not() {
    let server = Server::start().await;
    register(&server, "teller").await;
    assert_eq!(
        account(&server, "teller", Value::is_null).await,
        Value::Null
    );
    let accounted = "events_accounted";
    send(
        &server,
        "teller",
        &[
            ("1", accounted, report(1, 0, "first")),
            ("2", "x", json!({})),
        ],
    )
    .await;
    // The third was dropped by the agent itself, the fourth is lost, and the second is sent again.
    let dropped = json!({"dropped": 1});
    send(
        &server,
        "teller",
        &[
            ("2", "x", json!({})),
            ("d", "events_dropped", dropped),
            ("5", "x", json!({})),
            ("6", accounted, report(6, 1, "between")),
            ("7", "after the report", json!({})),
        ],
    )
    .await;
    let ledger = account(&server, "teller", |ledger| ledger["emitted"] == 6).await;
    let expected = json!({"emitted": 6, "stored": 4, "refused": 0, "dropped": 1, "unreported": 0,
        "gap": 1, "unclosed": 0, "partial": false, "shared": false});
    assert_eq!(ledger, expected);
    let drained = Command::new(SWARMSCOPE)
        .args(["agents", "drain", "teller", "--json"])
        .env("SWARMSCOPE_SERVER", server.ui_url(""))
        .output()
        .expect("it ends");
    let drained: Value = serde_json::from_slice(&drained.stdout).expect("JSON");
    assert_eq!(drained[0]["status"], "draining");
    assert_eq!(drained[0]["ledger"], expected);
    let page = reqwest::get(server.ui_url("/metrics"))
        .await
        .expect("a reply");
    let page = page.text().await.expect("text");
    for line in [
        "swarmscope_ledger_gap_events{agent_name=\"teller\"} 1\n",
        "swarmscope_ledger_events_total{agent_name=\"teller\",outcome=\"emitted\"} 6\n",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
}

#[tokio::test]
async fn a_gap_makes_the_shipped_alert_fire_and_a_healthy_agent_does_not() {
    let server = Server::start().await;
    let accounted = "events_accounted";
    for (agent, emitted) in [("lossy", 4), ("healthy", 3)] {
        register(&server, agent).await;
        let events = [
            ("1", accounted, report(1, 0, "first")),
            ("2", "x", json!({})),
            ("4", accounted, report(emitted, 0, "between")),
        ];
        send(&server, agent, &events).await;
    }
    let deadline = Instant::now() + PATIENCE;
    while alerted(&server).await.is_empty() {
        assert!(Instant::now() < deadline, "nobody is told of the gap");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(alerted(&server).await, ["lossy"]);
}

/// An agent of this process, and the collector that ships what it prints.
struct Shipped {
    logger: Logger,
    collector: Child,
}

impl Shipped {
    fn start(agent: &str, elastic: &str, spool: &Path) -> Self {
        let mut collector = Command::new(SWARMSCOPE)
            .args(["run", "--name", "pipe", "--elastic", elastic])
            // A busy server takes longer than the usual time for what is left at the end.
            .args(["--flush-timeout", "2m", "--spool"])
            .arg(spool)
            .args(["--", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let pipe = collector.stdin.take().expect("a pipe");
        let logger = Logger::to_writer(agent, Severity::Debug, pipe);
        logger.report_emitted(Stage::First);
        Self { logger, collector }
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.collector.id()).expect("a pid");
        kill(Pid::from_raw(id), signal).expect("it runs");
    }

    /// Ends the agent with its last report, and then the collector.
    fn end(self) -> swarmscope_sdk::log::Emitted {
        let Self {
            logger,
            mut collector,
        } = self;
        assert!(logger.flush(PATIENCE));
        logger.report_emitted(Stage::Last);
        assert!(logger.flush(PATIENCE));
        let emitted = logger.emitted();
        drop(logger);
        collector.wait().expect("it ends");
        emitted
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_agent_drops_while_its_collector_stands_still_is_no_gap() {
    let server = Server::start().await;
    register(&server, "hasty").await;
    let spool = tempfile::tempdir().expect("a folder");
    let shipped = Shipped::start("hasty", &server.elastic_url(""), spool.path());
    shipped.signal(Signal::SIGSTOP);
    for number in 0..15_000 {
        let message = format!("nobody reads {number}");
        shipped.logger.info("x", message).emit();
    }
    assert!(shipped.logger.dropped() > 0);
    shipped.signal(Signal::SIGCONT);
    let emitted = shipped.end();
    let ledger = account(&server, "hasty", |ledger| ledger["emitted"] == 15_002).await;
    assert_balanced(&ledger);
    assert_eq!(ledger["dropped"], emitted.dropped, "{ledger}");
}

/// A door before a server that turns everybody away until it is opened.
struct Door {
    address: SocketAddr,
    is_open: Arc<AtomicBool>,
    turned_away: Arc<AtomicUsize>,
}

impl Door {
    async fn closed(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let door = Self {
            address: listener.local_addr().expect("bound"),
            is_open: Arc::default(),
            turned_away: Arc::default(),
        };
        let (is_open, turned_away) = (Arc::clone(&door.is_open), Arc::clone(&door.turned_away));
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                if is_open.load(Ordering::SeqCst) {
                    tokio::spawn(async move {
                        let mut server = TcpStream::connect(server).await.expect("it listens");
                        // It ends with either side.
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    });
                    continue;
                }
                let mut request = vec![0; 64 * 1024];
                let _ = client.read(&mut request).await;
                let reply = "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = client.write_all(reply.as_bytes()).await;
                turned_away.fetch_add(1, Ordering::SeqCst);
            }
        });
        door
    }
}

/// Deeper than a server takes, and not too deep for a collector to read.
fn deep() -> Value {
    (0..122).fold(json!(1), |inner, _| json!([inner]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_refuses_is_refused_or_comes_later_and_never_a_gap() {
    let server = Server::start().await;
    register(&server, "patient").await;
    let door = Door::closed(server.ports.elastic).await;
    let spool = tempfile::tempdir().expect("a folder");
    let elastic = format!("http://{}", door.address);
    let shipped = Shipped::start("patient", &elastic, spool.path());
    shipped.logger.info("x", "waits on disk").emit();
    shipped
        .logger
        .info("x", "nobody takes this")
        .field("deep", deep())
        .emit();
    let deadline = Instant::now() + PATIENCE;
    while door.turned_away.load(Ordering::SeqCst) == 0 {
        assert!(Instant::now() < deadline, "nobody came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // What comes now is in memory while the rest waits on disk; a report among it covers them all.
    shipped.logger.info("x", "waits in memory").emit();
    shipped.logger.report_emitted(Stage::Between);
    door.is_open.store(true, Ordering::SeqCst);
    // A collector that ends does not wait for a server that has turned it away: it is given the time.
    let ledger = account(&server, "patient", |ledger| ledger["emitted"] == 5).await;
    assert_balanced(&ledger);
    tokio::task::block_in_place(|| shipped.end());
    let ledger = account(&server, "patient", |ledger| ledger["emitted"] == 6).await;
    assert_balanced(&ledger);
    assert_eq!(
        (&ledger["refused"], &ledger["dropped"]),
        (&json!(1), &json!(0)),
        "{ledger}"
    );
}

#[tokio::test]
async fn the_demo_balances_and_says_when_an_agent_was_killed_before_its_last_report() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(data, Ports::free(), &["--demo"]).await;
    let agent = "research_agent";
    let first = account(&server, agent, |ledger| {
        ledger["emitted"].as_u64() > Some(3)
    })
    .await;
    assert_eq!(
        (&first["gap"], &first["unclosed"]),
        (&json!(0), &json!(0)),
        "{first}"
    );
    let url = server.ui_url("/api/v1/agents");
    let body: Value = reqwest::get(url)
        .await
        .expect("a reply")
        .json()
        .await
        .expect("JSON");
    let agents = body["agents"].as_array().expect("agents");
    let found = agents.iter().find(|each| each["agent_name"] == agent);
    let pid = found.expect("is there")["metadata"]["pid"]
        .as_i64()
        .expect("a pid");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("killed");
    let after = account(&server, agent, |ledger| ledger["unclosed"] == 1).await;
    assert_eq!(after["gap"], 0, "{after}");
    let sum =
        |names: &[&str]| -> u64 { names.iter().filter_map(|name| after[name].as_u64()).sum() };
    assert_eq!(alerted(&server).await, [Value::Null; 0]);
    assert_eq!(
        sum(&["emitted", "unreported"]),
        sum(&["stored", "refused", "dropped", "gap"]),
        "{after}"
    );
}
