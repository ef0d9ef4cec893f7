//! `swarmscope tasks policies`: how types of tasks are retried.

use std::fmt::Write;
use std::time::Duration;

use swarmscope_model::state::RetryPolicy;
use swarmscope_task_http::{NamedPolicy, PolicyList};

use super::{path, print_json};
use crate::arguments::{PoliciesArguments, PoliciesCommand, PutPolicyArguments};
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, printable};

/// Runs the command.
///
/// # Errors
/// When there is no such policy, or the server refuses or cannot be reached.
pub async fn run(mut arguments: PoliciesArguments) -> Result<(), Failure> {
    match arguments.command.take() {
        None => list(&arguments).await,
        Some(PoliciesCommand::Put(arguments)) => put(&arguments).await,
        Some(PoliciesCommand::Remove(arguments)) => {
            let client = arguments.server.client()?;
            let request = client.delete(&path("retry-policies", &arguments.task_type, ""));
            client.accepted(request, "").await?;
            if arguments.json {
                return print_json(&serde_json::json!({ "removed": arguments.task_type }));
            }
            let name = printable(&arguments.task_type);
            anstream::println!("removed the policy of {name}");
            Ok(())
        }
    }
}

async fn list(arguments: &PoliciesArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let list: PolicyList = client
        .json(client.get("/api/v1/retry-policies"), "")
        .await?;
    if arguments.json {
        return print_json(&list.policies);
    }
    anstream::print!("{}", table(&list.policies));
    if list.policies.is_empty() {
        anstream::eprintln!("{FAINT}every type is retried in the usual way{FAINT:#}");
    }
    Ok(())
}

async fn put(arguments: &PutPolicyArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let request = client
        .put(&path("retry-policies", &arguments.task_type, ""))
        .json(&policy(arguments));
    let kept: NamedPolicy = client.json(request, "").await?;
    match arguments.json {
        true => print_json(&kept),
        false => {
            anstream::print!("{}", table(std::slice::from_ref(&kept)));
            Ok(())
        }
    }
}

fn policy(arguments: &PutPolicyArguments) -> RetryPolicy {
    let usual = RetryPolicy::default();
    let seconds = |given: Option<Duration>| given.map(|given| given.as_secs_f64());
    RetryPolicy {
        max_retries: arguments.max_retries,
        base_seconds: seconds(arguments.base).unwrap_or(usual.base_seconds),
        factor: arguments.factor.unwrap_or(usual.factor),
        cap_seconds: seconds(arguments.cap).unwrap_or(usual.cap_seconds),
        jitter: arguments.jitter.unwrap_or(usual.jitter),
        elapsed_seconds: seconds(arguments.within),
        non_retryable: arguments.never.clone(),
    }
}

/// Policies with their heading.
fn table(policies: &[NamedPolicy]) -> String {
    if policies.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{FAINT}{:<24} {:<8} {:<28} {:<10} {}{FAINT:#}\n",
        "TYPE", "RETRIES", "WAITS", "WITHIN", "NEVER"
    );
    for NamedPolicy { task_type, policy } in policies {
        let name = printable(task_type);
        let retries = policy
            .max_retries
            .map_or_else(|| "usual".to_owned(), |most| most.to_string());
        let waits = format!(
            "{} x{} to {}, +{:.0} %",
            span(policy.base_seconds),
            policy.factor,
            span(policy.cap_seconds),
            policy.jitter * 100.0
        );
        let within = policy.elapsed_seconds.map_or_else(|| "-".to_owned(), span);
        let never = match policy.non_retryable.as_slice() {
            [] => "-".to_owned(),
            some => printable(&some.join(", ")),
        };
        let _ = writeln!(
            text,
            "{NAME}{name:<24}{NAME:#} {retries:<8} {waits:<28} {within:<10} {never}"
        );
    }
    text
}

fn span(seconds: f64) -> String {
    let span = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    humantime::format_duration(span).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_as_a_person_reads_them() {
        let of = |task_type: &str, policy| NamedPolicy {
            task_type: task_type.to_owned(),
            policy,
        };
        let research = RetryPolicy {
            max_retries: Some(5),
            base_seconds: 1.0,
            cap_seconds: 60.0,
            elapsed_seconds: Some(3600.0),
            non_retryable: vec!["ValueError".to_owned()],
            ..RetryPolicy::default()
        };
        let policies = [of("research", research), of("*", RetryPolicy::default())];
        let text = anstream::adapter::strip_str(&table(&policies)).to_string();
        insta::assert_snapshot!(text, @r"
        TYPE                     RETRIES  WAITS                        WITHIN     NEVER
        research                 5        1s x2 to 1m, +10 %           1h         ValueError
        *                        usual    500ms x2 to 10s, +10 %       -          -
        ");
    }
}
