//! Flags, environment and configuration file become one resolved configuration, once.

mod retention;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytesize::ByteSize;
use serde::Deserialize;
use swarmscope_alerting::AlertingSettings;
use swarmscope_api::guard::Credentials;
use swarmscope_model::retention::RetentionRule;
use swarmscope_model::{limits, names};
use swarmscope_promql::parser;

use crate::arguments::{CredentialArguments, MetricsArguments, UpArguments};
use crate::failure::Failure;
use crate::state::{Location, StateUrl};
use retention::FileLogs;

/// Where everything is kept unless said otherwise, below the current folder.
const DEFAULT_DATA: &str = "swarmscope-data";

/// What `up` runs with.
#[derive(Debug)]
pub struct Configuration {
    pub demo: bool,
    pub data: PathBuf,
    pub state: Location,
    pub listen: SocketAddr,
    pub elastic: SocketAddr,
    pub prometheus: SocketAddr,
    pub orchestrator: SocketAddr,
    pub metrics: MetricsConfiguration,
    pub alerting: AlertingSettings,
    pub retention_age: Duration,
    pub retention_bytes: u64,
    /// What holds for some indices instead; the first rule that matches one.
    pub retention: Vec<RetentionRule>,
    /// Grafana dashboards for the web UI; those in the binary when there is none.
    pub dashboards: Option<PathBuf>,
    pub credentials: Credentials,
}

/// How metrics are gathered and kept. What is not said here is in the Prometheus configuration, or a limit.
#[derive(Debug, Clone, Default)]
pub struct MetricsConfiguration {
    /// `prometheus.yml`; the built-in one when there is none.
    pub file: Option<PathBuf>,
    pub retention_age: Option<Duration>,
    pub retention_bytes: Option<u64>,
    /// Whether the API may remove samples.
    pub admin_api: bool,
    /// Which experimental parts of PromQL are on, by Prometheus's names.
    pub features: Vec<String>,
}

impl MetricsConfiguration {
    /// The PromQL that queries and rules may use.
    pub fn syntax(&self) -> parser::Options {
        parser::Options::with_features(self.features.iter().map(String::as_str))
    }
}

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    elastic: Option<SocketAddr>,
    prometheus: Option<SocketAddr>,
    orchestrator: Option<SocketAddr>,
    state: Option<StateUrl>,
    dashboards: Option<PathBuf>,
    #[serde(default)]
    credentials: FileCredentials,
    #[serde(default)]
    retention: FileRetention,
    #[serde(default)]
    logs: FileLogs,
    #[serde(default)]
    metrics: FileMetrics,
    #[serde(default)]
    alerting: AlertingSettings,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCredentials {
    user: Option<String>,
    password: Option<String>,
    api_key: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRetention {
    age: Option<String>,
    size: Option<ByteSize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileMetrics {
    config: Option<PathBuf>,
    retention_age: Option<String>,
    retention_size: Option<ByteSize>,
    #[serde(default)]
    admin_api: bool,
    #[serde(default)]
    features: Vec<String>,
}

impl Configuration {
    /// Flags go before the file, the file before the defaults.
    ///
    /// # Errors
    /// When the file cannot be read or says something that cannot be.
    pub fn resolve(arguments: &UpArguments) -> Result<Self, Failure> {
        let file = match &arguments.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let file_credentials = file_credentials(file.credentials, arguments.config.as_deref())?;
        let credentials = match arguments.credentials.resolve()? {
            none if none.is_empty() => file_credentials,
            given => given,
        };
        let address = |flag: Option<SocketAddr>, file: Option<SocketAddr>, default: &str| {
            flag.or(file)
                .unwrap_or_else(|| default.parse().expect("the defaults are addresses"))
        };
        let file_age = duration("retention.age", file.retention.age.as_deref())?;
        let size = arguments.retention_size.or(file.retention.size);
        let data = arguments
            .data
            .clone()
            .or(file.data)
            .unwrap_or_else(|| DEFAULT_DATA.into());
        Ok(Self {
            demo: arguments.demo,
            state: Location::new(arguments.state.clone().or(file.state), &data),
            data,
            listen: address(arguments.listen, file.listen, names::DEFAULT_LISTEN),
            elastic: address(arguments.elastic, file.elastic, names::DEFAULT_ELASTIC),
            prometheus: address(
                arguments.prometheus,
                file.prometheus,
                names::DEFAULT_PROMETHEUS,
            ),
            metrics: metrics(&arguments.metrics, file.metrics)?,
            alerting: file.alerting,
            orchestrator: address(
                arguments.orchestrator,
                file.orchestrator,
                names::DEFAULT_ORCHESTRATOR,
            ),
            retention_age: arguments
                .retention_age
                .or(file_age)
                .unwrap_or(limits::RETENTION_AGE),
            retention_bytes: size.map_or(limits::RETENTION_BYTES, |size| size.as_u64()),
            retention: file.logs.retention(),
            dashboards: arguments.dashboards.clone().or(file.dashboards),
            credentials,
        })
    }
}

impl Configuration {
    /// Every rule of retention in the order in which they are looked at; the last is for all others.
    pub fn all_retention(&self) -> Vec<RetentionRule> {
        let others = RetentionRule {
            pattern: "*".to_owned(),
            age: Some(self.retention_age),
            bytes: Some(self.retention_bytes),
        };
        self.retention.iter().cloned().chain([others]).collect()
    }
}

fn metrics(
    arguments: &MetricsArguments,
    file: FileMetrics,
) -> Result<MetricsConfiguration, Failure> {
    let age = duration("metrics.retention_age", file.retention_age.as_deref())?;
    let size = arguments.metrics_retention_size.or(file.retention_size);
    Ok(MetricsConfiguration {
        file: arguments.prometheus_config.clone().or(file.config),
        retention_age: arguments.metrics_retention_age.or(age),
        retention_bytes: size.map(|size| size.as_u64()),
        admin_api: arguments.prometheus_admin_api || file.admin_api,
        features: features(&arguments.prometheus_features, file.features)?,
    })
}

/// What the arguments and the file turn on together.
fn features(arguments: &[String], mut file: Vec<String>) -> Result<Vec<String>, Failure> {
    let known = parser::Options::FEATURES;
    if let Some(other) = file.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Failure::with_hint(
            format!("metrics.features: there is no feature {other:?}"),
            format!("the features are {}", known.join(", ")),
        ));
    }
    file.extend(arguments.iter().cloned());
    file.sort_unstable();
    file.dedup();
    Ok(file)
}

fn duration(setting: &str, text: Option<&str>) -> Result<Option<Duration>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let parsed = humantime::parse_duration(text).map_err(|error| {
        Failure::with_hint(
            format!("{setting} = {text:?} is no duration: {error}"),
            "write it like 12h, 7d or 30days",
        )
    })?;
    Ok(Some(parsed))
}

fn read(path: &Path) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::with_hint(
            format!("cannot read the configuration {}: {error}", path.display()),
            "check the path given with --config",
        )
    })?;
    toml::from_str(&text).map_err(|error| {
        Failure::with_hint(
            format!("{} is not a configuration:\n{error}", path.display()),
            "the settings are data, listen, elastic, prometheus, orchestrator, state, dashboards, [credentials], [retention], [[logs.retention]], [metrics] and [alerting]",
        )
    })
}

fn file_credentials(file: FileCredentials, path: Option<&Path>) -> Result<Credentials, Failure> {
    let user = match (file.user, file.password) {
        (Some(user), Some(password)) if !password.is_empty() => Some((user, password)),
        (None, None) => None,
        _ => {
            let path = path.unwrap_or(Path::new("the configuration")).display();
            return Err(Failure::with_hint(
                format!("{path}: [credentials] names a user or a password without the other"),
                "give both user and password, or an api_key",
            ));
        }
    };
    let api_key = file.api_key.filter(|key| !key.is_empty());
    Ok(Credentials { user, api_key })
}

impl CredentialArguments {
    /// What a server asks of its callers, or a client shows.
    ///
    /// # Errors
    /// When the user has no password.
    pub fn resolve(&self) -> Result<Credentials, Failure> {
        let user = match &self.user {
            None => None,
            Some(pair) => match pair.split_once(':') {
                Some((user, password)) => Some((user.to_owned(), password.to_owned())),
                None => {
                    return Err(Failure::with_hint(
                        "--user has no password",
                        "write it as NAME:PASSWORD, or set SWARMSCOPE_USER",
                    ));
                }
            },
        };
        Ok(Credentials {
            user,
            api_key: self.api_key.clone(),
        })
    }
}
