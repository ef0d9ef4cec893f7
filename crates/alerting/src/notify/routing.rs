//! Which alerts a receiver hears of, and which of them in one message.

use std::collections::BTreeMap;
use std::time::Duration;

use swarmscope_model::limits::{GROUP_INTERVAL, GROUP_WAIT, REPEAT_INTERVAL};

use super::matching::{LabelMatcher, all_match};
use super::settings::{AlertingSettings, RouteConfig};
use crate::definition::Span;
use crate::rule::ALERT_NAME;

/// The label that groups by every label, as in Alertmanager.
const EVERY_LABEL: &str = "...";

/// Which alerts go together, and how often they are told. Times are milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grouping {
    pub by: Vec<String>,
    /// From the first change of a group to the word of it: what else changes in between goes along.
    pub wait: i64,
    /// Between two words of changes of a group.
    pub interval: i64,
    /// After which what still fires is told again; 0 is never.
    pub repeat: i64,
}

/// A way from alerts to receivers.
#[derive(Debug, Clone, PartialEq)]
struct Route {
    matchers: Vec<LabelMatcher>,
    receivers: Vec<usize>,
    continues: bool,
    grouping: Grouping,
    /// What its groups are told apart by from those of other routes.
    name: String,
}

/// All ways.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Routing {
    routes: Vec<Route>,
    /// Receivers that hear of everything.
    direct: Vec<bool>,
    default: Grouping,
}

/// Alerts that are told in one message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GroupId {
    /// Alertmanager's `groupKey`.
    pub key: String,
    pub labels: BTreeMap<String, String>,
}

/// A route that leads to nobody there is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "route {position} of [alerting] names the receiver {name:?}, and there is none; there are {known}"
)]
pub struct UnknownReceiver {
    position: usize,
    name: String,
    known: String,
}

impl Routing {
    /// The routes of a configuration between receivers, which are known by their place.
    ///
    /// # Errors
    /// When a route leads to a receiver that there is not.
    pub fn new(
        settings: &AlertingSettings,
        names: &[String],
        webhooks: usize,
    ) -> Result<Self, UnknownReceiver> {
        let default = Grouping {
            by: settings
                .group_by
                .clone()
                .unwrap_or_else(|| vec![ALERT_NAME.to_owned()]),
            wait: milliseconds(settings.group_wait, GROUP_WAIT),
            interval: milliseconds(settings.group_interval, GROUP_INTERVAL),
            repeat: milliseconds(settings.repeat_interval, REPEAT_INTERVAL),
        };
        let routes = settings.routes.iter().enumerate();
        let routes = routes
            .map(|(position, config)| route(config, position, names, &default))
            .collect::<Result<Vec<_>, _>>()?;
        let without_routes = routes.is_empty();
        Ok(Self {
            direct: (0..names.len())
                .map(|position| position < webhooks || without_routes)
                .collect(),
            routes,
            default,
        })
    }

    /// How a receiver hears of an alert, and with which others; `None` when it does not.
    pub fn group(
        &self,
        receiver: usize,
        labels: &BTreeMap<String, String>,
    ) -> Option<(GroupId, &Grouping)> {
        for route in &self.routes {
            if !all_match(&route.matchers, labels) {
                continue;
            }
            if route.receivers.contains(&receiver) {
                let id = GroupId::new(&route.name, &route.grouping.by, labels);
                return Some((id, &route.grouping));
            }
            if !route.continues {
                break;
            }
        }
        let is_direct = self.direct.get(receiver).copied().unwrap_or(false);
        is_direct.then(|| self.default_group(labels))
    }

    /// The group of an alert that no route leads any more.
    pub fn default_group(&self, labels: &BTreeMap<String, String>) -> (GroupId, &Grouping) {
        (GroupId::new("{}", &self.default.by, labels), &self.default)
    }
}

impl GroupId {
    fn new(route: &str, by: &[String], labels: &BTreeMap<String, String>) -> Self {
        let is_every = by.iter().any(|name| name == EVERY_LABEL);
        let labels: BTreeMap<String, String> = labels
            .iter()
            .filter(|(name, _)| is_every || by.contains(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let pairs: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}={value:?}"))
            .collect();
        Self {
            key: format!("{route}:{{{}}}", pairs.join(", ")),
            labels,
        }
    }
}

fn route(
    config: &RouteConfig,
    position: usize,
    names: &[String],
    default: &Grouping,
) -> Result<Route, UnknownReceiver> {
    let place = |name: &String| {
        let found = names.iter().position(|known| known == name);
        found.ok_or_else(|| UnknownReceiver {
            position: position + 1,
            name: name.clone(),
            known: if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            },
        })
    };
    let matchers: Vec<String> = config.matchers.iter().map(ToString::to_string).collect();
    let or = |span: Option<Span>, default: i64| {
        span.map_or(default, |span| milliseconds(Some(span), Duration::ZERO))
    };
    Ok(Route {
        name: format!("{{}}/{{{}}}", matchers.join(",")),
        matchers: config.matchers.clone(),
        receivers: config
            .receivers
            .iter()
            .map(place)
            .collect::<Result<_, _>>()?,
        continues: config.continues,
        grouping: Grouping {
            by: config
                .group_by
                .clone()
                .unwrap_or_else(|| default.by.clone()),
            wait: or(config.group_wait, default.wait),
            interval: or(config.group_interval, default.interval),
            repeat: or(config.repeat_interval, default.repeat),
        },
    })
}

fn milliseconds(span: Option<Span>, default: Duration) -> i64 {
    let length = span.map_or(default, |span| span.0);
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn settings(json: &str) -> AlertingSettings {
        serde_json::from_str(json).expect("settings")
    }

    fn routing(json: &str, names: &[&str], webhooks: usize) -> Result<Routing, UnknownReceiver> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Routing::new(&settings(json), &names, webhooks)
    }

    #[test]
    fn the_first_route_that_matches_decides() {
        let routes = r#"{"routes": [
            {"matchers": ["severity=\"critical\""], "receivers": ["pager"], "continue": true, "group_wait": "0s"},
            {"matchers": ["team=a"], "receivers": ["chat"], "group_by": ["team", "alertname"]},
            {"receivers": ["mail"]}
        ]}"#;
        let routing = routing(routes, &["hook", "pager", "chat", "mail"], 1).expect("routes");
        let heard = |pairs: &[(&str, &str)]| -> Vec<usize> {
            let labels = labels(pairs);
            let hears = |receiver: &usize| routing.group(*receiver, &labels).is_some();
            (0..4).filter(hears).collect()
        };
        assert_eq!(heard(&[("severity", "critical"), ("team", "a")]), [0, 1, 2]);
        assert_eq!(heard(&[("severity", "critical")]), [0, 1, 3]);
        assert_eq!(heard(&[("team", "a")]), [0, 2]);
        assert_eq!(heard(&[("team", "b")]), [0, 3]);
        let alert = labels(&[("alertname", "Down"), ("team", "a"), ("x", "y")]);
        let (id, grouping) = routing.group(2, &alert).expect("a group");
        assert_eq!(id.key, r#"{}/{team="a"}:{alertname="Down", team="a"}"#);
        assert_eq!(grouping.wait, 10_000);
        let (id, _) = routing.group(0, &alert).expect("a group");
        assert_eq!(id.key, r#"{}:{alertname="Down"}"#);
    }

    #[test]
    fn without_routes_everybody_hears_of_everything() {
        let routing = routing(r#"{"group_by": ["..."]}"#, &["chat"], 0).expect("routes");
        let alert = labels(&[("alertname", "Down"), ("x", "y")]);
        let (id, grouping) = routing.group(0, &alert).expect("a group");
        assert_eq!(id.key, r#"{}:{alertname="Down", x="y"}"#);
        assert_eq!(grouping.repeat, 4 * 3_600_000);
    }

    #[test]
    fn a_route_to_nobody_is_refused() {
        let error = routing(r#"{"routes": [{"receivers": ["pagr"]}]}"#, &["pager"], 0);
        let error = error.expect_err("no such receiver").to_string();
        assert!(
            error.contains("route 1") && error.contains("\"pagr\"") && error.contains("pager"),
            "{error}"
        );
    }
}
