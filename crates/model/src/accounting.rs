//! The account of every document: received = stored + refused, and what its sender dropped.
//!
//! Kept in memory since the start of the process, per agent, so that "did my logs arrive?" has an
//! answer in numbers. Never a place for timing or other measurements.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

use crate::event::event_type::EVENTS_DROPPED;
use crate::limits::MAX_ACCOUNTED_AGENTS;

/// What became of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    /// Handed to the store.
    pub received: u64,
    /// Acknowledged: on disk.
    pub stored: u64,
    /// Answered with an error.
    pub refused: u64,
    /// Never handed over: given up by a sender or collector that said so.
    pub dropped: u64,
}

impl Account {
    fn add(&mut self, other: &Account) {
        self.received += other.received;
        self.stored += other.stored;
        self.refused += other.refused;
        self.dropped += other.dropped;
    }
}

/// Accounts by agent. Agents beyond the limit share the account of `""`.
#[derive(Debug, Default)]
pub struct Ledger {
    by_agent: Mutex<BTreeMap<String, Account>>,
}

impl Ledger {
    /// Adds to an agent's account; `agent_name` is empty for documents that name none.
    pub fn record(&self, agent_name: &str, entry: Account) {
        let mut by_agent = self.lock();
        let full = by_agent.len() >= MAX_ACCOUNTED_AGENTS;
        if let Some(account) = by_agent.get_mut(agent_name) {
            account.add(&entry);
        } else if full {
            by_agent.entry(String::new()).or_default().add(&entry);
        } else {
            by_agent.insert(agent_name.to_owned(), entry);
        }
    }

    /// Every agent's account, by name.
    pub fn by_agent(&self) -> Vec<(String, Account)> {
        self.lock()
            .iter()
            .map(|(name, account)| (name.clone(), *account))
            .collect()
    }

    /// The sum over all agents.
    pub fn total(&self) -> Account {
        let mut total = Account::default();
        for account in self.lock().values() {
            total.add(account);
        }
        total
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        // Counters stay usable whatever panicked elsewhere.
        self.by_agent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many events a document reports as dropped by its sender; 0 for any other document.
pub fn reported_drops(document: &str) -> u64 {
    #[derive(Deserialize)]
    struct Report<'a> {
        event_type: &'a str,
        metadata: Dropped,
    }
    #[derive(Deserialize)]
    struct Dropped {
        dropped: u64,
    }
    // Nearly every document ends here, unparsed.
    if !document.contains(EVENTS_DROPPED) {
        return 0;
    }
    match serde_json::from_str::<Report>(document) {
        Ok(report) if report.event_type == EVENTS_DROPPED => report.metadata.dropped,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_the_sum_and_agents_beyond_the_limit_share_an_account() {
        let ledger = Ledger::default();
        let one = Account {
            received: 2,
            stored: 1,
            refused: 1,
            dropped: 0,
        };
        for agent in 0..MAX_ACCOUNTED_AGENTS + 5 {
            ledger.record(&format!("agent_{agent}"), one);
        }
        assert_eq!(ledger.by_agent().len(), MAX_ACCOUNTED_AGENTS + 1);
        assert_eq!(
            ledger.by_agent()[0],
            (
                String::new(),
                Account {
                    received: 10,
                    stored: 5,
                    refused: 5,
                    dropped: 0
                }
            )
        );
        assert_eq!(
            ledger.total().received,
            2 * (MAX_ACCOUNTED_AGENTS as u64 + 5)
        );
    }

    #[test]
    fn only_a_report_of_drops_is_one() {
        let report = r#"{"event_type":"events_dropped","metadata":{"dropped":12},"message":"m"}"#;
        assert_eq!(reported_drops(report), 12);
        for other in [
            r#"{"event_type":"error","message":"events_dropped","metadata":{"dropped":12}}"#,
            r#"{"event_type":"events_dropped","metadata":{"dropped":-1}}"#,
            r#"{"event_type":"events_dropped"}"#,
            "{}",
        ] {
            assert_eq!(reported_drops(other), 0, "{other}");
        }
    }
}
