//! What is pending or firing, and every rule with how it is doing.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{answer, labels_text, part, printable, state_style, summary};
use crate::arguments::{AlertListArguments, ListedState};
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, severity_style};

#[derive(Deserialize)]
struct Alert {
    rule: String,
    state: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    active_at: String,
    is_muted: bool,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    file: String,
    is_own: bool,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    r#type: String,
    source: String,
    query: String,
    state: Option<String>,
    firing: usize,
    pending: usize,
    health: String,
    last_error: Option<String>,
}

/// Lists alerts, or rules.
///
/// # Errors
/// When the server cannot be reached.
pub async fn run(arguments: AlertListArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let path = if arguments.rules {
        "/api/v1/alerts/rules"
    } else {
        "/api/v1/alerts"
    };
    let Some(body) = answer(&client, client.get(path), arguments.json).await? else {
        return Ok(());
    };
    if arguments.rules {
        print_rules(&part::<Vec<Group>>(&body, "groups")?);
        return Ok(());
    }
    let wanted = arguments.state.map(|state| match state {
        ListedState::Firing => "firing",
        ListedState::Pending => "pending",
    });
    let alerts: Vec<Alert> = part(&body, "alerts")?;
    let shown: Vec<&Alert> = alerts
        .iter()
        .filter(|alert| wanted.is_none_or(|wanted| alert.state == wanted))
        .collect();
    if shown.is_empty() {
        anstream::println!("no alert is {}", wanted.unwrap_or("pending or firing"));
    }
    for alert in shown {
        print_alert(alert);
    }
    Ok(())
}

fn print_alert(alert: &Alert) {
    let style = state_style(&alert.state);
    let muted = if alert.is_muted { " (muted)" } else { "" };
    anstream::println!(
        "{style}{:<7}{style:#} {NAME}{}{NAME:#}{muted} {} {FAINT}since {}{FAINT:#}",
        alert.state,
        printable(&alert.rule),
        printable(&labels_text(&alert.labels)),
        alert.active_at,
    );
    let text = summary(&alert.annotations);
    if !text.is_empty() {
        anstream::println!("        {}", printable(text));
    }
}

fn print_rules(groups: &[Group]) {
    if groups.is_empty() {
        anstream::eprintln!(
            "{FAINT}no rules: make one on the Alerts page, or name files in rule_files of prometheus.yml{FAINT:#}"
        );
    }
    for group in groups {
        let place = if group.is_own {
            "made here"
        } else {
            &group.file
        };
        anstream::println!(
            "{} {FAINT}{}{FAINT:#}",
            printable(&group.name),
            printable(place)
        );
        for rule in &group.rules {
            print_rule(rule);
        }
    }
}

fn print_rule(rule: &Rule) {
    let state = match (rule.r#type.as_str(), &rule.state) {
        ("recording", _) => "records",
        (_, Some(state)) => state,
        (_, None) => "waits",
    };
    let style = state_style(state);
    let count = match rule.firing + rule.pending {
        0 => String::new(),
        count => format!(" ({count})"),
    };
    let query = match rule.source.as_str() {
        "expr" => rule.query.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => rule.query.clone(),
    };
    anstream::println!(
        "  {style}{state:<8}{style:#} {NAME}{}{NAME:#}{count} {FAINT}{}{FAINT:#}",
        printable(&rule.name),
        printable(&query)
    );
    if let Some(error) = rule.last_error.as_ref().filter(|_| rule.health == "err") {
        let warning = severity_style("WARNING");
        anstream::println!("           {warning}{}{warning:#}", printable(error));
    }
}
