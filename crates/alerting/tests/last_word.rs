//! A word that is on its way to a receiver when the server ends.

mod support;

use std::path::Path;
use std::sync::Arc;

use support::{Hook, alerting};
use swarmscope_alerting::notify::Receivers;
use swarmscope_alerting::question::Addresses;
use swarmscope_alerting::rule::{Alert, AlertState};
use swarmscope_alerting::silence::Silences;
use swarmscope_alerting::{Evaluation, GroupKey, Question};
use swarmscope_model::limits::LAST_WORD_WAIT;
use swarmscope_model::metrics::Labels;
use tokio::time::Instant;

fn start(folder: &Path, hook: &Hook) -> Receivers {
    let mut settings = alerting(r#"{"group_wait": "0s", "group_interval": "0s"}"#);
    settings.webhooks = vec![hook.config()];
    let silences = Silences::open(&folder.join("silences.json")).expect("silences");
    let addresses = Addresses {
        prometheus: "http://swarm.example.org/".to_owned(),
        ui: "http://ui.example.org/".to_owned(),
    };
    let path = folder.join("notifications.json");
    Receivers::start(&settings, &path, Arc::new(silences), Arc::new(addresses)).expect("receivers")
}

/// One alert fires.
fn fire(receivers: &Receivers) {
    let labels = Labels::from_pairs([("alertname", "Down"), ("instance", "a")]);
    let mut alert = Alert::pending(labels, Labels::default(), 1.0, 0);
    alert.state = AlertState::Firing;
    alert.fired_at = Some(0);
    let group = GroupKey {
        file: "r.yml".to_owned(),
        name: "g".to_owned(),
    };
    receivers.evaluated(&Evaluation {
        group: &group,
        rule: "Down",
        question: &Question::parse_metrics("up", Default::default()).expect("an expression"),
        at: 0,
        is_settled: true,
        current: vec![alert],
        due: Vec::new(),
        changes: Vec::new(),
    });
}

/// Until it is dropped no time passes, because the clock waits for work that blocks.
fn stop_the_clock() -> std::sync::mpsc::Sender<()> {
    let (end, ended) = std::sync::mpsc::channel();
    tokio::task::spawn_blocking(move || while ended.recv().is_ok() {});
    tokio::time::pause();
    end
}

/// A receiver that has been told of an alert and has not answered yet.
async fn unanswered(folder: &Path) -> (Hook, Receivers) {
    let hook = Hook::start().await;
    hook.hold(true);
    let receivers = start(folder, &hook);
    fire(&receivers);
    assert_eq!(hook.wait(1).await, ["firing a"]);
    (hook, receivers)
}

#[tokio::test]
async fn an_answer_that_comes_while_the_server_ends_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hook, receivers) = unanswered(folder.path()).await;

    let clock = stop_the_clock();
    let mut stop = std::pin::pin!(receivers.stop());
    assert!(
        futures::poll!(&mut stop).is_pending(),
        "the answer is waited for"
    );
    hook.hold(false);
    stop.await;
    drop(clock);
    // The next start knows.
    assert_eq!(start(folder.path(), &hook).view()[0].told, 1);
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_holds_the_end_up_no_longer() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hook, receivers) = unanswered(folder.path()).await;

    // From here on time passes when everybody waits for it.
    tokio::time::pause();
    let began = Instant::now();
    receivers.stop().await;
    assert!(began.elapsed() >= LAST_WORD_WAIT);
    assert_eq!(receivers.view()[0].failed, 0, "given up, not refused");
    tokio::time::resume();

    // Nobody knows whether it was heard: it is told once more.
    hook.hold(false);
    let receivers = start(folder.path(), &hook);
    fire(&receivers);
    assert_eq!(hook.wait(2).await[1], "firing a");
    receivers.stop().await;
}
