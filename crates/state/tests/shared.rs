//! One database with several stores on it, workers that vanish, and settings and retention that
//! everybody sees.

mod fixture;

use std::collections::BTreeSet;

use fixture::{Fixture, LEASE, SWEEP, claim_of, task, types};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, json};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::PRUNE_BATCH;
use swarmscope_model::settings::Settings;
use swarmscope_model::state::{
    ErrorClass, Failure, NewTask, Pruned, Retention, TaskFilter, TaskState,
};

on_both!(
    many_claimers_over_two_stores_get_each_task_once,
    sweeps_of_two_stores_book_each_loss_once,
    a_name_used_again_after_a_crash_revives_and_orphans_nothing,
    whatever_workers_do_every_task_comes_to_an_end,
    settings_are_read_as_they_stand,
    retention_removes_what_ended_long_ago_and_nothing_else,
    a_store_that_answers_says_so,
);

async fn many_claimers_over_two_stores_get_each_task_once(fixture: Fixture) {
    const TASKS: usize = 200;
    let stores = [fixture.open().await, fixture.open().await];
    let tasks = (0..TASKS).map(|n| task(&format!("t{n}"))).collect();
    fixture.store.enqueue(tasks).await.unwrap();
    let mut claimers = Vec::new();
    for number in 0..12 {
        let store = stores[number % 2].clone();
        let name = format!("claimer{number}");
        fixture.register(&name).await;
        claimers.push(tokio::spawn(async move {
            let mut got = Vec::new();
            while let Some(task) = store.claim(&name, &types(), LEASE).await.unwrap() {
                assert_eq!(task.fencing_token, 1);
                got.push(task.task_id);
            }
            got
        }));
    }
    let mut claimed = Vec::new();
    for claimer in claimers {
        claimed.extend(claimer.await.unwrap());
    }
    let different: BTreeSet<&String> = claimed.iter().collect();
    assert_eq!((claimed.len(), different.len()), (TASKS, TASKS));
}

async fn sweeps_of_two_stores_book_each_loss_once(fixture: Fixture) {
    const TASKS: usize = 40;
    let stores = [fixture.open().await, fixture.open().await];
    let tasks = (0..TASKS).map(|n| task(&format!("t{n}"))).collect();
    fixture.store.enqueue(tasks).await.unwrap();
    fixture.register("gone").await;
    for _ in 0..TASKS {
        let claimed = fixture.store.claim("gone", &types(), LEASE).await.unwrap();
        assert!(claimed.is_some());
    }
    fixture.turn(20_000);
    let sweeps = stores
        .iter()
        .cycle()
        .take(6)
        .map(|store| store.sweep(&SWEEP));
    let reports = futures::future::try_join_all(sweeps).await.unwrap();
    let lost: Vec<&String> = reports
        .iter()
        .flat_map(|report| report.expired.iter().map(|lost| &lost.task.task_id))
        .collect();
    assert_eq!(lost.len(), TASKS);
    assert_eq!(lost.iter().collect::<BTreeSet<_>>().len(), TASKS);
    let silenced: Vec<&String> = reports.iter().flat_map(|report| &report.silenced).collect();
    assert_eq!(silenced, ["gone"]);
    for number in 0..TASKS {
        let id = format!("t{number}");
        assert_eq!(fixture.store.attempts(&id).await.unwrap().len(), 1);
        assert_eq!(
            fixture.store.task(&id).await.unwrap().state,
            TaskState::Queued
        );
    }
}

async fn a_name_used_again_after_a_crash_revives_and_orphans_nothing(fixture: Fixture) {
    let store = &fixture.store;
    store.enqueue(vec![task("first")]).await.unwrap();
    fixture.register("a").await;
    let before = store.claim("a", &types(), LEASE).await.unwrap().unwrap();

    // It crashes, comes back under its name, and works on something else with signs of life.
    fixture.register("a").await;
    store.enqueue(vec![task("second")]).await.unwrap();
    let second = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    assert_eq!(second.task_id, "second");
    fixture.turn(6_000);
    store.heartbeat("a").await.unwrap();
    store.renew(&claim_of(&second), LEASE).await.unwrap();
    fixture.turn(4_000);
    let report = store.sweep(&SWEEP).await.unwrap();
    assert_eq!(
        report.expired.len(),
        1,
        "the task from before is not kept alive"
    );
    assert_eq!(report.expired[0].task.task_id, "first");

    // The claim from before is not revived by claiming the same task under the same name.
    let again = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    assert_eq!(again.task_id, "first");
    for outcome in [
        store.renew(&claim_of(&before), LEASE).await,
        store.complete(&claim_of(&before), Map::new(), vec![]).await,
        store.fail(&claim_of(&before), &transient()).await,
    ] {
        assert_eq!(outcome.unwrap_err().code(), "stale_claim");
    }
    assert_eq!(store.task("first").await.unwrap(), again);
    store
        .complete(&claim_of(&again), Map::new(), vec![])
        .await
        .unwrap();
    store
        .complete(&claim_of(&second), Map::new(), vec![])
        .await
        .unwrap();
}

fn transient() -> Failure {
    Failure {
        error_type: ErrorClass::Transient,
        exception_type: None,
        error_message: "not now".into(),
    }
}

/// Workers complete, fail, vanish, and come back with claims they have lost. In the end no task is
/// left behind, and none has succeeded twice.
async fn whatever_workers_do_every_task_comes_to_an_end(fixture: Fixture) {
    let mut random = StdRng::seed_from_u64(20_260_131);
    let store = &fixture.store;
    let patient = |id: String| NewTask {
        max_retries: Some(20),
        ..task(&id)
    };
    let tasks = (0..20).map(|n| patient(format!("t{n}"))).collect();
    store.enqueue(tasks).await.unwrap();
    let agents = ["a", "b", "c"];
    for agent in agents {
        fixture.register(agent).await;
    }
    let mut lost = Vec::new();
    for round in 0.. {
        assert!(round < 2_000, "tasks are left behind");
        let counts = store.task_counts().await.unwrap();
        if counts.iter().all(|(state, _)| state.is_final()) {
            break;
        }
        let agent = agents[random.random_range(0..agents.len())];
        let Some(claimed) = store.claim(agent, &types(), LEASE).await.unwrap() else {
            fixture.turn(random.random_range(100..5_000));
            store.sweep(&SWEEP).await.unwrap();
            continue;
        };
        let claim = claim_of(&claimed);
        match random.random_range(0..4) {
            0 => drop(store.fail(&claim, &transient()).await.unwrap()),
            1 => lost.push(claim),
            _ => drop(store.complete(&claim, Map::new(), vec![]).await.unwrap()),
        }
        if let Some(stale) = lost.first().cloned()
            && random.random_range(0..3) == 0
            && store.complete(&stale, Map::new(), vec![]).await.is_ok()
        {
            lost.remove(0);
        }
    }
    let all = store
        .tasks(&TaskFilter {
            limit: 100,
            ..TaskFilter::default()
        })
        .await
        .unwrap();
    assert_eq!(all.total, 20);
    for task in all.tasks {
        let attempts = store.attempts(&task.task_id).await.unwrap();
        let successes = attempts.iter().filter(|attempt| attempt.success).count();
        assert_eq!(successes, usize::from(task.state == TaskState::Completed));
        assert_eq!(attempts.len(), usize::try_from(task.fencing_token).unwrap());
    }
}

async fn settings_are_read_as_they_stand(fixture: Fixture) {
    let store = &fixture.store;
    assert_eq!(
        Settings::read(&store.settings().await.unwrap()),
        (Settings::default(), vec![])
    );
    fixture
        .sql(
            "INSERT INTO system_config (config_key, config_value, description) VALUES \
             ('max_retries', '7', 'more'), ('log_level', '\"DEBUG\"', NULL), \
             ('lease_seconds', '\"soon\"', NULL)",
        )
        .await;
    let rows = store.settings().await.unwrap();
    assert_eq!(rows["max_retries"], json!(7));
    let (settings, bad) = Settings::read(&rows);
    assert_eq!((settings.max_retries, bad.len()), (7, 1));

    // The next task has them; one that says its own keeps its own.
    let own = NewTask {
        max_retries: Some(1),
        ..task("own")
    };
    let made = store.enqueue(vec![task("new"), own]).await.unwrap();
    assert_eq!((made[0].max_retries, made[1].max_retries), (7, 1));
    fixture
        .sql("UPDATE system_config SET config_value = '-1' WHERE config_key = 'max_retries'")
        .await;
    let made = store
        .enqueue(vec![task("newer"), task("new")])
        .await
        .unwrap();
    assert_eq!((made[0].max_retries, made[1].max_retries), (3, 7));
}

async fn retention_removes_what_ended_long_ago_and_nothing_else(fixture: Fixture) {
    const DAY: i64 = 24 * 3600 * 1_000;
    let store = &fixture.store;
    fixture.register("a").await;
    for id in ["old", "older"] {
        store.enqueue(vec![task(id)]).await.unwrap();
        let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        let claim = claim_of(&claimed);
        store.complete(&claim, Map::new(), vec![]).await.unwrap();
    }
    let waiting = NewTask {
        task_type: "other".into(),
        ..task("waiting")
    };
    store.enqueue(vec![waiting]).await.unwrap();
    fixture.turn(29 * DAY);
    store.enqueue(vec![task("new")]).await.unwrap();
    let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    let claim = claim_of(&claimed);
    store.complete(&claim, Map::new(), vec![]).await.unwrap();
    fixture.turn(2 * DAY);

    let month_ago = Timestamp::from_millisecond(fixture.now().as_millisecond() - 30 * DAY);
    let nothing = Retention {
        batch: PRUNE_BATCH,
        ..Retention::default()
    };
    assert_eq!(store.prune(&nothing).await.unwrap(), Pruned::default());
    let retention = Retention {
        tasks_before: Some(month_ago),
        history_before: Some(month_ago),
        batch: 1,
    };
    let one = Pruned {
        tasks: 1,
        attempts: 1,
    };
    assert_eq!(store.prune(&retention).await.unwrap(), one);
    assert_eq!(store.prune(&retention).await.unwrap(), one);
    assert_eq!(store.prune(&retention).await.unwrap(), Pruned::default());
    assert_eq!(
        store.task_counts().await.unwrap(),
        [(TaskState::Queued, 1), (TaskState::Completed, 1)]
    );
    assert_eq!(store.attempts("new").await.unwrap().len(), 1);
    assert_eq!(store.attempts("old").await.unwrap().len(), 0);
    // What an agent has done stays counted.
    assert_eq!(store.agents().await.unwrap()[0].completed_tasks, 3);
}

async fn a_store_that_answers_says_so(fixture: Fixture) {
    fixture.store.ping().await.unwrap();
}
