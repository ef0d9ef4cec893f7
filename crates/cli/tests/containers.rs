//! What the images rely on: credentials from the environment, and the health check, which is a shell
//! script without curl.

mod support;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::{Ports, SWARMSCOPE};

const PATIENCE: Duration = Duration::from_secs(60);

/// A child that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn quietly(command: &mut Command) -> Killed {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    Killed(command.stderr(Stdio::null()).spawn().expect("it starts"))
}

/// Whether the image's health check finds this page well, in a container with this environment.
fn is_healthy(port: u16, path: &str, user: Option<&str>) -> bool {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/healthcheck");
    let mut command = Command::new(script);
    command.args([port.to_string().as_str(), path]);
    command.envs(user.map(|user| ("SWARMSCOPE_USER", user)));
    let status = command.stderr(Stdio::null()).status();
    status.expect("bash runs").success()
}

fn becomes_healthy(port: u16, path: &str, user: Option<&str>) {
    let deadline = Instant::now() + PATIENCE;
    while !is_healthy(port, path, user) {
        assert!(Instant::now() < deadline, "{path} on {port} is not healthy");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test]
async fn credentials_come_from_the_environment_and_health_needs_none() {
    let data = tempfile::tempdir().expect("a folder");
    let ports = Ports::free();
    let mut command = Command::new(SWARMSCOPE);
    command.arg("up").args(ports.arguments());
    command.env("SWARMSCOPE_DATA", data.path());
    let _server = quietly(command.env("SWARMSCOPE_USER", "ops:s3cret"));
    becomes_healthy(ports.ui.port(), "/health", None);
    becomes_healthy(ports.orchestrator.port(), "/health", None);
    assert!(
        !is_healthy(ports.ui.port(), "/api/v1/status", None),
        "401 is not well"
    );

    let http = reqwest::Client::new();
    for address in [ports.ui, ports.elastic, ports.orchestrator] {
        let url = match address {
            address if address == ports.elastic => format!("http://{address}/"),
            address => format!("http://{address}/api/v1/tasks"),
        };
        let refused = http.get(&url).send().await.expect("an answer");
        assert_eq!(refused.status(), 401, "{url}");
        let known = http.get(&url).basic_auth("ops", Some("s3cret"));
        let answer = known.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{url}");
    }
}

#[test]
fn an_agents_health_is_its_metrics_page_behind_its_credentials() {
    const USER: &str = "swarmscope:a password: with spaces";
    let address = swarmscope_test_ports::free_address();
    let mut command = Command::new(SWARMSCOPE);
    command.args(["agent", "run", "--type", "test_agent"]);
    command.args(["--listen", &address.to_string()]);
    // Nobody is there: an agent tells its metrics before it has found its orchestrator.
    command.args(["--orchestrator", "http://127.0.0.1:9"]);
    let _agent = quietly(command.env("SWARMSCOPE_USER", USER));
    becomes_healthy(address.port(), "/metrics", Some(USER));
    assert!(!is_healthy(address.port(), "/metrics", None));
    assert!(!is_healthy(address.port(), "/nothing", Some(USER)));
}
