//! `swarmscope agents`: who works, and whether they get new work.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use swarmscope_model::Timestamp;
use swarmscope_model::state::Agent;
use swarmscope_sdk::wire::{AgentList, AgentReply};

use crate::arguments::{AgentsArguments, AgentsCommand, NamedAgentArguments};
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, printable, severity_style};

/// Runs the command.
///
/// # Errors
/// When there is no such agent, or the server cannot be reached.
pub async fn run(mut arguments: AgentsArguments) -> Result<(), Failure> {
    match arguments.command.take() {
        Some(AgentsCommand::Drain(arguments)) => drain(&arguments, "drain").await,
        Some(AgentsCommand::Undrain(arguments)) => drain(&arguments, "undrain").await,
        None => {
            let client = arguments.server.client()?;
            let list: AgentList = client.json(client.get("/api/v1/agents"), "").await?;
            if list.agents.is_empty() && !arguments.json {
                anstream::eprintln!("{FAINT}no agent has registered yet{FAINT:#}");
            }
            print(&list.agents, arguments.json)
        }
    }
}

async fn drain(arguments: &NamedAgentArguments, action: &str) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let name =
        percent_encoding::utf8_percent_encode(&arguments.name, percent_encoding::NON_ALPHANUMERIC);
    let request = client.post(&format!("/api/v1/agents/{name}/{action}"));
    let reply: AgentReply = client.json(request, "").await?;
    print(&[reply.agent], arguments.json)
}

fn print(agents: &[Agent], json: bool) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string_pretty(agents).map_err(anyhow::Error::from)?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", table(agents, Timestamp::now()));
    }
    Ok(())
}

fn status_style(status: &str) -> Style {
    match status {
        "active" => AnsiColor::Green.on_default(),
        "draining" => severity_style("WARNING"),
        _ => FAINT,
    }
}

fn table(agents: &[Agent], now: Timestamp) -> String {
    if agents.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{FAINT}{:<24} {:<22} {:<9} {:>9} {:>7} {:>10} {:>7}  {}{FAINT:#}\n",
        "AGENT", "TYPE", "STATUS", "HEARTBEAT", "IN HAND", "COMPLETED", "FAILED", "SKILLS"
    );
    for agent in agents {
        let style = status_style(&agent.status);
        let heartbeat = agent.last_heartbeat.map_or_else(
            || "never".to_owned(),
            |last| {
                format!(
                    "{}s",
                    (now.as_millisecond() - last.as_millisecond()).max(0) / 1_000
                )
            },
        );
        let skills: Vec<&str> = agent.skills().collect();
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{NAME}{:<24}{NAME:#} {:<22} {style}{:<9}{style:#} {heartbeat:>9} {:>7} {:>10} {:>7}  {}",
            printable(&agent.agent_name),
            printable(&agent.agent_type),
            printable(&agent.status),
            agent.active_tasks,
            agent.completed_tasks,
            agent.failed_tasks,
            printable(&skills.join(", ")),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_listed_with_their_skills_and_last_heartbeat() {
        let agents: Vec<Agent> = serde_json::from_value(serde_json::json!([
            {"agent_name": "research_agent", "agent_type": "research_agent", "status": "active",
             "last_heartbeat": "2026-01-31T12:00:00Z", "capabilities": {"skills": ["research", "french"]},
             "metadata": {}, "active_tasks": 1, "completed_tasks": 17, "failed_tasks": 2},
            {"agent_name": "editing_agent", "agent_type": "editing_agent", "status": "draining",
             "last_heartbeat": null, "capabilities": {}, "metadata": {}, "active_tasks": 0,
             "completed_tasks": 0, "failed_tasks": 0},
        ]))
        .expect("agents");
        let now = Timestamp::parse("2026-01-31T12:00:04Z").expect("a time");
        let text = anstream::adapter::strip_str(&table(&agents, now)).to_string();
        insta::assert_snapshot!(text);
    }
}
