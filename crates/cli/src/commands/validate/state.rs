//! Whether tasks and agents are kept: an agent registers, a task is made, claimed, completed and found
//! in its history.

use serde_json::{Value, json};

use super::{Installation, Report};

const SECTION: &str = "State";
const REMEDY: &str = "see the orchestrator's log; on PostgreSQL: `docker-compose logs postgres`, and whether init-db.sql ran";

/// Takes one task through its life.
pub async fn check(installation: &Installation, report: &mut Report) {
    let agent = installation.mark.as_str();
    report.note(
        SECTION,
        "An agent registers",
        register(installation, agent).await,
        REMEDY,
    );
    report.note(
        SECTION,
        "A task is made, claimed, completed and in its history",
        task(installation, agent).await,
        REMEDY,
    );
    report.note(
        SECTION,
        "The agent leaves",
        installation
            .orchestrator
            .post(&format!("/api/v1/agents/{agent}/deregister"), &json!({}))
            .await
            .map(|reply| format!("its status is {}", reply["agent"]["status"])),
        REMEDY,
    );
}

async fn register(installation: &Installation, agent: &str) -> Result<String, String> {
    let body = json!({
        "agent_name": agent,
        "agent_type": "validation",
        "capabilities": { "skills": [agent] },
    });
    let reply = installation
        .orchestrator
        .post("/api/v1/agents", &body)
        .await?;
    match &reply["agent"]["status"] {
        Value::String(status) if status == "active" => Ok("and is active".to_owned()),
        other => Err(format!("its status is {other}")),
    }
}

async fn task(installation: &Installation, agent: &str) -> Result<String, String> {
    let orchestrator = &installation.orchestrator;
    // A type of its own, so that nobody else takes it.
    let new = json!({ "task_id": agent, "task_type": agent, "metadata": {} });
    orchestrator.post("/api/v1/tasks", &new).await?;
    let claim = json!({ "task_types": [agent], "wait_ms": 5_000 });
    let path = format!("/api/v1/agents/{agent}/claim");
    let claimed = orchestrator.post(&path, &claim).await?;
    let token = claimed["task"]["fencing_token"].clone();
    if token.is_null() {
        return Err("it was not there to be claimed".to_owned());
    }
    let path = format!("/api/v1/tasks/{agent}/complete");
    let body = json!({ "agent_name": agent, "fencing_token": token, "result": { "valid": true } });
    orchestrator.post(&path, &body).await?;
    let detail = orchestrator.get(&format!("/api/v1/tasks/{agent}")).await?;
    let attempt = &detail["attempts"][0];
    if detail["task"]["state"] == "completed" && attempt["success"] == true {
        Ok("state completed, one attempt with success".to_owned())
    } else {
        Err(format!("it ended as {detail}"))
    }
}
