//! Changes of tasks as they are told: in what order they are committed makes no difference, and a reader that
//! comes back hears of each once.

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::several::{Place, Server};
use support::watching::Watch;
use swarmscope_model::Timestamp;

on_both!(
    a_change_that_is_committed_after_a_later_one_is_told_as_well,
    who_comes_back_hears_of_everything_once,
);

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

async fn watch(server: &Server, last: Option<&str>) -> Watch {
    let path = "/api/v1/tasks/watch?task_type=a";
    let mut request = server.http.get(format!("{}{path}", server.url));
    if let Some(last) = last {
        request = request.header("Last-Event-ID", last);
    }
    Watch::new(request.send().await.unwrap())
}

/// A reader comes back after every event or two, to one orchestrator or the other, while tasks change all the time.
async fn who_comes_back_hears_of_everything_once(place: Place) {
    const TASKS: usize = 40;
    let servers = [place.orchestrator().await, place.orchestrator().await];
    servers[0].register("a").await;
    let mut reader = watch(&servers[0], None).await;
    let begins = json!({"task_id": "begins", "task_type": "a"});
    servers[0].post("/api/v1/tasks", begins).await;
    let (mut heard, mut last) = reader.next().await;
    let work = async {
        for number in 0..TASKS {
            let task =
                json!({"task_id": format!("t{number}"), "task_type": "a", "priority": "high"});
            servers[0].post("/api/v1/tasks", task).await;
            let claimed = servers[number % 2].claim("a", "a").await;
            assert_eq!(servers[0].complete(&claimed).await.0, 200);
        }
    };
    let reading = async {
        for turn in 1.. {
            reader = watch(&servers[turn % 2], Some(&last)).await;
            for _ in 0..1 + turn % 2 {
                if completed(&heard) == TASKS {
                    return;
                }
                let (tasks, id) = reader.next().await;
                heard.extend(tasks);
                last = id;
            }
        }
    };
    tokio::join!(work, reading);
    let mut told: Vec<String> = heard.iter().map(Value::to_string).collect();
    told.sort();
    let twice = told.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None, "told twice");
    for server in servers {
        server.stop().await;
    }
}

fn completed(heard: &[Value]) -> usize {
    let ids: BTreeSet<&str> = heard
        .iter()
        .filter(|task| task["state"] == "completed")
        .map(|task| task["task_id"].as_str().unwrap())
        .collect();
    ids.len()
}
