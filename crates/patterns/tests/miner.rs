//! Templates through the door: what is grouped, and that order and parts decide nothing.

use proptest::prelude::*;
use swarmscope_bench_events::Events;
use swarmscope_patterns::{Miner, id, phrases};

fn mined<'a>(messages: impl IntoIterator<Item = &'a str>) -> Miner {
    let mut miner = Miner::default();
    for message in messages {
        miner.add(message);
    }
    miner
}

/// Texts with counts, those with messages.
fn templates(miner: &Miner) -> Vec<(String, u64)> {
    let found = miner.templates().templates.into_iter();
    found
        .filter(|template| template.count > 0)
        .map(|template| (template.text, template.count))
        .collect()
}

fn texts(messages: &[&str]) -> Vec<String> {
    let miner = mined(messages.iter().copied());
    templates(&miner)
        .into_iter()
        .map(|(text, _)| text)
        .collect()
}

#[test]
fn messages_that_differ_in_values_are_one_template() {
    let miner = mined([
        "Claimed task-17 after 12 ms",
        "Claimed task-9c after 130 ms",
        "Released task-17",
    ]);
    assert_eq!(
        templates(&miner),
        [
            ("Claimed <id> after <number> ms".to_owned(), 2),
            ("Released <id>".to_owned(), 1)
        ]
    );
}

#[test]
fn few_words_in_a_place_are_different_sentences_and_many_are_a_value() {
    let states =
        ["Started", "Stopped", "Paused"].map(|state| format!("VM {state} by the scheduler"));
    let states: Vec<&str> = states.iter().map(String::as_str).collect();
    assert_eq!(texts(&states).len(), 3);
    let names: Vec<String> = (0..40)
        .map(|number| {
            let name: String = format!("{number:02}")
                .bytes()
                .map(|digit| (digit + 60) as char)
                .collect();
            format!("Greeted {name} at the door")
        })
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(texts(&names), ["Greeted <*> at the door"]);
}

#[test]
fn names_with_underscores_are_values_where_there_are_three() {
    let task = |kind: &str| format!("claimed {kind} task 38101a0b-2096-447d-96ea-a692162415ae");
    let tasks = ["research", "editing", "fact_checking"].map(task);
    let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
    assert_eq!(texts(&tasks), ["claimed <*> task <uuid>"]);
    assert_eq!(texts(&tasks[1..]).len(), 2);
}

#[test]
fn what_follows_user_is_a_name_however_few_there_are() {
    let found = texts(&[
        "session closed for user root",
        "session closed for user ann",
    ]);
    assert_eq!(found, ["session closed for user <*>"]);
}

#[test]
fn what_follows_a_kind_of_thing_is_its_name_unless_it_is_a_deed() {
    assert_eq!(
        texts(&["Created container api", "Created container proxy"]),
        ["Created container <*>"]
    );
    assert_eq!(
        texts(&[
            "authorized: application_name=psql",
            "authorized: application_name=pgx"
        ]),
        ["authorized: application_name=<*>"]
    );
    let deeds = ["the container started", "the container stopped"];
    assert_eq!(texts(&deeds).len(), 2);
    assert_eq!(
        texts(&["All container started", "All container stopped"]).len(),
        2
    );
    // Behind any other name a few words are choices.
    assert_eq!(
        texts(&["starting: mode=time", "starting: mode=wal"]).len(),
        2
    );
}

#[test]
fn units_lists_and_empty_values_make_no_difference() {
    let found = texts(&[
        "freed 12 KB of cache",
        "freed 3 MB of cache",
        "freed 7 KB of cache",
    ]);
    assert_eq!(found, ["freed <number> <*> of cache"]);
    assert_eq!(texts(&["ids 1, 2, 3", "ids 4"]), ["ids <number>"]);
    let found = texts(&["from 10.0.0.1 () ok", "from 10.0.0.1 (10.0.0.2) ok"]);
    assert_eq!(found, ["from <address> (<*>) ok"]);
}

#[test]
fn the_first_line_of_a_message_is_its_sentence() {
    assert_eq!(
        texts(&["\nfailed:   why\n  at a.rs:3", "failed: why"]),
        ["failed: why"]
    );
}

#[test]
fn ids_depend_on_the_text_alone() {
    assert_eq!(id("Released <id>"), id("Released <id>"));
    assert_ne!(id("Released <id>"), id("Claimed <id>"));
    assert_eq!(id("").len(), 16);
}

#[test]
fn memory_is_bounded_and_every_message_is_counted() {
    let mut miner = Miner::with_limit(64);
    let mut own = Vec::new();
    for number in 0..5_000_u32 {
        // Words without digits, so that no rule sees a value in them.
        let word: String = number
            .to_string()
            .bytes()
            .map(|digit| (digit + 55) as char)
            .collect();
        let message = match number % 3 {
            0 => format!("Queued {word} behind the others"),
            1 => format!("{word} {word}x"),
            _ => format!("{word} {word}z {word}q said nothing of {word}"),
        };
        own.push(miner.add(&message));
        if miner.is_full() {
            let numbers = miner.compact();
            for number in &mut own {
                *number = numbers[*number as usize];
            }
        }
        assert!(miner.len() <= 64);
    }
    let found = miner.templates();
    assert_eq!(
        found
            .templates
            .iter()
            .map(|template| template.count)
            .sum::<u64>(),
        5_000
    );
    let mut counted = vec![0; found.templates.len()];
    for shape in own {
        counted[found.of_shape[shape as usize] as usize] += 1;
    }
    let counts: Vec<u64> = found
        .templates
        .iter()
        .map(|template| template.count)
        .collect();
    assert_eq!(counted, counts);
    let queued = found
        .templates
        .iter()
        .find(|template| template.text.starts_with("Queued"));
    let queued = queued.map(|template| (template.text.as_str(), template.count));
    assert_eq!(queued, Some(("Queued <*> behind the others", 1_667)));
}

#[test]
fn the_sentences_of_agents_are_found_again_among_rare_words() {
    let mut events = Events::new(7, 60_000, 0..3_600_000);
    let mut miner = Miner::with_limit(4_096);
    while let Some(line) = events.next_line() {
        let line = String::from_utf8_lossy(line);
        let (_, message) = line
            .split_once("\"message\":\"")
            .expect("every event has one");
        miner.add(message.split('"').next().expect("it ends"));
        if miner.is_full() {
            miner.compact();
        }
    }
    // They are made of 300 sentences; those with the same words may be told apart by their values' kinds.
    let found = templates(&miner);
    assert!((290..=330).contains(&found.len()), "{}", found.len());
}

fn message() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("task".to_owned()),
        Just("claimed".to_owned()),
        Just("by".to_owned()),
        "[a-c]{1,2}",
        "[0-9]{1,3}",
        "[a-c]-[0-9]",
        Just("(x)".to_owned()),
        Just("k=v".to_owned()),
    ];
    proptest::collection::vec(word, 0..6).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn order_and_parts_decide_nothing(
        messages in proptest::collection::vec(message(), 0..120), parts in 1_usize..5, seed in any::<u64>(),
    ) {
        let whole = mined(messages.iter().map(String::as_str));
        let mut shuffled = messages;
        shuffled.sort_by_key(|message| id(&format!("{seed}{message}")));
        prop_assert_eq!(templates(&whole), templates(&mined(shuffled.iter().map(String::as_str))));

        let mut merged = Miner::default();
        let mut own = Vec::new();
        for part in 0..parts {
            let mine = shuffled.iter().skip(part).step_by(parts);
            let mut miner = Miner::default();
            let shapes: Vec<u32> = mine.clone().map(|message| miner.add(message)).collect();
            let numbers = merged.merge(miner);
            own.extend(mine.zip(shapes).map(|(message, shape)| (message, numbers[shape as usize])));
        }
        prop_assert_eq!(templates(&whole), templates(&merged));
        // A message is in the same template, whichever part it was in.
        let (found, alone) = (merged.templates(), whole.templates());
        let mut again = whole;
        for (message, shape) in own {
            let text = &found.templates[found.of_shape[shape as usize] as usize].text;
            let shape = again.add(message);
            prop_assert_eq!(text, &alone.templates[alone.of_shape[shape as usize] as usize].text);
        }
    }

    #[test]
    fn every_message_has_the_phrases_of_its_template(
        messages in proptest::collection::vec(message(), 1..60),
    ) {
        let mut miner = Miner::default();
        let shapes: Vec<u32> = messages.iter().map(|message| miner.add(message)).collect();
        let found = miner.templates();
        for (message, shape) in messages.iter().zip(shapes) {
            let text = &found.templates[found.of_shape[shape as usize] as usize].text;
            for phrase in phrases(text) {
                prop_assert!(message.contains(phrase), "{message:?} is in {text:?}");
            }
        }
    }

    #[test]
    fn any_text_has_one_template(message in any::<String>()) {
        let miner = mined([message.as_str()]);
        prop_assert_eq!(templates(&miner).len(), 1);
    }
}
