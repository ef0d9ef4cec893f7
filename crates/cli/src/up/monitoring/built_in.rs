//! What is scraped and judged when nobody says what: Swarmscope itself, the orchestrator, the agents that it
//! knows, and the shipped rules.

use std::path::Path;

use rust_embed::RustEmbed;
use swarmscope_prometheus_config::Configuration as PrometheusConfiguration;

use crate::configuration::Configuration;
use crate::failure::Failure;

#[derive(RustEmbed)]
#[folder = "../../deploy/rules"]
struct ShippedRules;

/// Where the shipped rules are put, below the data directory, so that people can read what is in force.
const RULES_FOLDER: &str = "shipped-rules";

/// Rules that Prometheus would refuse.
const OWN_RULES_FOLDER: &str = "swarmscope/";

/// Puts the shipped rules where the configuration looks for them.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_rules(data: &Path) -> Result<(), Failure> {
    let folder = data.join(RULES_FOLDER);
    std::fs::create_dir_all(&folder)?;
    for name in ShippedRules::iter() {
        if let (Some(to), Some(file)) = (put_as(&name), ShippedRules::get(&name)) {
            std::fs::write(folder.join(to), &file.data)?;
        }
    }
    Ok(())
}

/// The name under which a rule file is put into the one folder. Those that only Swarmscope reads lie in a folder
/// below, and tests in another.
fn put_as(name: &str) -> Option<&str> {
    let name = name.strip_prefix(OWN_RULES_FOLDER).unwrap_or(name);
    (name.ends_with(".yml") && !name.contains('/')).then_some(name)
}

/// The file that one would write, with this process's addresses.
///
/// # Errors
/// Never, unless this text is no configuration.
pub fn configuration(configuration: &Configuration) -> Result<PrometheusConfiguration, Failure> {
    let text = text(configuration);
    PrometheusConfiguration::parse(&text, &|_| None).map_err(|error| {
        let reason = error.reason();
        Failure::new(format!(
            "the built-in Prometheus configuration, line {}: {reason}",
            error.line
        ))
    })
}

fn text(configuration: &Configuration) -> String {
    let credentials = credentials(configuration);
    let rules = configuration.data.join(RULES_FOLDER).join("*.yml");
    let reachable = |address: std::net::SocketAddr| {
        // What listens everywhere is reached here on loopback.
        if address.ip().is_unspecified() {
            format!("localhost:{}", address.port())
        } else {
            address.to_string()
        }
    };
    format!(
        r#"global:
  scrape_interval: 5s
  scrape_timeout: 4s
  evaluation_interval: 5s
rule_files: [{rules}]
scrape_configs:
  - job_name: swarmscope
{credentials}
    static_configs:
      - targets: ["{swarmscope}"]
  - job_name: orchestrator
{credentials}
    static_configs:
      - targets: ["{orchestrator}"]
  - job_name: agents
{credentials}
    swarmscope_sd_configs:
      - refresh_interval: 5s
"#,
        swarmscope = reachable(configuration.listen),
        orchestrator = reachable(configuration.orchestrator),
        rules = quoted(&rules.to_string_lossy()),
    )
}

/// Every program of this process asks for the same credentials.
fn credentials(configuration: &Configuration) -> String {
    match (
        &configuration.credentials.user,
        &configuration.credentials.api_key,
    ) {
        (Some((user, password)), _) => format!(
            "    basic_auth:\n      username: {}\n      password: {}",
            quoted(user),
            quoted(password)
        ),
        (None, Some(key)) => format!("    authorization:\n      credentials: {}", quoted(key)),
        (None, None) => String::new(),
    }
}

/// YAML reads JSON's strings.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn parsed(line: &[&str]) -> PrometheusConfiguration {
        let arguments = Arguments::parse_from(["swarmscope", "up"].iter().chain(line));
        let Command::Up(arguments) = arguments.command else {
            panic!("the line above says up");
        };
        let configuration = Configuration::resolve(&arguments).expect("a configuration");
        super::configuration(&configuration).expect("a Prometheus configuration")
    }

    #[test]
    fn the_built_in_configuration_scrapes_all_that_runs_here() {
        let configuration = parsed(&["--listen", "127.0.0.1:4711"]);
        let jobs: Vec<&str> = configuration
            .jobs()
            .map(|job| job.job_name.as_str())
            .collect();
        assert_eq!(jobs, ["swarmscope", "orchestrator", "agents"]);
        let swarmscope = configuration.jobs().next().expect("a job");
        assert_eq!(swarmscope.static_configs[0].targets, ["127.0.0.1:4711"]);
        assert!(configuration.unsupported.is_empty());
    }

    #[test]
    fn credentials_with_quotes_in_them_are_passed_on() {
        let configuration = parsed(&["--listen", "0.0.0.0:4700", "--user", "a\"b:p: {x}'\"\\"]);
        let job = configuration.jobs().next().expect("a job");
        let credentials = job.http.basic_auth.as_ref().expect("credentials");
        assert_eq!(credentials.username, "a\"b");
        assert_eq!(credentials.password.expose(), "p: {x}'\"\\");
        assert_eq!(job.static_configs[0].targets, ["localhost:4700"]);
    }
}
