//! What Prometheus knows and Swarmscope does not do. It is taken out of a file and named, so that a file
//! written for Prometheus loads and nobody believes that all of it is in force.

use std::fmt;

use crate::yaml::{Content, Node};

/// A part of a file that is not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// From 1.
    pub line: usize,
    /// Such as `scrape_configs.kubernetes_sd_configs`.
    pub field: String,
    /// What that means and what to do instead.
    pub effect: &'static str,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "line {}: {} is not supported: {}",
            self.line, self.field, self.effect
        )
    }
}

/// Sections, from the top of the file, that settings of an HTTP client can stand in.
const CLIENTS: [&str; 5] = [
    "scrape_configs",
    "scrape_configs.http_sd_configs",
    "alerting.alertmanagers",
    "alerting.alertmanagers.http_sd_configs",
    "remote_write",
];

const DISCOVERIES: [&str; 2] = ["scrape_configs", "alerting.alertmanagers"];

const NO_DISCOVERY: &str = "its targets are not found; use file_sd_configs or http_sd_configs, or run Prometheus's own discovery in front";
const NO_AUTH: &str = "requests go without these credentials; use basic_auth or authorization";
const NO_PROXY: &str = "connections are made directly";
const NO_FILE: &str = "no such file is written; the server's own log has it";

/// Discoveries that Prometheus has.
const DISCOVERY_KINDS: [&str; 30] = [
    "aws_sd_configs",
    "azure_sd_configs",
    "consul_sd_configs",
    "digitalocean_sd_configs",
    "dns_sd_configs",
    "docker_sd_configs",
    "dockerswarm_sd_configs",
    "ec2_sd_configs",
    "eureka_sd_configs",
    "gce_sd_configs",
    "hetzner_sd_configs",
    "ionos_sd_configs",
    "kubernetes_sd_configs",
    "kuma_sd_configs",
    "lightsail_sd_configs",
    "linode_sd_configs",
    "marathon_sd_configs",
    "nerve_sd_configs",
    "nomad_sd_configs",
    "openstack_sd_configs",
    "ovhcloud_sd_configs",
    "puppetdb_sd_configs",
    "scaleway_sd_configs",
    "serverset_sd_configs",
    "stackit_sd_configs",
    "triton_sd_configs",
    "uyuni_sd_configs",
    "vultr_sd_configs",
    "ecs_sd_configs",
    "elasticache_sd_configs",
];

/// Fields of HTTP clients.
const CLIENT_FIELDS: [(&str, &str); 6] = [
    ("oauth2", NO_AUTH),
    ("sigv4", NO_AUTH),
    ("proxy_url", NO_PROXY),
    ("no_proxy", NO_PROXY),
    ("proxy_from_environment", NO_PROXY),
    ("proxy_connect_header", NO_PROXY),
];

/// Everything else, by its place.
const FIELDS: [(&str, &str); 10] = [
    ("global.query_log_file", NO_FILE),
    ("global.scrape_failure_log_file", NO_FILE),
    ("scrape_configs.scrape_failure_log_file", NO_FILE),
    (
        "runtime",
        "it tunes the Go runtime, which Swarmscope does not have",
    ),
    ("tracing", "no traces of the server itself are sent"),
    ("remote_read", "queries see what is stored here"),
    ("remote_write.azuread", NO_AUTH),
    ("remote_write.google_iam", NO_AUTH),
    (
        "remote_write.round_robin_dns",
        "the first address that answers is used",
    ),
    (
        "storage.tsdb.stale_series_compaction_threshold",
        "stale series leave memory by age",
    ),
];

/// Takes what is not supported out of the tree, and names it.
pub(crate) fn take_out(root: &mut Node) -> Vec<Unsupported> {
    let mut found = Vec::new();
    walk(root, "", &mut found);
    found
}

fn walk(node: &mut Node, path: &str, found: &mut Vec<Unsupported>) {
    match &mut node.content {
        Content::Sequence(items) => items.iter_mut().for_each(|item| walk(item, path, found)),
        Content::Mapping(entries) => entries.retain_mut(|(key, value)| {
            let below = match path {
                "" => key.name.clone(),
                _ => format!("{path}.{}", key.name),
            };
            match effect(path, &key.name, &below) {
                Some(effect) => {
                    found.push(Unsupported {
                        line: key.line,
                        field: below,
                        effect,
                    });
                    false
                }
                None => {
                    walk(value, &below, found);
                    true
                }
            }
        }),
        Content::Scalar { .. } => {}
    }
}

fn effect(parent: &str, name: &str, path: &str) -> Option<&'static str> {
    if DISCOVERIES.contains(&parent) && DISCOVERY_KINDS.contains(&name) {
        return Some(NO_DISCOVERY);
    }
    if CLIENTS.contains(&parent)
        && let Some((_, effect)) = CLIENT_FIELDS.iter().find(|(field, _)| *field == name)
    {
        return Some(effect);
    }
    FIELDS
        .iter()
        .find(|(field, _)| *field == path)
        .map(|(_, effect)| *effect)
}
