//! `swarmscope validate`: walks the checklist of an installation, by doing for real what it is for.
//!
//! Every item ends as passed, failed or not checked, with the reason and the next step. It writes one
//! event and one task of its own, marked as such, and nothing else.

mod logger;
mod logs;
mod metrics;
mod probe;
mod report;
mod services;
mod state;

use std::process::ExitCode;

use swarmscope_api::guard::Credentials;
use uuid::Uuid;

use crate::arguments::ValidateArguments;
use crate::failure::Failure;
pub use logger::log_samples;
use probe::Probe;
use report::Report;

/// What the checks need to know.
struct Installation {
    elastic: Probe,
    orchestrator: Probe,
    /// Swarmscope's web UI.
    server: Option<Probe>,
    kibana: Option<Probe>,
    prometheus: Probe,
    /// Not the stack of other products.
    is_embedded: bool,
    grafana: Option<Probe>,
    /// `host:port` of PostgreSQL.
    postgres: Option<String>,
    /// Marks what this run writes.
    mark: String,
}

impl Installation {
    fn new(arguments: &ValidateArguments) -> Result<Self, Failure> {
        let credentials = arguments.credentials.resolve()?;
        let stack = arguments.stack.as_deref();
        let probe = |given: &Option<String>, port: u16, credentials: &Credentials| {
            let usual = stack.map(|host| format!("http://{host}:{port}"));
            given
                .clone()
                .or(usual)
                .map(|base| Probe::new(&base, credentials.clone()))
        };
        let embedded = |given: &Option<String>, port: u16, credentials: &Credentials| {
            let host = stack.unwrap_or("127.0.0.1");
            let base = given.clone().unwrap_or(format!("http://{host}:{port}"));
            Probe::new(&base, credentials.clone())
        };
        let nobody = Credentials {
            user: None,
            api_key: None,
        };
        let grafana_user = Credentials {
            user: arguments
                .grafana_user
                .split_once(':')
                .map(|(name, password)| (name.to_owned(), password.to_owned())),
            api_key: None,
        };
        Ok(Self {
            elastic: embedded(&arguments.elastic, 9200, &credentials),
            orchestrator: embedded(&arguments.orchestrator, 8000, &credentials),
            server: match (stack, &arguments.server) {
                (Some(_), None) => None,
                (_, given) => Some(embedded(given, 4700, &credentials)),
            },
            kibana: probe(&arguments.kibana, 5601, &credentials),
            // The stack's own Prometheus has no password, ours has the one of all ports.
            prometheus: embedded(
                &arguments.prometheus,
                9090,
                if stack.is_some() {
                    &nobody
                } else {
                    &credentials
                },
            ),
            is_embedded: stack.is_none(),
            grafana: probe(&arguments.grafana, 3000, &grafana_user),
            postgres: stack.map(|host| format!("{host}:5432")),
            mark: format!("validation-{}", Uuid::new_v4()),
        })
    }
}

/// Runs the command; fails when a check does.
///
/// # Errors
/// When the arguments make no sense.
pub async fn run(arguments: ValidateArguments) -> Result<ExitCode, Failure> {
    let installation = Installation::new(&arguments)?;
    let mut report = Report::new(arguments.json);
    services::check(&installation, &mut report).await;
    logger::check(&mut report).await;
    logs::check(&installation, &mut report).await;
    metrics::check(&installation, &mut report).await;
    state::check(&installation, &mut report).await;
    Ok(report.finish())
}
