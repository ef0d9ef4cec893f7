//! `swarmscope tasks limits`: how many tasks a type or an agent may have in hand, and begin in a time.

use std::fmt::Write;
use std::time::Duration;

use swarmscope_model::state::{ClaimLimit, ClaimRate};
use swarmscope_task_http::{LimitList, NamedLimit, Scope};

use super::{path, print_json};
use crate::arguments::{LimitsArguments, LimitsCommand, PutLimitArguments, ScopeArgument};
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, printable};

/// Runs the command.
///
/// # Errors
/// When there is no such limit, or the server refuses or cannot be reached.
pub async fn run(mut arguments: LimitsArguments) -> Result<(), Failure> {
    match arguments.command.take() {
        None => list(&arguments).await,
        Some(LimitsCommand::Put(arguments)) => put(&arguments).await,
        Some(LimitsCommand::Remove(arguments)) => {
            let client = arguments.server.client()?;
            let request = client.delete(&address(arguments.scope, &arguments.name));
            client.accepted(request, "").await?;
            if arguments.json {
                return print_json(&serde_json::json!({ "removed": arguments.name }));
            }
            anstream::println!("removed the limit of {}", printable(&arguments.name));
            Ok(())
        }
    }
}

async fn list(arguments: &LimitsArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let list: LimitList = client.json(client.get("/api/v1/limits"), "").await?;
    if arguments.json {
        return print_json(&list.limits);
    }
    anstream::print!("{}", table(&list.limits));
    if list.limits.is_empty() {
        anstream::eprintln!("{FAINT}nothing is limited{FAINT:#}");
    }
    Ok(())
}

async fn put(arguments: &PutLimitArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let limit = ClaimLimit {
        max_concurrent: arguments.concurrent,
        rate: arguments.claims.map(|claims| ClaimRate {
            claims,
            per_seconds: arguments.per.as_secs_f64(),
        }),
    };
    let request = client
        .put(&address(arguments.scope, &arguments.name))
        .json(&limit);
    let kept: NamedLimit = client.json(request, "").await?;
    match arguments.json {
        true => print_json(&kept),
        false => {
            anstream::print!("{}", table(std::slice::from_ref(&kept)));
            Ok(())
        }
    }
}

fn address(scope: ScopeArgument, name: &str) -> String {
    let kind = match scope {
        ScopeArgument::Type => "limits/task_type",
        ScopeArgument::Agent => "limits/agent",
    };
    path(kind, name, "")
}

/// Limits with their heading.
fn table(limits: &[NamedLimit]) -> String {
    if limits.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{FAINT}{:<6} {:<24} {:<10} {}{FAINT:#}\n",
        "OF", "NAME", "AT ONCE", "RATE"
    );
    for NamedLimit { scope, name, limit } in limits {
        let scope = match scope {
            Scope::TaskType => "type",
            Scope::Agent => "agent",
        };
        let at_once = limit
            .max_concurrent
            .map_or_else(|| "-".to_owned(), |most| most.to_string());
        let rate = limit.rate.as_ref().map_or_else(|| "-".to_owned(), rate);
        let name = printable(name);
        let _ = writeln!(
            text,
            "{scope:<6} {NAME}{name:<24}{NAME:#} {at_once:<10} {rate}"
        );
    }
    text
}

fn rate(rate: &ClaimRate) -> String {
    let span = Duration::try_from_secs_f64(rate.per_seconds).unwrap_or_default();
    format!("{} in {}", rate.claims, humantime::format_duration(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_as_a_person_reads_them() {
        let limits = [
            NamedLimit {
                scope: Scope::TaskType,
                name: "research".to_owned(),
                limit: ClaimLimit {
                    max_concurrent: Some(4),
                    rate: Some(ClaimRate {
                        claims: 10,
                        per_seconds: 60.0,
                    }),
                },
            },
            NamedLimit {
                scope: Scope::Agent,
                name: "*".to_owned(),
                limit: ClaimLimit {
                    max_concurrent: Some(1),
                    rate: None,
                },
            },
        ];
        let text = anstream::adapter::strip_str(&table(&limits)).to_string();
        insta::assert_snapshot!(text, @r"
        OF     NAME                     AT ONCE    RATE
        type   research                 4          10 in 1m
        agent  *                        1          -
        ");
    }
}
