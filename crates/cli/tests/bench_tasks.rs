//! `swarmscope bench tasks` with few tasks, on both databases.

mod support;

use std::process::Output;

use serde_json::Value;
use support::SWARMSCOPE;
use tokio::process::Command;

const TASKS: u64 = 200;

async fn bench(state: &str, further: &[&str]) -> Output {
    Command::new(SWARMSCOPE)
        .args(["bench", "tasks", "--tasks", &TASKS.to_string()])
        .args(["--agents", "4", "--queued", "300", "--paced", "1s"])
        .args(further)
        .env("SWARMSCOPE_BENCH_STATE", state)
        .output()
        .await
        .expect("the binary runs")
}

fn check(database: &Value, name: &str) {
    assert_eq!(database["database"], name);
    let contenders = database["contenders"].as_array().expect("contenders");
    let doors: Vec<&Value> = contenders
        .iter()
        .map(|contender| &contender["door"])
        .collect();
    assert_eq!(doors, ["store", "http"]);
    for contender in contenders {
        for figure in [
            "/throughput/submits_per_second",
            "/throughput/tasks_per_second",
            "/throughput/claim_mean_ms",
            "/paced/tasks_per_second",
            "/paced/submit_to_claim_p50_ms",
            "/paced/submit_to_claim_p99_ms",
        ] {
            let value = contender.pointer(figure).and_then(Value::as_f64);
            assert!(value > Some(0.0), "{figure}: {contender}");
        }
    }
    assert!(contenders[1]["throughput"]["cpu"]["server_seconds"].is_number());
    assert!(contenders[1]["ratio"].is_number());
    let long = &contenders[0]["long_queue"];
    assert_eq!(long["queued"], 300);
    assert!(long["slower"].as_f64() > Some(0.0), "{long}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_are_measured_through_both_doors_and_a_used_one_is_refused() {
    let database = swarmscope_test_postgres::shared().map(|cluster| cluster.database());
    let url = database
        .as_ref()
        .map(|database| database.url())
        .unwrap_or_default();
    let output = bench(&url, &["--json"]).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&report["tasks"], &report["agents"]),
        (&TASKS.into(), &4.into())
    );
    let databases = report["databases"].as_array().expect("databases");
    check(&databases[0], "sqlite");
    let Some(database) = database else { return };
    check(&databases[1], "postgres");

    let waiting = "SELECT count(*) FROM task_states WHERE state = 'queued'";
    assert_eq!(
        database.sql(waiting),
        "300",
        "the long queue is left as it is"
    );
    let refused = bench(&url, &[]).await;
    let errors = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(errors.contains("name an empty database"), "{errors}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_get_a_table() {
    let output = bench("", &[]).await;
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{table}");
    for line in [
        "sqlite",
        "tasks/s through claim and completion",
        "submit to claim, p99 ms",
    ] {
        assert!(table.contains(line), "{table}");
    }
}
