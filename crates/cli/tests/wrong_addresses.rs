//! Commands that are pointed at nothing, at the wrong port, or at no address at all: what they say.

mod support;

use std::process::Command;

use support::{SWARMSCOPE, Server};
use swarmscope_test_ports::free_address;

/// Exit status and standard error, with what differs from run to run replaced.
fn said(arguments: &[&str], replacements: &[(&str, &str)]) -> String {
    let output = Command::new(SWARMSCOPE)
        .args(arguments)
        .env_remove("SWARMSCOPE_SERVER")
        .env_remove("SWARMSCOPE_ELASTIC")
        .output()
        .expect("the binary runs");
    let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
    for (from, to) in replacements {
        text = text.replace(from, to);
    }
    format!(
        "exit {}\n{text}",
        output.status.code().expect("an exit code")
    )
}

#[test]
fn an_address_without_its_scheme() {
    insta::assert_snapshot!(said(&["logs", "--server", "127.0.0.1:4700"], &[]), @r"
    exit 2
    error: invalid value '127.0.0.1:4700' for '--server <URL>': an address begins with http:// or https://, such as http://127.0.0.1:4700

    For more information, try '--help'.
    ");
    for (arguments, meant) in [
        (
            vec!["import", "x", "--elastic", "localhost:9200"],
            "such as http://localhost:9200",
        ),
        (
            vec!["promql", "up", "--server", "ftp://metrics:9090"],
            "such as http://metrics:9090",
        ),
        (
            vec!["validate", "--prometheus", "localhost:9090"],
            "such as http://localhost:9090",
        ),
        (vec!["errors", "--server", "http://"], "empty host"),
    ] {
        let said = said(&arguments, &[]);
        assert!(said.starts_with("exit 2"), "{said}");
        assert!(said.contains(meant), "{said}");
    }
}

#[test]
fn an_address_where_nobody_is() {
    let address = free_address().to_string();
    let url = format!("http://{address}");
    insta::assert_snapshot!(said(&["errors", "--server", &url], &[(&address, "ADDRESS")]), @r"
    exit 1
    error: cannot reach http://ADDRESS: Connection refused (os error 111)
      hint: start Swarmscope with `swarmscope up`, or name another server with --server
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_beside_the_right_one_is_told() {
    let server = Server::start().await;
    let (ui, elastic) = (server.ui_url(""), server.elastic_url(""));
    let file = server.data.path().join("one.log");
    std::fs::write(&file, "a line\n").expect("written");
    let file = file.to_str().expect("UTF-8");
    for (arguments, hint) in [
        (
            vec!["logs", "--server", &elastic],
            "--server is the address of the web UI, http://127.0.0.1:4700 by default",
        ),
        (
            vec!["errors", "show", "abc", "--server", &elastic],
            "--server is the address of the web UI, http://127.0.0.1:4700 by default",
        ),
        (
            vec!["import", file, "--elastic", &ui],
            "--elastic is the address of the Elasticsearch API, http://127.0.0.1:9200 by default",
        ),
        (
            vec!["promql", "up", "--server", &ui],
            "--server is the address of the Prometheus API, http://127.0.0.1:9090 by default",
        ),
    ] {
        let said = said(&arguments, &[]);
        assert!(said.starts_with("exit 1"), "{said}");
        assert!(said.contains(hint), "{arguments:?}: {said}");
    }
}

#[test]
fn a_directory_that_cannot_be_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("written");
    let path = file.to_str().expect("UTF-8");
    let listen = free_address().to_string();
    let others = [(); 3].map(|()| free_address().to_string());
    let arguments = [
        "up",
        "--data",
        path,
        "--listen",
        &listen,
        "--elastic",
        &others[0],
        "--prometheus",
        &others[1],
        "--orchestrator",
        &others[2],
    ];
    insta::assert_snapshot!(said(&arguments, &[(path, "FILE")]), @r"
    exit 1
    error: creating FILE/logs: Not a directory (os error 20)
      hint: name a directory that is yours and has room with --data
    ");
}

#[test]
fn a_folder_of_dashboards_that_is_not_there() {
    let data = tempfile::tempdir().expect("a folder");
    let path = data.path().join("data");
    let arguments = [
        "up",
        "--dashboards",
        "/nonexistent/boards",
        "--data",
        path.to_str().expect("UTF-8"),
    ];
    insta::assert_snapshot!(said(&arguments, &[]), @r"
    exit 1
    error: there is no folder of dashboards at /nonexistent/boards
      hint: name one with --dashboards, or leave it out for the shipped ones
    ");
    assert!(!path.exists(), "nothing was made");
}

#[test]
fn a_server_as_the_source_of_a_backup_without_its_scheme() {
    let said = said(&["backup", "127.0.0.1:4700", "/nonexistent/backup"], &[]);
    assert!(
        said.contains("a running server by its address with http:// before it"),
        "{said}"
    );
}
