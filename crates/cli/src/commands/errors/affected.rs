//! The tasks that the errors of a group belong to, and what can be done about them.

use std::io::Write;

use serde::Deserialize;
use swarmscope_model::Timestamp;
use swarmscope_model::state::Task;

use super::short;
use crate::client::Client;
use crate::commands::tasks::table;
use crate::failure::Failure;
use crate::terminal::{FAINT, thousands};

/// Tasks of a group, the newest first.
#[derive(Deserialize)]
pub struct Affected {
    pub total: u64,
    /// Those that can be put back into the queue.
    pub requeueable: u64,
    pub tasks: Vec<Task>,
}

impl Affected {
    /// Asks for so many of them; all are counted.
    ///
    /// # Errors
    /// When there is no such group or the server cannot be reached.
    pub async fn of(client: &Client, id: &str, most: usize) -> Result<Self, Failure> {
        let request = client
            .get(&format!("/api/v1/errors/{id}/tasks"))
            .query(&[("limit", most)]);
        client.json(request, "").await
    }

    /// Prints them and what to type next; nothing when no task was affected.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn print(&self, output: &mut impl Write, id: &str, now: Timestamp) -> std::io::Result<()> {
        if self.tasks.is_empty() {
            return Ok(());
        }
        writeln!(output, "\nTasks, the newest first")?;
        write!(output, "{}", table(&self.tasks, now))?;
        let further = self.total.saturating_sub(self.tasks.len() as u64);
        if further > 0 {
            writeln!(output, "{FAINT}and {} more{FAINT:#}", thousands(further))?;
        }
        if self.requeueable > 0 {
            writeln!(
                output,
                "{FAINT}{} can be put back into the queue: swarmscope errors requeue {}{FAINT:#}",
                thousands(self.requeueable),
                short(id)
            )?;
        }
        Ok(())
    }
}
