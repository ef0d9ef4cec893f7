//! Grafana's dashboard files for the web UI: the shipped ones, and those of a folder.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, Server};

fn titles(reply: &Value) -> Vec<(&str, &str)> {
    let text = |value: &'_ Value| value.as_str().map(str::to_owned);
    let listed = reply["dashboards"].as_array().expect("a list");
    assert!(listed.iter().all(|each| text(&each["uid"]).is_some()));
    listed
        .iter()
        .map(|each| {
            let folder = each["folder"].as_str().expect("a folder");
            (folder, each["title"].as_str().expect("a title"))
        })
        .collect()
}

#[tokio::test]
async fn the_shipped_dashboards_are_in_the_binary() {
    let server = Server::start().await;
    let reply = server.native("/api/v1/dashboards").await;
    for title in ["Orchestrator", "Test Agent"] {
        assert!(titles(&reply).contains(&("Swarmscope", title)), "{reply}");
    }
    let shown = server
        .native("/api/v1/dashboards/swarmscope-orchestrator")
        .await;
    let shipped = include_str!("../../../deploy/grafana/provisioning/dashboards/orchestrator.json");
    let shipped: Value = serde_json::from_str(shipped).expect("JSON");
    assert_eq!(shown, shipped);
}

#[tokio::test]
async fn a_folder_of_dashboards_is_read_at_every_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("writes");
    };
    write(
        "mine.json",
        r#"{"uid": "mine", "title": "Mine", "tags": ["a"]}"#,
    );
    write("team/ours.json", r#"{"title": "Ours"}"#);
    write("broken.json", "{");
    write("notes.txt", "no dashboard");
    let data = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    let server = Server::start_with(data, Ports::free(), &["--dashboards", path]).await;

    let reply = server.native("/api/v1/dashboards").await;
    assert_eq!(titles(&reply), [("General", "Mine"), ("team", "Ours")]);
    assert_eq!(reply["problems"][0]["file"], "broken.json");
    let ours = server.native("/api/v1/dashboards/team-ours").await;
    assert_eq!(ours, json!({"title": "Ours"}));

    write("mine.json", r#"{"uid": "mine", "title": "Changed"}"#);
    let mine = server.native("/api/v1/dashboards/mine").await;
    assert_eq!(mine["title"], "Changed");
}

#[tokio::test]
async fn panels_search_logs_on_the_pages_own_port() {
    let server = Server::start().await;
    let lines = "{\"create\":{\"_index\":\"panel\"}}\n{\"message\":\"seen\"}\n";
    let (status, _) = server
        .elastic(Method::POST, "/_bulk", lines.to_owned())
        .await;
    assert_eq!(status, 200);
    let reply = reqwest::Client::new()
        .post(server.ui_url("/elastic/_msearch"))
        .header("content-type", "application/x-ndjson")
        .body("{\"index\":\"panel\"}\n{\"query\":{\"match_all\":{}}}\n")
        .send()
        .await
        .expect("the server answers");
    let reply: Value = reply.json().await.expect("JSON");
    assert_eq!(
        reply["responses"][0]["hits"]["hits"][0]["_source"]["message"],
        "seen"
    );
    let refused = reqwest::Client::new()
        .post(server.ui_url("/elastic/_bulk"))
        .body(lines)
        .send()
        .await
        .expect("the server answers");
    assert!(!refused.status().is_success(), "writing is for port 9200");
}
