//! `swarmscope agents`: who works, and whether they get new work.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use swarmscope_api::native::{AgentBody, AgentsBody, LedgerBody};
use swarmscope_model::Timestamp;
use swarmscope_sdk::wire::AgentReply;

use super::tasks::since;
use crate::arguments::{AgentsArguments, AgentsCommand, NamedAgentArguments};
use crate::failure::Failure;
use crate::terminal::{FAINT, NAME, printable, severity_style, thousands};

/// In a word or two whether all is here, the worst first, and how that is coloured.
fn verdict(ledger: &LedgerBody) -> (String, Style) {
    let bad = [
        (ledger.gap, "missing", severity_style("ERROR")),
        (u64::from(ledger.shared), "shared name", FAINT),
        (ledger.refused, "refused", severity_style("WARNING")),
        (ledger.dropped, "dropped", severity_style("WARNING")),
    ];
    match bad.into_iter().find(|(count, ..)| *count > 0) {
        Some((_, "shared name", style)) => ("shared name".to_owned(), style),
        Some((count, word, style)) => (format!("{} {word}", thousands(count)), style),
        None => ("all here".to_owned(), AnsiColor::Green.on_default()),
    }
}

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
            let list: AgentsBody = client.json(client.get("/api/v1/agents"), "").await?;
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
    let drained = reply.agent.agent_name.clone();
    // The reply says nothing of the ledger.
    let list: AgentsBody = client.json(client.get("/api/v1/agents"), "").await?;
    let mut listed = list.agents.into_iter();
    let listed = listed.find(|listed| listed.agent.agent_name == drained);
    // Who has gone meanwhile has no ledger either.
    let listed = listed.unwrap_or(AgentBody {
        agent: reply.agent,
        ledger: None,
    });
    print(&[listed], arguments.json)
}

fn print(agents: &[AgentBody], json: bool) -> Result<(), Failure> {
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

fn table(agents: &[AgentBody], now: Timestamp) -> String {
    if agents.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{FAINT}{:<24} {:<22} {:<9} {:>9} {:>7} {:>10} {:>7} {:>9} {:<14} {}{FAINT:#}\n",
        "AGENT",
        "TYPE",
        "STATUS",
        "HEARTBEAT",
        "IN HAND",
        "COMPLETED",
        "FAILED",
        "EVENTS",
        "LEDGER",
        "SKILLS"
    );
    for AgentBody { agent, ledger } in agents {
        let style = status_style(&agent.status);
        let heartbeat = agent
            .last_heartbeat
            .map_or_else(|| "never".to_owned(), |last| since(last, now));
        let emitted = ledger.as_ref().map(|ledger| thousands(ledger.emitted));
        let (verdict, verdict_style) = ledger
            .as_ref()
            .map_or_else(|| ("not reported".to_owned(), FAINT), verdict);
        let skills: Vec<&str> = agent.skills().collect();
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{NAME}{:<24}{NAME:#} {:<22} {style}{:<9}{style:#} {heartbeat:>9} {:>7} {:>10} {:>7} \
             {:>9} {verdict_style}{verdict:<14}{verdict_style:#} {}",
            printable(&agent.agent_name),
            printable(&agent.agent_type),
            printable(&agent.status),
            agent.active_tasks,
            agent.completed_tasks,
            agent.failed_tasks,
            emitted.as_deref().unwrap_or("-"),
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
        let agents: Vec<AgentBody> = serde_json::from_value(serde_json::json!([
            {"agent_name": "research_agent", "agent_type": "research_agent", "status": "active",
             "last_heartbeat": "2026-01-31T12:00:00Z", "capabilities": {"skills": ["research", "french"]},
             "metadata": {}, "active_tasks": 1, "completed_tasks": 17, "failed_tasks": 2,
             "ledger": {"emitted": 1200, "stored": 1190, "refused": 0, "dropped": 4, "unreported": 0, "gap": 6,
                        "unclosed": 0, "partial": false, "shared": false}},
            {"agent_name": "editing_agent", "agent_type": "editing_agent", "status": "draining",
             "last_heartbeat": null, "capabilities": {}, "metadata": {}, "active_tasks": 0,
             "completed_tasks": 0, "failed_tasks": 0, "ledger": null},
            {"agent_name": "writing_agent", "agent_type": "writing_agent", "status": "inactive",
             "last_heartbeat": "2026-01-31T10:00:00Z", "capabilities": {}, "metadata": {}, "active_tasks": 0,
             "completed_tasks": 0, "failed_tasks": 0,
             "ledger": {"emitted": 73, "stored": 73, "refused": 0, "dropped": 0, "unreported": 0, "gap": 0,
                        "unclosed": 0, "partial": false, "shared": false}},
        ]))
        .expect("agents");
        let now = Timestamp::parse("2026-01-31T12:00:04Z").expect("a time");
        let text = anstream::adapter::strip_str(&table(&agents, now)).to_string();
        insta::assert_snapshot!(text);
    }
}
