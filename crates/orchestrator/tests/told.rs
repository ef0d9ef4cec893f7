//! Waiting claims that are told of work: of a task that another orchestrator was given, and of the end of what
//! a limit held them back for. Nothing here looks by itself.

mod support;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use support::several::{Place, Server, until};

on_both!(
    the_end_of_a_task_makes_room_under_the_limit_of_its_type,
    the_end_of_a_task_makes_room_under_the_limit_of_its_agent,
    a_cancellation_makes_room_under_a_limit,
);

/// Claims in one call that waits, and meanwhile does something else.
async fn while_it_waits(
    server: &Server,
    agent: &str,
    meanwhile: impl Future<Output = ()>,
) -> Value {
    let path = format!("/api/v1/agents/{agent}/claim");
    let body = json!({"task_types": ["x"], "wait_ms": 30_000, "lease_ms": 60_000});
    let (reply, ()) = tokio::join!(server.post(&path, body), async {
        // Nothing shows that a request waits. Were it late, the test would be weaker, not wrong.
        tokio::time::sleep(Duration::from_millis(300)).await;
        meanwhile.await;
    });
    reply["task"].clone()
}

/// An orchestrator that knows of this limit from its start, with two tasks of which the agent has the first.
async fn limited(place: &Place, scope: &str) -> (Server, Value) {
    let before = place.orchestrator().await;
    let limit = json!({"max_concurrent": 1});
    let (status, kept) = before
        .call(Method::PUT, &format!("/api/v1/limits/{scope}"), &limit)
        .await;
    assert_eq!(status, 200, "{kept}");
    for agent in ["a", "b"] {
        before.register(agent).await;
    }
    let tasks =
        json!([{"task_id": "first", "task_type": "x"}, {"task_id": "second", "task_type": "x"}]);
    before.post("/api/v1/tasks", tasks).await;
    before.stop().await;
    let server = place.orchestrator_that_has_to_be_told().await;
    let first = server.claim("a", "x").await;
    assert_eq!(first["task_id"], "first");
    // Not before its first sweep: that is when it reads the limits.
    until("the limits are read", async || has_swept(&server).await).await;
    (server, first)
}

/// Whether a task with a deadline that is over was failed, which sweeps do.
async fn has_swept(server: &Server) -> bool {
    let id = "tells of sweeps";
    if server.task(id).await.is_null() {
        let task = json!({"task_id": id, "task_type": "swept", "deadline_ms": 1});
        server.post("/api/v1/tasks", task).await;
    }
    server.task(id).await["state"] == "failed"
}

async fn the_end_of_a_task_makes_room_under_the_limit_of_its_type(place: Place) {
    let (server, first) = limited(&place, "task_type/x").await;
    let claimed = while_it_waits(&server, "b", async {
        assert_eq!(server.complete(&first).await.0, 200);
    });
    assert_eq!(claimed.await["task_id"], "second");
    server.stop().await;
}

async fn the_end_of_a_task_makes_room_under_the_limit_of_its_agent(place: Place) {
    let (server, first) = limited(&place, "agent/a").await;
    let claimed = while_it_waits(&server, "a", async {
        let failure = json!({"agent_name": "a", "fencing_token": first["fencing_token"],
                             "error_type": "permanent", "error_message": "no"});
        server.post("/api/v1/tasks/first/fail", failure).await;
    });
    assert_eq!(claimed.await["task_id"], "second");
    server.stop().await;
}

async fn a_cancellation_makes_room_under_a_limit(place: Place) {
    let (server, _) = limited(&place, "task_type/x").await;
    let claimed = while_it_waits(&server, "b", async {
        server.post("/api/v1/tasks/first/cancel", json!({})).await;
    });
    assert_eq!(claimed.await["task_id"], "second");
    server.stop().await;
}

/// Orchestrators on PostgreSQL; on SQLite they find one another's tasks when they look.
async fn two() -> Option<(Place, [Server; 2])> {
    let place = Place::postgres()?;
    let here = place.orchestrator_that_has_to_be_told().await;
    let there = place.orchestrator_that_has_to_be_told().await;
    there.register("a").await;
    Some((place, [here, there]))
}

async fn stop(servers: [Server; 2]) {
    for server in servers {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_one_orchestrator_is_given_wakes_who_waits_at_another() {
    let Some((_place, servers)) = two().await else {
        return;
    };
    for id in ["first", "second"] {
        let claimed = while_it_waits(&servers[1], "a", async {
            let task = json!({"task_id": id, "task_type": "x"});
            servers[0].post("/api/v1/tasks", task).await;
        });
        assert_eq!(claimed.await["task_id"], id);
    }
    stop(servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_nobody_here_may_have_goes_to_who_waits_at_another() {
    let Some((_place, servers)) = two().await else {
        return;
    };
    let skilled = json!({"agent_name": "skilled", "agent_type": "test", "capabilities": {"skills": ["french"]}});
    servers[1].post("/api/v1/agents", skilled).await;
    servers[0].register("b").await;
    let drained = "/api/v1/agents/b/drain";
    servers[0].post(drained, json!({})).await;
    // One here waits for all of them and may have none: it is drained.
    let path = "/api/v1/agents/b/claim";
    let body = json!({"task_types": ["x"], "wait_ms": 20_000});
    let waits_in_vain = servers[0].post(path, body);
    let others = async {
        for (id, agent, skills) in [
            ("plain", "a", json!([])),
            ("french", "skilled", json!(["french"])),
        ] {
            let claimed = while_it_waits(&servers[1], agent, async {
                let task = json!({"task_id": id, "task_type": "x", "required_skills": skills});
                servers[0].post("/api/v1/tasks", task).await;
            });
            assert_eq!(claimed.await["task_id"], id);
        }
    };
    let (nothing, ()) = tokio::join!(waits_in_vain, others);
    assert!(nothing["task"].is_null(), "{nothing}");
    stop(servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orchestrator_that_lost_its_connections_is_told_of_what_came_meanwhile() {
    let Some((place, servers)) = two().await else {
        return;
    };
    let claimed = while_it_waits(&servers[1], "a", async {
        place.cut_connections();
        let task = json!({"task_id": "meanwhile", "task_type": "x"});
        servers[0].post("/api/v1/tasks", task).await;
    });
    assert_eq!(claimed.await["task_id"], "meanwhile");
    stop(servers).await;
}
