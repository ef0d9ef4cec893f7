//! The completions of an agent that works on several tasks at once: those that come while a call is under way
//! go with the next one. One that comes alone waits for nobody.
//!
//! Never tries again: who reports does.

use serde_json::{Map, Value};
use swarmscope_model::limits::MAX_WORK_AT_ONCE;
use swarmscope_model::state::{Claim, NewTask, Task};
use tokio::sync::{mpsc, oneshot};

use crate::client::{ClientError, OrchestratorClient};
use crate::wire::Completion;

struct Report {
    claim: Claim,
    result: Map<String, Value>,
    follow_up: Vec<NewTask>,
    answer: oneshot::Sender<Result<Task, ClientError>>,
}

/// Takes reports; the calls end with it.
pub struct Reports {
    reports: mpsc::UnboundedSender<Report>,
    client: OrchestratorClient,
}

impl Reports {
    /// Begins to take reports.
    pub fn start(client: OrchestratorClient) -> Self {
        let (reports, incoming) = mpsc::unbounded_channel();
        tokio::spawn(send(client.clone(), incoming));
        Self { reports, client }
    }

    /// Completes the task, with others if there are any.
    ///
    /// # Errors
    /// As [`OrchestratorClient::complete`].
    pub async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        follow_up: Vec<NewTask>,
    ) -> Result<Task, ClientError> {
        let (answer, answered) = oneshot::channel();
        let report = Report {
            claim: claim.clone(),
            result: result.clone(),
            follow_up: follow_up.clone(),
            answer,
        };
        if self.reports.send(report).is_ok()
            && let Ok(answer) = answered.await
        {
            return answer;
        }
        // The call for all of them failed, for a reason that need not be this one's: they may be too large
        // together.
        self.client.complete(claim, result, follow_up).await
    }
}

async fn send(client: OrchestratorClient, mut incoming: mpsc::UnboundedReceiver<Report>) {
    while let Some(first) = incoming.recv().await {
        let mut reports = vec![first];
        while reports.len() < MAX_WORK_AT_ONCE {
            match incoming.try_recv() {
                Ok(report) => reports.push(report),
                Err(_) => break,
            }
        }
        let agent_name = reports[0].claim.agent_name.clone();
        let (completions, waiting): (Vec<_>, Vec<_>) = reports.into_iter().map(split).unzip();
        // Without an answer each goes alone, as whoever waits for it does then.
        let Ok(answers) = client.complete_many(&agent_name, completions).await else {
            continue;
        };
        for (answer, waiting) in answers.into_iter().zip(waiting) {
            // Who has gone meanwhile has lost its claim.
            let _ = waiting.send(answer);
        }
    }
}

fn split(report: Report) -> (Completion, oneshot::Sender<Result<Task, ClientError>>) {
    let completion = Completion {
        task_id: report.claim.task_id,
        fencing_token: report.claim.fencing_token,
        result: report.result,
        follow_up: report.follow_up,
    };
    (completion, report.answer)
}
