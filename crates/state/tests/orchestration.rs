//! Keys, urgency, skills, times, limits, draining and retry policies, through the trait on both databases.

mod fixture;

use std::sync::Arc;

use fixture::{Fixture, LEASE, SWEEP, claim_of, task, types};
use serde_json::{Map, json};
use swarmscope_model::state::{
    ErrorClass, Failure, NewAgent, NewTask, Priority, Retention, StateError, TaskFilter, TaskState,
};

on_both!(
    the_same_key_is_the_same_task_for_as_long_as_the_key_counts,
    keys_race_and_one_task_is_made,
    a_low_task_passes_the_high_ones_that_come_long_after_it,
    a_task_goes_only_to_an_agent_that_has_its_skills,
    a_delayed_task_waits_and_then_takes_its_place_in_the_queue,
    a_deadline_ends_a_task_wherever_it_stands,
    limits_on_agents_and_types_hold_while_many_claim,
    a_rate_holds_in_every_span,
    a_draining_agent_keeps_what_it_has_and_gets_nothing_new,
    a_types_retry_policy_decides_how_often_and_what_is_tried_again,
    requeueing_in_bulk_takes_what_was_counted_or_nothing,
);

async fn claimed(fixture: &Fixture, agent: &str) -> Option<String> {
    let task = fixture.store.claim(agent, &types(), LEASE).await.unwrap();
    task.map(|task| task.task_id)
}

fn failure(exception_type: &str) -> Failure {
    Failure {
        error_type: ErrorClass::Transient,
        error_message: "it broke".into(),
        exception_type: Some(exception_type.into()),
    }
}

async fn the_same_key_is_the_same_task_for_as_long_as_the_key_counts(fixture: Fixture) {
    let store = &fixture.store;
    let keyed = |window: Option<u64>, topic: &str| NewTask {
        task_id: None,
        idempotency_key: Some("order-7".into()),
        idempotency_window_ms: window,
        metadata: Map::from_iter([("topic".to_owned(), topic.into())]),
        ..task("")
    };
    let first = store.enqueue(vec![keyed(Some(60_000), "a")]).await.unwrap();
    assert_eq!(first[0].idempotency_key.as_deref(), Some("order-7"));
    fixture.turn(59_999);
    let again = store
        .enqueue(vec![keyed(Some(60_000), "a"), keyed(None, "a")])
        .await
        .unwrap();
    assert_eq!(again, [first[0].clone(), first[0].clone()]);
    let refused = store.enqueue(vec![keyed(None, "b")]).await.unwrap_err();
    assert!(
        matches!(&refused, StateError::KeyConflict { task_id, .. } if *task_id == first[0].task_id),
        "{refused}"
    );
    // Of another type it is another key.
    let other_type = NewTask {
        task_type: "editing".into(),
        ..keyed(None, "b")
    };
    let other = store.enqueue(vec![other_type]).await.unwrap();
    assert_ne!(other[0].task_id, first[0].task_id);

    fixture.turn(1);
    let second = store.enqueue(vec![keyed(None, "b")]).await.unwrap();
    assert_ne!(second[0].task_id, first[0].task_id);
    assert_eq!(
        store.task(&first[0].task_id).await.unwrap().idempotency_key,
        None
    );
    // This one counts for ever, so retention leaves it alone.
    store.cancel(&first[0].task_id).await.unwrap();
    store.cancel(&second[0].task_id).await.unwrap();
    fixture.turn(40 * 24 * 3_600_000);
    let retention = Retention {
        tasks_before: Some(fixture.now()),
        history_before: None,
        batch: 100,
    };
    assert_eq!(store.prune(&retention).await.unwrap().tasks, 1);
    assert_eq!(
        store.enqueue(vec![keyed(None, "b")]).await.unwrap()[0].task_id,
        second[0].task_id
    );
}

async fn keys_race_and_one_task_is_made(fixture: Fixture) {
    let second = fixture.open().await;
    let submissions = (0..20).map(|number| {
        let store = if number % 2 == 0 {
            Arc::clone(&fixture.store)
        } else {
            Arc::clone(&second)
        };
        let keyed = NewTask {
            task_id: None,
            idempotency_key: Some("once".into()),
            ..task("")
        };
        async move { store.enqueue(vec![keyed]).await.unwrap().remove(0).task_id }
    });
    let ids = futures::future::join_all(submissions).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(
        fixture.store.task_counts().await.unwrap(),
        [(TaskState::Queued, 1)]
    );
}

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

async fn limits_on_agents_and_types_hold_while_many_claim(fixture: Fixture) {
    let second = fixture.open().await;
    let store = &fixture.store;
    let set = |key: &str, most: u32| {
        let (key, value) = (key.to_owned(), json!({"max_concurrent": most}));
        async move { store.set_setting(&key, Some(value)).await.unwrap() }
    };
    set("claim_limit:task_type:research", 5).await;
    set("claim_limit:agent:*", 2).await;
    set("claim_limit:agent:greedy", 4).await;
    let many = (0..40).map(|number| task(&format!("t{number}"))).collect();
    store.enqueue(many).await.unwrap();
    for agent in ["greedy", "b", "c", "d"] {
        fixture.register(agent).await;
    }
    let race = |agents: &'static [&'static str]| {
        let stores = [Arc::clone(store), Arc::clone(&second)];
        let claims = (0..24).map(move |number| {
            let (store, agent) = (
                Arc::clone(&stores[number % 2]),
                agents[number % agents.len()],
            );
            async move { store.claim(agent, &types(), LEASE).await.unwrap() }
        });
        futures::future::join_all(claims)
    };
    let taken: Vec<_> = race(&["b"]).await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 2, "an agent without a row of its own");
    let more = race(&["greedy", "c", "d"])
        .await
        .into_iter()
        .flatten()
        .count();
    assert_eq!(more, 3, "five of the type in all");
    for task in &taken {
        store
            .complete(&claim_of(task), Map::new(), vec![])
            .await
            .unwrap();
    }
    assert_eq!(
        race(&["b", "c", "d", "greedy"])
            .await
            .into_iter()
            .flatten()
            .count(),
        2
    );
    // Another type is not held up.
    let editing = NewTask {
        task_type: "editing".into(),
        ..task("other")
    };
    store.enqueue(vec![editing]).await.unwrap();
    fixture.register("e").await;
    let both = vec!["research".to_owned(), "editing".to_owned()];
    let other = store.claim("e", &both, LEASE).await.unwrap().unwrap();
    assert_eq!(other.task_id, "other");
    store
        .set_setting("claim_limit:task_type:research", None)
        .await
        .unwrap();
    assert!(store.claim("e", &both, LEASE).await.unwrap().is_some());
}

async fn a_rate_holds_in_every_span(fixture: Fixture) {
    let second = fixture.open().await;
    let store = &fixture.store;
    let limit = json!({"rate": {"claims": 3, "per_seconds": 10}});
    store
        .set_setting("claim_limit:task_type:research", Some(limit))
        .await
        .unwrap();
    let many = (0..60).map(|number| task(&format!("t{number}"))).collect();
    store.enqueue(many).await.unwrap();
    fixture.register("a").await;
    let mut begun = Vec::new();
    for _ in 0..30 {
        let claims = (0..4).map(|number| {
            let store = if number % 2 == 0 { store } else { &second };
            async move { store.claim("a", &types(), LEASE).await.unwrap() }
        });
        for task in futures::future::join_all(claims)
            .await
            .into_iter()
            .flatten()
        {
            store
                .complete(&claim_of(&task), Map::new(), vec![])
                .await
                .unwrap();
            begun.push(fixture.now().as_millisecond());
        }
        fixture.turn(1_000);
    }
    assert_eq!(begun.len(), 9, "three in each of three spans");
    for four in begun.windows(4) {
        assert!(four[3] - four[0] >= 10_000, "{begun:?}");
    }
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

async fn a_types_retry_policy_decides_how_often_and_what_is_tried_again(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    let policy = json!({"max_retries": 5, "base_seconds": 2, "factor": 3, "cap_seconds": 10, "jitter": 0,
                        "elapsed_seconds": 30, "non_retryable": ["ValueError"]});
    store
        .set_setting("retry_policy:research", Some(policy))
        .await
        .unwrap();
    store.enqueue(vec![task("t"), task("value")]).await.unwrap();
    assert_eq!(store.task("t").await.unwrap().max_retries, 5);
    let fail_one = async |kind: &str| {
        let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        store
            .fail(&claim_of(&claimed), &failure(kind))
            .await
            .unwrap()
    };
    let mut waits = Vec::new();
    let dead = loop {
        let failed = fail_one("TimeoutError").await;
        assert_eq!(failed.task_id, "t");
        let Some(not_before) = failed.not_before else {
            break failed;
        };
        let wait = not_before.as_millisecond() - fixture.now().as_millisecond();
        waits.push(wait);
        fixture.turn(wait);
    };
    // 2, 6, 10 and 10 seconds; a fifth wait would end after more than 30.
    assert_eq!(waits, [2_000, 6_000, 10_000, 10_000]);
    assert_eq!((dead.state, dead.retry_count), (TaskState::DeadLetter, 4));
    let failed = fail_one("ValueError").await;
    assert_eq!(
        (failed.task_id.as_str(), failed.state),
        ("value", TaskState::Failed)
    );
    let attempts = store.attempts("value").await.unwrap();
    assert_eq!(attempts[0].metadata["exception_type"], "ValueError");
    // A policy that cannot be read is none.
    let bad = json!({"max_retries": 5, "factor": 0});
    store
        .set_setting("retry_policy:research", Some(bad))
        .await
        .unwrap();
    store.enqueue(vec![task("default")]).await.unwrap();
    assert_eq!(store.task("default").await.unwrap().max_retries, 3);
}

async fn requeueing_in_bulk_takes_what_was_counted_or_nothing(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    let many = (0..4).map(|number| task(&format!("t{number}"))).collect();
    store.enqueue(many).await.unwrap();
    for _ in 0..3 {
        let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        let permanent = Failure {
            error_type: ErrorClass::Permanent,
            ..failure("ValueError")
        };
        store.fail(&claim_of(&claimed), &permanent).await.unwrap();
    }
    store.cancel("t3").await.unwrap();
    let all = TaskFilter {
        task_type: Some("research".into()),
        ..TaskFilter::default()
    };
    let refused = store.requeue(&all, 2).await.unwrap_err();
    assert!(
        matches!(
            refused,
            StateError::CountChanged {
                expected: 2,
                found: 3
            }
        ),
        "{refused}"
    );
    assert_eq!(store.task("t0").await.unwrap().state, TaskState::Failed);
    let some = TaskFilter {
        task_ids: Some(vec!["t1".into(), "t3".into(), "nothing".into()]),
        ..all.clone()
    };
    let requeued = store.requeue(&some, 1).await.unwrap();
    assert_eq!(requeued.tasks.len(), 1);
    assert_eq!(
        (requeued.tasks[0].state, requeued.tasks[0].retry_count),
        (TaskState::Queued, 0)
    );
    assert_eq!(store.requeue(&all, 2).await.unwrap().tasks.len(), 2);
    // Cancelled ones only when they are asked for. The attempts of before are all there.
    let cancelled = TaskFilter {
        state: Some(TaskState::Cancelled),
        ..all
    };
    assert_eq!(
        store.requeue(&cancelled, 1).await.unwrap().tasks[0].task_id,
        "t3"
    );
    assert_eq!(store.attempts("t0").await.unwrap().len(), 1);
    assert!(store.requeue(&TaskFilter::default(), 10_001).await.is_err());
}
