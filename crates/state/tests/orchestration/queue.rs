//! Which task goes to whom, and when: urgency, skills, delays, deadlines, draining.

use serde_json::{Map, json};
use swarmscope_model::state::{NewAgent, NewTask, Priority, StateError, TaskState};

use super::claimed;
use crate::fixture::{Fixture, LEASE, SWEEP, claim_of, task, types};
use crate::on_both;

on_both!(
    a_low_task_passes_the_high_ones_that_come_long_after_it,
    a_task_goes_only_to_an_agent_that_has_its_skills,
    a_delayed_task_waits_and_then_takes_its_place_in_the_queue,
    a_deadline_ends_a_task_wherever_it_stands,
    a_draining_agent_keeps_what_it_has_and_gets_nothing_new,
);

async fn a_low_task_passes_the_high_ones_that_come_long_after_it(fixture: Fixture) {
    let store = &fixture.store;
    let with = |id: &str, priority| NewTask {
        priority,
        ..task(id)
    };
    fixture.register("a").await;
    store
        .enqueue(vec![with("low", Priority::Low)])
        .await
        .unwrap();
    // A steady stream of urgent work, which would keep the low one waiting for ever.
    let mut order = Vec::new();
    for minute in 0..25 {
        let id = format!("high{minute}");
        store
            .enqueue(vec![with(&id, Priority::High)])
            .await
            .unwrap();
        let task = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        store
            .complete(&claim_of(&task), Map::new(), vec![])
            .await
            .unwrap();
        order.push(task.task_id);
        fixture.turn(60_000);
    }
    // A level is worth ten minutes: two levels, and the first that came later than that waits.
    assert_eq!(
        order.iter().position(|id| id == "low"),
        Some(20),
        "{order:?}"
    );
}

async fn a_task_goes_only_to_an_agent_that_has_its_skills(fixture: Fixture) {
    let store = &fixture.store;
    for (name, skills) in [
        ("both", json!(["sql", "law", "x"])),
        ("law", json!(["law"])),
        ("odd", json!("law")),
    ] {
        let agent = NewAgent {
            agent_name: name.into(),
            agent_type: "test".into(),
            capabilities: Map::from_iter([("skills".to_owned(), skills)]),
            metadata: Map::new(),
        };
        store.register(agent).await.unwrap();
    }
    let needing = |id: &str, skills: &[&str]| NewTask {
        required_skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
        ..task(id)
    };
    store
        .enqueue(vec![
            needing("sql and law", &["sql", "law", "sql"]),
            needing("law alone", &["law"]),
            needing("nothing", &[]),
        ])
        .await
        .unwrap();
    let made = store.task("sql and law").await.unwrap();
    assert_eq!(made.required_skills, ["law", "sql"]);
    assert_eq!(claimed(&fixture, "odd").await.as_deref(), Some("nothing"));
    assert_eq!(claimed(&fixture, "law").await.as_deref(), Some("law alone"));
    assert_eq!(claimed(&fixture, "law").await, None);
    assert_eq!(
        claimed(&fixture, "both").await.as_deref(),
        Some("sql and law")
    );
    // What is kept for an agent needs its skills too.
    store
        .enqueue(vec![needing("kept", &["sql"])])
        .await
        .unwrap();
    fixture
        .sql("UPDATE task_states SET agent_name = 'law' WHERE task_id = 'kept'")
        .await;
    assert_eq!(claimed(&fixture, "law").await, None);
    assert_eq!(
        claimed(&fixture, "both").await,
        None,
        "it is kept for another"
    );
}

async fn a_delayed_task_waits_and_then_takes_its_place_in_the_queue(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    let at = fixture.now().as_millisecond() + 3_000;
    let by_point = NewTask {
        not_before: Some(swarmscope_model::Timestamp::from_millisecond(at)),
        ..task("by point")
    };
    let by_delay = NewTask {
        delay_ms: Some(2_000),
        ..task("by delay")
    };
    let made = store.enqueue(vec![by_point, by_delay]).await.unwrap();
    assert_eq!(made[0].not_before.unwrap().as_millisecond(), at);
    fixture.turn(1_000);
    store.enqueue(vec![task("later")]).await.unwrap();
    fixture.turn(999);
    assert_eq!(claimed(&fixture, "a").await.as_deref(), Some("later"));
    assert_eq!(claimed(&fixture, "a").await, None);
    fixture.turn(1_001);
    store.enqueue(vec![task("newest")]).await.unwrap();
    // Both are due by now, and older than what came last.
    for expected in ["by point", "by delay", "newest"] {
        assert_eq!(claimed(&fixture, "a").await.as_deref(), Some(expected));
    }
    let both = NewTask {
        delay_ms: Some(1),
        not_before: Some(fixture.now()),
        ..task("both")
    };
    assert!(matches!(
        store.enqueue(vec![both]).await.unwrap_err(),
        StateError::Invalid {
            field: "delay_ms",
            ..
        }
    ));
}

async fn a_deadline_ends_a_task_wherever_it_stands(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    let within = |id: &str, deadline_ms| NewTask {
        deadline_ms: Some(deadline_ms),
        ..task(id)
    };
    store.enqueue(vec![within("held", 5_000)]).await.unwrap();
    let held = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    store
        .enqueue(vec![within("queued", 5_000), within("in time", 60_000)])
        .await
        .unwrap();
    fixture.turn(4_999);
    store.renew(&claim_of(&held), LEASE).await.unwrap();
    fixture.turn(1);
    // Over at once, whether or not the sweep has passed.
    let late = store
        .complete(&claim_of(&held), Map::new(), vec![])
        .await
        .unwrap_err();
    assert_eq!(late.code(), "stale_claim");
    assert!(late.to_string().contains("its deadline passed"), "{late}");
    assert_eq!(claimed(&fixture, "a").await.as_deref(), Some("in time"));

    let report = store.sweep(&SWEEP).await.unwrap();
    let mut overdue: Vec<&str> = report
        .overdue
        .iter()
        .map(|task| task.task_id.as_str())
        .collect();
    overdue.sort_unstable();
    assert_eq!(overdue, ["held", "queued"]);
    assert!(report.expired.is_empty());
    let failed = store.task("held").await.unwrap();
    assert_eq!(failed.state, TaskState::Failed);
    assert_eq!(
        failed.last_error.as_deref(),
        Some("its deadline passed before it was finished")
    );
    let attempts = store.attempts("held").await.unwrap();
    assert_eq!(attempts[0].error_type.as_deref(), Some("deadline_exceeded"));
    assert!(store.attempts("queued").await.unwrap().is_empty());
    let refused = store.renew(&claim_of(&held), LEASE).await.unwrap_err();
    assert!(
        refused.to_string().contains("its deadline passed"),
        "{refused}"
    );
    assert!(
        store.sweep(&SWEEP).await.unwrap().overdue.is_empty(),
        "said once is enough"
    );
    // By hand it may be tried again, without the deadline that has passed.
    assert_eq!(store.retry("held").await.unwrap().deadline, None);
}

async fn a_draining_agent_keeps_what_it_has_and_gets_nothing_new(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    store
        .enqueue(vec![task("first"), task("second")])
        .await
        .unwrap();
    let first = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    assert_eq!(store.drain("a", true).await.unwrap().status, "draining");
    assert_eq!(claimed(&fixture, "a").await, None);
    // Neither a sign of life nor a restart ends it, whoever writes them.
    assert_eq!(store.heartbeat("a").await.unwrap().status, "draining");
    fixture.register("a").await;
    fixture
        .sql("UPDATE agents SET status = 'active' WHERE agent_name = 'a'")
        .await;
    assert_eq!(store.agents().await.unwrap()[0].status, "draining");
    assert_eq!(claimed(&fixture, "a").await, None);
    store.renew(&claim_of(&first), LEASE).await.unwrap();
    store
        .complete(&claim_of(&first), Map::new(), vec![])
        .await
        .unwrap();
    // Its silence is noticed all the same.
    fixture.turn(20_000);
    assert_eq!(store.sweep(&SWEEP).await.unwrap().silenced, ["a"]);
    assert_eq!(store.heartbeat("a").await.unwrap().status, "draining");
    assert_eq!(store.drain("a", false).await.unwrap().status, "active");
    assert_eq!(claimed(&fixture, "a").await.as_deref(), Some("second"));
    assert_eq!(
        store.drain("nobody", true).await.unwrap_err().code(),
        "not_found"
    );
}
