//! The word of what was lost on the way: a notice for each agent, in the place of its events, so that a ledger
//! counts them as dropped and not as missing.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use swarmscope_collect::document::{Collected, document};
use swarmscope_model::accounting::reported_drops;
use swarmscope_model::event::event_type::EVENTS_DROPPED;
use swarmscope_model::{Event, Severity, Timestamp};
use uuid::Uuid;

use super::outgoing;
use super::spool::Outgoing;

/// Who gave the events up.
const COLLECTOR: &str = "swarmscope run";

/// The notices that take the place of events, and how many events those are. A notice among them is none, and
/// hands its count on.
pub fn notices(events: &[Outgoing]) -> (Vec<Outgoing>, u64) {
    let mut lost: BTreeMap<String, u64> = BTreeMap::new();
    let mut newly = 0;
    for event in events {
        let source = event.source.get();
        let drops = reported_drops(source);
        let count = if drops.by_collector {
            drops.events
        } else {
            newly += 1;
            1
        };
        *lost.entry(agent_of(source)).or_default() += count;
    }
    let notices = lost.into_iter().filter_map(|(agent_name, dropped)| {
        let Collected { index, source } = document(&notice(agent_name, dropped));
        outgoing(index, Uuid::now_v7().simple().to_string(), source)
    });
    (notices.collect(), newly)
}

fn agent_of(source: &str) -> String {
    #[derive(Deserialize)]
    struct Sender {
        agent_name: String,
    }
    serde_json::from_str::<Sender>(source)
        .map_or_else(|_| String::new(), |sender| sender.agent_name)
}

fn notice(agent_name: String, dropped: u64) -> Event {
    Event {
        timestamp: Timestamp::now(),
        agent_name,
        event_type: EVENTS_DROPPED.to_owned(),
        severity: Severity::Warning,
        message: format!(
            "{dropped} events were lost: the server did not take them and the spool has no room"
        ),
        metadata: Map::from_iter([
            ("dropped".to_owned(), dropped.into()),
            ("collector".to_owned(), Value::from(COLLECTOR)),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(agent: &str) -> Outgoing {
        let source = format!("{{\"agent_name\":\"{agent}\",\"event_type\":\"x\"}}");
        outgoing("i".to_owned(), agent.to_owned(), source.into_bytes()).expect("JSON")
    }

    #[test]
    fn every_agent_gets_one_notice_and_a_lost_notice_hands_its_count_on() {
        let (first, newly) = notices(&[event("a"), event("b"), event("a")]);
        assert_eq!((first.len(), newly), (2, 3));
        let mut again = first;
        again.push(event("a"));
        let (second, newly) = notices(&again);
        assert_eq!(newly, 1);
        let counts: Vec<(String, u64)> = second
            .iter()
            .map(|notice| {
                let source = notice.source.get();
                (agent_of(source), reported_drops(source).events)
            })
            .collect();
        assert_eq!(counts, [("a".to_owned(), 3), ("b".to_owned(), 1)]);
    }
}
