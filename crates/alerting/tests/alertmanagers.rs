//! Alerts to Alertmanagers: a real one, and what is done with several.

mod support;

use support::{Alertmanager, Hook, World, eventually};
use swarmscope_alerting::StartError;

fn alerting(port: u16) -> String {
    format!(
        "global: {{external_labels: {{site: x, job: not_this}}}}
alerting:
  alert_relabel_configs:
  - {{action: labeldrop, regex: secret}}
  - {{source_labels: [instance], regex: hidden, action: drop}}
  alertmanagers:
  - static_configs: [{{targets: ['127.0.0.1:{port}']}}]
    alert_relabel_configs: [{{target_label: set, replacement: one}}]
"
    )
}

#[tokio::test]
async fn a_real_alertmanager_hears_of_an_alert_and_of_its_end() {
    let hook = Hook::start().await;
    let Some(manager) = Alertmanager::start(&hook).await else {
        return;
    };
    let world = World::new();
    world.write_rules(
        "{alert: Down, expr: up, labels: {secret: s}, annotations: {summary: '{{ $labels.instance }} is down'}}",
    );
    world.switch.set(&["a", "hidden"]);
    let rules = world.start(&alerting(manager.port), vec![]).await;
    let rules = rules.expect("rules");
    let told = hook.wait(1).await;
    assert_eq!(told, ["firing a"]);
    let alerts = manager.alerts().await.expect("alerts");
    let labels: Vec<String> = alerts[0]
        .0
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    assert_eq!(
        labels,
        ["alertname=Down", "instance=a", "job=j", "set=one", "site=x"]
    );
    let alert = hook.bodies()[0]["alerts"][0].clone();
    assert_eq!(alert["annotations"]["summary"], "a is down");
    assert_eq!(
        alert["generatorURL"],
        "http://swarm.example.org/graph?g0.expr=up&g0.tab=1"
    );
    // The start that it has is the one that is shown here, to the millisecond.
    let fired_at = rules.alerts()[0].alert.fired_at.expect("firing");
    let started = swarmscope_model::Timestamp::parse(&alerts[0].1).expect("a time");
    assert_eq!(started.as_millisecond(), fired_at);

    world.switch.set(&[]);
    assert_eq!(hook.wait(2).await[1], "resolved a");
    let view = rules.alertmanagers();
    let expected = format!("http://127.0.0.1:{}/api/v2/alerts", manager.port);
    assert_eq!(view.active[0].url, expected);
    assert!(view.active[0].sent >= 2);
    assert_eq!((view.active[0].errors, view.active[0].dropped), (0, 0));
    rules.stop().await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_sent_when_it_can() {
    let hook = Hook::start().await;
    hook.answer(503);
    let world = World::new();
    world.switch.set(&["a"]);
    // The hook stands in for an Alertmanager that is about to start: its path leads there.
    let more = format!(
        "alerting:
  alertmanagers:
  - static_configs: [{{targets: ['127.0.0.1:{}', 'dropped:9093']}}]
    relabel_configs:
    - {{source_labels: [__address__], regex: 'dropped.*', action: drop}}
    - {{target_label: __alerts_path__, replacement: /hook}}
",
        hook.port
    );
    let rules = world.start(&more, vec![]).await.expect("rules");
    let view = eventually("two tries", async || {
        let view = rules.alertmanagers();
        (view.active[0].errors >= 2).then_some(view)
    })
    .await;
    assert!(view.active[0].url.ends_with("/hook"));
    assert_eq!(view.dropped, ["http://dropped:9093/api/v2/alerts"]);
    assert_eq!((view.active[0].sent, view.active[0].dropped), (0, 0));
    hook.answer(200);
    eventually("a try that is taken", async || {
        let view = rules.alertmanagers().active.remove(0);
        (view.sent >= 1 && view.queued == 0).then_some(())
    })
    .await;
    // What is refused is dropped, and counted.
    hook.answer(400);
    world.switch.set(&[]);
    eventually("a refusal", async || {
        (rules.alertmanagers().active[0].dropped >= 1).then_some(())
    })
    .await;
    rules.stop().await;
}

#[tokio::test]
async fn discoveries_that_are_not_there_are_refused_by_name() {
    let world = World::new();
    let more = "alerting: {alertmanagers: [{file_sd_configs: [{files: [a.yml]}]}]}";
    let error = world.start(more, vec![]).await.err().expect("refused");
    assert!(matches!(error, StartError::Rules(_)));
    assert!(error.to_string().starts_with("file_sd_configs"), "{error}");
}
