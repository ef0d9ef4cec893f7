//! Limits of types and agents, and rates.

use std::sync::Arc;

use serde_json::{Map, json};
use swarmscope_model::state::NewTask;

use crate::fixture::{Fixture, LEASE, claim_of, task, types};
use crate::on_both;

on_both!(
    limits_on_agents_and_types_hold_while_many_claim,
    a_rate_holds_in_every_span,
);

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
