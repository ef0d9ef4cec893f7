//! What the binary says when something cannot be: on what, why, what next, and a non-zero exit.

mod support;

use std::net::TcpListener;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use support::{Ports, SWARMSCOPE, Server};

/// How long the agents of a killed server may take to go on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn swarmscope(arguments: &[&str]) -> Output {
    Command::new(SWARMSCOPE)
        .args(arguments)
        .output()
        .expect("the binary runs")
}

/// Exit status and standard error, with what differs from run to run replaced.
fn said(output: &Output, replacements: &[(&str, &str)]) -> String {
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
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let port = address.rsplit(':').next().expect("a port").to_owned();
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("UTF-8");
    let output = swarmscope(&["up", "--data", folder, "--listen", &address]);
    insta::assert_snapshot!(said(&output, &[(&port, "PORT")]), @r"
    exit 1
    error: port PORT is in use (127.0.0.1:PORT)
      hint: stop the program that has it (`ss -ltnp sport = :PORT` names it), or choose another with --listen
    ");
    assert_eq!(
        std::fs::read_dir(data.path()).expect("a folder").count(),
        0,
        "nothing was made"
    );
}

/// Takes an address that an agent of a server killed just now may still hold. Whoever holds it for longer makes the
/// same point.
fn take(address: &str) -> Option<TcpListener> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Ok(listener) = TcpListener::bind(address) {
            return Some(listener);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    None
}

#[test]
fn a_port_of_a_demo_agent_in_use() {
    let _taken = take("127.0.0.1:8004");
    let data = tempfile::tempdir().expect("a folder");
    let mut arguments = vec!["up", "--demo", "--data"];
    arguments.push(data.path().to_str().expect("UTF-8"));
    let ports = Ports::free().arguments();
    arguments.extend(ports.iter().map(String::as_str));
    insta::assert_snapshot!(said(&swarmscope(&arguments), &[]), @r"
    exit 1
    error: port 8004 is in use (127.0.0.1:8004), which editing_agent needs
      hint: stop the program that has it (`ss -ltnp sport = :8004` names it), or leave out --demo
    ");
}

#[test]
fn an_address_that_others_reach_without_credentials() {
    let output = swarmscope(&["up", "--elastic", "0.0.0.0:9200"]);
    insta::assert_snapshot!(said(&output, &[]), @r"
    exit 1
    error: --elastic 0.0.0.0:9200 is open to other machines, and there are no credentials
      hint: give credentials (`[credentials]` in the file of `up --config`, --user or --api-key elsewhere), or listen on 127.0.0.1
    ");
}

#[tokio::test]
async fn a_data_directory_in_use() {
    let server = Server::start().await;
    let folder = server.data.path().to_str().expect("UTF-8").to_owned();
    let ports = Ports::free().arguments();
    let mut arguments = vec!["up", "--data", &folder];
    arguments.extend(ports.iter().map(String::as_str));
    let output = swarmscope(&arguments);
    let text = said(&output, &[(&folder, "DATA")]);
    assert!(text.starts_with("exit 1\nerror: "), "{text}");
    assert!(
        text.contains("DATA") && text.contains("in use") && text.contains("hint: "),
        "{text}"
    );
}

#[test]
fn a_file_that_cannot_be_read() {
    let output = swarmscope(&["import", "/nowhere/agent.log"]);
    insta::assert_snapshot!(said(&output, &[]), @r"
    exit 1
    error: cannot read /nowhere/agent.log: No such file or directory (os error 2)
      hint: check the path and its permissions; nothing was imported
    ");
}

#[test]
fn no_server() {
    let address = Ports::free().ui.to_string();
    let output = swarmscope(&["logs", "--server", &format!("http://{address}")]);
    insta::assert_snapshot!(said(&output, &[(&address, "ADDRESS")]), @r"
    exit 1
    error: cannot reach http://ADDRESS: Connection refused (os error 111)
      hint: start Swarmscope with `swarmscope up`, or name another server with --server
    ");
}

#[test]
fn a_configuration_with_a_typing_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("swarmscope.toml");
    std::fs::write(&path, "[retention]\nagee = \"7d\"\n").expect("writes");
    let path = path.to_str().expect("UTF-8");
    let output = swarmscope(&["up", "--config", path]);
    insta::assert_snapshot!(said(&output, &[(path, "FILE")]), @r#"
    exit 1
    error: FILE is not a configuration:
    TOML parse error at line 2, column 1
      |
    2 | agee = "7d"
      | ^^^^
    unknown field `agee`, expected `age` or `size`

      hint: the settings are data, listen, elastic, prometheus, orchestrator, state, dashboards, [credentials], [retention], [[logs.retention]], [metrics] and [alerting]
    "#);
}

#[test]
fn a_state_database_that_cannot_be_used() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("UTF-8");
    let said_of = |url: &str| {
        let port = Ports::free().orchestrator.to_string();
        let arguments = [
            "orchestrator",
            "--listen",
            &port,
            "--data",
            folder,
            "--state",
            url,
        ];
        said(&swarmscope(&arguments), &[])
    };
    insta::assert_snapshot!(said_of("mysql://me:s3cret@db/state"), @r"
    exit 1
    error: this is no address of a PostgreSQL database; write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded
      hint: --state, SWARMSCOPE_STATE or `state` in the configuration file names the database; without one the state is kept in the data directory
    ");
    insta::assert_snapshot!(said_of("postgres://me:s3cret@db/state?sslmode=require"), @r"
    exit 1
    error: TLS to PostgreSQL is not supported: leave sslmode out and reach the server over a private network, or through a tunnel such as stunnel, ssh -L or pgbouncer on this machine
      hint: --state, SWARMSCOPE_STATE or `state` in the configuration file names the database; without one the state is kept in the data directory
    ");
    assert_eq!(
        std::fs::read_dir(data.path()).expect("a folder").count(),
        0,
        "no file takes the database's place"
    );
}
