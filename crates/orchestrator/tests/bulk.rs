//! Several tasks in one call: each is under a claim of its own, and none of the rules for one is another for
//! many.

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::several::{Place, Server, until};

on_both!(
    several_tasks_are_claimed_the_most_urgent_first,
    limits_hold_for_many_as_for_one,
    who_waits_for_many_is_woken_by_the_first,
    completions_are_judged_one_by_one,
    parts_that_end_together_move_their_whole_on,
    every_task_is_done_once_though_an_orchestrator_and_its_answers_are_lost,
);

async fn claim_many(server: &Server, agent: &str, most: usize) -> Vec<Value> {
    let body = json!({"task_types": ["x"], "most": most, "lease_ms": 60_000});
    let path = format!("/api/v1/agents/{agent}/claim_many");
    let reply = server.post(&path, body).await;
    reply["tasks"].as_array().unwrap().clone()
}

async fn complete_many(server: &Server, agent: &str, completions: Vec<Value>) -> Vec<Value> {
    let body = json!({"agent_name": agent, "completions": completions});
    let reply = server.post("/api/v1/tasks/complete", body).await;
    reply["results"].as_array().unwrap().clone()
}

fn completion(task: &Value) -> Value {
    json!({"task_id": task["task_id"], "fencing_token": task["fencing_token"]})
}

fn ids(tasks: &[Value]) -> Vec<&str> {
    tasks
        .iter()
        .map(|task| task["task_id"].as_str().unwrap())
        .collect()
}

async fn submit(server: &Server, tasks: usize) {
    let tasks: Vec<Value> = (0..tasks).map(|_| json!({"task_type": "x"})).collect();
    server.post("/api/v1/tasks", json!(tasks)).await;
}

async fn several_tasks_are_claimed_the_most_urgent_first(place: Place) {
    let server = place.orchestrator().await;
    server.register("a").await;
    let task =
        |id: &str, priority: &str| json!({"task_id": id, "task_type": "x", "priority": priority});
    let tasks = json!([task("l", "low"), task("m", "medium"), task("h", "high")]);
    server.post("/api/v1/tasks", tasks).await;
    let claimed = claim_many(&server, "a", 2).await;
    assert_eq!(ids(&claimed), ["h", "m"]);
    for task in &claimed {
        assert_eq!(
            (&task["agent_name"], &task["fencing_token"]),
            (&json!("a"), &json!(1))
        );
        assert!(task["lease_expires_at"].is_string(), "{task}");
    }
    assert_eq!(ids(&claim_many(&server, "a", 64).await), ["l"]);
    assert!(claim_many(&server, "a", 64).await.is_empty());
    for (most, part) in [(0, "most: is 0"), (65, "1 to 64")] {
        let body = json!({"task_types": ["x"], "most": most});
        let path = "/api/v1/agents/a/claim_many";
        let (status, refused) = server.call(reqwest::Method::POST, path, &body).await;
        let message = refused["error"]["message"].as_str().unwrap();
        assert_eq!(status, 400, "{refused}");
        assert!(message.contains(part), "{message}");
    }
    server.stop().await;
}

async fn limits_hold_for_many_as_for_one(place: Place) {
    let server = place.orchestrator().await;
    server.register("a").await;
    submit(&server, 6).await;
    let limit = json!({"max_concurrent": 2});
    let path = "/api/v1/limits/task_type/x";
    assert_eq!(server.call(reqwest::Method::PUT, path, &limit).await.0, 200);
    assert_eq!(claim_many(&server, "a", 5).await.len(), 2);
    assert!(claim_many(&server, "a", 5).await.is_empty());
    server.stop().await;
}

async fn who_waits_for_many_is_woken_by_the_first(place: Place) {
    let server = place.orchestrator().await;
    server.register("a").await;
    let body = json!({"task_types": ["x"], "most": 8, "wait_ms": 30_000});
    let (reply, ()) = tokio::join!(server.post("/api/v1/agents/a/claim_many", body), async {
        // Nothing shows that a request waits. Were it late, the test would be weaker, not wrong.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        submit(&server, 3).await;
    });
    assert_eq!(reply["tasks"].as_array().unwrap().len(), 3, "{reply}");
    server.stop().await;
}

async fn completions_are_judged_one_by_one(place: Place) {
    let server = place.orchestrator().await;
    server.register("a").await;
    submit(&server, 3).await;
    let claimed = claim_many(&server, "a", 3).await;
    let mut late = completion(&claimed[1]);
    late["fencing_token"] = json!(7);
    let mut followed = completion(&claimed[2]);
    followed["follow_up"] = json!([{"task_type": "y"}]);
    followed["result"] = json!({"n": 1});
    let unknown = json!({"task_id": "nobody's", "fencing_token": 1});
    let completions = vec![completion(&claimed[0]), late, followed, unknown];
    // Sent again it is answered as before, and nothing follows twice.
    for _ in 0..2 {
        let results = complete_many(&server, "a", completions.clone()).await;
        let said: Vec<(&Value, &Value)> = results
            .iter()
            .map(|one| (&one["status"], &one["error"]["code"]))
            .collect();
        let [done, stale, missing] = [json!(200), json!(409), json!(404)];
        let [none, code, gone] = [Value::Null, json!("stale_claim"), json!("not_found")];
        let expected = [
            (&done, &none),
            (&stale, &code),
            (&done, &none),
            (&missing, &gone),
        ];
        assert_eq!(said, expected, "{results:?}");
        assert_eq!(ids(&results)[3], "nobody's");
        assert_eq!(results[0]["task"]["state"], "completed");
    }
    let refused = claimed[1]["task_id"].as_str().unwrap();
    assert_eq!(server.task(refused).await["state"], "in_progress");
    let (_, page) = server.get("/api/v1/tasks").await;
    assert_eq!(
        page["counts"],
        json!({"queued": 1, "in_progress": 1, "completed": 2})
    );
    let (_, detail) = server
        .get(&format!("/api/v1/tasks/{}", ids(&claimed)[2]))
        .await;
    assert_eq!(detail["attempts"][0]["metadata"]["result"], json!({"n": 1}));
    let none = json!({"agent_name": "a", "completions": []});
    let path = "/api/v1/tasks/complete";
    assert_eq!(server.call(reqwest::Method::POST, path, &none).await.0, 400);
    server.stop().await;
}

/// A whole with so many parts that are in progress.
async fn family(server: &Server, whole: &str, join: Value, parts: usize) -> Vec<Value> {
    let mut tasks = vec![json!({"task_id": whole, "task_type": "whole", "join": join})];
    tasks.extend((0..parts).map(|_| json!({"task_type": "x", "parent_task_id": whole})));
    server.post("/api/v1/tasks", json!(tasks)).await;
    claim_many(server, "a", parts).await
}

async fn parts_that_end_together_move_their_whole_on(place: Place) {
    let server = place.orchestrator().await;
    server.register("a").await;
    submit(&server, 1).await;
    let lone = claim_many(&server, "a", 1).await;
    let gathered = family(&server, "gathered", json!({"then": "continue"}), 3).await;
    let done = family(&server, "done", json!({"then": "complete"}), 2).await;
    let open = family(&server, "open", json!({"then": "complete"}), 2).await;
    let together = [&lone[..], &gathered, &done, &open[..1]].concat();
    let completions = together.iter().map(completion).collect();
    let results = complete_many(&server, "a", completions).await;
    for result in &results {
        assert_eq!(result["task"]["state"], "completed", "{result}");
    }
    for (whole, state) in [
        ("gathered", "queued"),
        ("done", "completed"),
        ("open", "waiting"),
    ] {
        assert_eq!(server.task(whole).await["state"], state, "{whole}");
    }
    assert_eq!(server.claim("a", "whole").await["task_id"], "gathered");
    for task in &together {
        let id = task["task_id"].as_str().unwrap();
        assert_eq!(
            server.attempts(id).await,
            [[json!("a"), json!("completed"), Value::Null]]
        );
    }
    // Events come in their order: with this one all before it are there.
    let after = json!({"task_id": "after all of them", "task_type": "y"});
    server.post("/api/v1/tasks", after).await;
    until("the events are written", async || {
        server.events.count("after all of them") > 0
    })
    .await;
    for (told, times) in [
        ("whole task gathered goes on", 1),
        ("whole task done is completed", 1),
        ("its children have ended", 2),
    ] {
        assert_eq!(server.events.count(told), times, "{told}");
    }
    server.stop().await;
}

async fn every_task_is_done_once_though_an_orchestrator_and_its_answers_are_lost(place: Place) {
    const TASKS: usize = 90;
    let (lasting, killed) = (place.orchestrator().await, place.orchestrator().await);
    for agent in ["a", "b", "c"] {
        lasting.register(agent).await;
    }
    submit(&killed, TASKS).await;
    let mut lost = Vec::new();
    for agent in ["a", "b", "c"] {
        let claimed = claim_many(&killed, agent, 20).await;
        let half = claimed[..10].iter().map(completion).collect();
        complete_many(&killed, agent, half).await;
        lost.push((agent, claimed));
    }
    killed.kill().await;
    // Who has no answer sends all of it again, to whoever is there.
    for (agent, claimed) in lost {
        let all = claimed.iter().map(completion).collect();
        for result in complete_many(&lasting, agent, all).await {
            assert_eq!(result["status"], 200, "{result}");
        }
    }
    let rest = claim_many(&lasting, "a", 64).await;
    assert_eq!(rest.len(), TASKS - 60);
    complete_many(&lasting, "a", rest.iter().map(completion).collect()).await;
    let (_, page) = lasting
        .get("/api/v1/tasks?state=completed&limit=1000")
        .await;
    let done: BTreeSet<String> = ids(page["tasks"].as_array().unwrap())
        .into_iter()
        .map(str::to_owned)
        .collect();
    assert_eq!((done.len(), &page["total"]), (TASKS, &json!(TASKS)));
    let (_, agents) = lasting.get("/api/v1/agents").await;
    let counts = agents["agents"].as_array().unwrap().iter();
    let counts: Vec<&Value> = counts.map(|agent| &agent["completed_tasks"]).collect();
    assert_eq!(counts, [50, 20, 20]);
    lasting.stop().await;
}
