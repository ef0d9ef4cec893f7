//! One agent's side of the ledger: what its loggers say they emitted, against what arrived.
//!
//! A report comes behind everything that its logger emitted before, on the same way. So when it is booked,
//! nothing of that is in flight any more, and what is missing then is missing for good.

use super::report::{LedgerReport, Stage};

/// The account of an agent that reports, as of its last report:
/// `emitted + unreported = stored + refused + dropped + gap`, unless it is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// By the agent's own reports.
    pub emitted: u64,
    /// Arrived and on disk.
    pub stored: u64,
    /// Arrived and answered with an error.
    pub refused: u64,
    /// Emitted and given up, by the agent itself or by a collector that said so.
    pub dropped: u64,
    /// Emitted and neither here nor given up: lost on the way.
    pub gap: u64,
    /// Arrived in the agent's name and was in no report: output that was no event of its logger, or the
    /// last words of a process that was killed.
    pub unreported: u64,
    /// Loggers that ended without a last report: what they had not handed over is unknown.
    pub unclosed: u64,
    /// Whether its events before the first report are unknown, because the server started after them.
    pub partial: bool,
    /// Whether several processes log in this name at once. Their reports cannot be told apart, so no
    /// gap is counted.
    pub shared: bool,
}

/// A book as it is kept.
#[derive(Debug, Default)]
pub struct Book {
    balance: Option<Balance>,
    /// The logger that reported last, with what it said.
    reporter: Option<Reporter>,
    /// Earlier loggers that never closed theirs; the newest few.
    abandoned: Vec<String>,
    /// Documents since the last report, stored and refused.
    stored: u64,
    refused: u64,
    /// Events since the last report that a collector took off the agent and gave up.
    given_up: u64,
}

#[derive(Debug)]
struct Reporter {
    writer: String,
    emitted: u64,
    dropped: u64,
    /// Whether it has made its last report; a process may go on after it.
    closed: bool,
}

/// Abandoned loggers that are remembered, to notice when one goes on.
const MAX_ABANDONED: usize = 8;

impl Book {
    /// Documents have arrived, stored or refused; those that were there already not counted.
    pub fn arrive(&mut self, stored: u64, refused: u64) {
        self.stored += stored;
        self.refused += refused;
    }

    /// A collector has given up events of the agent.
    pub fn given_up(&mut self, events: u64) {
        self.given_up += events;
    }

    /// A report was stored; the documents before it and itself have arrived.
    pub fn report(&mut self, report: &LedgerReport) {
        let before = match self.reporter.take() {
            Some(same) if same.writer == report.writer => same,
            other => self.begin(other, report),
        };
        let balance = self.balance.get_or_insert_default();
        let emitted = report.emitted.saturating_sub(before.emitted);
        let dropped = report.dropped.saturating_sub(before.dropped);
        balance.emitted += emitted;
        let given_up = std::mem::take(&mut self.given_up);
        balance.dropped += dropped + given_up;
        let expected = emitted.saturating_sub(dropped);
        let stored = std::mem::take(&mut self.stored);
        let refused = std::mem::take(&mut self.refused);
        balance.stored += stored;
        balance.refused += refused;
        let arrived = stored + refused + given_up;
        if !balance.shared {
            balance.gap += expected.saturating_sub(arrived);
            balance.unreported += arrived.saturating_sub(expected);
        }
        self.reporter = Some(Reporter {
            writer: report.writer.clone(),
            emitted: report.emitted,
            dropped: report.dropped,
            closed: report.stage == Stage::Last,
        });
    }

    /// Another logger reports than before: from where its account counts.
    fn begin(&mut self, before: Option<Reporter>, report: &LedgerReport) -> Reporter {
        let balance = self.balance.get_or_insert_default();
        if self.abandoned.contains(&report.writer) {
            balance.shared = true;
        }
        if let Some(before) = before.filter(|before| !before.closed) {
            balance.unclosed += 1;
            if self.abandoned.len() == MAX_ABANDONED {
                self.abandoned.remove(0);
            }
            self.abandoned.push(before.writer);
        }
        let is_known = report.stage == Stage::First;
        if !is_known {
            // What it emitted before is not in this ledger, and neither is what of it arrived.
            balance.partial = true;
            (self.stored, self.refused, self.given_up) = (0, 0, 0);
        }
        Reporter {
            writer: report.writer.clone(),
            emitted: if is_known { 0 } else { report.emitted },
            dropped: if is_known { 0 } else { report.dropped },
            closed: false,
        }
    }

    /// The account as of the last report; `None` for an agent that never reported.
    pub fn balance(&self) -> Option<Balance> {
        self.balance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(writer: &str, emitted: u64, dropped: u64, stage: Stage) -> LedgerReport {
        LedgerReport {
            writer: writer.to_owned(),
            emitted,
            dropped,
            stage,
        }
    }

    /// It always adds up, unless several share a name.
    fn balance(book: &Book) -> Balance {
        let found = book.balance().expect("it has reported");
        let (said, became) = (
            found.emitted + found.unreported,
            found.stored + found.refused + found.dropped + found.gap,
        );
        assert!(found.shared || said == became, "{found:?}");
        found
    }

    #[test]
    fn what_arrived_and_what_was_dropped_is_no_gap() {
        let mut book = Book::default();
        book.arrive(1, 0);
        book.report(&report("w", 1, 0, Stage::First));
        book.arrive(7, 0);
        book.report(&report("w", 10, 2, Stage::Between));
        book.arrive(1, 2);
        book.report(&report("w", 13, 2, Stage::Last));
        let all = Balance {
            emitted: 13,
            stored: 9,
            refused: 2,
            dropped: 2,
            ..Balance::default()
        };
        assert_eq!(balance(&book), all);
    }

    #[test]
    fn what_is_missing_is_a_gap_that_later_output_does_not_hide() {
        let mut book = Book::default();
        book.arrive(1, 0);
        book.report(&report("w", 1, 0, Stage::First));
        book.arrive(6, 0);
        book.report(&report("w", 10, 0, Stage::Between));
        assert_eq!(balance(&book).gap, 3);
        // Five lines that no logger emitted.
        book.arrive(5 + 1, 0);
        book.report(&report("w", 11, 0, Stage::Between));
        assert_eq!((balance(&book).gap, balance(&book).unreported), (3, 5));
    }

    #[test]
    fn a_killed_process_leaves_words_in_no_report_and_an_account_unclosed() {
        let mut book = Book::default();
        book.arrive(1, 0);
        book.report(&report("w1", 1, 0, Stage::First));
        // Four more of w1, then it is killed; its successor begins anew.
        book.arrive(4 + 1, 0);
        book.report(&report("w2", 1, 0, Stage::First));
        let found = balance(&book);
        assert_eq!((found.gap, found.unreported, found.unclosed), (0, 4, 1));
        book.arrive(2, 0);
        book.report(&report("w2", 3, 0, Stage::Last));
        book.arrive(1, 0);
        book.report(&report("w3", 1, 0, Stage::First));
        assert_eq!(balance(&book).unclosed, 1);
        assert_eq!(balance(&book).emitted, 1 + 3 + 1);
        // A process that runs its agent once more goes on with its account.
        book.arrive(1, 0);
        book.report(&report("w3", 2, 0, Stage::Last));
        book.arrive(2, 0);
        book.report(&report("w3", 4, 0, Stage::First));
        assert_eq!((balance(&book).gap, balance(&book).emitted), (0, 1 + 3 + 4));
    }

    #[test]
    fn after_a_restart_of_the_server_the_account_begins_with_the_next_report() {
        let mut book = Book::default();
        book.arrive(3, 0);
        book.report(&report("w", 1_000, 5, Stage::Between));
        book.arrive(9, 0);
        book.report(&report("w", 1_010, 5, Stage::Between));
        let found = balance(&book);
        assert!(found.partial);
        assert_eq!((found.emitted, found.dropped, found.gap), (10, 0, 1));
    }

    #[test]
    fn two_processes_of_one_name_count_no_gap() {
        let mut book = Book::default();
        for writer in ["a", "b"] {
            book.arrive(1, 0);
            book.report(&report(writer, 1, 0, Stage::First));
        }
        // What the one emitted arrives before the other's report, and the other way round.
        for round in 1..=3 {
            for writer in ["a", "b"] {
                book.arrive(1, 0);
                book.report(&report(writer, 1 + round * 10, 0, Stage::Between));
            }
        }
        let found = balance(&book);
        assert!(found.shared, "{found:?}");
        assert_eq!(found.gap, 0, "{found:?}");
    }

    #[test]
    fn what_a_collector_gave_up_is_no_gap() {
        let mut book = Book::default();
        book.arrive(1, 0);
        book.report(&report("w", 1, 0, Stage::First));
        book.given_up(3);
        book.arrive(5 + 1, 0);
        book.report(&report("w", 10, 0, Stage::Between));
        let found = balance(&book);
        assert_eq!((found.gap, found.dropped, found.unreported), (0, 3, 0));
    }
}
