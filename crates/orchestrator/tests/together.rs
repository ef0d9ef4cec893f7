//! Two orchestrators beside one another on one database: what happens by itself happens once, and what one
//! of them is told the other one knows.

mod support;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use support::several::{Place, Server, until};

on_both!(
    each_tick_of_a_schedule_enqueues_one_task,
    an_overdue_task_fails_once_and_its_agent_is_refused,
    a_parent_goes_on_when_its_parts_have_ended_at_either,
    every_task_is_done_once_though_one_orchestrator_is_killed,
    what_ended_long_ago_is_removed,
);

async fn two(place: &Place) -> [Server; 2] {
    [place.orchestrator().await, place.orchestrator().await]
}

fn told(servers: &[Server; 2], part: &str) -> usize {
    servers.iter().map(|server| server.events.count(part)).sum()
}

async fn total(server: &Server, query: &str) -> u64 {
    let (_, page) = server.get(&format!("/api/v1/tasks?{query}")).await;
    page["total"].as_u64().unwrap()
}

async fn stop(servers: [Server; 2]) {
    for server in servers {
        server.stop().await;
    }
}

async fn each_tick_of_a_schedule_enqueues_one_task(place: Place) {
    let servers = two(&place).await;
    let body = json!({"cron": "* * * * * *", "task": {"task_type": "beat"}});
    let path = "/api/v1/schedules/beat";
    let (status, kept) = servers[0].call(Method::PUT, path, &body).await;
    assert_eq!(status, 200, "{kept}");
    until("it has ticked some times", async || {
        total(&servers[1], "task_type=beat").await >= 4
    })
    .await;
    let pause = format!("{path}/pause");
    servers[1].post(&pause, json!({})).await;
    let (_, page) = servers[0].get("/api/v1/tasks?task_type=beat").await;
    let tasks = page["tasks"].as_array().unwrap();
    let ticks: BTreeSet<&str> = tasks
        .iter()
        .map(|task| task["metadata"]["scheduled_at"].as_str().unwrap())
        .collect();
    assert_eq!(ticks.len(), tasks.len(), "{page}");
    // Each is one orchestrator's news, and no other's.
    until("every tick is told of", async || {
        told(&servers, "schedule beat enqueued") >= tasks.len()
    })
    .await;
    assert_eq!(told(&servers, "schedule beat enqueued"), tasks.len());
    stop(servers).await;
}

async fn an_overdue_task_fails_once_and_its_agent_is_refused(place: Place) {
    let servers = two(&place).await;
    servers[1].register("slow").await;
    let task = json!({"task_id": "late", "task_type": "x", "deadline_ms": 5_000});
    servers[0].post("/api/v1/tasks", task).await;
    let unclaimed = json!({"task_id": "nobody's", "task_type": "y", "deadline_ms": 1});
    servers[0].post("/api/v1/tasks", unclaimed).await;
    let claimed = servers[1].claim("slow", "x").await;
    for id in ["late", "nobody's"] {
        until("its deadline is noticed", async || {
            servers[0].task(id).await["state"] == "failed"
        })
        .await;
    }
    let (status, refused) = servers[1].complete(&claimed).await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (409, &json!("stale_claim"))
    );
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("its deadline passed"), "{message}");
    until("both are told of", async || {
        told(&servers, "\"deadline_exceeded\"") >= 2
    })
    .await;
    let failed = [json!("slow"), json!("failed"), json!("deadline_exceeded")];
    assert_eq!(servers[0].attempts("late").await, [failed]);
    assert_eq!(told(&servers, "\"deadline_exceeded\""), 2);
    stop(servers).await;
}

async fn a_parent_goes_on_when_its_parts_have_ended_at_either(place: Place) {
    let servers = two(&place).await;
    for (server, name) in servers.iter().zip(["here", "there"]) {
        server.register(name).await;
    }
    servers[0].register("gatherer").await;
    let family = json!([
        {"task_id": "whole", "task_type": "whole", "join": {"then": "continue"}},
        {"task_id": "first", "task_type": "part", "parent_task_id": "whole"},
        {"task_id": "second", "task_type": "part", "parent_task_id": "whole"},
    ]);
    servers[0].post("/api/v1/tasks", family).await;
    let first = servers[0].claim("here", "part").await;
    let second = servers[1].claim("there", "part").await;
    assert_eq!(servers[0].complete(&first).await.0, 200);
    assert_eq!(servers[1].task("whole").await["state"], "waiting");
    // Somebody waits for the whole at one of them while the last part ends at the other.
    let gathered = async {
        let whole = servers[0].claim("gatherer", "whole").await;
        let parts = total(&servers[0], "parent_task_id=whole&state=completed").await;
        (whole, parts)
    };
    let ((whole, parts), done) = tokio::join!(gathered, servers[1].complete(&second));
    assert_eq!((done.0, parts), (200, 2));
    assert_eq!(whole["task_id"], "whole");
    assert_eq!(servers[0].complete(&whole).await.0, 200);
    assert_eq!(servers[1].task("whole").await["state"], "completed");
    stop(servers).await;
}

async fn every_task_is_done_once_though_one_orchestrator_is_killed(place: Place) {
    const TASKS: usize = 60;
    let [lasting, killed] = two(&place).await;
    for number in 0..6 {
        lasting.register(&format!("a{number}")).await;
    }
    let tasks: Vec<Value> = (0..TASKS).map(|_| json!({"task_type": "x"})).collect();
    killed.post("/api/v1/tasks", json!(tasks)).await;
    // Half of the agents work at each, until the tasks are nearly half done.
    let work = async |server: &Server, number: usize, tasks: usize| {
        for _ in 0..tasks {
            let task = server.claim(&format!("a{number}"), "x").await;
            assert_eq!(server.complete(&task).await.0, 200, "{task}");
        }
    };
    let at = |number: usize| if number < 3 { &lasting } else { &killed };
    let agents = (0..6).map(|number| work(at(number), number, 4));
    futures::future::join_all(agents).await;
    killed.kill().await;
    let rest = (0..6).map(|number| work(&lasting, number, (TASKS - 24) / 6));
    futures::future::join_all(rest).await;
    assert_eq!(total(&lasting, "state=completed").await, TASKS as u64);
    let (_, agents) = lasting.get("/api/v1/agents").await;
    let completed: Vec<&Value> = agents["agents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agent| &agent["completed_tasks"])
        .collect();
    assert_eq!(completed, [10; 6]);
    lasting.stop().await;
}

async fn what_ended_long_ago_is_removed(place: Place) {
    let servers = two(&place).await;
    servers[0].register("a").await;
    let ended = json!({"task_id": "ended", "task_type": "x"});
    servers[0].post("/api/v1/tasks", ended).await;
    let open = json!({"task_id": "open", "task_type": "y"});
    servers[0].post("/api/v1/tasks", open).await;
    let task = servers[0].claim("a", "x").await;
    assert_eq!(servers[0].complete(&task).await.0, 200);
    assert_eq!(servers[1].get("/api/v1/tasks/ended").await.0, 200);
    stop(servers).await;
    place.make_older("2020-01-01T00:00:00Z").await;
    let later = place.orchestrator().await;
    until("retention has passed", async || {
        later.get("/api/v1/tasks/ended").await.0 == 404
    })
    .await;
    assert_eq!(later.get("/api/v1/tasks/open").await.0, 200);
    until("it is told of", async || {
        later.events.count("state_pruned") > 0
    })
    .await;
    later.stop().await;
}
