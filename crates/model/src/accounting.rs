//! The account of every document: received = stored + refused, and what its sender dropped; and beside it
//! what agents say they emitted ([`Balance`]).
//!
//! Kept in memory since the start of the process, per agent, so that "did my logs arrive?" has an
//! answer in numbers. Never a place for timing or other measurements.

mod book;
mod report;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::limits::MAX_ACCOUNTED_AGENTS;

use book::Book;

pub use book::Balance;
pub use report::{Drops, LedgerReport, Stage, ledger_report, reported_drops};

/// What became of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    /// Handed to the store.
    pub received: u64,
    /// Acknowledged: on disk.
    pub stored: u64,
    /// Answered with an error.
    pub refused: u64,
    /// Of the refused, documents that were there already: sent again.
    pub repeated: u64,
    /// Of the stored, notices of what was dropped, which are no events of the agent.
    pub notices: u64,
    /// Never handed over: given up by a sender or collector that said so.
    pub dropped: u64,
    /// Of the dropped, what the sender gave up itself: its reports have it as well.
    pub dropped_by_sender: u64,
}

impl Account {
    fn add(&mut self, other: &Account) {
        self.received += other.received;
        self.stored += other.stored;
        self.refused += other.refused;
        self.repeated += other.repeated;
        self.notices += other.notices;
        self.dropped += other.dropped;
        self.dropped_by_sender += other.dropped_by_sender;
    }
}

/// Accounts by agent. Agents beyond the limit share the account of `""`.
#[derive(Debug, Default)]
pub struct Ledger {
    by_agent: Mutex<BTreeMap<String, Page>>,
}

/// What is kept of one agent.
#[derive(Debug, Default)]
struct Page {
    account: Account,
    book: Book,
}

impl Ledger {
    /// Adds to an agent's account; `agent_name` is empty for documents that name none.
    pub fn record(&self, agent_name: &str, entry: Account) {
        self.on_page(agent_name, |page| {
            page.account.add(&entry);
            let stored = entry.stored.saturating_sub(entry.notices);
            let refused = entry.refused.saturating_sub(entry.repeated);
            let on_the_way = entry.dropped.saturating_sub(entry.dropped_by_sender);
            page.book.arrive(stored, refused);
            page.book.given_up(on_the_way);
        });
    }

    /// Books a report that was stored, after the documents before it and itself were recorded.
    pub fn report(&self, agent_name: &str, report: &LedgerReport) {
        self.on_page(agent_name, |page| page.book.report(report));
    }

    fn on_page(&self, agent_name: &str, change: impl FnOnce(&mut Page)) {
        let mut by_agent = self.lock();
        let full = by_agent.len() >= MAX_ACCOUNTED_AGENTS;
        if let Some(page) = by_agent.get_mut(agent_name) {
            change(page);
        } else if full {
            change(by_agent.entry(String::new()).or_default());
        } else {
            change(by_agent.entry(agent_name.to_owned()).or_default());
        }
    }

    /// Every agent's account, by name.
    pub fn by_agent(&self) -> Vec<(String, Account)> {
        self.lock()
            .iter()
            .map(|(name, page)| (name.clone(), page.account))
            .collect()
    }

    /// The accounts of agents that report what they emit, by name. The shared account has none.
    pub fn balances(&self) -> BTreeMap<String, Balance> {
        let by_agent = self.lock();
        let named = by_agent.iter().filter(|(name, _)| !name.is_empty());
        named
            .filter_map(|(name, page)| Some((name.clone(), page.book.balance()?)))
            .collect()
    }

    /// The sum over all agents.
    pub fn total(&self) -> Account {
        let mut total = Account::default();
        for page in self.lock().values() {
            total.add(&page.account);
        }
        total
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Page>> {
        // Counters stay usable whatever panicked elsewhere.
        self.by_agent.lock().unwrap_or_else(PoisonError::into_inner)
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
            ..Account::default()
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
                    ..Account::default()
                }
            )
        );
        assert_eq!(
            ledger.total().received,
            2 * (MAX_ACCOUNTED_AGENTS as u64 + 5)
        );
    }
}
