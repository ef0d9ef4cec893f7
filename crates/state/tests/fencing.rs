//! Whatever happens in whatever order: only the claim in force changes a task.

mod fixture;

use std::collections::HashMap;

use fixture::{Fixture, LEASE, SWEEP, claim_of, task, types};
use proptest::prelude::*;
use serde_json::Map;
use swarmscope_model::state::{Claim, ErrorClass, Failure, StateError, Task, TaskState};

#[derive(Debug, Clone)]
enum Step {
    Claim {
        agent: usize,
    },
    /// By one of the claims ever made, most of which are stale.
    Renew {
        claim: prop::sample::Index,
    },
    Complete {
        claim: prop::sample::Index,
    },
    Fail {
        claim: prop::sample::Index,
        class: ErrorClass,
    },
    Cancel {
        task: usize,
    },
    Retry {
        task: usize,
    },
    Deregister {
        agent: usize,
    },
    Sweep,
    Wait {
        milliseconds: i64,
    },
}

const AGENTS: [&str; 3] = ["a", "b", "c"];
const TASKS: [&str; 2] = ["t0", "t1"];

fn step() -> impl Strategy<Value = Step> {
    let class = prop_oneof![
        3 => Just(ErrorClass::Transient),
        1 => Just(ErrorClass::Permanent),
    ];
    prop_oneof![
        6 => (0..AGENTS.len()).prop_map(|agent| Step::Claim { agent }),
        2 => any::<prop::sample::Index>().prop_map(|claim| Step::Renew { claim }),
        2 => any::<prop::sample::Index>().prop_map(|claim| Step::Complete { claim }),
        3 => (any::<prop::sample::Index>(), class).prop_map(|(claim, class)| Step::Fail { claim, class }),
        1 => (0..TASKS.len()).prop_map(|task| Step::Cancel { task }),
        2 => (0..TASKS.len()).prop_map(|task| Step::Retry { task }),
        1 => (0..AGENTS.len()).prop_map(|agent| Step::Deregister { agent }),
        3 => Just(Step::Sweep),
        4 => (0..8_000_i64).prop_map(|milliseconds| Step::Wait { milliseconds }),
    ]
}

async fn all(fixture: &Fixture) -> HashMap<String, Task> {
    let mut tasks = HashMap::new();
    for id in TASKS {
        tasks.insert(id.to_owned(), fixture.store.task(id).await.unwrap());
    }
    tasks
}

/// Whether the claim is the one in force, told from the row alone.
fn in_force(task: &Task, claim: &Claim, fixture: &Fixture) -> bool {
    task.state == TaskState::InProgress
        && task.fencing_token == claim.fencing_token
        && task.agent_name.as_deref() == Some(&claim.agent_name)
        && task
            .lease_expires_at
            .is_some_and(|expiry| fixture.now() < expiry)
}

async fn by_claim(fixture: &Fixture, step: &Step, claim: &Claim) -> Result<Task, StateError> {
    let store = &fixture.store;
    match step {
        Step::Renew { .. } => store.renew(claim, LEASE).await,
        Step::Complete { .. } => store.complete(claim, Map::new(), vec![]).await,
        Step::Fail { class, .. } => {
            let failure = Failure {
                error_type: *class,
                exception_type: None,
                error_message: "it broke".into(),
            };
            store.fail(claim, &failure).await
        }
        _ => unreachable!("only steps with a claim"),
    }
}

async fn run(fixture: Fixture, steps: Vec<Step>) {
    let store = &fixture.store;
    store.enqueue(TASKS.map(task).to_vec()).await.unwrap();
    for agent in AGENTS {
        fixture.register(agent).await;
    }
    let mut claims: Vec<Claim> = Vec::new();
    for step in &steps {
        let before = all(&fixture).await;
        match step {
            Step::Claim { agent } => {
                if let Some(claimed) = store.claim(AGENTS[*agent], &types(), LEASE).await.unwrap() {
                    let old = &before[&claimed.task_id];
                    assert_eq!(old.state, TaskState::Queued);
                    assert_eq!(claimed.fencing_token, old.fencing_token + 1);
                    claims.push(claim_of(&claimed));
                }
            }
            Step::Renew { claim } | Step::Complete { claim } | Step::Fail { claim, .. } => {
                if claims.is_empty() {
                    continue;
                }
                let claim = claim.get(&claims);
                let old = &before[&claim.task_id];
                let allowed = in_force(old, claim, &fixture);
                match by_claim(&fixture, step, claim).await {
                    Ok(_) if allowed => {}
                    // The completion that was sent twice changes nothing.
                    Ok(after) => assert_eq!((&after, after.state), (old, TaskState::Completed)),
                    Err(error) => {
                        assert!(!allowed && error.code() == "stale_claim", "{error}");
                        assert_eq!(all(&fixture).await, before);
                    }
                }
            }
            Step::Cancel { task } => drop(store.cancel(TASKS[*task]).await),
            Step::Retry { task } => drop(store.retry(TASKS[*task]).await),
            Step::Deregister { agent } => drop(store.deregister(AGENTS[*agent]).await.unwrap()),
            Step::Sweep => {
                for lost in store.sweep(&SWEEP).await.unwrap().expired {
                    let old = &before[&lost.task.task_id];
                    assert!(old.lease_expires_at.unwrap() <= fixture.now());
                    assert_eq!(old.agent_name, Some(lost.agent_name));
                }
            }
            Step::Wait { milliseconds } => fixture.turn(*milliseconds),
        }
        for (id, task) in all(&fixture).await {
            assert!(task.fencing_token >= before[&id].fencing_token);
            assert_eq!(
                task.state == TaskState::InProgress,
                task.lease_expires_at.is_some()
            );
            // Every claim is either under way or has left exactly one attempt.
            let made = claims.iter().filter(|claim| claim.task_id == id).count();
            let under_way = usize::from(task.state == TaskState::InProgress);
            assert_eq!(store.attempts(&id).await.unwrap().len() + under_way, made);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_the_claim_in_force_changes_a_task_on_sqlite(steps in prop::collection::vec(step(), 10..80)) {
        runtime().block_on(async { run(Fixture::sqlite().await, steps).await });
    }

    #[test]
    fn only_the_claim_in_force_changes_a_task_on_postgres(steps in prop::collection::vec(step(), 10..80)) {
        runtime().block_on(async {
            if let Some(fixture) = Fixture::postgres().await {
                run(fixture, steps).await;
            }
        });
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}
