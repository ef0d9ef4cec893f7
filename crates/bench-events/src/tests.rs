//! The shape that the head of this crate promises.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::{EVENT_TYPES, Events, Field, SEVERITIES};

const DAY_MS: i64 = 24 * 3600 * 1000;
const START_MS: i64 = 1_700_000_000_000;

fn events(count: u64) -> Events {
    Events::new(7, count, START_MS..START_MS + DAY_MS)
}

fn documents(mut events: Events) -> Vec<Value> {
    let mut documents = Vec::new();
    while let Some(line) = events.next_line() {
        documents.push(serde_json::from_slice(line).expect("JSON"));
    }
    documents
}

#[test]
fn two_streams_with_the_same_seed_are_the_same_and_with_another_are_not() {
    let (first, second) = (documents(events(2000)), documents(events(2000)));
    assert_eq!(first.len(), 2000);
    assert_eq!(first, second);
    let other = Events::new(8, 2000, START_MS..START_MS + DAY_MS);
    assert_ne!(documents(other), first);
}

#[test]
fn events_have_the_size_and_the_share_of_exceptions_that_is_promised() {
    let count = 100_000;
    let mut events = events(count);
    let (mut bytes, mut exceptions) = (0, 0);
    while let Some(line) = events.next_line() {
        bytes += line.len() as u64 + 1;
        exceptions += u64::from(line.windows(11).any(|part| part == b"\"exception\""));
    }
    let size = bytes as f64 / count as f64;
    assert!((398.0..408.0).contains(&size), "{size} bytes an event");
    let share = exceptions as f64 / count as f64;
    assert!((0.045..0.055).contains(&share), "{share} have exceptions");
}

#[test]
fn times_are_in_order_and_inside_the_span() {
    let documents = documents(events(3000));
    let times: Vec<&str> = documents
        .iter()
        .map(|document| document["timestamp"].as_str().expect("a time"))
        .collect();
    assert!(times.is_sorted());
    assert!(times[0] >= "2023-11-14T22:13:20.000Z", "{}", times[0]);
    assert!(times[2999] < "2023-11-15T22:13:20.000Z", "{}", times[2999]);
}

#[test]
fn correlation_ids_are_shared_by_eight_events_that_are_close() {
    let documents = documents(events(64 * 512));
    let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
    for (position, document) in documents.iter().enumerate() {
        let id = document["metadata"]["correlation_id"]
            .as_str()
            .expect("an id");
        groups.entry(id).or_default().push(position);
    }
    assert_eq!(groups.len(), 64 * 64);
    for places in groups.values() {
        assert!((4..=12).contains(&places.len()), "{} events", places.len());
        assert!(places[places.len() - 1] - places[0] < 512);
    }
}

#[test]
fn all_types_severities_and_agents_occur() {
    let documents = documents(events(50_000));
    let distinct = |field: &str| {
        let mut values: Vec<&str> = documents
            .iter()
            .map(|document| document[field].as_str().expect("text"))
            .collect();
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    assert_eq!(distinct("event_type"), EVENT_TYPES.len());
    assert_eq!(distinct("severity"), SEVERITIES.len());
    assert_eq!(distinct("agent_name"), 200);
}

#[test]
fn every_question_has_an_answer_and_each_repetition_another_question() {
    let events = events(20_000);
    let lines: Vec<String> = documents(events.clone())
        .iter()
        .map(|document| document.to_string())
        .collect();
    let hits = |wanted: &[String]| {
        let found = lines
            .iter()
            .filter(|line| wanted.iter().all(|text| line.contains(text.as_str())));
        found.count()
    };
    let mut questions = std::collections::HashSet::new();
    for repetition in 0..20 {
        let words = events.rare_words(repetition);
        assert!((1..30).contains(&hits(&words)), "{words:?}");
        let phrase = events.phrase(repetition);
        assert!(hits(std::slice::from_ref(&phrase)) >= 1, "{phrase}");
        let correlation = events.id(Field::CorrelationId, repetition);
        assert!((4..=12).contains(&hits(std::slice::from_ref(&correlation))));
        questions.insert((
            words,
            phrase,
            correlation,
            events.id(Field::TaskId, repetition),
        ));
    }
    assert_eq!(questions.len(), 20);
}

#[test]
fn exceptions_are_those_of_a_few_bugs() {
    let mut bugs = HashSet::new();
    let mut errors = 0;
    for event in documents(events(50_000)) {
        let exception = &event["metadata"]["exception"];
        let Some(traceback) = exception["traceback"].as_array() else {
            continue;
        };
        errors += 1;
        // The last line says a number.
        let calls = &traceback[..traceback.len() - 1];
        bugs.insert((exception["type"].to_string(), format!("{calls:?}")));
    }
    assert!(errors > 2_000, "{errors} errors");
    assert!((50..=64).contains(&bugs.len()), "{} bugs", bugs.len());
}
