//! What a person reads when everything is up.

use std::collections::BTreeMap;

use crate::configuration::Configuration;
use crate::terminal::{FAINT, NAME};

/// Prints where to go from here, on standard output.
pub fn print(
    configuration: &Configuration,
    addresses: &BTreeMap<&'static str, String>,
    database: Option<String>,
) {
    let address = |name: &str| addresses.get(name).map_or("", String::as_str);
    anstream::println!("\nSwarmscope {} is up.\n", env!("CARGO_PKG_VERSION"));
    for (what, url) in [
        ("Web UI", address("ui")),
        ("Elasticsearch API", address("elastic")),
        ("Prometheus API", address("prometheus")),
        ("Orchestrator", address("orchestrator")),
    ] {
        anstream::println!("  {what:<18} {NAME}{url}{NAME:#}");
    }
    anstream::println!("  {:<18} {}", "Data", configuration.data.display());
    if let Some(database) = database {
        anstream::println!("  {:<18} {database}", "State");
    }
    if configuration.demo {
        anstream::println!(
            "\nFour demo agents are at work; their events are on the Discover page."
        );
    }
    anstream::println!("\n{FAINT}Ctrl-C stops it.{FAINT:#}\n");
}
