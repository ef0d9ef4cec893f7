//! What time does to schedules and to the queue, seen through the HTTP door with a clock that is set by hand.

mod support;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use support::several::{Clock, Place, Server, until};

on_both!(
    ticks_keep_to_the_wall_clock_when_it_is_changed,
    runs_that_were_missed_are_made_up_for_as_the_schedule_says,
    a_run_is_left_out_while_the_one_before_goes_on,
    nothing_of_low_priority_waits_for_ever,
);

const MINUTE: Duration = Duration::from_secs(60);

async fn put(server: &Server, name: &str, schedule: Value) {
    let path = format!("/api/v1/schedules/{name}");
    let (status, kept) = server.call(Method::PUT, &path, &schedule).await;
    assert_eq!(status, 200, "{kept}");
}

/// Waits until every tick up to now was seen to.
async fn seen_to(server: &Server, clock: &Clock) {
    let now = clock.now();
    until("all ticks are seen to", async || {
        let (_, list) = server.get("/api/v1/schedules").await;
        let schedules = list["schedules"].as_array().unwrap();
        // Times of one form are in the order of their texts.
        schedules
            .iter()
            .all(|schedule| schedule["next_at"].as_str().unwrap() > now.as_str())
    })
    .await;
}

/// The ticks whose tasks there are, in their order.
async fn ticks(server: &Server, task_type: &str) -> Vec<String> {
    let query = format!("/api/v1/tasks?task_type={task_type}&limit=1000");
    let (_, page) = server.get(&query).await;
    let mut ticks: Vec<String> = page["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["metadata"]["scheduled_at"].as_str().unwrap())
        .map(|tick| tick.replace(":00.000Z", ""))
        .collect();
    ticks.sort();
    ticks
}

/// Lets the clock go to this time a quarter of an hour at a time, so that each tick is seen to in its time.
async fn pass(server: &Server, clock: &Clock, end: &str) {
    while clock.now().as_str() < end {
        clock.turn(15 * MINUTE);
        seen_to(server, clock).await;
    }
}

async fn quick_sweeps(server: &Server, place: &Place) {
    place
        .sql("INSERT INTO system_config (config_key, config_value) VALUES ('sweep_interval_seconds', '0.1')".to_owned())
        .await;
    until("sweeps are quick", async || {
        server.events.count("sweep_interval") > 0
    })
    .await;
}

async fn ticks_keep_to_the_wall_clock_when_it_is_changed(place: Place) {
    let clock = Clock::at("2026-03-29T00:05:00.000Z");
    let server = place.orchestrator_by(&clock).await;
    quick_sweeps(&server, &place).await;
    for (name, cron) in [("nightly", "30 2 * * *"), ("half-hourly", "*/30 * * * *")] {
        let schedule =
            json!({"cron": cron, "time_zone": "Europe/Berlin", "task": {"task_type": name}});
        put(&server, name, schedule).await;
    }
    // Set forward at 02:00 (01:00 UTC): there is no 02:30, and the nightly run comes when the hour is left out.
    pass(&server, &clock, "2026-03-29T03:00:00.000Z").await;
    assert_eq!(ticks(&server, "nightly").await, ["2026-03-29T01:00"]);
    let halves = ["00:30", "01:00", "01:30", "02:00", "02:30", "03:00"];
    let on = |day: &str, times: &[&str]| -> Vec<String> {
        times.iter().map(|time| format!("{day}T{time}")).collect()
    };
    let spring = on("2026-03-29", &halves);
    assert_eq!(ticks(&server, "half-hourly").await, spring);
    for name in ["nightly", "half-hourly"] {
        let path = format!("/api/v1/schedules/{name}");
        server.call(Method::DELETE, &path, &Value::Null).await;
    }
    // Set back at 03:00 (01:00 UTC): 02:30 comes twice, and the nightly run once.
    clock.set("2026-10-25T00:05:00.000Z");
    for (name, cron) in [("nightly", "30 2 * * *"), ("half-hourly", "*/30 * * * *")] {
        let task = json!({"task_type": format!("autumn {name}")});
        put(
            &server,
            name,
            json!({"cron": cron, "time_zone": "Europe/Berlin", "task": task}),
        )
        .await;
    }
    pass(&server, &clock, "2026-10-25T03:00:00.000Z").await;
    assert_eq!(ticks(&server, "autumn nightly").await, ["2026-10-25T00:30"]);
    let autumn = on("2026-10-25", &halves);
    assert_eq!(ticks(&server, "autumn half-hourly").await, autumn);
    server.stop().await;
}

async fn runs_that_were_missed_are_made_up_for_as_the_schedule_says(place: Place) {
    let clock = Clock::at("2026-01-31T00:30:00.000Z");
    let server = place.orchestrator_by(&clock).await;
    for catch_up in ["last", "all", "skip"] {
        let task = json!({"task_type": catch_up});
        put(
            &server,
            catch_up,
            json!({"cron": "0 * * * *", "catch_up": catch_up, "task": task}),
        )
        .await;
    }
    server.stop().await;
    // Nobody is there for five runs.
    clock.set("2026-01-31T05:30:00.000Z");
    let server = place.orchestrator_by(&clock).await;
    seen_to(&server, &clock).await;
    let all = [
        "2026-01-31T01:00",
        "2026-01-31T02:00",
        "2026-01-31T03:00",
        "2026-01-31T04:00",
        "2026-01-31T05:00",
    ];
    assert_eq!(ticks(&server, "last").await, all[4..]);
    assert_eq!(ticks(&server, "all").await, all);
    assert!(ticks(&server, "skip").await.is_empty());
    // From then on all of them run in time.
    clock.set("2026-01-31T06:00:00.000Z");
    seen_to(&server, &clock).await;
    for (name, runs) in [("last", 2), ("all", 6), ("skip", 1)] {
        let ticks = ticks(&server, name).await;
        assert_eq!(ticks.len(), runs, "{name}: {ticks:?}");
        assert_eq!(ticks[runs - 1], "2026-01-31T06:00");
    }
    server.stop().await;
    // More than one round makes up for.
    clock.set("2026-02-06T12:30:00.000Z");
    let server = place.orchestrator_by(&clock).await;
    seen_to(&server, &clock).await;
    for (name, runs) in [("last", 3), ("all", 6 + 6 * 24 + 6), ("skip", 1)] {
        assert_eq!(ticks(&server, name).await.len(), runs, "{name}");
    }
    server.stop().await;
}

async fn a_run_is_left_out_while_the_one_before_goes_on(place: Place) {
    let clock = Clock::at("2026-01-31T00:30:00.000Z");
    let server = place.orchestrator_by(&clock).await;
    server.register("a").await;
    let schedule = json!({"cron": "0 * * * *", "overlap": "skip", "task": {"task_type": "long"}});
    put(&server, "long", schedule).await;
    for hour in 1..=3 {
        clock.set(&format!("2026-01-31T0{hour}:00:00.000Z"));
        seen_to(&server, &clock).await;
    }
    assert_eq!(ticks(&server, "long").await, ["2026-01-31T01:00"]);
    let task = server.claim("a", "long").await;
    assert_eq!(server.complete(&task).await.0, 200);
    clock.set("2026-01-31T04:00:00.000Z");
    seen_to(&server, &clock).await;
    assert_eq!(
        ticks(&server, "long").await,
        ["2026-01-31T01:00", "2026-01-31T04:00"]
    );
    server.stop().await;
}

/// One agent does a task a minute, and every minute brings one of high priority.
async fn nothing_of_low_priority_waits_for_ever(place: Place) {
    let clock = Clock::at("2026-01-31T00:00:00.000Z");
    let server = place.orchestrator_by(&clock).await;
    server.register("a").await;
    let task =
        |id: &str, priority: &str| json!({"task_id": id, "task_type": "x", "priority": priority});
    for priority in ["low", "medium", "high"] {
        server.post("/api/v1/tasks", task(priority, priority)).await;
    }
    let mut done_at = [0; 2];
    for minute in 0..40 {
        let next = server.claim("a", "x").await;
        match next["task_id"].as_str().unwrap() {
            "medium" => done_at[0] = minute,
            "low" => done_at[1] = minute,
            _ => assert_eq!(next["priority"], "high"),
        }
        assert_eq!(server.complete(&next).await.0, 200);
        clock.turn(MINUTE);
        let id = format!("high {minute}");
        server.post("/api/v1/tasks", task(&id, "high")).await;
    }
    // Ten minutes of waiting are worth a level; each of the two is one more that waits before the next.
    assert!(
        (10..=12).contains(&done_at[0]),
        "medium after {} minutes",
        done_at[0]
    );
    assert!(
        (20..=23).contains(&done_at[1]),
        "low after {} minutes",
        done_at[1]
    );
    server.stop().await;
}
