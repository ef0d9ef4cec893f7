//! Metrics end to end: scraped without being told what, imported from files, asked for on the command line,
//! and a configuration that is put in force or refused while everything runs.

mod support;

use std::process::{Command, Output};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use support::{Ports, SWARMSCOPE, Server};

/// How long something may take that happens every five seconds, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn swarmscope(arguments: &[&str]) -> Output {
    Command::new(SWARMSCOPE)
        .args(arguments)
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a clock after 1970").as_secs()
}

async fn prometheus(server: &Server, path: &str) -> Value {
    let reply = reqwest::get(server.prometheus_url(path)).await;
    let reply = reply.expect("the server answers");
    reply.json().await.expect("JSON")
}

/// Asks again until the answer is as it should be.
async fn until(server: &Server, path: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reply = prometheus(server, path).await;
        if is_right(&reply) {
            return reply;
        }
        assert!(Instant::now() < deadline, "{path}: {reply}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn what_runs_here_is_scraped_and_judged_without_a_file() {
    let server = Server::start().await;
    let reply = until(&server, "/api/v1/query?query=sort(up%20==%201)", |reply| {
        reply["data"]["result"]
            .as_array()
            .is_some_and(|up| up.len() >= 2)
    })
    .await;
    let jobs: Vec<&str> = reply["data"]["result"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|sample| sample["metric"]["job"].as_str())
        .collect();
    assert!(
        jobs.contains(&"swarmscope") && jobs.contains(&"orchestrator"),
        "{jobs:?}"
    );
    let rules = prometheus(&server, "/api/v1/rules?type=alert&rule_name[]=AgentDown").await;
    assert_eq!(rules["data"]["groups"][0]["rules"][0]["name"], "AgentDown");
    // The same on the web UI's own port, and in figures.
    let same = server
        .native("/prometheus/api/v1/query?query=count(up)")
        .await;
    assert_eq!(same["status"], "success");
    let status = server.native("/api/v1/status").await;
    assert!(
        status["metrics"]["targets_up"].as_u64() >= Some(2),
        "{status}"
    );
    assert!(status["addresses"]["prometheus"].is_string());
}

#[tokio::test]
async fn files_are_imported_and_asked_for_on_the_command_line() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup.om");
    let end = now();
    let lines: Vec<String> = (0..30)
        .flat_map(|step| {
            let time = end - 290 + step * 10;
            [
                format!("imported_total{{n=\"1\"}} {step} {time}"),
                format!("imported_total{{n=\"2\"}} 7 {time}"),
            ]
        })
        .collect();
    let page = format!("# TYPE imported counter\n{}\n# EOF\n", lines.join("\n"));
    std::fs::write(&file, page).expect("writes");
    let (path, url) = (file.to_str().expect("UTF-8"), server.prometheus_url(""));
    let import = ["import", "--prometheus", path, "--prometheus-url", &url];
    let output = swarmscope(&import);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "60 samples of 2 series: 60 stored\n");
    // A second time all but the newest of each series are behind what is there: none is stored twice.
    let output = swarmscope(&import);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("58 of 60 samples were refused"), "{said}");
    assert!(said.contains("out_of_order_time_window"), "{said}");

    let output = swarmscope(&["promql", "sort(imported_total)", "--server", &url]);
    insta::assert_snapshot!(text(&output.stdout), @r#"
    imported_total{n="2"}  7
    imported_total{n="1"}  29
    "#);
    let output = swarmscope(&[
        "promql",
        "imported_total{n=\"1\"}",
        "--range",
        "5m",
        "--server",
        &url,
    ]);
    let chart = text(&output.stdout);
    assert!(
        chart.contains("29.00 ┤") && chart.ends_with("imported_total{n=\"1\"}  29\n"),
        "{chart}"
    );
    let output = swarmscope(&["promql", "sum(imported_total)", "--json", "--server", &url]);
    let data: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(data["result"][0]["value"][1], "36");
    let output = swarmscope(&["promql", "sum(rate(x[5m])", "--server", &url]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stderr), @r"
    error: parse error: unclosed left parenthesis
      sum(rate(x[5m])
                     ^
    ");
}

#[test]
fn a_file_that_is_no_page_of_metrics_is_refused_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("broken.om");
    std::fs::write(&file, "good 1 1\nbad{ 2 2\n# EOF\n").expect("writes");
    let path = file.to_str().expect("UTF-8");
    let output = swarmscope(&["import", "--prometheus", path]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("broken.om: line 2") && said.contains("nothing was imported"),
        "{said}"
    );
}

#[tokio::test]
async fn a_configuration_is_put_in_force_or_refused_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("prometheus.yml");
    let rules = folder.path().join("rules.yml");
    let write = |path: &std::path::Path, text: &str| std::fs::write(path, text).expect("writes");
    let configuration = |label: &str| {
        format!("global: {{external_labels: {{site: {label}}}}}\nrule_files: [rules.yml]\n")
    };
    write(
        &rules,
        "groups: [{name: g, rules: [{record: one, expr: vector(1)}]}]\n",
    );
    write(&file, &configuration("first"));
    let data = tempfile::tempdir().expect("a folder");
    let path = file.to_str().expect("UTF-8");
    let server = Server::start_with(data, Ports::free(), &["--prometheus-config", path]).await;
    let http = reqwest::Client::new();
    let reload = || http.post(server.prometheus_url("/-/reload")).send();
    let in_force = |reply: &Value, label: &str| {
        let yaml = reply["data"]["yaml"].as_str().unwrap_or_default();
        yaml.contains(&format!("site: {label}"))
    };
    assert!(in_force(
        &prometheus(&server, "/api/v1/status/config").await,
        "first"
    ));

    // The file is right and a rule is wrong: nothing of it comes into force.
    write(&file, &configuration("second"));
    write(
        &rules,
        "groups: [{name: g, rules: [{record: one, expr: 'vector('}]}]\n",
    );
    let refused = reload().await.expect("an answer");
    assert_eq!(refused.status(), 500);
    let reason = refused.text().await.expect("a reason");
    assert!(reason.contains("rules.yml:1"), "{reason}");
    assert!(in_force(
        &prometheus(&server, "/api/v1/status/config").await,
        "first"
    ));
    let runtime = prometheus(&server, "/api/v1/status/runtimeinfo").await;
    assert_eq!(runtime["data"]["reloadConfigSuccess"], false);
    let groups = prometheus(&server, "/api/v1/rules").await;
    assert_eq!(
        groups["data"]["groups"][0]["rules"][0]["query"],
        "vector(1)"
    );

    // Mended, and read again on SIGHUP.
    write(
        &rules,
        "groups: [{name: g, rules: [{record: two, expr: vector(2)}]}]\n",
    );
    let sent = Command::new("kill")
        .args(["-HUP", &server.id().to_string()])
        .status();
    assert!(sent.expect("kill").success());
    until(&server, "/api/v1/status/config", |reply| {
        in_force(reply, "second")
    })
    .await;
    let groups = prometheus(&server, "/api/v1/rules").await;
    assert_eq!(
        groups["data"]["groups"][0]["rules"][0]["query"],
        "vector(2)"
    );
}

#[test]
fn a_start_with_a_wrong_configuration_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("prometheus.yml");
    std::fs::write(&file, "global:\n  scrape_interval: soon\n").expect("writes");
    let path = file.to_str().expect("UTF-8");
    let data = folder.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let mut arguments = vec!["up", "--data", data, "--prometheus-config", path];
    let ports = Ports::free().arguments();
    arguments.extend(ports.iter().map(String::as_str));
    let output = swarmscope(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("prometheus.yml:2") && said.contains("hint:"),
        "{said}"
    );
}
