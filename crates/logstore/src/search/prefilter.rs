//! Tells at once which texts of a page cannot hold the words that a test needs: one search for a word
//! in all texts of the page instead of a look at each.
//!
//! Only ever rules out; what is left is tested.

use memchr::memmem::Finder;
use swarmscope_query::evaluate::{NeededWords, ValueTest, View};

use crate::block::strings::Strings;

/// Alternatives beyond which looking at each text costs less.
const MAX_ALTERNATIVES: usize = 4;

/// The places of texts that the test may hold for, in order. `None` when every text may.
pub fn places(strings: &Strings, test: &ValueTest, view: View) -> Option<Vec<usize>> {
    let NeededWords::AnyOf(alternatives) = test.needed_words(view) else {
        return None;
    };
    // Beyond ASCII, other letters may be the word's in lower case.
    if alternatives.len() > MAX_ALTERNATIVES || !strings.text().is_ascii() {
        return None;
    }
    let lower = strings.text().to_ascii_lowercase();
    let mut places = Vec::new();
    for words in &alternatives {
        let longest = words.iter().max_by_key(|word| word.len())?;
        if !longest.is_ascii() {
            return None;
        }
        let found = Finder::new(longest.as_bytes());
        let mut from = 0;
        while let Some(at) = found.find(&lower.as_bytes()[from..]) {
            let place = strings.place_at(from + at);
            places.push(place);
            from = strings.end(place);
        }
    }
    places.sort_unstable();
    places.dedup();
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use swarmscope_query::ast::{Field, Operator, Query};
    use swarmscope_query::document::ValueRef;
    use swarmscope_query::evaluate::{Matcher, compile};

    proptest! {
        #[test]
        fn no_text_is_ruled_out_that_the_test_holds_for(
            texts in prop::collection::vec("([aAbBkK\u{212a}é]{0,3}[ .-]?){0,4}", 0..12),
            asked in "[abk]{1,3}( [abk]{1,2})?",
            and in any::<bool>(),
        ) {
            let query = Query::Match {
                field: Field::from_text("f"),
                text: asked,
                operator: if and { Operator::And } else { Operator::Or },
                minimum: None,
            };
            let Ok(Matcher::Leaf { test, .. }) = compile(&query) else {
                return Ok(());
            };
            let strings: Strings = texts.iter().collect();
            for view in [View::Text, View::Whole] {
                let Some(places) = places(&strings, &test, view) else {
                    continue;
                };
                for (at, text) in texts.iter().enumerate() {
                    if test.holds("f", ValueRef::Text(text), view) {
                        prop_assert!(places.contains(&at), "{text:?} of {texts:?}");
                    }
                }
            }
        }
    }
}
