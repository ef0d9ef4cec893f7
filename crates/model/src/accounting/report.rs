//! What an agent says of its own events: how many it has emitted, and how many of them it gave up.

use serde::Deserialize;

use crate::event::event_type::{EVENTS_ACCOUNTED, EVENTS_DROPPED};
use crate::limits::MAX_NAME_BYTES;

/// A report of one logger, in the order of its events: everything that it has emitted before lies before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerReport {
    /// Which logger: another one after every start of its program.
    pub writer: String,
    /// Events since that logger began, the report included.
    pub emitted: u64,
    /// Of these, those that it gave up.
    pub dropped: u64,
    /// Whether it is the first of its logger, or the last.
    pub stage: Stage,
}

/// Where in a logger's life a report was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    First,
    #[default]
    Between,
    Last,
}

impl Stage {
    /// The word for it in a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::First => "first",
            Stage::Between => "between",
            Stage::Last => "last",
        }
    }
}

/// The report that a document is; `None` for any other document.
pub fn ledger_report(document: &str) -> Option<LedgerReport> {
    #[derive(Deserialize)]
    struct Event<'a> {
        event_type: &'a str,
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        writer: String,
        emitted: u64,
        dropped: u64,
        #[serde(default)]
        stage: Stage,
    }
    let event: Event<'_> = serde_json::from_str(document).ok()?;
    let Metadata {
        writer,
        emitted,
        dropped,
        stage,
    } = event.metadata;
    let makes_sense = dropped <= emitted && writer.len() <= MAX_NAME_BYTES;
    (event.event_type == EVENTS_ACCOUNTED && makes_sense).then_some(LedgerReport {
        writer,
        emitted,
        dropped,
        stage,
    })
}

/// Events of an agent that somebody gave up and said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drops {
    pub events: u64,
    /// Whether a collector did, which took them off the agent; else the agent itself.
    pub by_collector: bool,
}

/// What a document reports as dropped; nothing for any other document.
pub fn reported_drops(document: &str) -> Drops {
    #[derive(Deserialize)]
    struct Report<'a> {
        event_type: &'a str,
        metadata: Dropped,
    }
    #[derive(Deserialize)]
    struct Dropped {
        dropped: u64,
        #[serde(default)]
        collector: Option<serde::de::IgnoredAny>,
    }
    // Nearly every document ends here, unparsed.
    if !document.contains(EVENTS_DROPPED) {
        return Drops::default();
    }
    match serde_json::from_str::<Report>(document) {
        Ok(report) if report.event_type == EVENTS_DROPPED => Drops {
            events: report.metadata.dropped,
            by_collector: report.metadata.collector.is_some(),
        },
        _ => Drops::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_report_of_drops_is_one() {
        let report = r#"{"event_type":"events_dropped","metadata":{"dropped":12},"message":"m"}"#;
        let by_sender = Drops {
            events: 12,
            by_collector: false,
        };
        assert_eq!(reported_drops(report), by_sender);
        let report = r#"{"event_type":"events_dropped","metadata":{"dropped":12,"collector":"c"}}"#;
        assert!(reported_drops(report).by_collector);
        for other in [
            r#"{"event_type":"error","message":"events_dropped","metadata":{"dropped":12}}"#,
            r#"{"event_type":"events_dropped","metadata":{"dropped":-1}}"#,
            r#"{"event_type":"events_dropped"}"#,
            "{}",
        ] {
            assert_eq!(reported_drops(other), Drops::default(), "{other}");
        }
    }

    #[test]
    fn a_report_that_makes_no_sense_is_none() {
        let of = |metadata: &str| {
            ledger_report(&format!(
                r#"{{"event_type":"events_accounted","metadata":{metadata}}}"#
            ))
        };
        let report = of(r#"{"writer":"w","emitted":5,"dropped":1,"stage":"last"}"#);
        let report = report.expect("is one");
        assert_eq!(
            (report.emitted, report.dropped, report.stage),
            (5, 1, Stage::Last)
        );
        assert_eq!(of(r#"{"writer":"w","emitted":1,"dropped":2}"#), None);
        assert_eq!(of(r#"{"writer":"w","emitted":-1,"dropped":0}"#), None);
        assert_eq!(of("{}"), None);
        let other = r#"{"event_type":"error","metadata":{"writer":"w","emitted":5,"dropped":1}}"#;
        assert_eq!(ledger_report(other), None);
    }
}
