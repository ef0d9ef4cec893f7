//! What holds for every text, and for every value in it.

use proptest::prelude::*;
use swarmscope_parameters::{Kind, find, replaced};

/// Values of every kind, with the kind that they are.
fn value() -> impl Strategy<Value = (Kind, String)> {
    let of = |kind: Kind, pattern: &'static str| {
        proptest::string::string_regex(pattern)
            .expect("a valid pattern")
            .prop_map(move |text| (kind, text))
    };
    prop_oneof![
        of(Kind::Uuid, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        of(Kind::Hex, "0x[0-9a-f]{1,16}"),
        of(Kind::Hex, "[0-9]{4}[a-f]{4}[0-9a-f]{0,24}"),
        of(Kind::Number, "[-+]?[0-9]{1,9}(\\.[0-9]{1,4})?(ms|s|KB|%)?"),
        of(Kind::Version, "v[0-9]{1,2}(\\.[0-9]{1,3}){2}"),
        of(
            Kind::Address,
            "[1-9][0-9](\\.[1-9][0-9]?){3}:[1-9][0-9]{1,4}"
        ),
        of(
            Kind::Time,
            "20[0-9]{2}-0[1-9]-[12][0-9][T ][01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{3})?Z"
        ),
        of(Kind::Path, "(/[a-z][a-z0-9_-]{0,8}){1,4}"),
        of(Kind::Url, "https?://[a-z]{3,8}\\.org(/[a-z0-9]{1,5}){0,3}"),
        of(Kind::Email, "[a-z]{1,8}@[a-z]{2,8}\\.com"),
        of(Kind::Quoted, "\"[a-z0-9/ ]{0,20}\""),
        of(Kind::Quoted, "'[a-z0-9/ ]{0,20}'"),
        of(Kind::Id, "(task|blk|job)[-_][0-9]{1,9}[g-z]?"),
    ]
}

fn words() -> impl Strategy<Value = String> {
    "[g-z]{4,9}( [g-z]{4,9}){0,2}"
}

fn template(text: &str) -> String {
    let mut out = String::new();
    replaced(text, &mut out);
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn parts_of_any_text_are_in_order_apart_and_on_borders_of_characters(text in any_text()) {
        for looking in [false, true] {
            let found = find(&text);
            let found = if looking { found.looking_into_quotes() } else { found };
            let mut behind = 0;
            for part in found {
                prop_assert!(part.range.start >= behind && part.range.end > part.range.start);
                // Fails on a border within a character, and behind the end.
                prop_assert!(text.get(part.range.clone()).is_some());
                behind = part.range.end;
            }
        }
    }

    #[test]
    fn a_value_between_words_is_found_as_a_whole(
        before in words(), (kind, value) in value(), after in words(), closing in "[,;.:)]?",
    ) {
        let text = format!("{before} {value}{closing} {after}");
        let found: Vec<_> = find(&text).map(|part| (part.kind, &text[part.range])).collect();
        prop_assert_eq!(found, vec![(kind, value.as_str())]);
    }

    #[test]
    fn the_same_sentence_with_other_values_of_the_same_kinds_is_the_same_template(
        parts in proptest::collection::vec((words(), value(), value()), 1..6),
    ) {
        let sentence = |with_other: bool| {
            let said = parts.iter().map(|(words, one, other)| {
                format!("{words} {}", if with_other { &other.1 } else { &one.1 })
            });
            said.collect::<Vec<_>>().join(" ")
        };
        let (one, other) = (template(&sentence(false)), template(&sentence(true)));
        let alike = parts.iter().all(|(_, one, other)| one.0 == other.0);
        prop_assert_eq!(one == other, alike);
    }

    #[test]
    fn words_alone_have_no_values(text in "[A-Za-zäöü_]{1,10}([ ,;:=()!?][A-Za-zäöü_]{1,10}){0,9}") {
        prop_assert_eq!(template(&text), text);
    }
}

/// Texts with many of the marks that the rules look at.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+.:/@0-9a-fxTZ'\"\\\\ ,=%é日_]{0,60}",
        "[0-9:/ .-]{0,40}",
    ]
}
