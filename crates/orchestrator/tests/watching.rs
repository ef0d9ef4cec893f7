//! Changes of tasks as they are told: in what order they are committed makes no difference.

mod support;

use serde_json::json;
use support::several::Place;
use support::watching::Watch;
use swarmscope_model::Timestamp;

on_both!(a_change_that_is_committed_after_a_later_one_is_told_as_well);

/// The time that a change bears is taken before it is committed, by whichever process or agent makes it.
async fn a_change_that_is_committed_after_a_later_one_is_told_as_well(place: Place) {
    let server = place.orchestrator().await;
    let watch = server
        .http
        .get(format!("{}/api/v1/tasks/watch", server.url));
    let mut watch = Watch::new(watch.send().await.unwrap());
    let mut changed_at = None;
    for id in ["slow", "quick"] {
        let task = json!({"task_id": id, "task_type": "a"});
        server.post("/api/v1/tasks", task).await;
        let (task, _) = watch.until(|task| task["task_id"] == id).await;
        changed_at = Timestamp::parse(task["updated_at"].as_str().unwrap()).ok();
    }
    let earlier = changed_at.expect("a time").as_millisecond() - 300;
    let earlier = Timestamp::from_millisecond(earlier);
    place
        .sql(format!(
            "UPDATE task_states SET priority = 'high', updated_at = '{earlier}' WHERE task_id = 'slow'"
        ))
        .await;
    let (task, _) = watch.until(|task| task["priority"] == "high").await;
    assert_eq!(task["task_id"], "slow");
    server.stop().await;
}
