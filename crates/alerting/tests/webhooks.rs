//! Alerts to webhooks: each change once, across restarts and outages of the receiver.

mod support;

use std::collections::BTreeMap;

use serde_json::json;
use support::{Hook, World, eventually};
use swarmscope_alerting::Rules;

/// Waits until every group was evaluated so often.
async fn evaluated(rules: &Rules, times: u64) {
    eventually("evaluations", async || {
        let groups = rules.groups();
        let enough = groups
            .iter()
            .all(|group| group.scheduled - group.missed >= times);
        enough.then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_webhook_gets_alertmanagers_body_once_for_each_change() {
    let hook = Hook::start().await;
    let world = World::new();
    world.switch.set(&["a"]);
    let more = "global: {external_labels: {site: x}}";
    let rules = world.start(more, vec![hook.config()]).await.expect("rules");
    assert_eq!(hook.wait(1).await, ["firing a"]);
    let body = &hook.bodies()[0];
    let labels = json!({"alertname": "Down", "instance": "a", "job": "j", "site": "x"});
    for (field, expected) in [
        ("version", json!("4")),
        ("receiver", json!("127.0.0.1")),
        ("groupKey", json!("{}:{alertname=\"Down\"}")),
        ("groupLabels", json!({"alertname": "Down"})),
        ("commonLabels", labels.clone()),
        ("commonAnnotations", json!({"summary": "a"})),
        ("externalURL", json!("http://ui.example.org")),
        ("truncatedAlerts", json!(0)),
    ] {
        assert_eq!(body[field], expected, "{field}");
    }
    let alert = &body["alerts"][0];
    assert_eq!(
        (&alert["status"], &alert["labels"]),
        (&json!("firing"), &labels)
    );
    assert_eq!(alert["endsAt"], "0001-01-01T00:00:00Z");

    world.switch.set(&["a", "b"]);
    assert_eq!(hook.wait(2).await[1], "firing a b");
    world.switch.set(&["b"]);
    assert_eq!(hook.wait(3).await[2], "firing b, resolved a");
    // It goes on firing, and nothing is repeated.
    evaluated(&rules, rules.groups()[0].scheduled + 3).await;
    assert_eq!(hook.told().len(), 3);
    assert_eq!(rules.receivers()[0].told, 1);
    rules.stop().await;
}

#[tokio::test]
async fn a_restart_repeats_nothing_and_forgets_no_end() {
    let hook = Hook::start().await;
    let world = World::new();
    world.switch.set(&["a", "b"]);
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    assert_eq!(hook.wait(1).await, ["firing a b"]);
    rules.stop().await;
    drop(rules);

    // While nobody looked, one of them ended.
    world.switch.set(&["b"]);
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    assert_eq!(hook.wait(2).await[1], "firing b, resolved a");
    assert_eq!(hook.told().len(), 2);
    rules.stop().await;

    // A rule that is gone tells no more; what it told has ended.
    world.write_rules("{alert: Other, expr: up}");
    world.switch.set(&[]);
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    assert_eq!(hook.wait(3).await[2], "resolved b");
    rules.stop().await;
}

#[tokio::test]
async fn what_a_receiver_missed_is_told_when_it_is_back() {
    let hook = Hook::start().await;
    hook.answer(503);
    let world = World::new();
    world.switch.set(&["a"]);
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    hook.wait(2).await;
    let error = rules.receivers()[0].last_error.clone();
    assert_eq!(error.as_deref(), Some("bad response status 503"));
    // Not even a restart makes it forget.
    rules.stop().await;
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    hook.answer(200);
    eventually("a word that is taken", async || {
        (rules.receivers()[0].told == 1).then_some(())
    })
    .await;
    assert_eq!(rules.receivers()[0].last_error, None);
    assert!(hook.told().iter().all(|told| told == "firing a"));
    rules.stop().await;
}

#[tokio::test]
async fn what_a_receiver_refuses_is_not_tried_again() {
    let hook = Hook::start().await;
    hook.answer(400);
    let world = World::new();
    world.switch.set(&["a"]);
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    hook.wait(1).await;
    evaluated(&rules, rules.groups()[0].scheduled + 2).await;
    assert_eq!(hook.told(), ["firing a"]);
    assert!(rules.receivers()[0].last_error.is_some());
    rules.stop().await;
}

#[tokio::test]
async fn ends_are_not_told_to_whom_they_do_not_matter() {
    let hook = Hook::start().await;
    let world = World::new();
    world.switch.set(&["a"]);
    let mut config = hook.config();
    config.send_resolved = false;
    config.name = Some("pager".to_owned());
    let rules = world.start("", vec![config]).await.expect("rules");
    hook.wait(1).await;
    assert_eq!(hook.bodies()[0]["receiver"], "pager");
    world.switch.set(&[]);
    eventually("the end", async || {
        (rules.receivers()[0].told == 0).then_some(())
    })
    .await;
    assert_eq!(hook.told(), ["firing a"]);
    rules.stop().await;
}

#[tokio::test]
async fn a_damaged_file_of_what_was_told_is_set_aside() {
    let hook = Hook::start().await;
    let world = World::new();
    std::fs::create_dir_all(world.path("alerts")).expect("a folder");
    std::fs::write(world.path("alerts/notifications.json"), "[{").expect("written");
    world.switch.set(&["a"]);
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    assert_eq!(hook.wait(1).await, ["firing a"]);
    assert!(world.path("alerts/notifications.damaged").exists());
    rules.stop().await;
    let kept = std::fs::read(world.path("alerts/notifications.json")).expect("a file");
    let kept: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&kept).expect("JSON");
    let log = kept.into_values().next().expect("a receiver");
    assert_eq!(log["told"][0]["rule"], "Down");
}
