//! `swarmscope validate` against a running system, and against one that is not there.

mod support;

use std::process::{Command, Output};

use serde_json::Value;
use support::{Ports, SWARMSCOPE, Server};

fn validate(ports: Ports) -> (Output, Value) {
    let output = Command::new(SWARMSCOPE)
        .args(["validate", "--json"])
        .args(["--elastic", &format!("http://{}", ports.elastic)])
        .args(["--prometheus", &format!("http://{}", ports.prometheus)])
        .args(["--orchestrator", &format!("http://{}", ports.orchestrator)])
        .args(["--server", &format!("http://{}", ports.ui)])
        .output()
        .expect("swarmscope runs");
    let report = serde_json::from_slice(&output.stdout).expect("a report");
    (output, report)
}

fn of_section<'a>(report: &'a Value, section: &str) -> Vec<&'a Value> {
    let checks = report["checks"].as_array().expect("checks");
    checks
        .iter()
        .filter(|check| check["section"] == section)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_system_passes() {
    let server = Server::start().await;
    let (output, report) = validate(server.ports);
    assert_eq!(report["failed"], 0, "{report:#}");
    assert_eq!(output.status.code(), Some(0));
    for (section, at_least) in [
        ("Services", 4),
        ("Logging", 8),
        ("Log search", 7),
        ("Metrics", 3),
        ("State", 3),
    ] {
        let checks = of_section(&report, section);
        let passed = checks.iter().filter(|check| check["outcome"] == "pass");
        assert_eq!(passed.count(), at_least, "{checks:#?}");
    }
}

#[test]
fn what_is_not_there_fails_with_a_remedy() {
    let (output, report) = validate(Ports::free());
    assert_eq!(output.status.code(), Some(1));
    for section in ["Services", "Log search", "Metrics", "State"] {
        let failed = of_section(&report, section);
        let failed = failed.iter().find(|check| check["outcome"] == "fail");
        let failed = failed.unwrap_or_else(|| panic!("{section} fails: {report:#}"));
        assert!(failed["remedy"].is_string(), "{failed}");
        let reason = failed["reason"].as_str().expect("a reason");
        assert!(reason.contains("Connection refused"), "{failed}");
    }
    // What needs no service is checked all the same.
    assert!(
        of_section(&report, "Logging")
            .iter()
            .all(|check| check["outcome"] == "pass")
    );
}
