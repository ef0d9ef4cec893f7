//! The rules of a file, tried on the past that a server knows.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use swarmscope_alerting::definition::{Syntax, load};
use swarmscope_prometheus_config::yaml;

use super::{answer, labels_text, part, printable, state_style, summary};
use crate::arguments::AlertTestArguments;
use crate::client::Client;
use crate::commands::logs::since;
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, warn};

/// Alerts of a rule that are listed for people.
const SHOWN: usize = 20;

#[derive(Deserialize)]
struct Fired {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    fired_at: String,
    resolved_at: Option<String>,
}

/// Tries the rules. One that cannot be tried holds up no other.
///
/// # Errors
/// When the file is none, or the server cannot be reached or try one of the rules.
pub async fn run(arguments: AlertTestArguments) -> Result<(), Failure> {
    let rules = alerting_rules(&arguments)?;
    let client = arguments.server.client()?;
    let from = since(Some(&arguments.since), "--since")?;
    let to = since(arguments.until.as_deref(), "--until")?;
    let to = if to.is_empty() { "now" } else { &to };
    let mut untried = Vec::new();
    for rule in &rules {
        let body = json!({"rule": rule, "from": from, "to": to});
        if let Err(failure) = try_one(&client, rule, &body, arguments.json).await {
            untried.push((rule["alert"].as_str().unwrap_or_default(), failure));
        }
    }
    // All for the same reason: the server, not the rules.
    if untried.len() == rules.len()
        && let Some((_, failure)) = untried.pop()
    {
        return Err(failure);
    }
    for (name, failure) in &untried {
        warn(&format!("{name} was not tried: {failure}"));
    }
    match untried.len() {
        0 => Ok(()),
        count => Err(Failure::new(format!(
            "{count} of {} rules could not be tried",
            rules.len()
        ))),
    }
}

async fn try_one(
    client: &Client,
    rule: &Value,
    body: &Value,
    as_json: bool,
) -> Result<(), Failure> {
    let name = rule["alert"].as_str().unwrap_or_default();
    let request = client.post("/api/v1/alerts/try").json(body);
    if as_json {
        let mut body: Value = client.json(request, "").await?;
        body["rule"] = name.into();
        anstream::println!("{body}");
        return Ok(());
    }
    let Some(body) = answer(client, request, false).await? else {
        return Ok(());
    };
    let (times, evaluations): (usize, usize) = (part(&body, "fired")?, part(&body, "evaluations")?);
    let style = state_style(if times > 0 { "firing" } else { "inactive" });
    anstream::println!(
        "{NAME}{}{NAME:#} {style}would have fired {times} time(s){style:#} {FAINT}in {evaluations} evaluations{FAINT:#}",
        printable(name)
    );
    let fired: Vec<Fired> = part(&body, "alerts")?;
    for alert in fired.iter().take(SHOWN) {
        let until = alert.resolved_at.as_deref().unwrap_or("the end");
        anstream::println!(
            "  {} until {until} {} {FAINT}{}{FAINT:#}",
            alert.fired_at,
            printable(&labels_text(&alert.labels)),
            printable(summary(&alert.annotations))
        );
    }
    if times > SHOWN {
        anstream::println!(
            "  {FAINT}and {} more; all with --json{FAINT:#}",
            times - SHOWN
        );
    }
    Ok(())
}

/// The alerting rules of the file as they are written, with the labels of their groups.
fn alerting_rules(arguments: &AlertTestArguments) -> Result<Vec<Value>, Failure> {
    let path = &arguments.file;
    load(std::slice::from_ref(path), Syntax::default())
        .map_err(|error| Failure::new(error.to_string()))?;
    let text = std::fs::read_to_string(path)?;
    let file: Value = yaml::from_str(&text)
        .map_err(|error| Failure::new(format!("{}: {}", path.display(), error.reason())))?;
    let groups = file["groups"].as_array().into_iter().flatten();
    let rules: Vec<Value> = groups
        .flat_map(|group| {
            let rules = group["rules"].as_array().into_iter().flatten();
            rules.map(|rule| with_labels(rule.clone(), &group["labels"]))
        })
        .filter(|rule| rule["alert"].is_string())
        .filter(|rule| match &arguments.rule {
            Some(name) => rule["alert"] == *name,
            None => true,
        })
        .collect();
    if rules.is_empty() {
        return Err(Failure::new(match &arguments.rule {
            Some(name) => format!("{} has no alerting rule {name:?}", path.display()),
            None => format!("{} has no alerting rule", path.display()),
        }));
    }
    Ok(rules)
}

/// A rule with the labels of its group that it does not give itself.
fn with_labels(mut rule: Value, of_group: &Value) -> Value {
    let of_group = of_group.as_object().into_iter().flatten();
    for (name, value) in of_group {
        if rule["labels"].get(name).is_none() {
            rule["labels"][name] = value.clone();
        }
    }
    rule
}
