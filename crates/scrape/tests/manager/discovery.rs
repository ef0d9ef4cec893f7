//! Targets that come and go, and configurations that change while everything runs.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use swarmscope_scrape::discovery::DiscoveredAgent;

use crate::support::{Answer, Bench, Server};

const FAST: &str = "  scrape_interval: 1s\n  scrape_timeout: 1s\n";

fn targets(bench: &Bench) -> BTreeSet<String> {
    bench.errors().into_keys().collect()
}

fn set(addresses: &[&str]) -> BTreeSet<String> {
    addresses
        .iter()
        .map(|address| (*address).to_owned())
        .collect()
}

fn up(address: &str) -> [(&str, &str); 3] {
    [("__name__", "up"), ("instance", address), ("job", "j")]
}

#[tokio::test]
async fn files_services_and_agents_give_targets() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.json");
    std::fs::write(&file, r#"[{"targets": ["f:1"]}]"#).expect("a file");
    let service = Server::start(Answer {
        status: StatusCode::OK,
        headers: vec![("content-type", "application/json; charset=utf-8")],
        body: br#"[{"targets": ["h:1"], "labels": {"x": "y"}}]"#.to_vec(),
    })
    .await;
    let bench = Bench::new();
    bench
        .agents
        .0
        .lock()
        .expect("the lock")
        .push(DiscoveredAgent {
            name: "writer".to_owned(),
            kind: "writing_agent".to_owned(),
            status: "active".to_owned(),
            address: "a:1".to_owned(),
            skills: vec!["write".to_owned(), "edit".to_owned()],
        });
    let files = folder.path().join("*.json");
    bench
        .apply(&format!(
            "
scrape_configs:
- job_name: j
  file_sd_configs: [{{files: ['{}']}}]
  http_sd_configs: [{{url: 'http://{}/sd'}}]
  swarmscope_sd_configs: [{{}}]
  relabel_configs: [{{source_labels: [__meta_swarmscope_agent_skills], regex: '.*,edit,.*', target_label: edits, replacement: 'yes'}}]
",
            files.display(),
            service.address
        ))
        .await;
    bench
        .until("all are found", |bench| {
            targets(bench) == set(&["a:1", "f:1", "h:1"])
        })
        .await;
    let pools = bench.manager.pools();
    let find = |instance: &str| {
        let mut all = pools[0].active.iter();
        all.find(|target| target.labels.get("instance") == Some(instance))
            .expect(instance)
            .clone()
    };
    let agent = find("a:1");
    assert_eq!(agent.labels.get("agent"), Some("writer"));
    assert_eq!(agent.labels.get("edits"), Some("yes"));
    assert_eq!(agent.labels.get("__meta_swarmscope_agent_type"), None);
    assert_eq!(
        agent.discovered_labels.get("__meta_swarmscope_agent_type"),
        Some("writing_agent")
    );
    assert_eq!(find("h:1").labels.get("x"), Some("y"));
    let path = file.display().to_string();
    assert_eq!(
        find("f:1").discovered_labels.get("__meta_filepath"),
        Some(path.as_str())
    );

    std::fs::write(&file, r#"[{"targets": ["f:1", "f:2"]}]"#).expect("a file");
    bench
        .until("the file is read again", |bench| {
            targets(bench).contains("f:2")
        })
        .await;
}

#[tokio::test]
async fn dropped_targets_are_shown_and_counted() {
    let bench = Bench::new();
    bench
        .apply(
            "
scrape_configs:
- job_name: j
  keep_dropped_targets: 1
  static_configs: [{targets: ['a:1', 'a:2', 'b:1', 'b:1']}]
  relabel_configs: [{source_labels: [__address__], regex: 'a.*', action: drop}]
",
        )
        .await;
    bench
        .until("one is left, once", |bench| targets(bench) == set(&["b:1"]))
        .await;
    let pool = &bench.manager.pools()[0];
    assert_eq!(
        (pool.active.len(), pool.dropped.len(), pool.dropped_count),
        (1, 1, 2)
    );
    assert_eq!(pool.dropped[0].get("job"), Some("j"));
}

#[tokio::test]
async fn a_target_that_is_gone_ends_its_series_and_one_that_comes_back_does_not() {
    let (goes, stays) = (
        Server::start(Answer::text("m 1\n")).await,
        Server::start(Answer::text("m 1\n")).await,
    );
    let bench = Bench::new();
    let job = |addresses: &[&str]| {
        format!(
            "scrape_configs:\n- job_name: j\n{FAST}  static_configs: [{{targets: {addresses:?}}}]\n"
        )
    };
    let both = [goes.address.as_str(), stays.address.as_str()];
    bench.apply(&job(&both)).await;
    bench
        .until("both are scraped", |bench| {
            both.iter()
                .all(|address| bench.store.newest(&up(address)).is_some())
        })
        .await;
    bench.apply(&job(&both[1..])).await;
    bench
        .until("the series end", |bench| bench.store.is_ended(&up(both[0])))
        .await;
    let m = [("__name__", "m"), ("instance", both[0]), ("job", "j")];
    assert!(bench.store.is_ended(&m));
    let ended = |address: &str| {
        let samples = bench.store.samples(&up(address));
        samples
            .iter()
            .filter(|(_, value)| format!("{value:?}").contains("NaN"))
            .count()
    };
    assert_eq!(ended(both[1]), 0, "the other goes on through the change");
    // A job that ends altogether ends its series, too.
    bench.apply("scrape_configs: []").await;
    bench
        .until("the job's series end", |bench| {
            bench.store.is_ended(&up(both[1]))
        })
        .await;
    assert!(bench.manager.pools().is_empty());
}

#[tokio::test]
async fn jobs_that_do_not_change_are_left_alone() {
    let server = Server::start(Answer::text("m 1\n")).await;
    let bench = Bench::new();
    let job = |more: &str| {
        format!(
            "scrape_configs:\n- job_name: j\n{FAST}  static_configs: [{{targets: ['{}']}}]\n{more}",
            server.address
        )
    };
    bench.apply(&job("")).await;
    bench
        .until("a scrape", |bench| {
            bench.store.newest(&up(&server.address)).is_some()
        })
        .await;
    let scraped = |bench: &Bench| {
        let pools = bench.manager.pools();
        let pool = pools.iter().find(|pool| pool.name == "j").expect("the job");
        pool.active
            .first()
            .and_then(|target| target.status.last_scrape)
    };
    bench
        .until("a scrape is shown", |bench| scraped(bench).is_some())
        .await;
    let before = scraped(&bench);
    bench.apply(&job("- job_name: another\n")).await;
    assert!(
        scraped(&bench) >= before,
        "the target is the same one, with its history"
    );
    // A changed job has new targets, which go on with the series of the old ones.
    bench.apply(&job("  sample_limit: 100\n")).await;
    let samples = bench.store.samples(&up(&server.address)).len();
    bench
        .until("it goes on", |bench| {
            bench.store.samples(&up(&server.address)).len() > samples
        })
        .await;
    assert!(!bench.store.is_ended(&up(&server.address)));
}

#[tokio::test]
async fn a_job_that_cannot_start_changes_nothing() {
    let bench = Bench::new();
    bench
        .apply("scrape_configs: [{job_name: a, static_configs: [{targets: ['a:1']}]}]")
        .await;
    let broken = "scrape_configs: [{job_name: b, tls_config: {ca_file: /nowhere/ca.pem}}]";
    let configuration =
        swarmscope_prometheus_config::Configuration::parse(broken, &|_| None).expect("parses");
    let error = bench
        .manager
        .apply(&configuration)
        .await
        .expect_err("no such file");
    assert!(
        error
            .to_string()
            .contains("scrape job \"b\": /nowhere/ca.pem"),
        "{error}"
    );
    assert_eq!(bench.manager.pools()[0].name, "a");
}
