//! The orchestrator and the demo agents: processes of their own, whose output is collected.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

use swarmscope_collect::Sink;
use swarmscope_collect::process::{Program, supervise};
use swarmscope_model::names::{DEMO_AGENTS, ORCHESTRATOR_AGENT};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::state;

/// The orchestrator is needed at once.
const RESTART_ORCHESTRATOR: Duration = Duration::from_secs(1);
/// A demo agent that was killed stays away for longer than its lease, so that one can watch the
/// system notice.
const RESTART_AGENT: Duration = Duration::from_secs(20);

/// How long the start waits for the orchestrator's door. One that takes longer is restarted or still
/// opening its state; the rest works without it.
const ORCHESTRATOR_PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether it is open.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The processes under care.
pub struct Children {
    tasks: JoinSet<()>,
    orchestrator: SocketAddr,
}

/// Starts them; they stop when `stopping` turns true.
///
/// # Errors
/// When this program's own path cannot be found.
pub fn start(
    configuration: &Configuration,
    sink: &Sink,
    stopping: &watch::Receiver<bool>,
) -> Result<Children, Failure> {
    let command: OsString = std::env::current_exe()?.into();
    let mut programs = vec![orchestrator(configuration, &command)];
    if configuration.demo {
        programs.extend(
            DEMO_AGENTS
                .iter()
                .map(|(kind, _, port)| demo_agent(kind, *port, configuration, &command)),
        );
    }
    let mut tasks = JoinSet::new();
    for program in programs {
        tasks.spawn(supervise(program, sink.clone(), stopping.clone()));
    }
    Ok(Children {
        tasks,
        orchestrator: configuration.orchestrator,
    })
}

impl Children {
    /// Returns when the orchestrator takes connections, so that nobody is told of an address that
    /// refuses them, or when waiting longer would help nobody.
    pub async fn orchestrator_is_open(&self) {
        let open = async {
            while TcpStream::connect(self.orchestrator).await.is_err() {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        // Its own log lines say what keeps it.
        let _ = tokio::time::timeout(ORCHESTRATOR_PATIENCE, open).await;
    }

    /// Returns when all have ended.
    pub async fn wait(self) {
        self.tasks.join_all().await;
    }
}

fn orchestrator(configuration: &Configuration, command: &OsString) -> Program {
    let mut arguments: Vec<OsString> = vec![
        "orchestrator".into(),
        "--exit-with-parent".into(),
        "--listen".into(),
        configuration.orchestrator.to_string().into(),
        "--data".into(),
        configuration.data.clone().into(),
    ];
    if configuration.demo {
        arguments.push("--demo".into());
    }
    let mut environment = credentials(configuration);
    environment.push(configuration.state.environment());
    Program {
        agent_name: ORCHESTRATOR_AGENT.to_owned(),
        command: command.clone(),
        arguments,
        environment,
        restart_after: RESTART_ORCHESTRATOR,
    }
}

fn demo_agent(kind: &str, port: u16, configuration: &Configuration, command: &OsString) -> Program {
    let orchestrator = format!("http://{}", configuration.orchestrator);
    let arguments = ["agent", "run", "--exit-with-parent", "--type", kind]
        .map(OsString::from)
        .into_iter()
        .chain(["--port".into(), port.to_string().into()])
        .chain(["--orchestrator".into(), orchestrator.into()])
        .collect();
    let mut environment = credentials(configuration);
    // Agents reach the state through the orchestrator alone.
    environment.push((state::VARIABLE.into(), "".into()));
    Program {
        agent_name: kind.to_owned(),
        command: command.clone(),
        arguments,
        environment,
        restart_after: RESTART_AGENT,
    }
}

/// Secrets travel in the environment: arguments are shown to everybody on the machine.
fn credentials(configuration: &Configuration) -> Vec<(OsString, OsString)> {
    let mut variables = Vec::new();
    if let Some((user, password)) = &configuration.credentials.user {
        variables.push((
            "SWARMSCOPE_USER".into(),
            format!("{user}:{password}").into(),
        ));
    }
    if let Some(key) = &configuration.credentials.api_key {
        variables.push(("SWARMSCOPE_API_KEY".into(), key.into()));
    }
    variables
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpSocket;

    use super::*;

    #[tokio::test]
    async fn the_start_waits_until_the_orchestrator_takes_connections() {
        // Whoever connects is refused until it listens.
        let socket = TcpSocket::new_v4().expect("a socket");
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        socket.bind(any).expect("a free port");
        let children = Children {
            tasks: JoinSet::new(),
            orchestrator: socket.local_addr().expect("its address"),
        };
        let mut open = std::pin::pin!(children.orchestrator_is_open());
        let early = tokio::time::timeout(5 * LOOK_AGAIN, &mut open).await;
        assert!(early.is_err(), "nobody listens yet");
        let listener = socket.listen(1).expect("it listens");
        open.await;
        listener.accept().await.expect("it was looked at");
    }
}
