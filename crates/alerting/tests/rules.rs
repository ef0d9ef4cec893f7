//! Rules as a whole: evaluated by the clock, replaced without loss, remembered.

mod support;

use std::sync::Arc;
use std::time::Duration;

use support::{World, eventually};
use swarmscope_alerting::rule::AlertState;
use swarmscope_alerting::{ReloadError, Rules, read_rule};

async fn firing(rules: &Rules) -> Vec<swarmscope_alerting::group::AlertView> {
    eventually("an alert that fires", async || {
        let alerts = rules.alerts();
        let fires = alerts
            .iter()
            .any(|each| each.alert.state == AlertState::Firing);
        fires.then_some(alerts)
    })
    .await
}

#[tokio::test]
async fn groups_are_evaluated_and_changes_remembered() {
    let world = World::new();
    world.switch.set(&["a"]);
    let rules = world.start("", vec![]).await.expect("rules");
    let alerts = firing(&rules).await;
    assert_eq!(
        (alerts[0].rule.as_str(), alerts[0].group.name.as_str()),
        ("Down", "g")
    );
    world.switch.set(&[]);
    let history = eventually("the end", async || {
        let history = rules.history(0, 10);
        (history.len() == 2).then_some(history)
    })
    .await;
    let changes: Vec<(AlertState, AlertState)> =
        history.iter().map(|entry| (entry.from, entry.to)).collect();
    assert_eq!(
        changes,
        [
            (AlertState::Firing, AlertState::Inactive),
            (AlertState::Inactive, AlertState::Firing),
        ]
    );
    assert_eq!(
        (history[0].labels["instance"].as_str(), history[0].value),
        ("a", 1.5)
    );
    assert!(rules.alerts().is_empty());
    rules.stop().await;
    let rules = world.start("", vec![]).await.expect("rules");
    assert_eq!(rules.history(0, 10), history);
    rules.stop().await;
}

#[tokio::test]
async fn a_wrong_file_leaves_everything_as_it_was() {
    let world = World::new();
    world.switch.set(&["a"]);
    let rules = world.start("", vec![]).await.expect("rules");
    let before = firing(&rules).await;
    world.write_rules("{alert: Down, expr: 'sum('}");
    let error = rules.reload(&world.configuration("")).await;
    let error = error.expect_err("a wrong file");
    assert!(matches!(error, ReloadError::RuleFile(_)));
    let expected = format!("{}:1: ", world.path("rules.yml").display());
    assert!(error.to_string().starts_with(&expected), "{error}");
    let after = rules.alerts();
    assert_eq!(after[0].alert.active_at, before[0].alert.active_at);
    assert_eq!(rules.groups()[0].rules[0].question, "up");
    rules.stop().await;
}

#[tokio::test]
async fn a_reload_keeps_alerts_of_rules_that_stay() {
    let world = World::new();
    world.switch.set(&["a"]);
    let rules = world.start("", vec![]).await.expect("rules");
    let before = firing(&rules).await;
    // Another question under the same name, and a rule beside it.
    world.write_rules("{alert: Down, expr: up == 0}, {record: r, expr: up}");
    let reloaded = rules.reload(&world.configuration("")).await;
    reloaded.expect("replaced");
    let after = rules.alerts();
    assert_eq!(after[0].alert.active_at, before[0].alert.active_at);
    assert_eq!(rules.groups()[0].rules.len(), 2);
    // Without a file there are no rules.
    std::fs::remove_file(world.path("rules.yml")).expect("removed");
    let reloaded = rules.reload(&world.configuration("")).await;
    reloaded.expect("replaced");
    assert!(rules.groups().is_empty() && rules.alerts().is_empty());
    rules.stop().await;
}

#[tokio::test]
async fn a_rule_is_saved_whole_when_whoever_saves_it_goes_away() {
    let world = World::new();
    let more = "global: {evaluation_interval: 1s}";
    let rules = Arc::new(world.start(more, vec![]).await.expect("rules"));
    let rule = |name: &str| read_rule(&format!("{{alert: {name}, expr: up}}")).expect("a rule");
    rules.save_rule(rule("First"), None).await.expect("saved");
    // The group of the rules that are made here cannot be stopped before its evaluation ends.
    world.switch.hold(true);
    let both = async || (world.switch.waiting() == 2).then_some(());
    eventually("an evaluation of each group", both).await;
    let saving = rules.save_rule(rule("Second"), None);
    let given_up = tokio::time::timeout(Duration::from_millis(300), saving).await;
    assert!(given_up.is_err());
    assert_eq!(rules.groups().len(), 2, "what was in force is still shown");
    world.switch.hold(false);
    eventually("both rules", async || {
        let groups = rules.groups();
        let names = groups.iter().flat_map(|group| &group.rules);
        let names: Vec<&str> = names.map(|rule| rule.name.as_str()).collect();
        (names == ["First", "Second", "Down"] || names == ["Down", "First", "Second"]).then_some(())
    })
    .await;
    rules.stop().await;
}
